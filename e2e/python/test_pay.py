"""Taking a payment: create, confirm, read back, change, and the currencies."""

import pytest
import stripe

from shop import again, charge_of, error_of, fresh, new_customer, pay, plain
from waiting import until


def test_create_and_confirm_in_one_call():
    order = fresh()
    intent = pay(amount=1999, currency="eur", description="Two tickets", metadata={"order_id": order})
    assert intent.object == "payment_intent"
    assert intent.id.startswith("pi_")
    assert intent.client_secret.startswith(intent.id + "_secret_")
    assert (intent.status, intent.amount, intent.amount_received, intent.amount_capturable) == (
        "succeeded", 1999, 1999, 0)
    assert (intent.currency, intent.description) == ("eur", "Two tickets")
    assert plain(intent.metadata) == {"order_id": order}
    assert intent.livemode is False
    assert intent.capture_method in ("automatic", "automatic_async")
    assert intent.confirmation_method == "automatic"
    assert list(intent.payment_method_types) == ["card"]
    assert intent.next_action is None and intent.last_payment_error is None
    assert intent.latest_charge.startswith(("ch_", "py_"))
    assert intent.payment_method.startswith("pm_") and intent.payment_method != "pm_card_visa"


def test_the_charge_of_a_payment():
    intent = pay(amount=2500, description="A book", metadata={"order_id": "b-1"})
    charge = charge_of(intent)
    assert charge.object == "charge"
    assert (charge.status, charge.paid, charge.captured, charge.refunded, charge.disputed) == (
        "succeeded", True, True, False, False)
    assert (charge.amount, charge.amount_captured, charge.amount_refunded) == (2500, 2500, 0)
    assert (charge.payment_intent, charge.payment_method) == (intent.id, intent.payment_method)
    assert charge.description == "A book" and charge.metadata["order_id"] == "b-1"
    card = charge.payment_method_details.card
    assert charge.payment_method_details.type == "card"
    assert (card.brand, card.last4, card.funding, card.country) == ("visa", "4242", "credit", "US")
    outcome = charge.outcome
    assert (outcome.type, outcome.network_status) == ("authorized", "approved_by_network")
    assert (outcome.risk_level, outcome.seller_message) == ("normal", "Payment complete.")
    assert charge.failure_code is None and charge.failure_message is None


def test_retrieve_gives_the_same_object():
    intent = pay(metadata={"order_id": fresh()})
    assert plain(again(intent)) == plain(intent)


def test_automatic_payment_methods_without_redirects():
    intent = stripe.PaymentIntent.create(
        amount=2000, currency="usd", payment_method="pm_card_visa", confirm=True,
        automatic_payment_methods={"enabled": True, "allow_redirects": "never"},
    )
    assert intent.status == "succeeded"
    assert plain(intent.automatic_payment_methods) == {"allow_redirects": "never", "enabled": True}
    assert "card" in list(intent.payment_method_types)


def test_create_first_confirm_later():
    intent = stripe.PaymentIntent.create(amount=2000, currency="usd", payment_method_types=["card"])
    assert intent.status == "requires_payment_method"
    assert intent.payment_method is None and intent.latest_charge is None
    assert intent.amount_received == 0
    confirmed = stripe.PaymentIntent.confirm(intent.id, payment_method="pm_card_mastercard")
    assert (confirmed.id, confirmed.status, confirmed.amount_received) == (intent.id, "succeeded", 2000)
    assert charge_of(confirmed).payment_method_details.card.brand == "mastercard"


def test_a_payment_method_given_at_creation_waits_for_confirmation():
    intent = stripe.PaymentIntent.create(
        amount=2000, currency="usd", payment_method="pm_card_visa", payment_method_types=["card"])
    assert intent.status == "requires_confirmation"
    assert stripe.PaymentIntent.confirm(intent.id).status == "succeeded"


def test_an_open_intent_can_be_changed():
    customer = new_customer()
    intent = stripe.PaymentIntent.create(
        amount=2000, currency="usd", payment_method_types=["card"], metadata={"a": "1", "b": "2"})
    changed = stripe.PaymentIntent.modify(
        intent.id, amount=2400, description="Bigger", customer=customer.id,
        receipt_email="buyer@example.com", metadata={"b": "3", "c": "4"})
    assert (changed.amount, changed.description, changed.customer) == (2400, "Bigger", customer.id)
    assert changed.receipt_email == "buyer@example.com"
    assert plain(changed.metadata) == {"a": "1", "b": "3", "c": "4"}
    assert stripe.PaymentIntent.confirm(intent.id, payment_method="pm_card_visa").amount_received == 2400


def test_a_paid_intent_keeps_its_amount_but_takes_metadata():
    intent = pay()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.modify(intent.id, amount=1)
    assert caught.value.http_status == 400
    assert again(intent).amount == 2000
    changed = stripe.PaymentIntent.modify(intent.id, metadata={"shipped": "yes"})
    assert changed.metadata["shipped"] == "yes"


def test_confirming_a_paid_intent_is_refused_with_the_intent():
    intent = pay()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.confirm(intent.id, payment_method="pm_card_visa")
    error = error_of(caught)
    assert caught.value.code == "payment_intent_unexpected_state"
    assert error["payment_intent"]["id"] == intent.id
    assert error["payment_intent"]["status"] == "succeeded"
    assert len(stripe.Charge.list(payment_intent=intent.id).data) == 1


def test_confirming_without_a_payment_method_is_refused():
    intent = stripe.PaymentIntent.create(amount=2000, currency="usd", payment_method_types=["card"])
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.confirm(intent.id)
    assert caught.value.http_status == 400
    assert again(intent).status == "requires_payment_method"


@pytest.mark.parametrize("currency, amount", [("jpy", 500), ("kwd", 1230), ("gbp", 999), ("chf", 100)])
def test_currencies_of_every_exponent(currency, amount):
    intent = pay(amount=amount, currency=currency)
    assert (intent.status, intent.amount_received, intent.currency) == ("succeeded", amount, currency)


def test_currency_is_read_in_any_case_and_answered_in_lower_case():
    assert pay(currency="USD").currency == "usd"


def test_shipping_and_descriptors_are_kept():
    shipping = {"name": "Jenny Rosen", "phone": "+15555550100",
                "address": {"line1": "1 Main St", "city": "Springfield", "country": "US", "postal_code": "12345"}}
    intent = pay(shipping=shipping, statement_descriptor_suffix="ORDER 7", receipt_email="j@example.com")
    assert intent.shipping.address.line1 == "1 Main St"
    assert intent.statement_descriptor_suffix == "ORDER 7"
    charge = charge_of(intent)
    assert charge.shipping.name == "Jenny Rosen"
    assert charge.receipt_email == "j@example.com"


def test_metadata_is_removed_key_by_key_and_as_a_whole():
    intent = stripe.PaymentIntent.create(
        amount=2000, currency="usd", payment_method_types=["card"], metadata={"a": "1", "b": "2", "c": "3"})
    assert plain(stripe.PaymentIntent.modify(intent.id, metadata={"a": ""}).metadata) == {"b": "2", "c": "3"}
    assert plain(stripe.PaymentIntent.modify(intent.id, metadata="").metadata) == {}


def test_automatic_async_capture_ends_with_a_balance_transaction():
    intent = pay(capture_method="automatic_async")
    assert intent.status in ("succeeded", "processing")
    done = until(lambda: (i := again(intent)).status == "succeeded" and i, "automatic_async capture")
    assert done.amount_received == 2000
    until(lambda: charge_of(done).balance_transaction, "balance transaction of an asynchronous capture")
