"""Whether a mail that bears neither Message-ID nor Date came before: its fingerprint proves that for some days only.

It is kept under its fingerprint and the day of its first receipt, so that the unique key of the spool still holds, also
where two processes take the same mail at once.  Without the exception a scanner, or the form of a website, which sends
the same words again next month would be answered with 250 and never be heard.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from mailgate.domain.message.fingerprint import RESENT_WITHIN, of_days_near, of_its_day
from mailgate.register.sql import run
from mailgate.register.tables import InboundRow, table_of

_inbound = table_of(InboundRow)


def key_for(session: Session, digest: str, received_at: datetime, ours: dict[str, datetime]) -> str:
    """The fingerprint under which a mail that bears neither is kept, or is to be kept.

    ``ours`` are those of the same batch, which are not in the spool yet, with the moments of their receipt.
    """
    key = _nearest(_kept_near(session, digest, received_at) | ours, digest, received_at)
    return key or of_its_day(digest, received_at)


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
