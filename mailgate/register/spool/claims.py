"""Mail of the spool from its first claim to its end: done, put back, or set aside for a person.

A claim is a lease.  Whoever holds one names itself (``owner``) when it ends it, so that a process whose lease ran out
meanwhile cannot touch the claim of the one that came after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, or_, select, update
from sqlmodel import Session

from mailgate.domain.mail import Envelope
from mailgate.errors import RegisterError
from mailgate.register import audit
from mailgate.register.sql import portions, run
from mailgate.register.tables import DeliveryRow, InboundContentRow, InboundRow, table_of

MAX_ATTEMPTS = 3
MAX_CUT_SHORT = 10
"""A process that is killed seldom dies of the mail in hand: only one that is in hand so often is taken for the cause."""
MAX_CLAIMED_BYTES = 64 * 1024 * 1024
"""A claim ends before it holds more bytes than this, but holds one mail at least: many large mails fill the memory."""

LONGEST_REST = timedelta(minutes=5)
"""No mail that failed rests longer: one whose ``not_before`` is farther off was put back before the clock was set back."""

CUT_SHORT = f"Handling this mail was cut short {MAX_CUT_SHORT} times: the process died, or its claim ran out."
"""Why ``claim`` and ``recover`` set a mail aside."""
_LOST = "A mail is not claimed any more: its lease ran out, and another process has taken or finished it."


class ClaimLost(RegisterError):
    """The mail is not claimed any more: its effect must not stand, for another process gives it its own."""


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A mail taken for reading; ``attempts`` counts this one."""

    id: int
    envelope: Envelope
    raw: bytes
    attempts: int
    archive: bool = False
    retaken: bool = False


class Claim(list[ClaimedMail]):
    """The mails that were taken, in the order in which they came.

    ``quarantined`` are the ids of mails that were set aside instead, for CUT_SHORT: once the transaction is committed
    they are to be told of in the journal.
    """

    def __init__(self, mails: Iterable[ClaimedMail] = (), quarantined: tuple[int, ...] = ()) -> None:
        super().__init__(mails)
        self.quarantined = quarantined


@dataclass(frozen=True, slots=True)
class Recovered:
    """How many mails are waiting again, and the ids of those that were set aside instead, for CUT_SHORT."""

    freed: int
    quarantined: tuple[int, ...] = ()


_inbound = table_of(InboundRow)
_content = table_of(InboundContentRow)
_delivery = table_of(DeliveryRow)

_WAITING = (
    select(_inbound.c.id, _inbound.c.attempts, _inbound.c.size)
    .where(_inbound.c.state == "waiting")
    .where(
        or_(
            _inbound.c.not_before.is_(None),
            _inbound.c.not_before <= bindparam("now"),
            _inbound.c.not_before > bindparam("farthest"),
        )
    )
    .order_by(_inbound.c.received_at, _inbound.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_TAKE = (
    update(_inbound)
    .where(_inbound.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        state="claimed",
        attempts=_inbound.c.attempts + 1,
        claimed_by=bindparam("owner"),
        claimed_until=bindparam("until"),
    )
)
_earlier = _delivery.alias("earlier")
_first_delivery = (
    select(func.min(_earlier.c.id)).where(_earlier.c.inbound_id == _inbound.c.id).correlate(_inbound).scalar_subquery()
)
_CLAIMED = (
    select(_inbound, _content.c.raw, _delivery.c.mailbox, _delivery.c.uidvalidity, _delivery.c.uid)
    .join(_content, _content.c.inbound_id == _inbound.c.id)
    .outerjoin(_delivery, _delivery.c.id == _first_delivery)
    .where(_inbound.c.id.in_(bindparam("ids", expanding=True)))
)
_FREE_AGAIN: dict[str, Any] = {"claimed_by": None, "claimed_until": None}
_FINISH = (
    update(_inbound)
    .where(_inbound.c.id == bindparam("inbound_id"), _inbound.c.state == "claimed")
    .values(state="done", verdict=bindparam("outcome"), finished_at=bindparam("now"), reason=None, **_FREE_AGAIN)
)
_FINISH_OWN = _FINISH.where(_inbound.c.claimed_by == bindparam("owner"))


def claim(session: Session, owner: str, limit: int, now: datetime, lease: timedelta) -> Claim:
    """Take waiting mails, oldest received first; the attempt is counted now, so that a crash counts too.

    A mail that failed before (attempts > 0) is claimed alone, so that it cannot take others down with it.  Rows whose
    lease ran out are waiting again, or set aside as ``recover`` does.
    """
    recovered = _free(session, None, now)
    waiting = run(session, _WAITING, {"now": now, "farthest": now + LONGEST_REST, "limit": limit}).all()
    taken = _together(waiting)
    if not taken:
        return Claim((), recovered.quarantined)
    run(session, _TAKE, {"ids": taken, "owner": owner, "until": now + lease})
    claimed = {row.id: _claimed_mail(row) for row in run(session, _CLAIMED, {"ids": taken})}
    return Claim((claimed[inbound_id] for inbound_id in taken), recovered.quarantined)


def renew(session: Session, inbound_ids: Sequence[int], owner: str, until: datetime) -> int:
    """Let claims last until an instant, for work that takes longer than its lease; returns how many are still held.

    A lease that ran out is renewed as well, as long as nobody else has taken the mail.
    """
    held = (_inbound.c.state == "claimed", _inbound.c.claimed_by == owner)
    return sum(
        _change(session, and_(_inbound.c.id.in_(portion), *held), claimed_until=until)
        for portion in portions(inbound_ids)
    )


def recover(session: Session, owner: str, now: datetime) -> Recovered:
    """Make the claims of a dead process (same owner, or lease over) waiting again.

    What was cut short MAX_CUT_SHORT times is quarantined instead: it may be what kills the process.
    """
    return _free(session, owner, now)


def finish(session: Session, inbound_id: int, verdict: str, now: datetime, *, owner: str | None = None) -> None:
    """The mail has had its effect; the same transaction holds that effect.

    Raises ClaimLost, so that the effect is undone, where the mail is not claimed any more, or not by ``owner``.
    """
    finish_all(session, {inbound_id: verdict}, now, owner=owner)


def finish_all(session: Session, verdicts: Mapping[int, str], now: datetime, *, owner: str | None = None) -> None:
    """``finish`` for several mails at once: their verdicts by id."""
    statement, whose = (_FINISH, {}) if owner is None else (_FINISH_OWN, {"owner": owner})
    values = [{"inbound_id": id, "outcome": verdict, "now": now, **whose} for id, verdict in verdicts.items()]
    if values and run(session, statement, values).rowcount != len(values):
        raise ClaimLost(_LOST)


def release(
    session: Session, inbound_id: int, reason: str, not_before: datetime, now: datetime, *, owner: str | None = None
) -> bool:
    """Put a mail back; at MAX_ATTEMPTS it is quarantined instead.  True if it was quarantined.

    Nothing happens where the mail is not claimed any more, or not by ``owner``.
    """
    claimed = _is_claimed(inbound_id, owner)
    attempts = run(session, select(_inbound.c.attempts).where(claimed).with_for_update()).scalar()
    if attempts is None:
        return False
    if attempts >= MAX_ATTEMPTS:
        quarantine(session, inbound_id, reason, "failed", now, owner=owner)
        return True
    _change(session, claimed, state="waiting", reason=reason, not_before=not_before, **_FREE_AGAIN)
    return False


def unclaim(session: Session, inbound_id: int, *, owner: str | None = None) -> None:
    """Put a mail back without counting the attempt: the trouble was ours (locked database, stopping).

    Nothing happens where the mail is not claimed any more, or not by ``owner``.
    """
    claimed = _is_claimed(inbound_id, owner)
    _change(session, claimed, state="waiting", attempts=_inbound.c.attempts - 1, **_FREE_AGAIN)


def unclaim_all(session: Session, owner: str, *, but: Sequence[int] = ()) -> int:
    """``unclaim`` for every mail of ``owner`` except some; returns how many there were.

    For claims of which the owner never learned, because the connection was lost while they were committed.
    """
    lost = and_(_inbound.c.state == "claimed", _inbound.c.claimed_by == owner, _inbound.c.id.not_in(but))
    return _change(session, lost, state="waiting", attempts=_inbound.c.attempts - 1, **_FREE_AGAIN)


def quarantine(
    session: Session, inbound_id: int, reason: str, verdict: str, now: datetime, *, owner: str | None = None
) -> None:
    """Set a mail aside for a person, with the reason in an English sentence, and add the event ``quarantined``.

    Raises ClaimLost where the mail is not claimed any more, or not by ``owner``.
    """
    values = {"state": "quarantined", "reason": reason, "verdict": verdict, "finished_at": now}
    if not _change(session, _is_claimed(inbound_id, owner), **values, **_FREE_AGAIN):
        raise ClaimLost(_LOST)
    detail = {"reason": reason, "verdict": verdict}
    audit.add(session, [audit.Event(now, "quarantined", "mailgate", inbound_id=inbound_id, detail=detail)])


def replay(session: Session, inbound_id: int, now: datetime) -> bool:
    """Make a quarantined mail waiting again with its attempts at nought; False if it is not quarantined.

    Adds the event ``replayed``.
    """
    chosen = and_(_inbound.c.id == inbound_id, _inbound.c.state == "quarantined")
    fresh = {"state": "waiting", "attempts": 0, "reason": None, "verdict": None, "finished_at": None}
    if not _change(session, chosen, **fresh, not_before=None):
        return False
    audit.add(session, [audit.Event(now, "replayed", "administrator", inbound_id=inbound_id)])
    return True


def _together(waiting: Sequence[Row[Any]]) -> list[int]:
    """How many of the oldest may be claimed at once: a failed one alone, the others up to the next failed one."""
    taken: list[int] = []
    size = 0
    for row in waiting:
        size += row.size
        if taken and (row.attempts > 0 or size > MAX_CLAIMED_BYTES):
            break
        taken.append(row.id)
        if row.attempts > 0:
            break
    return taken


def _claimed_mail(row: Row[Any]) -> ClaimedMail:
    envelope = Envelope(
        source=row.source,
        sender=row.envelope_sender,
        recipients=tuple(row.recipients),
        received_at=row.received_at,
        client=row.client,
        folder=row.mailbox,
        uidvalidity=row.uidvalidity,
        uid=row.uid,
        truncated=row.truncated,
    )
    return ClaimedMail(row.id, envelope, row.raw, row.attempts, row.archive, row.retaken)


def _free(session: Session, owner: str | None, now: datetime) -> Recovered:
    """End claims whose lease is over, and all of ``owner``."""
    over = _inbound.c.claimed_until <= now
    ended = over if owner is None else or_(over, _inbound.c.claimed_by == owner)
    chosen = select(_inbound.c.id, _inbound.c.attempts).where(_inbound.c.state == "claimed", ended)
    # At a start, PostgreSQL may not have noticed yet that the process before us is dead: what it holds is waited for.
    rows = run(session, chosen.with_for_update(skip_locked=owner is None)).all()
    cut_short = tuple(row.id for row in rows if row.attempts >= MAX_CUT_SHORT)
    for inbound_id in cut_short:
        quarantine(session, inbound_id, CUT_SHORT, "failed", now)
    again = [row.id for row in rows if row.attempts < MAX_CUT_SHORT]
    for portion in portions(again):
        _change(session, _inbound.c.id.in_(portion), state="waiting", **_FREE_AGAIN)
    return Recovered(len(again), cut_short)


def _is_claimed(inbound_id: int, owner: str | None) -> ColumnElement[bool]:
    """Claimed by ``owner``, or by anybody where that is None."""
    claimed = and_(_inbound.c.id == inbound_id, _inbound.c.state == "claimed")
    return claimed if owner is None else and_(claimed, _inbound.c.claimed_by == owner)


def _change(session: Session, chosen: ColumnElement[bool], **values: Any) -> int:
    """Update the chosen rows; returns how many there were."""
    return run(session, update(_inbound).where(chosen).values(**values)).rowcount
