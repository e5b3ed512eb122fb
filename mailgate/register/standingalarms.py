"""What needs a person now, told from the register and from what the daemon saw last: for ``status`` and the metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from mailgate.domain.alarms import Alarm, alarms
from mailgate.domain.facts import Disk, Outside
from mailgate.domain.lastbackup import LastBackup
from mailgate.register.alarms import remembered
from mailgate.register.needs import in_register


def standing_alarms(
    session: Session,
    disks: Sequence[Disk],
    now: datetime,
    *,
    runs: bool,
    login: str | None = None,
    backup: LastBackup | None = None,
) -> tuple[Alarm, ...]:
    """The alarms that stand, the most urgent first.

    ``disks`` are as they are now, ``login`` is what is known of the log-in without the daemon, ``backup`` what is
    remembered of the last one.  Where no daemon ``runs``, what one saw of servers and of the clock is no longer true.
    """
    seen = remembered(session).outside
    if not runs:
        seen = Outside(differences=seen.differences, differences_at=seen.differences_at)
    here = replace(seen, disks=tuple(disks), login=login or seen.login, backup=backup)
    return alarms(in_register(session, now), here, now)
