"""The facts that ``status`` shows, gathered without ever failing: from the daemon's sign of life, the register and the disk."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from importlib import metadata
from typing import Any, Literal

from mailgate import __version__, heartbeat
from mailgate.backup import memory
from mailgate.config import Settings
from mailgate.diskspace import disks
from mailgate.domain.alarms import Alarm, alarms
from mailgate.domain.facts import Disk, Outside
from mailgate.domain.lastbackup import LastBackup
from mailgate.errors import RegisterError
from mailgate.heartbeat import Heartbeat, MailboxSeen
from mailgate.login.grant import expiry_notice
from mailgate.lostregister import require_no_loss
from mailgate.register.database import open_database, reading
from mailgate.register.overview import Overview, overview
from mailgate.register.schema import ensure_current, present_revision
from mailgate.register.standingalarms import standing_alarms
from mailgate.storagelock import daemon_runs

_BUSY_SECONDS = 2
_LIBRARIES = ("holidays", "sqlalchemy", "imapclient", "aiosmtpd")
"""Those whose version an administrator may be asked for; ``holidays`` knows the law's days off."""

State = Literal["running", "hangs", "stopped"]


@dataclass(frozen=True, slots=True)
class DaemonSeen:
    """``since`` is the start of a daemon that runs, the last sign of life of one that hangs, the end of one that stopped;
    None where nothing tells.
    """

    state: State
    since: datetime | None = None
    stage: str | None = None
    """What hangs."""
    abruptly: bool = False
    """It stopped without a word: killed, or the power was lost."""
    pid: int | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Glance:
    """All of it at one moment; ``stands`` is None where the register cannot be read, for the reason in ``trouble``."""

    at: datetime
    hotline: str
    daemon: DaemonSeen
    reads_mailbox: bool
    mailbox: MailboxSeen | None
    stands: Overview | None
    trouble: str | None
    alarms: tuple[Alarm, ...]
    expiry: str | None
    disks: tuple[Disk, ...]
    backup: LastBackup | None = None
    has_consultants: bool = True
    versions: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def is_well(self) -> bool:
        """Whether nobody is needed: the exit status of ``status``."""
        if self.stands is None or self.daemon.state != "running":
            return False
        unanswerable = self.stands.pending and not self.has_consultants
        return not (self.alarms or self.expiry or self.stands.overdue or unanswerable)


def look(settings: Settings, now: datetime, monotonic_now: float) -> Glance:
    """Everything as it is now; raises nothing of the register's."""
    beat = heartbeat.read(settings.storage)
    daemon = _daemon(beat, monotonic_now, runs=daemon_runs(settings.storage))
    room = disks(settings.folders)
    expiry = expiry_notice(settings.oauth2, None, now.date()) if settings.oauth2 else None
    last = memory.read(settings.storage)
    silent_since = beat.database_since if beat and daemon.state != "stopped" else None
    outside = Outside(disks=room, login=expiry, backup=last, database_since=silent_since)
    seen = Glance(
        at=now,
        hotline=str(settings.hotline.address),
        daemon=daemon,
        reads_mailbox=settings.mailbox is not None,
        mailbox=beat.mailbox if beat else None,
        stands=None,
        trouble=None,
        alarms=alarms(None, outside, now),
        expiry=expiry,
        disks=room,
        backup=last,
        has_consultants=bool(settings.consultants),
        versions=_versions(None),
    )
    try:
        return _with_register(seen, settings)
    except RegisterError as fault:
        return replace(seen, trouble=str(fault))


def _with_register(seen: Glance, settings: Settings) -> Glance:
    """With what the register tells.  Raises RegisterError."""
    runs = seen.daemon.state != "stopped"
    engine = open_database(settings.database_url, _BUSY_SECONDS)
    try:
        require_no_loss(engine, settings.storage)
        ensure_current(engine)
        with reading(engine) as session:
            stands = overview(session, seen.at, settings.calendar.timezone)
            standing = standing_alarms(session, seen.disks, seen.at, runs=runs, login=seen.expiry, backup=seen.backup)
        # The database that lies there may serve us, and not the daemon, which has another file open or a mixture.
        silent = tuple(one for one in seen.alarms if one.kind == "database") if runs else ()
        others = tuple(one for one in standing if one.kind != "database" or not silent)
        return replace(seen, stands=stands, alarms=(*silent, *others), versions=_versions(present_revision(engine)))
    finally:
        engine.dispose()


def _daemon(beat: Heartbeat | None, now: float, *, runs: bool) -> DaemonSeen:
    if not runs:
        if beat is None:
            return DaemonSeen("stopped")
        return DaemonSeen("stopped", beat.stopped_at or beat.beaten_at, abruptly=beat.stopped_at is None)
    if beat is None or beat.stopped_at is not None or not _lives(beat.pid):
        # It has just started, and what lies there is of the run before.
        return DaemonSeen("running")
    stage = beat.hanging(now)
    if stage is not None:
        return DaemonSeen("hangs", beat.beaten_at, stage, pid=beat.pid, version=beat.version)
    return DaemonSeen("running", beat.started_at, pid=beat.pid, version=beat.version)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        # Another user's, whom we may not signal: but it is there.
        return True
    return True


def _versions(revision: str | None) -> dict[str, str | None]:
    return {
        "mailgate": __version__,
        "schema": revision,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    } | {name: metadata.version(name) for name in _LIBRARIES}


def as_object(seen: Glance) -> dict[str, Any]:
    """For programs: the figures of the register stand on the first level, null where it cannot be read."""
    stands = asdict(seen.stands) if seen.stands else dict.fromkeys(Overview.__slots__)
    return {
        "at": seen.at,
        "well": seen.is_well,
        "running": seen.daemon.state != "stopped",
        "daemon": seen.daemon,
        "mailbox": seen.mailbox if seen.reads_mailbox else None,
        "register_trouble": seen.trouble,
        **stands,
        "disks": seen.disks,
        "backup": seen.backup and asdict(seen.backup) | {"due": seen.backup.due},
        "versions": seen.versions,
        "expiry": seen.expiry,
    }
