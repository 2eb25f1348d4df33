"""What is sold: one course, its price in the smallest unit, and its lessons.

Deliberately absent: videos.
"""

TITLE = "Sourdough in three lessons"
ABOUT = "A jar, a bowl, an oven. After three lessons there is bread on your table, and you know why."
# 39.00 euros.
AMOUNT = 3900
CURRENCY = "eur"
PRICE = f"€{AMOUNT // 100}.{AMOUNT % 100:02d}"

LESSONS = (
    ("The starter", "Mix 50 g of rye flour with 50 g of warm water. Leave it for a day. Throw half of it away, feed it again, and do "
                    "that for a week. It is ready when it doubles in four hours."),
    ("The dough", "500 g of wheat flour, 350 g of water, 100 g of starter, 10 g of salt. Fold it every half an hour, three times. Then "
                  "let it alone in the cold until tomorrow."),
    ("The oven", "A pot with a lid, 250 degrees. 25 minutes with the lid, 20 without it. Wait an hour before you cut. Nobody does."),
)
