"""The way into the spool: what arrives is stored once, whichever ways and however often it comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from mailgate.domain.mail import Envelope
from mailgate.domain.message.fingerprint import is_unmistakable
from mailgate.errors import RegisterBusy
from mailgate.register import audit
from mailgate.register.columns import clean
from mailgate.register.spool.resent import key_for
from mailgate.register.sql import dialect_of, insert_into, insert_of, portions, run
from mailgate.register.tables import DeliveryRow, InboundContentRow, InboundRow, table_of

MAX_MESSAGE_ID = 500
"""Characters of a Message-ID that are kept for looking it up; an index of PostgreSQL holds 2704 bytes."""

Place = tuple[str, int, int]
"""Mailbox, UIDVALIDITY, UID: where IMAP says that a mail stands."""

_inbound = table_of(InboundRow)
_delivery = table_of(DeliveryRow)
_INSERT_CONTENT = insert(table_of(InboundContentRow))
_INSERT_DELIVERY = insert(_delivery)
_TAKEN = select(
    _delivery.c.uid,
    _delivery.c.id.label("delivery_id"),
    _delivery.c.inbound_id,
    _delivery.c.received_at,
    _inbound.c.size,
    _inbound.c.truncated,
    _inbound.c.message_id,
    _inbound.c.fingerprint,
).join(_inbound, _inbound.c.id == _delivery.c.inbound_id)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail at the door: its envelope, its exact bytes, and the fingerprint of ``domain.mail.fingerprint``."""

    envelope: Envelope
    raw: bytes
    fingerprint: str
    message_id: str | None = None
    archive: bool = False
    retaken: bool = False
    """Read again after a restoration: its letters have most likely gone out before."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken from a place in a mailbox; ``size`` is None where only its headers were taken."""

    inbound_id: int
    delivery_id: int
    received_at: datetime
    size: int | None
    message_id: str | None
    fingerprint: str

    def is_still_there(self, received_at: datetime, size: int, message_id: str | None) -> bool:
        """Whether what lies at the place is that mail, by what the server says of it without giving its bytes.

        UIDs are not proof enough: a server that was restored from a snapshot gives them once more under the same
        UIDVALIDITY.  INTERNALDATE never changes (RFC 3501 section 2.3.3); the size may be a guess (Exchange), and
        counts only where there is no Message-ID on both sides.
        """
        if received_at != self.received_at:
            return False
        if message_id and self.message_id:
            return clean(message_id[:MAX_MESSAGE_ID]) == self.message_id
        return size == self.size


@dataclass(frozen=True, slots=True)
class Spooled:
    """What became of an arrival: its row, and whether the mail was known already."""

    id: int
    duplicate: bool


def put(session: Session, arrivals: Sequence[Arrival], now: datetime) -> list[Spooled]:
    """Store mails (row, bytes, delivery) in this transaction, in order.

    A known fingerprint adds only a delivery row and gives the first row's id; two equal arrivals in one call are one
    mail.  A known (mailbox, UIDVALIDITY, UID) adds nothing where the mail is the one that was taken there: that very
    delivery is on record.  Where it is another, the place is the newcomer's.

    A fingerprint without Message-ID and Date is the same mail's for some days only (``resent``).
    """
    arrivals = _told_apart(session, arrivals)
    there = _taken_there(session, arrivals)
    on_record = [_on_record(arrival, there) for arrival in arrivals]
    unplaced = [arrival for arrival, id in zip(arrivals, on_record, strict=True) if id is None]
    _give_up_places(session, unplaced, there, now)
    firsts: dict[str, int] = {}
    for index, arrival in enumerate(unplaced):
        firsts.setdefault(arrival.fingerprint, index)
    added = _insert_mails(session, [unplaced[index] for index in firsts.values()], now)
    ids = added | _ids_by_fingerprint(session, [fingerprint for fingerprint in firsts if fingerprint not in added])
    new = {firsts[fingerprint] for fingerprint in added}
    _insert_deliveries(session, unplaced, new, ids)
    spooled = iter([Spooled(ids[mail.fingerprint], index not in new) for index, mail in enumerate(unplaced)])
    return [next(spooled) if id is None else Spooled(id, duplicate=True) for id in on_record]


def _told_apart(session: Session, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """The arrivals, each with the fingerprint under which it is kept, or is to be kept."""
    told: list[Arrival] = []
    ours: dict[str, datetime] = {}
    for arrival in arrivals:
        if is_unmistakable(arrival.raw, arrival.message_id):
            told.append(arrival)
            continue
        received_at = arrival.envelope.received_at
        key = key_for(session, arrival.fingerprint, received_at, ours)
        ours.setdefault(key, received_at)
        told.append(replace(arrival, fingerprint=key))
    return told


def taken_at(session: Session, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> dict[int, Taken]:
    """What was taken before at these UIDs of a mailbox; the others are left out."""
    found: dict[int, Taken] = {}
    for portion in portions(uids):
        chosen = _TAKEN.where(
            _delivery.c.mailbox == mailbox, _delivery.c.uidvalidity == uidvalidity, _delivery.c.uid.in_(portion)
        )
        found.update((row.uid, _taken(row)) for row in run(session, chosen))
    return found


def _taken(row: Any) -> Taken:
    size = None if row.truncated else row.size
    return Taken(row.inbound_id, row.delivery_id, row.received_at, size, row.message_id, row.fingerprint)


def _place(envelope: Envelope) -> Place | None:
    if envelope.folder is None or envelope.uidvalidity is None or envelope.uid is None:
        return None
    return envelope.folder, envelope.uidvalidity, envelope.uid


def _taken_there(session: Session, arrivals: Sequence[Arrival]) -> dict[Place | None, Taken]:
    """What is on record as delivered at just the places of the arrivals."""
    folders: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for arrival in arrivals:
        if place := _place(arrival.envelope):
            folders[place[:2]].append(place[2])
    return {
        (mailbox, uidvalidity, uid): taken
        for (mailbox, uidvalidity), uids in folders.items()
        for uid, taken in taken_at(session, mailbox, uidvalidity, uids).items()
    }


def _on_record(arrival: Arrival, there: Mapping[Place | None, Taken]) -> int | None:
    """The mail whose delivery at this place is this arrival; None where it is not on record."""
    taken = there.get(_place(arrival.envelope))
    if taken is None:
        return None
    at = arrival.envelope.received_at
    same = at == taken.received_at and arrival.fingerprint == taken.fingerprint
    return taken.inbound_id if same or taken.is_still_there(at, len(arrival.raw), arrival.message_id) else None


def _give_up_places(
    session: Session, arrivals: Sequence[Arrival], there: Mapping[Place | None, Taken], now: datetime
) -> None:
    """A UID names one message: those of which another bears it now are on record as taken without one.

    So the newcomer's place is known from now on.  The event keeps what the earlier delivery no longer says.
    """
    former = [(taken, arrival) for arrival in arrivals if (taken := there.get(_place(arrival.envelope)))]
    for portion in portions([taken.delivery_id for taken, _ in former]):
        run(session, update(_delivery).where(_delivery.c.id.in_(portion)).values(uidvalidity=None, uid=None))
    replaced = [(taken, arrival.envelope) for taken, arrival in former if taken.fingerprint != arrival.fingerprint]
    audit.add(
        session,
        [
            audit.Event(
                now,
                "uid_reused",
                "mailgate",
                inbound_id=taken.inbound_id,
                detail={"mailbox": place.folder, "uidvalidity": place.uidvalidity, "uid": place.uid},
            )
            for taken, place in replaced
        ],
    )


def _ids_by_fingerprint(session: Session, fingerprints: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for portion in portions(fingerprints):
        chosen = select(_inbound.c.fingerprint, _inbound.c.id).where(_inbound.c.fingerprint.in_(portion))
        found.update((row.fingerprint, row.id) for row in run(session, chosen))
    return found


def _insert_mails(session: Session, arrivals: Sequence[Arrival], now: datetime) -> dict[str, int]:
    """Insert those whose fingerprint is unknown, with their bytes; the new ids by fingerprint.

    Another process may insert the same mail at this moment: PostgreSQL then waits for it, and does nothing here.
    """
    if not arrivals:
        return {}
    values = [_inbound_values(arrival, now) for arrival in arrivals]
    rows = run(session, _insert_if_new(dialect_of(session)), values)
    added = {row.fingerprint: row.id for row in rows}
    contents = [{"inbound_id": added[a.fingerprint], "raw": a.raw} for a in arrivals if a.fingerprint in added]
    if contents:
        run(session, _INSERT_CONTENT, contents)
    return added


@cache
def _insert_if_new(dialect: str) -> Executable:
    """Made once for a database: SQLAlchemy knows a statement by its object at once, and an equal one after a search."""
    statement = insert_of(dialect, _inbound).on_conflict_do_nothing(index_elements=["fingerprint"])
    return statement.returning(_inbound.c.fingerprint, _inbound.c.id)


def _inbound_values(arrival: Arrival, now: datetime) -> dict[str, Any]:
    envelope = arrival.envelope
    return {
        "fingerprint": arrival.fingerprint,
        "source": envelope.source,
        "envelope_sender": envelope.sender,
        "recipients": list(envelope.recipients),
        "client": envelope.client,
        "received_at": envelope.received_at,
        "spooled_at": now,
        "size": len(arrival.raw),
        "message_id": arrival.message_id and arrival.message_id[:MAX_MESSAGE_ID],
        "archive": arrival.archive,
        "retaken": arrival.retaken,
        "truncated": envelope.truncated,
        "state": "waiting",
        "attempts": 0,
    }


def _insert_deliveries(session: Session, arrivals: Sequence[Arrival], new: set[int], ids: Mapping[str, int]) -> None:
    """One row for each way in which a mail came; ``new`` are the indexes of those that made their mail known."""
    first: list[dict[str, Any]] = []
    further: list[dict[str, Any]] = []
    for index, arrival in enumerate(arrivals):
        (first if index in new else further).append(_delivery_values(arrival, ids[arrival.fingerprint]))
    try:
        if first:
            run(session, _INSERT_DELIVERY, first)
    except IntegrityError:
        # Someone has just stored other bytes for the same place; with these rolled back, the next look will find it.
        raise RegisterBusy("The database is busy: another process is taking the same mail.") from None
    if further:
        run(session, insert_into(session, _delivery).on_conflict_do_nothing(), further)


def _delivery_values(arrival: Arrival, inbound_id: int) -> dict[str, Any]:
    envelope = arrival.envelope
    mailbox, uidvalidity, uid = _place(envelope) or (None, None, None)
    return {
        "inbound_id": inbound_id,
        "source": envelope.source,
        "recipients": list(envelope.recipients),
        "client": envelope.client,
        "mailbox": mailbox,
        "uidvalidity": uidvalidity,
        "uid": uid,
        "received_at": envelope.received_at,
    }
