"""PaymentMethods: create, attach, detach, list, update."""

import pytest
import stripe

from cards import card
from shop import events_of, new_customer, pay, plain, saved_card, types


def test_create_from_a_raw_card(sdk):
    method = stripe.PaymentMethod.create(
        type="card", card=card(), billing_details={"name": "Jenny", "email": "j@example.com"}, metadata={"a": "1"})
    assert method.object == "payment_method" and method.id.startswith("pm_")
    assert (method.type, method.customer, method.livemode) == ("card", None, False)
    assert (method.card.exp_month, method.card.exp_year) == (12, 2034)
    assert (method.billing_details.name, method.billing_details.email) == ("Jenny", "j@example.com")
    assert plain(stripe.PaymentMethod.retrieve(method.id)) == plain(method)


def test_create_from_a_token_alias(sdk):
    method = stripe.PaymentMethod.create(type="card", card={"token": "tok_mastercard"})
    assert (method.card.brand, method.card.last4) == ("mastercard", "4444")


def test_an_alias_gives_a_new_object_each_time(customer):
    one, two = saved_card(customer), saved_card(customer)
    assert one.id != two.id and one.id != "pm_card_visa"
    assert [m.id for m in stripe.PaymentMethod.list(customer=customer.id, type="card").data] == [two.id, one.id]


def test_attach_and_detach(customer):
    method = stripe.PaymentMethod.create(type="card", card=card())
    attached = stripe.PaymentMethod.attach(method.id, customer=customer.id)
    assert (attached.id, attached.customer) == (method.id, customer.id)
    detached = stripe.PaymentMethod.detach(method.id)
    assert detached.customer is None
    assert stripe.PaymentMethod.list(customer=customer.id, type="card").data == []
    of_method = events_of(method.id, customer.created)
    assert types(of_method) == ["payment_method.attached", "payment_method.detached"]


def test_an_attached_card_is_not_attached_twice(customer):
    saved = saved_card(customer)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentMethod.attach(saved.id, customer=new_customer().id)
    assert caught.value.http_status == 400
    assert stripe.PaymentMethod.retrieve(saved.id).customer == customer.id


def test_detaching_what_is_not_attached_is_refused(sdk):
    method = stripe.PaymentMethod.create(type="card", card=card())
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentMethod.detach(method.id)
    assert caught.value.http_status == 400


def test_a_detached_card_cannot_pay(customer):
    saved = saved_card(customer)
    stripe.PaymentMethod.detach(saved.id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay(saved.id)
    assert caught.value.http_status == 400


def test_update(customer):
    saved = saved_card(customer)
    changed = stripe.PaymentMethod.modify(
        saved.id, billing_details={"name": "New Name", "address": {"postal_code": "12345"}},
        card={"exp_month": 7, "exp_year": 2036}, metadata={"k": "v"})
    assert changed.billing_details.name == "New Name"
    assert changed.billing_details.address.postal_code == "12345"
    assert (changed.card.exp_month, changed.card.exp_year) == (7, 2036)
    assert plain(changed.metadata) == {"k": "v"}
    event = events_of(saved.id, customer.created)[-1]
    assert event["type"] == "payment_method.updated"
    assert "metadata" in event["data"]["previous_attributes"]


def test_the_list_of_cards_that_may_be_shown_again(customer):
    def saved(**more):
        made = stripe.PaymentMethod.create(type="card", card={"token": "tok_visa"}, **more)
        return stripe.PaymentMethod.attach(made.id, customer=customer.id).id

    always = {saved(allow_redisplay="always") for _ in range(3)}
    limited, unsaid = saved(allow_redisplay="limited"), saved()
    for wanted, expected in (("always", always), ("limited", {limited}), ("unspecified", {unsaid})):
        pages = stripe.PaymentMethod.list(customer=customer.id, allow_redisplay=wanted, limit=2)
        assert {m.id for m in pages.auto_paging_iter()} == expected
        pages = stripe.Customer.list_payment_methods(customer.id, allow_redisplay=wanted, limit=2)
        assert {m.id for m in pages.auto_paging_iter()} == expected


def test_a_list_of_another_type_is_empty(customer):
    saved_card(customer)
    assert stripe.PaymentMethod.list(customer=customer.id, type="sepa_debit").data == []


def test_an_unknown_type_is_refused(sdk):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentMethod.create(type="shells")
    assert (caught.value.http_status, caught.value.param) == (400, "type")


def test_attach_needs_a_customer(sdk):
    method = stripe.PaymentMethod.create(type="card", card=card())
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentMethod.attach(method.id)
    assert (caught.value.http_status, caught.value.param) == (400, "customer")
