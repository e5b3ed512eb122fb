"""What is known of the backups of a register, and from when on the next one is missed.

Pure.  Nobody is told of a backup who has never made one: there are other ways to keep a copy (snapshots, replicas).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

PATIENCE = timedelta(days=2)
"""So late may the next backup be: a night in which the machine was off, and one more to look after it."""
MOST_DAYS = 366
"""The longest pace that is one."""
DAILY = 1
"""The pace of ``mailgate-backup.timer``, in days."""


@dataclass(frozen=True, slots=True)
class LastBackup:
    """The last verified backup; instants are aware, and ``made_at`` is None where none has succeeded yet.

    ``every`` is the number of days after which the next one is expected, 0 where none is.
    """

    made_at: datetime | None = None
    file: str | None = None
    bytes: int = 0
    every: int = DAILY
    failing_since: datetime | None = None
    """The first of the tries that failed after it, None where the last try is the backup itself."""
    trouble: str | None = None
    """Why the last try failed, an English sentence."""

    @property
    def due(self) -> datetime | None:
        """By when the next one is expected; None where nobody expects one."""
        begun = self.made_at or self.failing_since
        return begun + timedelta(days=self.every) if begun and self.every else None

    def is_missed(self, now: datetime) -> bool:
        """Whether a person must see to the backups."""
        return self.due is not None and now - self.due > PATIENCE

    def failed(self, now: datetime, every: int, trouble: str) -> LastBackup:
        """What is known after one more try that failed."""
        return replace(self, every=every, failing_since=self.failing_since or now, trouble=trouble)
