"""Which mails the spool knows, by the traces that a mailbox or a person can give of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlmodel import Session

from mailgate.domain.mail import fingerprint, message_id_of
from mailgate.domain.message.fingerprint import is_unmistakable
from mailgate.register.spool.arrivals import MAX_MESSAGE_ID
from mailgate.register.spool.resent import is_kept
from mailgate.register.sql import portions, run
from mailgate.register.tables import InboundRow, table_of

_inbound = table_of(InboundRow)


def sizes(session: Session, message_ids: Sequence[str]) -> dict[str, set[int | None]]:
    """The octets of the mails with these Message-IDs; None for one of which only the headers were taken."""
    found: dict[str, set[int | None]] = {}
    for portion in portions([one[:MAX_MESSAGE_ID] for one in message_ids]):
        chosen = select(_inbound.c.message_id, _inbound.c.size, _inbound.c.truncated)
        for row in run(session, chosen.where(_inbound.c.message_id.in_(portion))):
            found.setdefault(row.message_id, set()).add(None if row.truncated else row.size)
    return found


def borne_before(session: Session, inbound_ids: Sequence[int]) -> dict[int, int]:
    """Those of the mails whose Message-ID an earlier one, of other content, bears as well: that one (the first of all)."""
    earlier = _inbound.alias()
    shared = (
        select(_inbound.c.id, func.min(earlier.c.id).label("first"))
        .join(earlier, and_(earlier.c.message_id == _inbound.c.message_id, earlier.c.id < _inbound.c.id))
        .group_by(_inbound.c.id)
    )
    found = (run(session, shared.where(_inbound.c.id.in_(portion))) for portion in portions(inbound_ids))
    return {row.id: row.first for rows in found for row in rows}


def is_on_record(session: Session, raw: bytes, received_at: datetime) -> bool:
    """Whether this mail, received then, is on record."""
    digest = fingerprint(raw)
    if not is_unmistakable(raw, message_id_of(raw)):
        return is_kept(session, digest, received_at)
    return run(session, select(_inbound.c.id).where(_inbound.c.fingerprint == digest)).first() is not None
