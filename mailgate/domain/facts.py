"""The facts by which it is judged what needs a person (``alarms``): what stands in the register, and what only the
running daemon sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailgate.domain.lastbackup import LastBackup


@dataclass(frozen=True, slots=True)
class Pile:
    """Things of one sort that wait: since when, the newest of them, and the ids of the first (most urgent) few."""

    count: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
    named: tuple[str, ...] = ()


NOTHING = Pile()


@dataclass(frozen=True, slots=True)
class InRegister:
    """What the register tells; letters are those to clerks and consultants, ``notices`` those to administrators."""

    waiting: Pile = NOTHING
    """Mails of the spool that are not handled yet, by when they were spooled."""
    quarantined: Pile = NOTHING
    bounces: Pile = NOTHING
    """Quarantined delivery notices about no letter that could be found."""
    held: Pile = NOTHING
    braked: Pile = NOTHING
    """Correspondents to whom we write no more, since a machine seems to answer there."""
    uncertain: Pile = NOTHING
    refused: Pile = NOTHING
    returned: Pile = NOTHING
    """Receipts and answers that came back, whose questions were not acknowledged or answered otherwise since."""
    unacknowledged: Pile = NOTHING
    """By ``acknowledge_by``: those whose deadline is near (``alarms.WARNED_BEFORE``) or past, the most urgent named first."""
    notices: Pile = NOTHING
    """Refused, uncertain or returned notices."""


@dataclass(frozen=True, slots=True)
class Disk:
    """A folder, the room on its file system in bytes, and whether that takes files at all."""

    folder: str
    free: int
    total: int
    is_writable: bool = True


@dataclass(frozen=True, slots=True)
class Outside:
    """What only the running daemon sees; instants are aware, None means that all is well."""

    running_since: datetime | None = None
    mailbox_silent_since: datetime | None = None
    """The last look at the mailbox that could be completed, where the next one is missing."""
    mailbox_waiting: int = 0
    mailbox_oldest: datetime | None = None
    smarthost_since: datetime | None = None
    database_since: datetime | None = None
    login: str | None = None
    """What is wrong with the right to log in by OAuth2, or soon will be, with the cure."""
    clock_since: datetime | None = None
    clock_jump: int = 0
    """Seconds by which the system's clock went on faster than time; negative where it was set back."""
    differences: int = 0
    """What the last reconciliation found."""
    differences_at: datetime | None = None
    """When it was completed; None where none was yet."""
    uncompared_since: datetime | None = None
    """That instant, or the daemon's first start, moved on by all the time since in which no daemon ran."""
    disks: tuple[Disk, ...] = ()
    backup: LastBackup | None = None
    """None where no backup was ever tried here."""
