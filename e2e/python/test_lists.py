"""Lists: pages, cursors in both directions, `created` ranges and filters."""

import pytest
import stripe

from shop import new_customer, pay

SOME = 25


@pytest.fixture(scope="module")
def shopper(sdk):
    """A customer with 25 open intents; gives the customer and the ids, newest first."""
    customer = new_customer()
    ids = [
        stripe.PaymentIntent.create(
            amount=1000 + n, currency="usd", customer=customer.id, payment_method_types=["card"]).id
        for n in range(SOME)
    ]
    return customer, ids[::-1]


def test_auto_paging_gives_every_intent_once_newest_first(shopper):
    customer, newest_first = shopper
    pages = stripe.PaymentIntent.list(customer=customer.id, limit=10)
    assert [i.id for i in pages.auto_paging_iter()] == newest_first


def test_the_first_page_has_the_shape_of_a_list(shopper):
    customer, newest_first = shopper
    page = stripe.PaymentIntent.list(customer=customer.id, limit=10)
    assert (page.object, page.url, page.has_more) == ("list", "/v1/payment_intents", True)
    assert [i.id for i in page.data] == newest_first[:10]
    assert "total_count" not in page


def test_the_default_page_has_ten(shopper):
    customer, newest_first = shopper
    assert [i.id for i in stripe.PaymentIntent.list(customer=customer.id).data] == newest_first[:10]


def test_cursors_are_exclusive_in_both_directions(shopper):
    customer, ids = shopper
    after = stripe.PaymentIntent.list(customer=customer.id, limit=5, starting_after=ids[9])
    assert [i.id for i in after.data] == ids[10:15] and after.has_more is True
    before = stripe.PaymentIntent.list(customer=customer.id, limit=5, ending_before=ids[9])
    assert [i.id for i in before.data] == ids[4:9] and before.has_more is True
    last = stripe.PaymentIntent.list(customer=customer.id, limit=5, starting_after=ids[19])
    assert [i.id for i in last.data] == ids[20:25] and last.has_more is False


def test_auto_paging_backwards_is_reversed(shopper):
    customer, ids = shopper
    pages = stripe.PaymentIntent.list(customer=customer.id, limit=10, ending_before=ids[-1])
    assert [i.id for i in pages.auto_paging_iter()] == ids[:-1][::-1]


def test_a_full_page_holds_a_hundred_at_most(shopper):
    customer, ids = shopper
    page = stripe.PaymentIntent.list(customer=customer.id, limit=100)
    assert [i.id for i in page.data] == ids and page.has_more is False


@pytest.mark.parametrize("limit", [0, 101, -1, "many"])
def test_a_limit_out_of_range_is_refused(sdk, limit):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.list(limit=limit)
    assert (caught.value.http_status, caught.value.param) == (400, "limit")


def test_both_cursors_at_once_are_refused(shopper):
    customer, ids = shopper
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.list(customer=customer.id, starting_after=ids[0], ending_before=ids[5])
    assert caught.value.http_status == 400


def test_an_unknown_cursor_is_named(sdk):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.list(starting_after="pi_doesnotexist")
    assert (caught.value.code, caught.value.param) == ("resource_missing", "starting_after")


def test_created_ranges(shopper):
    customer, ids = shopper
    newest = stripe.PaymentIntent.retrieve(ids[0]).created
    oldest = stripe.PaymentIntent.retrieve(ids[-1]).created

    def listed(**created):
        return [i.id for i in stripe.PaymentIntent.list(customer=customer.id, limit=100, created=created).data]

    assert listed(gte=oldest, lte=newest) == ids
    assert listed(gt=newest) == []
    assert listed(lt=oldest) == []
    assert listed(gt=oldest - 1, lt=newest + 1) == ids
    exact = stripe.PaymentIntent.list(customer=customer.id, limit=100, created=oldest)
    assert ids[-1] in [i.id for i in exact.data]
    assert all(i.created == oldest for i in exact.data)


def test_the_customer_filter_shows_nobody_else(shopper):
    customer, ids = shopper
    other = new_customer()
    mine = pay(customer=other.id)
    assert [i.id for i in stripe.PaymentIntent.list(customer=other.id).data] == [mine.id]
    assert mine.id not in [i.id for i in stripe.PaymentIntent.list(customer=customer.id, limit=100).data]


def test_charges_are_filtered_by_customer_and_by_intent(sdk):
    customer = new_customer()
    first, second = pay(customer=customer.id), pay(customer=customer.id, amount=2100)
    by_customer = [c.id for c in stripe.Charge.list(customer=customer.id).data]
    assert by_customer == [second.latest_charge, first.latest_charge]
    by_intent = [c.id for c in stripe.Charge.list(payment_intent=first.id).data]
    assert by_intent == [first.latest_charge]


def test_customers_are_filtered_by_email(customer):
    found = stripe.Customer.list(email=customer.email)
    assert [c.id for c in found.data] == [customer.id]
    assert stripe.Customer.list(email="nobody-" + customer.email).data == []
