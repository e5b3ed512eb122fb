"""The daemon's sign of life: a small file in the storage folder, which tells others how it does even when it hangs.

It is written after completed rounds only (``vitals``), so a daemon that hangs goes on telling how it stood before.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Protocol

from mailgate import __version__, keptjson

FILE_NAME = "heartbeat.json"
"""In the storage folder."""
_MOST_PIDS = 1 << 22
"""Of Linux: PID_MAX_LIMIT."""
SHORTEST_PAUSE = 3.0
"""Seconds between two beats: rounds may follow each other by milliseconds."""
SLACK = 2 * SHORTEST_PAUSE
"""Seconds that a stage may be late by the file, for a beat may lie so far back."""


class LooksAtMailbox(Protocol):
    """How the intake does; ``intake.poller.PollerStatus`` is one."""

    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def completed_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def waiting(self) -> int: ...  # noqa: D102
    @property
    def oldest(self) -> datetime | None: ...  # noqa: D102
    @property
    def doubtful(self) -> int: ...  # noqa: D102
    @property
    def trouble(self) -> str | None: ...  # noqa: D102
    @property
    def holder(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class MailboxSeen:
    """What the last look at the mailbox found; the meaning is that of ``PollerStatus``."""

    state: str
    completed_at: datetime | None = None
    waiting: int = 0
    oldest: datetime | None = None
    doubtful: int = 0
    trouble: str | None = None
    holder: str | None = None

    @classmethod
    def of(cls, look: LooksAtMailbox) -> MailboxSeen:
        """A copy of what the poller tells."""
        return cls(look.state, look.completed_at, look.waiting, look.oldest, look.doubtful, look.trouble, look.holder)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """How the daemon stood at ``beaten_at``; instants are aware UTC.

    ``beaten_on`` is the same moment on the machine's clock that is never set (CLOCK_MONOTONIC, the same for every
    process), from which ages are counted.  ``stages`` has for each the seconds since its last completed round, and
    those within which it must complete the next.
    """

    pid: int
    version: str
    started_at: datetime
    beaten_at: datetime
    beaten_on: float
    stages: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    mailbox: MailboxSeen | None = None
    stopped_at: datetime | None = None
    """The end of a daemon that was told to stop."""
    opened: tuple[tuple[str, int], ...] = ()
    """Where the receiver takes mail, host and port, if the service manager has opened that for it."""
    database_since: datetime | None = None
    """Since when the database has not served this daemon; what others find where it lies may seem to be in order."""

    def hanging(self, now: float) -> str | None:
        """The stage that did not complete a round in time by ``now`` (monotonic seconds), None while all did.

        Only one is told: while it hangs nothing is written, so the others merely seem to be late.
        """
        left = {stage: due - age - (now - self.beaten_on) for stage, (age, due) in self.stages.items()}
        first = min(left, key=lambda stage: left[stage], default=None)
        return first if first is not None and left[first] < -SLACK else None


def write(folder: Path, beat: Heartbeat) -> None:
    """Replace the file as a whole, readable by its owner alone.  Raises OSError."""
    file = folder / FILE_NAME
    draft = file.with_name(f".{FILE_NAME}.{beat.pid}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(_plain(beat), out, ensure_ascii=False)
    # Not synced: after a loss of power nobody asks how the daemon did before.
    draft.replace(file)


def read(folder: Path) -> Heartbeat | None:
    """The last sign of life; None where there is none, or none that this program can read."""
    try:
        return _beat(keptjson.read(folder / FILE_NAME))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None


def sign_in(folder: Path) -> Path | None:
    """The file by which a daemon has served this storage folder, be it unreadable; None where none ever has."""
    sign = folder / FILE_NAME
    return sign if sign.exists() else None


class Heart:
    """Beats for one running daemon; used by several threads.

    ``stages`` and ``mailbox`` tell how it does now (``Vitals.rounds`` and ``Poller.status``), ``opened`` where mail is
    taken by sockets of the service manager; ``clock`` gives aware UTC.
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], datetime],
        stages: Callable[[], Mapping[str, tuple[float, float]]],
        mailbox: Callable[[], LooksAtMailbox | None] = lambda: None,
        seconds: Callable[[], float] = monotonic,
        opened: Callable[[], Sequence[tuple[str, int]]] = tuple,
        database_since: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._stages = stages
        self._mailbox = mailbox
        self._seconds = seconds
        self._opened = opened
        self._database_since = database_since
        self._started_at = clock()
        self._next = seconds()
        self._lock = Lock()

    def beat(self) -> None:
        """All is well: write it down, unless that was done a moment ago.

        A disk that is full must not stop the stage that has just done its work: then nothing is written.
        """
        with self._lock:
            if self._seconds() < self._next:
                return
            self._next = self._seconds() + SHORTEST_PAUSE
            self._write(self._now())

    def stop(self) -> None:
        """The daemon ends as it was told."""
        with self._lock:
            self._next = float("inf")
            self._write(replace(self._now(), stopped_at=self._clock()))

    def _now(self) -> Heartbeat:
        look = self._mailbox()
        return Heartbeat(
            pid=os.getpid(),
            version=__version__,
            started_at=self._started_at,
            beaten_at=self._clock(),
            beaten_on=self._seconds(),
            stages=self._stages(),
            mailbox=MailboxSeen.of(look) if look else None,
            opened=tuple(self._opened()),
            database_since=self._database_since(),
        )

    def _write(self, beat: Heartbeat) -> None:
        try:
            write(self._folder, beat)
        except OSError:
            return


def _plain(beat: Heartbeat) -> dict[str, Any]:
    """As JSON: instants in ISO 8601."""
    mailbox = beat.mailbox
    return {
        "pid": beat.pid,
        "version": beat.version,
        "started_at": beat.started_at.isoformat(),
        "beaten_at": beat.beaten_at.isoformat(),
        "beaten_on": beat.beaten_on,
        "stages": {stage: list(rounds) for stage, rounds in beat.stages.items()},
        "mailbox": mailbox and {
            name: value.isoformat() if isinstance(value := getattr(mailbox, name), datetime) else value
            for name in MailboxSeen.__slots__
        },
        "stopped_at": beat.stopped_at and beat.stopped_at.isoformat(),
        "opened": list(beat.opened),
        "database_since": beat.database_since and beat.database_since.isoformat(),
    }  # fmt: skip


def _beat(values: dict[str, Any]) -> Heartbeat:
    """What ``_plain`` made.  Raises ValueError, TypeError or KeyError for anything else."""
    mailbox = values["mailbox"]
    if mailbox is not None:
        instants = {name: _instant(mailbox[name]) for name in ("completed_at", "oldest")}
        mailbox = MailboxSeen(**{name: mailbox[name] for name in MailboxSeen.__slots__ if name in mailbox} | instants)
    started_at, beaten_at = _instant(values["started_at"]), _instant(values["beaten_at"])
    if started_at is None or beaten_at is None:
        raise ValueError("its instants are missing")
    return Heartbeat(
        pid=keptjson.number(values["pid"], _MOST_PIDS),
        version=str(values["version"]),
        started_at=started_at,
        beaten_at=beaten_at,
        beaten_on=float(values["beaten_on"]),
        stages={str(stage): (float(age), float(due)) for stage, (age, due) in values["stages"].items()},
        mailbox=mailbox,
        stopped_at=_instant(values["stopped_at"]),
        # A daemon that was started before an upgrade does not tell.
        opened=tuple((str(host), int(port)) for host, port in values.get("opened", ())),
        database_since=_instant(values.get("database_since")),
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else keptjson.instant(text)
