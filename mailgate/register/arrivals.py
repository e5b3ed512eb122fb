"""The way into the spool: what arrives is stored once, whichever ways and however often it comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from mailgate.domain.mail import Envelope
from mailgate.errors import RegisterBusy
from mailgate.register.sql import insert_into, portions, run
from mailgate.register.tables import DeliveryRow, InboundContentRow, InboundRow, table_of

MAX_MESSAGE_ID = 500
"""Characters of a Message-ID that are kept for looking it up; an index of PostgreSQL holds 2704 bytes."""

Place = tuple[str, int, int]
"""Mailbox, UIDVALIDITY, UID: where IMAP says that a mail stands."""

_inbound = table_of(InboundRow)
_delivery = table_of(DeliveryRow)
_INSERT_CONTENT = insert(table_of(InboundContentRow))
_INSERT_DELIVERY = insert(_delivery)


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
class Spooled:
    """What became of an arrival: its row, and whether the mail was known already."""

    id: int
    duplicate: bool


def put(session: Session, arrivals: Sequence[Arrival], now: datetime) -> list[Spooled]:
    """Store mails (row, bytes, delivery) in this transaction, in order.

    A known fingerprint adds only a delivery row and gives the first row's id; two equal arrivals in one call are one
    mail.  A known (mailbox, UIDVALIDITY, UID) adds nothing: that very delivery is on record.
    """
    placed = _ids_by_place(session, arrivals)
    unplaced = [arrival for arrival in arrivals if _place(arrival.envelope) not in placed]
    firsts: dict[str, int] = {}
    for index, arrival in enumerate(unplaced):
        firsts.setdefault(arrival.fingerprint, index)
    added = _insert_mails(session, [unplaced[index] for index in firsts.values()], now)
    ids = added | _ids_by_fingerprint(session, [fingerprint for fingerprint in firsts if fingerprint not in added])
    new = {firsts[fingerprint] for fingerprint in added}
    _insert_deliveries(session, unplaced, new, ids)
    spooled = iter([Spooled(ids[mail.fingerprint], index not in new) for index, mail in enumerate(unplaced)])
    places = [_place(arrival.envelope) for arrival in arrivals]
    return [Spooled(placed[place], duplicate=True) if place in placed else next(spooled) for place in places]


def known_uids(session: Session, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> set[int]:
    """Those of the UIDs that were taken before."""
    return set(_ids_by_uid(session, mailbox, uidvalidity, uids))


def _place(envelope: Envelope) -> Place | None:
    if envelope.folder is None or envelope.uidvalidity is None or envelope.uid is None:
        return None
    return envelope.folder, envelope.uidvalidity, envelope.uid


def _ids_by_place(session: Session, arrivals: Sequence[Arrival]) -> dict[Place | None, int]:
    """The mails that are on record as delivered at just these places."""
    folders: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for arrival in arrivals:
        if place := _place(arrival.envelope):
            folders[place[:2]].append(place[2])
    return {
        (mailbox, uidvalidity, uid): inbound_id
        for (mailbox, uidvalidity), uids in folders.items()
        for uid, inbound_id in _ids_by_uid(session, mailbox, uidvalidity, uids).items()
    }


def _ids_by_uid(session: Session, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for portion in portions(uids):
        chosen = select(_delivery.c.uid, _delivery.c.inbound_id).where(
            _delivery.c.mailbox == mailbox, _delivery.c.uidvalidity == uidvalidity, _delivery.c.uid.in_(portion)
        )
        found.update((row.uid, row.inbound_id) for row in run(session, chosen))
    return found


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
    statement = insert_into(session, _inbound).on_conflict_do_nothing(index_elements=["fingerprint"])
    values = [_inbound_values(arrival, now) for arrival in arrivals]
    rows = run(session, statement.returning(_inbound.c.fingerprint, _inbound.c.id), values)
    added = {row.fingerprint: row.id for row in rows}
    contents = [{"inbound_id": added[a.fingerprint], "raw": a.raw} for a in arrivals if a.fingerprint in added]
    if contents:
        run(session, _INSERT_CONTENT, contents)
    return added


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
