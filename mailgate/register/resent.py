"""Whether a mail that bears neither Message-ID nor Date came before: its fingerprint proves that for some days only.

It is kept under its fingerprint and the day of its first receipt, so that the unique key of the spool still holds, also
where two processes take the same mail at once.  Without the exception a scanner, or the form of a website, which sends
the same words again next month would be answered with 250 and never be heard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlmodel import Session

from mailgate.domain.message.fingerprint import RESENT_WITHIN, is_unmistakable, of_days_near, of_its_day
from mailgate.register.sql import run
from mailgate.register.tables import InboundRow, table_of

if TYPE_CHECKING:
    from mailgate.register.arrivals import Arrival

_inbound = table_of(InboundRow)


def told_apart(session: Session, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """The arrivals, each with the fingerprint under which it is kept, or is to be kept."""
    told: list[Arrival] = []
    ours: dict[str, datetime] = {}
    for arrival in arrivals:
        if is_unmistakable(arrival.raw, arrival.message_id):
            told.append(arrival)
            continue
        digest, received_at = arrival.fingerprint, arrival.envelope.received_at
        key = _nearest(_kept_near(session, digest, received_at) | ours, digest, received_at)
        key = key or of_its_day(digest, received_at)
        ours.setdefault(key, received_at)
        told.append(replace(arrival, fingerprint=key))
    return told


def is_kept(session: Session, digest: str, received_at: datetime) -> bool:
    """Whether a mail that bears neither is on record as received about then."""
    return _nearest(_kept_near(session, digest, received_at), digest, received_at) is not None


def _kept_near(session: Session, digest: str, received_at: datetime) -> dict[str, datetime]:
    """What is kept under the fingerprint with a day near, or without any day, as older registers did."""
    wanted = _inbound.c.fingerprint.in_(of_days_near(digest, received_at))
    rows = run(session, select(_inbound.c.fingerprint, _inbound.c.received_at).where(wanted))
    return {row.fingerprint: row.received_at for row in rows}


def _nearest(kept: Mapping[str, datetime], digest: str, received_at: datetime) -> str | None:
    near = (key for key in of_days_near(digest, received_at) if key in kept)
    return next((key for key in near if abs(kept[key] - received_at) <= RESENT_WITHIN), None)
