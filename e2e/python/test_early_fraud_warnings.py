"""The card of an early fraud warning: the payment succeeds, and the issuer warns before anybody objects."""

import pytest
import stripe

from shop import authorise, charge_of, events_of, pay, plain, types
from waiting import until

CARD = "pm_card_createIssuerFraudRecord"
CREATED, UPDATED = "radar.early_fraud_warning.created", "radar.early_fraud_warning.updated"


def _warning_of(charge_id):
    """The one warning of a charge, once it is there."""
    page = until(lambda: stripe.radar.EarlyFraudWarning.list(charge=charge_id).data, f"a warning of {charge_id}")
    assert len(page) == 1
    return page[0]


def _updates(warning):
    found = events_of(warning.id, warning.created)
    return [event for event in found if event["type"] == UPDATED]


def _settled(warning):
    """The warning, once it can no longer be acted upon."""
    def find():
        now = stripe.radar.EarlyFraudWarning.retrieve(warning.id)
        return now if now.actionable is False else None

    return until(find, f"the end of {warning.id}")


def test_the_payment_succeeds_and_the_issuer_warns(sdk):
    intent = pay(CARD, amount=4000)
    assert (intent.status, intent.amount_received) == ("succeeded", 4000)
    warning = _warning_of(intent.latest_charge)
    assert warning.id.startswith("issfr_")
    assert plain(warning) == {
        "id": warning.id, "object": "radar.early_fraud_warning", "actionable": True,
        "charge": intent.latest_charge, "created": warning.created, "fraud_type": "misc",
        "livemode": False, "payment_intent": intent.id,
    }
    assert plain(stripe.radar.EarlyFraudWarning.retrieve(warning.id)) == plain(warning)
    charge = charge_of(intent)
    assert (charge.disputed, charge.refunded, charge.amount_captured) == (False, False, 4000)
    assert stripe.Dispute.list(charge=charge.id).data == []
    [event] = until(lambda: events_of(warning.id, intent.created), "the warning's event")
    assert event["type"] == CREATED
    assert event["data"]["object"] == plain(warning)


def test_a_token_warns_like_the_ready_made_method(sdk):
    method = stripe.PaymentMethod.create(type="card", card={"token": "tok_createIssuerFraudRecord"})
    intent = pay(method.id)
    assert _warning_of(intent.latest_charge).payment_intent == intent.id


def test_the_endpoint_hears_of_a_warning(sdk, receiver, endpoint):
    endpoint([CREATED, UPDATED])
    intent = pay(CARD)
    warning = _warning_of(intent.latest_charge)
    stripe.Refund.create(charge=intent.latest_charge)

    for kind, actionable in ((CREATED, True), (UPDATED, False)):
        def is_it(event, kind=kind):
            return event["type"] == kind and event["data"]["object"]["id"] == warning.id

        told = receiver.wait(is_it, kind).event
        assert told["data"]["object"]["actionable"] is actionable


def test_a_full_refund_settles_the_warning(sdk):
    intent = pay(CARD, amount=2000)
    warning = _warning_of(intent.latest_charge)
    stripe.Refund.create(payment_intent=intent.id, amount=1999)
    assert stripe.radar.EarlyFraudWarning.retrieve(warning.id).actionable is True
    assert _updates(warning) == []
    stripe.Refund.create(payment_intent=intent.id)
    assert plain(_settled(warning)) == {**plain(warning), "actionable": False}
    [update] = until(lambda: _updates(warning), UPDATED)
    assert update["data"]["object"]["actionable"] is False
    assert update["data"]["previous_attributes"] == {"actionable": True}


def test_the_warning_follows_the_money_and_not_the_authorization(sdk):
    intent = authorise(payment_method=CARD)
    assert stripe.radar.EarlyFraudWarning.list(charge=intent.latest_charge).data == []
    stripe.PaymentIntent.capture(intent.id)
    assert _warning_of(intent.latest_charge).actionable is True


def test_a_direct_charge_has_no_intent_to_name(sdk):
    charge = stripe.Charge.create(amount=2000, currency="usd", source="tok_createIssuerFraudRecord")
    warning = plain(_warning_of(charge.id))
    assert "payment_intent" not in warning and warning["charge"] == charge.id


def test_warnings_are_listed_filtered_and_paged(sdk):
    made = [pay(CARD) for _ in range(3)]
    ids = [_warning_of(intent.latest_charge).id for intent in made]
    found = stripe.radar.EarlyFraudWarning.list(payment_intent=made[1].id).data
    assert [warning.id for warning in found] == [ids[1]]
    since = {"gte": made[0].created}
    listed = [warning.id for warning in stripe.radar.EarlyFraudWarning.list(created=since, limit=2).auto_paging_iter()]
    assert set(ids) <= set(listed) and len(set(listed)) == len(listed)
    page = stripe.radar.EarlyFraudWarning.list(limit=1, starting_after=listed[0])
    assert [warning.id for warning in page.data] == [listed[1]] and page.has_more
    page = stripe.radar.EarlyFraudWarning.list(limit=1, ending_before=listed[1])
    assert [warning.id for warning in page.data] == [listed[0]]
    before = stripe.radar.EarlyFraudWarning.list(created={"lt": made[0].created}, limit=100)
    assert not set(ids) & {warning.id for warning in before.auto_paging_iter()}


def test_charge_and_intent_can_be_expanded(sdk):
    intent = pay(CARD)
    warning = _warning_of(intent.latest_charge)
    full = stripe.radar.EarlyFraudWarning.retrieve(warning.id, expand=["charge", "payment_intent.latest_charge"])
    assert (full.charge.object, full.charge.id) == ("charge", intent.latest_charge)
    assert full.payment_intent.latest_charge.id == intent.latest_charge
    page = stripe.radar.EarlyFraudWarning.list(charge=intent.latest_charge, expand=["data.charge"])
    assert page.data[0].charge.amount == intent.amount


def test_a_warning_that_is_not_there(sdk):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.radar.EarlyFraudWarning.retrieve("issfr_missing")
    error = caught.value
    assert (error.http_status, error.code, error.param) == (404, "resource_missing", "early_fraud_warning")


def test_an_ordinary_payment_raises_no_warning(sdk):
    intent = pay()
    assert stripe.radar.EarlyFraudWarning.list(payment_intent=intent.id).data == []
    assert CREATED not in types(events_of(intent.latest_charge, intent.created))
