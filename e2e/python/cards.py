"""The published test cards that the suites use, with the outcome each one has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Decline:
    """A card that is declined. `None` means that the field is absent from the error object."""

    name: str
    number: str
    code: str
    decline_code: str
    advice_code: str
    network_decline_code: str
    network_advice_code: str | None
    param: str | None = None

    @property
    def payment_method(self) -> str:
        """The alias that stands for this card."""
        return f"pm_card_{self.name}"

    @property
    def token(self) -> str:
        """The token alias that stands for this card."""
        return f"tok_{self.name}"


DECLINES = [
    Decline("visa_chargeDeclined", "4000000000000002",
            "card_declined", "generic_decline", "try_again_later", "01", None),
    Decline("visa_chargeDeclinedInsufficientFunds", "4000000000009995",
            "card_declined", "insufficient_funds", "try_again_later", "51", "02"),
    Decline("visa_chargeDeclinedLostCard", "4000000000009987",
            "card_declined", "lost_card", "do_not_try_again", "41", "01"),
    Decline("visa_chargeDeclinedStolenCard", "4000000000009979",
            "card_declined", "stolen_card", "do_not_try_again", "43", "01"),
    Decline("chargeDeclinedIncorrectCvc", "4000000000000127",
            "incorrect_cvc", "incorrect_cvc", "confirm_card_data", "N7", "03", "cvc"),
    Decline("chargeDeclinedExpiredCard", "4000000000000069",
            "expired_card", "expired_card", "confirm_card_data", "54", "03", "exp_month"),
    Decline("visa_chargeDeclinedVelocityLimitExceeded", "4000000000006975",
            "card_declined", "card_velocity_exceeded", "try_again_later", "61", "02"),
    Decline("chargeDeclinedProcessingError", "4000000000000119",
            "processing_error", "processing_error", "try_again_later", "06", None),
]

# number, changed card fields, code, param
INVALID_CARDS = [
    ({"number": "4242424242424241"}, "incorrect_number", "number"),
    ({"exp_month": 13}, "invalid_expiry_month", "exp_month"),
    ({"exp_year": 2020}, "invalid_expiry_year", "exp_year"),
    ({"cvc": "99"}, "invalid_cvc", "cvc"),
]

# number, brand, funding, country, last4
BRANDS = [
    ("4242424242424242", "visa", "credit", "US", "4242"),
    ("4000056655665556", "visa", "debit", "US", "5556"),
    ("5555555555554444", "mastercard", "credit", "US", "4444"),
    ("2223003122003222", "mastercard", "credit", "US", "3222"),
    ("5200828282828210", "mastercard", "debit", "US", "8210"),
    ("5105105105105100", "mastercard", "prepaid", "US", "5100"),
    ("378282246310005", "amex", "credit", "US", "0005"),
    ("6011111111111117", "discover", "credit", "US", "1117"),
    ("3056930009020004", "diners", "credit", "US", "0004"),
    ("3566002020360505", "jcb", "credit", "JP", "0505"),
    ("6200000000000005", "unionpay", "credit", "CN", "0005"),
    ("4000002760000016", "visa", "credit", "DE", "0016"),
    ("4000008260000000", "visa", "credit", "GB", "0000"),
]


def card(**changes: object) -> dict[str, object]:
    """A good raw card, with some fields changed."""
    number = str(changes.get("number", ""))
    cvc = "1234" if number.startswith("37") else "123"
    return {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": cvc, **changes}
