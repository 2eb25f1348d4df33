"""`expand[]`: on one object, on creation, on lists, and paths that cannot be expanded."""

import pytest
import stripe

from shop import again, new_customer, pay


def test_latest_charge(sdk):
    intent = pay()
    assert isinstance(intent.latest_charge, str)
    read = again(intent, "latest_charge")
    assert (read.latest_charge.object, read.latest_charge.id) == ("charge", intent.latest_charge)


def test_two_levels(sdk):
    intent = again(pay(amount=10000), "latest_charge.balance_transaction")
    transaction = intent.latest_charge.balance_transaction
    assert transaction.object == "balance_transaction"
    assert (transaction.amount, transaction.fee, transaction.net) == (10000, 320, 9680)
    assert transaction.source == intent.latest_charge.id


def test_several_paths_on_creation(sdk):
    customer = new_customer()
    intent = pay(customer=customer.id, expand=["customer", "latest_charge", "payment_method"])
    assert intent.customer.email == customer.email
    assert intent.latest_charge.status == "succeeded"
    assert intent.payment_method.card.last4 == "4242"


def test_four_levels(sdk):
    customer = new_customer()
    paid = pay(customer=customer.id)
    path = "latest_charge.payment_intent.latest_charge.customer"
    intent = again(paid, path)
    deepest = intent.latest_charge.payment_intent.latest_charge.customer
    assert deepest.id == customer.id


def test_five_levels_are_too_many(sdk):
    intent = pay()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        again(intent, "latest_charge.payment_intent.latest_charge.payment_intent.customer")
    assert caught.value.http_status == 400


def test_lists_expand_under_data(sdk):
    customer = new_customer()
    pay(customer=customer.id)
    pay(customer=customer.id)
    page = stripe.PaymentIntent.list(customer=customer.id, expand=["data.customer", "data.latest_charge"])
    assert [i.customer.id for i in page.data] == [customer.id] * 2
    assert {i.latest_charge.object for i in page.data} == {"charge"}


def test_refund_expands_its_charge_and_intent(sdk):
    intent = pay()
    refund = stripe.Refund.create(payment_intent=intent.id, expand=["charge", "payment_intent"])
    assert refund.charge.amount_refunded == 2000
    assert refund.payment_intent.id == intent.id


@pytest.mark.parametrize("path", ["amount", "nothing_of_the_kind", "latest_charge.amount", "data.customer"])
def test_a_path_that_cannot_be_expanded_is_named(sdk, path):
    intent = pay()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        again(intent, path)
    assert caught.value.http_status == 400
    assert "cannot be expanded" in caught.value.user_message
    assert path in caught.value.user_message


def test_a_list_path_must_begin_with_data(sdk):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.list(expand=["customer"])
    assert "cannot be expanded" in caught.value.user_message


def test_a_bad_path_on_creation_creates_nothing(sdk):
    customer = new_customer()
    with pytest.raises(stripe.InvalidRequestError):
        pay(customer=customer.id, expand=["nothing_of_the_kind"])
    assert stripe.PaymentIntent.list(customer=customer.id).data == []


def test_expanding_nothing_stays_null(sdk):
    assert again(pay(), "customer").customer is None
