"""What stands now, read when somebody asks: the register, the stages of the daemon, the mailbox and the disk."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import get_args

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from mailgate import __version__
from mailgate.diskspace import disks
from mailgate.domain.alarms import Alarm, Kind
from mailgate.domain.lastbackup import LastBackup
from mailgate.errors import RegisterError
from mailgate.heartbeat import LooksAtMailbox
from mailgate.register.database import open_database, reading
from mailgate.register.migrations import HEAD
from mailgate.register.overview import Overview, overview
from mailgate.register.standingalarms import standing_alarms

KEPT_SECONDS = 5.0
"""So long an answer serves, however many ask."""
_BUSY_SECONDS = 2
"""A scrape gives up long before its reader does."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the state comes from; see ``metrics.serve``."""

    database_url: str
    clock: Callable[[], datetime]
    folders: tuple[Path | None, ...]
    stages: Callable[[], Mapping[str, tuple[float, float]]]
    mailbox: Callable[[], LooksAtMailbox | None]
    backup: Callable[[], LastBackup | None]


class State(Collector):
    """Answers any number of scrapes with one look at the register every few seconds; used by several threads."""

    def __init__(self, sources: Sources, seconds: Callable[[], float]) -> None:
        self._sources = sources
        self._seconds = seconds
        self._engine = open_database(sources.database_url, _BUSY_SECONDS)
        self._started_at = sources.clock()
        self._lock = Lock()
        self._until = float("-inf")
        self._metrics: list[Metric] = []

    def close(self) -> None:
        """Give back the connections to the register."""
        self._engine.dispose()

    def describe(self) -> Iterable[Metric]:
        """Nothing is read when it is registered."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The state of at most KEPT_SECONDS ago."""
        with self._lock:
            if self._seconds() >= self._until:
                self._metrics = list(self._look())
                self._until = self._seconds() + KEPT_SECONDS
            yield from self._metrics

    def _look(self) -> Iterator[Metric]:
        now = self._sources.clock()
        about = {"version": __version__, "schema": HEAD, "python": platform.python_version()}
        yield _labelled("info", "The program; always 1.", tuple(about), [(tuple(about.values()), 1)])
        yield _gauge("start_time_seconds", "When the daemon started (Unix time).", self._started_at.timestamp())
        yield from self._stages()
        yield from self._mailbox(now)
        yield from self._disk()
        last = self._sources.backup()
        yield from _backup(last, now)
        yield from self._register(now, last)

    def _stages(self) -> Iterator[Metric]:
        rounds = self._sources.stages()
        ages = [((stage,), age) for stage, (age, _) in rounds.items()]
        due = [((stage,), due) for stage, (_, due) in rounds.items()]
        yield _labelled("stage_age_seconds", "Since a stage completed its last round.", ("stage",), ages)
        yield _labelled("stage_due_seconds", "Within which a stage must complete a round.", ("stage",), due)

    def _mailbox(self, now: datetime) -> Iterator[Metric]:
        """Nothing where no mailbox is configured."""
        look = self._sources.mailbox()
        if look is None:
            return
        stands_by = look.state == "standby"
        yield _gauge("mailbox_standby", "Whether another daemon on this register reads the mailbox.", stands_by)
        since = look.completed_at or self._started_at
        yield _gauge("mailbox_poll_age_seconds", "Since the last completed look at the mailbox.", _age(since, now))
        yield _gauge("mailbox_waiting", "Messages in the mailbox that are not in the register.", look.waiting)
        yield _gauge("mailbox_oldest_age_seconds", "Age of the oldest of them.", _age(look.oldest, now))
        yield _gauge("mailbox_doubtful", "Messages that could not be fetched.", look.doubtful)

    def _disk(self) -> Iterator[Metric]:
        found = disks(self._sources.folders)
        free = [((disk.folder,), disk.free) for disk in found]
        yield _labelled("disk_free_bytes", "Room where mailgate writes.", ("folder",), free)
        size = [((disk.folder,), disk.total) for disk in found]
        yield _labelled("disk_size_bytes", "Size of that file system.", ("folder",), size)

    def _register(self, now: datetime, last: LastBackup | None) -> Iterator[Metric]:
        """Where the register does not answer that is told, and no figure is invented."""
        stands: tuple[Overview, tuple[Alarm, ...]] | None = None
        with suppress(RegisterError), reading(self._engine) as session:
            room = disks(self._sources.folders)
            stands = overview(session, now), standing_alarms(session, room, now, runs=True, backup=last)
        yield _gauge("register_up", "Whether the database answers.", stands is not None)
        if stands is not None:
            yield from _figures(stands[0], now)
            yield from _needs(stands[1])


def _backup(last: LastBackup | None, now: datetime) -> Iterator[Metric]:
    """Nothing where no backup was ever made, and no deadline where none is expected."""
    if last is not None and last.made_at is not None:
        yield _gauge("backup_age_seconds", "Since the last verified backup.", _age(last.made_at, now))
        yield _gauge("backup_size_bytes", "Its size.", last.bytes)
    if last is not None and last.due is not None:
        left = (last.due - now).total_seconds()
        yield _gauge("backup_due_seconds", "Until the next backup is due; negative when it is late.", left)


def _figures(stands: Overview, now: datetime) -> Iterator[Metric]:
    yield _gauge("spool_waiting", "Mails that are taken and not handled.", stands.waiting)
    yield _gauge("spool_oldest_age_seconds", "Age of the oldest of them.", _age(stands.oldest_waiting, now))
    yield _gauge("quarantined", "Mails that wait for a person.", stands.quarantined)
    yield _gauge("held_replies", "Replies that wait for a person.", stands.held)
    states = [((state,), count) for state, count in stands.letters.items()]
    yield _labelled("outbox_letters", "Letters in the outbox.", ("state",), states)
    yield _gauge("outbox_oldest_age_seconds", "Age of the oldest letter to be sent.", _age(stands.oldest_letter, now))
    yield _gauge("questions_pending", "Questions without an answer.", stands.pending)
    yield _gauge("questions_unacknowledged", "Questions still to be acknowledged.", stands.unacknowledged)
    yield _gauge("questions_overdue", "Those whose deadline is past.", stands.overdue)
    if stands.nearest_deadline is not None:
        left = (stands.nearest_deadline - now).total_seconds()
        yield _gauge("nearest_deadline_seconds", "Until the first of them is due; negative when past.", left)


def _needs(alarms: Iterable[Alarm]) -> Iterator[Metric]:
    standing = {alarm.kind: alarm.count for alarm in alarms}
    counts = [((kind,), standing.get(kind, 0)) for kind in get_args(Kind)]
    yield _labelled("needs_a_person", "What needs a person, by kind; see `mailgate status`.", ("kind",), counts)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"mailgate_{name}", text, value=float(value))


def _labelled(name: str, text: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], float]]) -> Metric:
    family = GaugeMetricFamily(f"mailgate_{name}", text, labels=labels)
    for label, value in values:
        family.add_metric(label, value)
    return family


def _age(since: datetime | None, now: datetime) -> float:
    """Seconds; nought where nothing waits, and where the clock was set back."""
    return max(0.0, (now - since).total_seconds()) if since else 0.0
