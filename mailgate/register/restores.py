"""What the register must know of its own restoration from a backup: what may have happened that it no longer knows.

After the moment of the backup mail was taken and letters were sent.  So the letters that stood ready may be gone, which
a person settles; and what was taken from the mailbox is read again from its folder of accepted mail, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlmodel import Session

from mailgate.register import audit, leases
from mailgate.register.outcomes import letter_events
from mailgate.register.sql import portions, run
from mailgate.register.tables import LetterRow, RestoreRow, table_of

ACTOR = "administrator"
NOTE = "The register was restored from a backup of "
"""How the last reply of a letter begins that is uncertain for this reason alone."""


@dataclass(frozen=True, slots=True)
class Restore:
    """One restoration; both instants are UTC.  What happened between them is known only to the world outside."""

    id: int
    backup_made_at: datetime
    restored_at: datetime

    @property
    def note(self) -> str:
        """Why a letter is uncertain, in English; one that was made again bears another Message-ID than the one sent."""
        moment = f"{self.backup_made_at:%Y-%m-%d %H:%M:%S} UTC"
        return f"{NOTE}{moment}: it may have been sent after that. Look for its recipient in the smarthost's log."


_letter = table_of(LetterRow)
_restore = table_of(RestoreRow)
_STANDING_READY = (
    select(_letter.c.id)
    .where(_letter.c.state.in_(("queued", "deferred", "sending")))
    .order_by(_letter.c.id)
    .with_for_update()
)
_DOUBT = (
    update(_letter)
    .where(_letter.c.id.in_(bindparam("ids", expanding=True)))
    .values(state="uncertain", last_reply=bindparam("note"), next_try_at=None, claimed_by=None, claimed_until=None)
)


def record(session: Session, backup_made_at: datetime, now: datetime) -> int:
    """Tell a register that has just been restored what it is; returns how many letters became uncertain.

    A letter that had not left keeps its tries as they were: nobody knows of another one.
    """
    values = {"backup_made_at": backup_made_at, "restored_at": now}
    id: int = run(session, insert(_restore).values(**values).returning(_restore.c.id)).scalar_one()
    note = Restore(id, backup_made_at, now).note
    letters = list(run(session, _STANDING_READY).scalars())
    for portion in portions(letters):
        run(session, _DOUBT, {"ids": portion, "note": note})
    detail: dict[str, Any] = {"backup_made_at": backup_made_at.isoformat(), "uncertain_letters": len(letters)}
    events = [audit.Event(now, "restored", ACTOR, detail=detail)]
    leases.forget(session)
    for letter_id in letters:
        events += letter_events(session, letter_id, "letter_uncertain", now, actor="mailgate", detail={"reply": note})
    audit.add(session, events)
    return len(letters)


def last(session: Session) -> Restore | None:
    """The last restoration; None where the register never was restored."""
    return _chosen(session)


def to_read_again(session: Session) -> Restore | None:
    """The restoration after which the mailbox has not been read again yet.

    Of several the one with the oldest backup: what is read again since its moment covers the others.
    """
    return _chosen(session, _restore.c.reread_at.is_(None), order=_restore.c.backup_made_at)


def read_again(session: Session, restore: Restore, mails: int, now: datetime) -> None:
    """The mailbox has been read again since before that backup; ``mails`` is how many were not known."""
    due = (_restore.c.reread_at.is_(None), _restore.c.backup_made_at >= restore.backup_made_at)
    if run(session, update(_restore).where(*due).values(reread_at=now)).rowcount:
        audit.add(session, [audit.Event(now, "read_again", "mailgate", detail={"mails": mails})])


def doubtful_letters(session: Session) -> Sequence[int]:
    """The letters that are uncertain only because the register was restored, oldest first."""
    begins = func.substr(_letter.c.last_reply, 1, len(NOTE)) == NOTE
    chosen = select(_letter.c.id).where(_letter.c.state == "uncertain", begins).order_by(_letter.c.id)
    return list(run(session, chosen).scalars())


def _chosen(session: Session, *conditions: Any, order: Any = None) -> Restore | None:
    shown = select(_restore.c.id, _restore.c.backup_made_at, _restore.c.restored_at).where(*conditions)
    order = _restore.c.id.desc() if order is None else order
    row = run(session, shown.order_by(order).limit(1)).one_or_none()
    return Restore(*row) if row else None
