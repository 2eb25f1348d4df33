"""Domains of a merchant's pages. Deliberately absent: their effect, since no wallet that needs one is offered yet."""

import pytest
import stripe

import wire
from plain import word

DOMAINS = "/v1/payment_method_domains"
WALLETS = {"amazon_pay", "apple_pay", "google_pay", "klarna", "link", "paypal"}


def test_a_domain_is_registered_once(sdk):
    name = f"{word()}.example"
    made = stripe.PaymentMethodDomain.create(domain_name=name.upper())
    assert made.id.startswith("pmd_") and (made.object, made.domain_name, made.enabled) == ("payment_method_domain", name, True)
    assert {wallet: made[wallet]["status"] for wallet in WALLETS} == {**{wallet: "inactive" for wallet in WALLETS}, "paypal": "active"}
    assert "does not offer Apple Pay" in made.apple_pay.status_details.error_message
    off = stripe.PaymentMethodDomain.modify(made.id, enabled=False)
    assert (off.id, off.enabled) == (made.id, False)
    # Registering it again changes nothing.
    again = stripe.PaymentMethodDomain.create(domain_name=name, enabled=True)
    assert (again.id, again.enabled, again.created) == (made.id, False, made.created)
    assert stripe.PaymentMethodDomain.retrieve(made.id).enabled is False
    assert stripe.PaymentMethodDomain.validate(made.id).id == made.id
    listed = stripe.PaymentMethodDomain.list(domain_name=name.upper())
    assert [one.id for one in listed] == [made.id]
    assert [one.id for one in stripe.PaymentMethodDomain.list(domain_name=f"no.{name}")] == []


def test_lists_tell_enabled_ones_from_others(sdk):
    on, off = (stripe.PaymentMethodDomain.create(domain_name=f"{word()}.example", enabled=enabled).id for enabled in (True, False))
    for enabled, has, lacks in ((True, on, off), (False, off, on)):
        ids = [one.id for one in stripe.PaymentMethodDomain.list(enabled=enabled, limit=100)]
        assert has in ids and lacks not in ids


@pytest.mark.raw
@pytest.mark.parametrize("name", ["https://shop.example", "shop.example:8443", "*.shop.example", "shop.example/pay", "a b", ".", "[::1]"])
def test_what_is_no_domain(sdk, name):
    refused = wire.post(DOMAINS, {"domain_name": name})
    assert (refused.status, refused.error["param"]) == (400, "domain_name"), refused.body
    assert "shop.example" in refused.error["message"]


@pytest.mark.raw
def test_a_domain_needs_a_name(sdk):
    refused = wire.post(DOMAINS, {})
    assert (refused.status, refused.error["code"], refused.error["param"]) == (400, "parameter_missing", "domain_name")
    missing = wire.get(f"{DOMAINS}/pmd_nobody")
    assert (missing.status, missing.error["param"]) == (404, "payment_method_domain")
