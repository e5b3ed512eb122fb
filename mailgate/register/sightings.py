"""Which mails the spool knows, by the traces that a mailbox or a person can give of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session

from mailgate.register.arrivals import MAX_MESSAGE_ID
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


def has_fingerprint(session: Session, fingerprint: str) -> bool:
    """Whether a mail with just this content is on record."""
    return run(session, select(_inbound.c.id).where(_inbound.c.fingerprint == fingerprint)).first() is not None
