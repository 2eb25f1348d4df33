"""Customers: create, read, change, delete, metadata, and the cards they own."""

import pytest
import stripe

from shop import error_of, events_of, fresh, pay, plain, saved_card, types


def test_create(sdk):
    email = f"{fresh('mail')}@example.com"
    customer = stripe.Customer.create(
        name="Ada Lovelace", email=email, phone="+441234567890", description="First", metadata={"a": "1"},
        address={"line1": "1 Main St", "city": "London", "country": "GB", "postal_code": "N1"})
    assert customer.object == "customer" and customer.id.startswith("cus_")
    assert (customer.name, customer.email, customer.phone) == ("Ada Lovelace", email, "+441234567890")
    assert (customer.description, customer.address.city) == ("First", "London")
    assert (customer.livemode, customer.balance, plain(customer.metadata)) == (False, 0, {"a": "1"})
    assert types(events_of(customer.id, customer.created)) == ["customer.created"]


def test_an_empty_customer_is_fine(sdk):
    customer = stripe.Customer.create()
    assert (customer.name, customer.email) == (None, None)


def test_change_tells_what_was_before(customer):
    changed = stripe.Customer.modify(customer.id, name="Jenny R.", metadata={"tier": "gold"})
    assert changed.name == "Jenny R."
    assert plain(changed.metadata) == {"marker": customer.metadata["marker"], "tier": "gold"}
    event = events_of(customer.id, customer.created)[-1]
    assert event["type"] == "customer.updated"
    before = event["data"]["previous_attributes"]
    assert set(before) == {"name", "metadata"}
    assert before["name"] == "Jenny Rosen"


def test_a_new_default_card_is_told_with_the_old_one(customer):
    def told():
        return events_of(customer.id, customer.created)[-1]["data"]["previous_attributes"]
    first = stripe.Customer.modify(customer.id, source="tok_visa").default_source
    assert first is not None and told() == {"default_source": None}
    second = stripe.Customer.modify(customer.id, source="tok_mastercard").default_source
    assert second != first and told() == {"default_source": first}


def test_a_default_set_at_creation_is_told(sdk):
    card = stripe.PaymentMethod.create(type="card", card={"token": "tok_visa"})
    customer = stripe.Customer.create(
        payment_method=card.id, invoice_settings={"default_payment_method": card.id})
    event = events_of(customer.id, customer.created)[-1]
    assert event["type"] == "customer.updated"
    assert event["data"]["previous_attributes"] == {"invoice_settings": {"default_payment_method": None}}


def test_a_published_card_is_attached_and_the_default(sdk):
    named = {"payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": "pm_card_visa"}}
    customer = stripe.Customer.create(**named)
    [card] = stripe.PaymentMethod.list(customer=customer.id).data
    assert customer.invoice_settings.default_payment_method == card.id
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe.Customer.create(payment_method="pm_card_visa", invoice_settings={"default_payment_method": "pm_card_mastercard"})
    assert refused.value.param == "invoice_settings[default_payment_method]"


def test_metadata_keys_are_removed(customer):
    stripe.Customer.modify(customer.id, metadata={"a": "1", "b": "2"})
    one_less = stripe.Customer.modify(customer.id, metadata={"a": "", "marker": ""})
    assert plain(one_less.metadata) == {"b": "2"}
    assert plain(stripe.Customer.modify(customer.id, metadata="").metadata) == {}


def test_an_empty_string_unsets_a_field(customer):
    assert stripe.Customer.modify(customer.id, name="").name is None
    assert stripe.Customer.retrieve(customer.id).email == customer.email


def test_delete(customer):
    gone = stripe.Customer.delete(customer.id)
    assert (gone.id, gone.object, gone.deleted) == (customer.id, "customer", True)
    read = stripe.Customer.retrieve(customer.id)
    assert read.deleted is True
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Customer.modify(customer.id, name="Ghost")
    assert caught.value.code == "resource_missing"
    assert types(events_of(customer.id, customer.created))[-1] == "customer.deleted"
    assert stripe.Customer.list(email=customer.email).data == []


def test_a_deleted_customer_cannot_pay(customer):
    stripe.Customer.delete(customer.id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay(customer=customer.id)
    assert (caught.value.http_status, caught.value.param) == (400, "customer")


def test_list_pages(sdk):
    customers = [stripe.Customer.create(name=f"N{n}") for n in range(3)]
    page = stripe.Customer.list(limit=2, ending_before=customers[0].id)
    assert [c.id for c in page.data] == [customers[2].id, customers[1].id]


def test_the_cards_of_a_customer(customer):
    saved = saved_card(customer)
    listed = stripe.Customer.list_payment_methods(customer.id, type="card")
    assert listed.url == f"/v1/customers/{customer.id}/payment_methods"
    assert [m.id for m in listed.data] == [saved.id]
    assert stripe.Customer.retrieve_payment_method(customer.id, saved.id).card.last4 == "4242"


def test_default_payment_method_for_invoices(customer):
    saved = saved_card(customer)
    changed = stripe.Customer.modify(
        customer.id, invoice_settings={"default_payment_method": saved.id})
    assert changed.invoice_settings.default_payment_method == saved.id


def test_a_card_can_come_with_the_customer(sdk):
    customer = stripe.Customer.create(payment_method="pm_card_visa")
    listed = stripe.PaymentMethod.list(customer=customer.id, type="card").data
    assert [m.customer for m in listed] == [customer.id]


def test_a_declining_card_makes_no_customer(sdk):
    email = f"{fresh('mail')}@example.com"
    with pytest.raises(stripe.CardError) as caught:
        stripe.Customer.create(email=email, payment_method="pm_card_visa_chargeDeclined")
    assert error_of(caught)["code"] == "card_declined"
    assert stripe.Customer.list(email=email).data == []


@pytest.mark.parametrize("email", ["not an address", "@", "a@"])
def test_a_wrong_email_is_refused(sdk, email):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Customer.create(email=email)
    assert (caught.value.code, caught.value.param) == ("email_invalid", "email")
