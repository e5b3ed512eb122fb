"""Mails are stored together for speed, and singly where one of them is refused, so that it alone stays out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mailgate.errors import MailgateError
from mailgate.register.faults import RowRefused
from mailgate.register.spool import Arrival, Spooled

Store = Callable[[Sequence[Arrival]], list[Spooled]]
"""One transaction: all arrivals are on disk when it returns, in order, or none is and it raises."""


def store_each(store: Store, arrivals: Sequence[Arrival]) -> list[Spooled | Exception]:
    """What became of each arrival, in order: its row, or the fault that kept it out; raises nothing.

    A fault that is ours (``is_ours``) keeps all out that are not stored yet, for to try on would only repeat it.  Any
    other is taken for one mail's: then each is stored in a transaction of its own.
    """
    if not arrivals:
        return []
    try:
        return list(_stored(store, arrivals))
    except Exception as fault:  # noqa: BLE001 - whatever the store raises is told to those whom it concerns
        if is_ours(fault) or len(arrivals) == 1:
            return [fault] * len(arrivals)
    outcomes: list[Spooled | Exception] = []
    for position, arrival in enumerate(arrivals):
        (outcome,) = store_each(store, [arrival])
        if isinstance(outcome, Exception) and is_ours(outcome):
            return outcomes + [outcome] * (len(arrivals) - position)
        outcomes.append(outcome)
    return outcomes


def is_ours(fault: Exception) -> bool:
    """Whether the register cannot serve now, whatever the mail: busy, full, stopping; not where it refuses a row."""
    return isinstance(fault, MailgateError) and not isinstance(fault, RowRefused)


def _stored(store: Store, arrivals: Sequence[Arrival]) -> list[Spooled]:
    stored = store(arrivals)
    if len(stored) != len(arrivals):
        raise RuntimeError(f"the store answered for {len(stored)} of {len(arrivals)} mails")
    return stored
