"""A payment as the published wire format describes it, small enough to be read at once, and the search for a serial order.

It knows states, amounts and error codes, one payment at a time, and shares no code with Florin. `explain` takes what was
answered to operations that ran at the same time, and looks for an order in which they could have run one after the
other. An operation that was told to try again later (429 `lock_timeout`) has changed nothing and takes no part.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Iterator, Sequence

UNEXPECTED = "payment_intent_unexpected_state"
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
GOOD, DECLINED, ASKING = "pm_card_visa", "pm_card_visa_chargeDeclined", "pm_card_threeDSecure2Required"


@dataclass(frozen=True)
class Facts:
    """What an intent shows of itself."""

    status: str
    amount: int
    received: int
    capturable: int
    tags: frozenset[tuple[str, str]]
    description: str | None


@dataclass(frozen=True)
class Answer:
    """One answer: `facts` is the intent in it, also in an error, `refund` the amount of a refund that was made."""

    http: int
    code: str | None = None
    param: str | None = None
    facts: Facts | None = None
    refund: int | None = None

    @property
    def is_later(self) -> bool:
        """Nothing was changed; the merchant is to try again."""
        return (self.http, self.code) == (429, "lock_timeout")


@dataclass(frozen=True)
class Operation:
    """One request: `verb` is capture, cancel, refund, confirm or update, and the rest are its parameters. A refund with
    `by_charge` names the newest charge instead of its intent."""

    verb: str
    amount: int | None = None
    by_charge: bool = False
    card: str | None = None
    tag: tuple[str, str] | None = None
    description: str | None = None


@dataclass(frozen=True)
class Charge:
    """The newest attempt to take the money."""

    succeeded: bool
    captured: int = 0
    refunded: int = 0


@dataclass(frozen=True)
class Payment:
    """One intent with its newest charge; `card` is the one that a confirmation takes when it names none."""

    status: str
    amount: int
    is_manual: bool
    card: str | None = None
    received: int = 0
    capturable: int = 0
    tags: frozenset[tuple[str, str]] = frozenset()
    description: str | None = None
    charge: Charge | None = None
    charges: int = 0
    refunds: tuple[int, ...] = ()

    @property
    def facts(self) -> Facts:
        """What is shown of it."""
        return Facts(self.status, self.amount, self.received, self.capturable, self.tags, self.description)

    @property
    def end(self) -> tuple[Any, ...]:
        """Everything that a look at the end shows: refunds in no order, because a list may show them in any."""
        return self.facts, self.charge, self.charges, tuple(sorted(self.refunds))


def created(amount: int, is_manual: bool, card: str | None) -> Payment:
    """A fresh intent."""
    return Payment("requires_confirmation" if card else "requires_payment_method", amount, is_manual, card)


def apply(payment: Payment, operation: Operation) -> tuple[Payment, Answer]:
    """The payment after an operation, and its answer."""
    return {"confirm": confirm, "capture": capture, "cancel": cancel, "refund": refund, "update": update}[
        operation.verb](payment, operation)


def _done(payment: Payment) -> tuple[Payment, Answer]:
    return payment, Answer(200, facts=payment.facts)


def _unexpected(payment: Payment) -> tuple[Payment, Answer]:
    return payment, Answer(400, UNEXPECTED, facts=payment.facts)


def confirm(payment: Payment, operation: Operation) -> tuple[Payment, Answer]:
    """Takes or reserves the money, or asks the buyer, or is declined; each decline and each success is a charge."""
    card = operation.card or payment.card
    if payment.status not in OPEN or card is None:
        return _unexpected(payment)
    if card == ASKING:
        return _done(replace(payment, status="requires_action", card=card))
    tried = replace(payment, charges=payment.charges + 1)
    if card == DECLINED:
        failed = replace(tried, status="requires_payment_method", card=None, charge=Charge(False))
        return failed, Answer(402, "card_declined", facts=failed.facts)
    if payment.is_manual:
        return _done(replace(tried, status="requires_capture", card=card, capturable=payment.amount, charge=Charge(True)))
    return _done(replace(tried, status="succeeded", card=card, received=payment.amount,
                         charge=Charge(True, captured=payment.amount)))


def capture(payment: Payment, operation: Operation) -> tuple[Payment, Answer]:
    """Takes what was reserved, or a part of it; the rest is released."""
    if payment.status != "requires_capture" or payment.charge is None:
        return _unexpected(payment)
    amount = payment.capturable if operation.amount is None else operation.amount
    if amount > payment.capturable:
        return payment, Answer(400, "amount_too_large", "amount_to_capture")
    return _done(replace(payment, status="succeeded", received=amount, capturable=0,
                         charge=replace(payment.charge, captured=amount)))


def cancel(payment: Payment, _: Operation) -> tuple[Payment, Answer]:
    """Ends a payment that is not paid, and releases what was reserved."""
    if payment.status in ("succeeded", "canceled", "processing"):
        return _unexpected(payment)
    return _done(replace(payment, status="canceled", capturable=0))


def refund(payment: Payment, operation: Operation) -> tuple[Payment, Answer]:
    """Gives back money that was taken, never more than that."""
    charge = payment.charge
    if charge is None or (payment.received == 0 and not operation.by_charge):
        return _unexpected(payment)
    if not charge.succeeded or (charge.captured == 0 and payment.status != "canceled"):
        return payment, Answer(400)
    left = charge.captured - charge.refunded
    if left == 0:
        return payment, Answer(400, "charge_already_refunded")
    amount = left if operation.amount is None else operation.amount
    if amount > left:
        return payment, Answer(400, None, "amount")
    after = replace(payment, refunds=(*payment.refunds, amount),
                    charge=replace(charge, refunded=charge.refunded + amount))
    return after, Answer(200, refund=amount)


def update(payment: Payment, operation: Operation) -> tuple[Payment, Answer]:
    """Words can be changed at any time, the amount only before the payment is under way."""
    after = payment
    if operation.amount is not None:
        if payment.status not in OPEN:
            return _unexpected(payment)
        # The buyer was asked about another amount, so the confirmation has to be repeated.
        status = "requires_confirmation" if payment.status == "requires_action" else payment.status
        after = replace(after, amount=operation.amount, status=status)
    if operation.tag is not None:
        after = replace(after, tags=frozenset((*(t for t in after.tags if t[0] != operation.tag[0]), operation.tag)))
    if operation.description is not None:
        after = replace(after, description=operation.description)
    return _done(after)


Seen = tuple[Operation, Answer]


def explain(start: Payment, seen: Sequence[Seen], end: tuple[Any, ...], is_outside: bool = False) -> list[Operation] | None:
    """A serial order that gives exactly these answers and this end; `None` when there is none. With a processor outside a
    confirmation has two steps, between which the payment is `processing` and others may come."""
    return _search(start, [pair for pair in seen if not pair[1].is_later], end, (is_outside, None))


# Whether the processor is outside, and the confirmation that it works on with the state from before it.
Outside = tuple[bool, tuple[Seen, str] | None]


def _search(payment: Payment, left: list[Seen], end: tuple[Any, ...], outside: Outside) -> list[Operation] | None:
    if not left and outside[1] is None:
        return [] if payment.end == end else None
    for after, operation, rest, next_outside in _steps(payment, left, outside):
        found = _search(after, rest, end, next_outside)
        if found is not None:
            return [operation, *found]
    return None


def _steps(payment: Payment, left: list[Seen], outside: Outside) -> Iterator[tuple[Payment, Operation, list[Seen], Outside]]:
    is_outside, under_way = outside
    if under_way is not None:
        (operation, answer), before = under_way
        after, expected = apply(replace(payment, status=before), operation)
        if expected == answer:
            yield after, operation, left, (is_outside, None)
    for index, (operation, answer) in enumerate(left):
        rest = left[:index] + left[index + 1:]
        after, expected = apply(payment, operation)
        if expected == answer:
            yield after, operation, rest, outside
        if is_outside and under_way is None and operation.verb == "confirm" and payment.status in OPEN:
            yield replace(payment, status="processing"), operation, rest, (True, ((operation, answer), payment.status))
