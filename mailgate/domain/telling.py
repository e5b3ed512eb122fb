"""When the administrators are told of alarms: at once, then what is new now and then, and once when it is over.

Pure: what was told is given and given back, so that a restart tells nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailgate.domain.alarms import Alarm, Kind

GAP = timedelta(minutes=15)
"""The shortest time between two notices."""
REMINDER = timedelta(hours=24)
UNTOLD: frozenset[Kind] = frozenset({"notice"})
"""Shown by the journal and ``status`` only: a notice about a notice that cannot be delivered would never end."""
ONCE: frozenset[Kind] = frozenset({"bounce", "login", "disk", "backlog"})
"""Further ones of the same kind are no news.  A bounce may be that of a notice; the others merely go up and down."""


@dataclass(frozen=True, slots=True)
class Told:
    """How an alarm stood when the administrators were last told of it."""

    count: int
    newest: datetime | None
    urgent: bool


@dataclass(frozen=True, slots=True)
class KnownAlarm:
    """An alarm that the journal has had; ``ended_at`` where it is over, and that is still to be told."""

    kind: Kind
    what: str
    since: datetime
    told: Told | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The content of one notice: what is new, what stands since an earlier one, and what is over."""

    new: tuple[Alarm, ...] = ()
    standing: tuple[Alarm, ...] = ()
    over: tuple[KnownAlarm, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """What follows from a look: lines for the journal, the notice if one is due, and what to remember."""

    known: tuple[KnownAlarm, ...]
    begun: tuple[Alarm, ...] = ()
    ended: tuple[KnownAlarm, ...] = ()
    report: Report | None = None


def telling(
    known: Sequence[KnownAlarm], found: Sequence[Alarm], last_notice_at: datetime | None, now: datetime, *, mailed: bool
) -> Telling:
    """One look at the alarms.

    The first notice goes at once, what is new since then after GAP at the earliest, all that stands again after
    REMINDER; what is over is told once, if it was told at all.  ``mailed`` is False where nobody is to be written to.
    """
    before = {one.kind: one for one in known}
    standing = {alarm.kind: _since(alarm, before.get(alarm.kind), now) for alarm in found}
    begun = tuple(alarm for kind, alarm in standing.items() if kind not in before or before[kind].ended_at)
    ended = tuple(
        replace(one, ended_at=now) for one in known if one.kind not in standing and one.ended_at is None
    )  # fmt: skip
    remembered = [_remembered(alarm, before.get(alarm.kind)) for alarm in standing.values()]
    over = [one for one in known if one.kind not in standing and one.ended_at is not None]
    over += [one for one in ended if one.told]
    report = _report(remembered, tuple(standing.values()), over, last_notice_at, now) if mailed else None
    if report is None:
        return Telling((*remembered, *(over if mailed else ())), begun, ended)
    told = tuple(
        one if one.kind in UNTOLD else replace(one, told=_told(standing[one.kind])) for one in remembered
    )  # fmt: skip
    return Telling(told, begun, ended, report)


def _since(alarm: Alarm, before: KnownAlarm | None, now: datetime) -> Alarm:
    if alarm.since is not None:
        return alarm
    return replace(alarm, since=before.since if before and before.ended_at is None else now)


def _remembered(alarm: Alarm, before: KnownAlarm | None) -> KnownAlarm:
    """What is told of stays so; fewer are no news, and more after that are."""
    told = before.told if before and before.ended_at is None else None
    if told is not None:
        told = replace(told, count=min(told.count, alarm.count), urgent=told.urgent and alarm.urgent)
    assert alarm.since is not None
    return KnownAlarm(alarm.kind, alarm.what, alarm.since, told)


def _report(
    remembered: Sequence[KnownAlarm],
    standing: Sequence[Alarm],
    over: Sequence[KnownAlarm],
    last: datetime | None,
    now: datetime,
) -> Report | None:
    if last is not None and timedelta(0) <= now - last < GAP:
        return None
    told_of = {one.kind: one.told for one in remembered}
    told = [alarm for alarm in standing if alarm.kind not in UNTOLD]
    new = tuple(alarm for alarm in told if _is_news(alarm, told_of[alarm.kind]))
    old = tuple(alarm for alarm in told if alarm not in new)
    reminding = bool(old) and (last is None or not timedelta(0) <= now - last < REMINDER)
    return Report(new, old, tuple(over)) if new or over or reminding else None


def _is_news(alarm: Alarm, told: Told | None) -> bool:
    if told is None or (alarm.urgent and not told.urgent):
        return True
    if alarm.kind in ONCE:
        return False
    later = alarm.newest is not None and (told.newest is None or alarm.newest > told.newest)
    return later or alarm.count > told.count


def _told(alarm: Alarm) -> Told:
    return Told(alarm.count, alarm.newest, alarm.urgent)
