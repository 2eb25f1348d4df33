"""The books as the API shows them: fees, nets, pending money, and balances that add up.

Each test that compares balances uses a currency of its own, so that no other test and no
background job moves it meanwhile.
"""

import pytest
import stripe

from shop import charge_of, pay, plain

FEES = [(100, 33), (1999, 88), (2000, 88), (10000, 320), (99999, 2930)]


def _total(currency):
    balance = plain(stripe.Balance.retrieve())
    return sum(
        part["amount"] for where in ("available", "pending") for part in balance[where]
        if part["currency"] == currency)


def _part(where, currency):
    balance = plain(stripe.Balance.retrieve())
    return sum(part["amount"] for part in balance[where] if part["currency"] == currency)


@pytest.mark.parametrize("amount, fee", FEES)
def test_the_fee_is_2_9_percent_and_30(sdk, amount, fee):
    transaction = charge_of(pay(amount=amount), "balance_transaction").balance_transaction
    assert (transaction.amount, transaction.fee, transaction.net) == (amount, fee, amount - fee)
    assert sum(d.amount for d in transaction.fee_details) == fee
    assert {d.type for d in transaction.fee_details} == {"stripe_fee"}


def test_the_transaction_of_a_charge(sdk):
    intent = pay(amount=2000)
    charge = charge_of(intent)
    transaction = stripe.BalanceTransaction.retrieve(charge.balance_transaction)
    assert transaction.object == "balance_transaction" and transaction.id.startswith("txn_")
    assert (transaction.type, transaction.reporting_category) == ("charge", "charge")
    assert (transaction.source, transaction.currency, transaction.exchange_rate) == (charge.id, "usd", None)
    assert transaction.status == "pending"
    assert transaction.available_on > transaction.created


def test_a_card_that_skips_the_wait(sdk):
    transaction = charge_of(pay("pm_card_bypassPending"), "balance_transaction").balance_transaction
    assert transaction.status == "available"


def test_balance_has_its_shape(sdk):
    pay()
    balance = stripe.Balance.retrieve()
    assert (balance.object, balance.livemode) == ("balance", False)
    assert "usd" in {p.currency for p in balance.pending}
    assert all("card" in plain(p)["source_types"] for p in balance.pending if p.currency == "usd")


def test_a_payment_raises_the_balance_by_its_net(sdk):
    before = _total("nzd")
    pay(amount=10000, currency="nzd")
    assert _total("nzd") - before == 9680


def test_a_refund_lowers_it_by_its_amount(sdk):
    before = _total("sek")
    intent = pay(amount=10000, currency="sek")
    stripe.Refund.create(payment_intent=intent.id, amount=4000)
    assert _total("sek") - before == 9680 - 4000


def test_an_authorisation_does_not_touch_it(sdk):
    before = _total("nok")
    intent = pay(amount=10000, currency="nok", capture_method="manual")
    assert _total("nok") == before
    stripe.PaymentIntent.capture(intent.id, amount_to_capture=2000)
    assert _total("nok") - before == 2000 - 88


def test_a_decline_does_not_touch_it(sdk):
    before = _total("sgd")
    with pytest.raises(stripe.CardError):
        pay("pm_card_visa_chargeDeclined", currency="sgd")
    assert _total("sgd") == before


def test_pending_and_available_are_kept_apart(sdk):
    pending, available = _part("pending", "hkd"), _part("available", "hkd")
    pay(amount=10000, currency="hkd")
    assert _part("pending", "hkd") - pending == 9680
    pay("pm_card_bypassPending", amount=10000, currency="hkd")
    assert _part("available", "hkd") - available == 9680


def test_the_balance_is_the_sum_of_its_transactions(sdk):
    pay(amount=5000, currency="mxn")
    intent = pay(amount=7000, currency="mxn")
    stripe.Refund.create(payment_intent=intent.id, amount=1000)
    everything = stripe.BalanceTransaction.list(currency="mxn", limit=100).auto_paging_iter()
    assert sum(t.net for t in everything) == _total("mxn")


def test_transactions_are_filtered_by_source_and_type(sdk):
    intent = pay(amount=2000)
    refund = stripe.Refund.create(payment_intent=intent.id)
    by_source = stripe.BalanceTransaction.list(source=intent.latest_charge).data
    assert [t.type for t in by_source] == ["charge"]
    newest_refund = stripe.BalanceTransaction.list(type="refund", limit=1).data
    assert newest_refund[0].id == refund.balance_transaction


def test_a_zero_decimal_currency_has_whole_fees(sdk):
    transaction = charge_of(pay(amount=5000, currency="jpy"), "balance_transaction").balance_transaction
    assert (transaction.amount, transaction.fee, transaction.net) == (5000, 175, 4825)
