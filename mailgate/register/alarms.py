"""What the administrators were told of, and what the daemon saw last: kept, so that a restart tells nothing twice."""

from __future__ import annotations

from dataclasses import astuple, dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, insert, select
from sqlmodel import Session

from mailgate.domain.alarms import Kind
from mailgate.domain.facts import Disk, Outside
from mailgate.domain.telling import KnownAlarm, Told
from mailgate.register.sql import insert_into, run
from mailgate.register.tables import AlarmRow, WatchRow, table_of

_alarm = table_of(AlarmRow)
_watch = table_of(WatchRow)
_ONLY = 1
_INSTANTS = (
    "running_since", "mailbox_silent_since", "mailbox_oldest", "smarthost_since", "database_since", "clock_since",
    "differences_at", "uncompared_since",
)  # fmt: skip
_NOT_KEPT = ("backup",)
"""It is remembered elsewhere, and stays true while no daemon runs."""


@dataclass(frozen=True, slots=True)
class Memory:
    """All that is kept; instants are aware UTC, None where the daemon has never looked, or never written."""

    known: tuple[KnownAlarm, ...] = ()
    seen_at: datetime | None = None
    notice_at: datetime | None = None
    outside: Outside = field(default_factory=Outside)


def remembered(session: Session) -> Memory:
    """What the last look left."""
    known = tuple(_known(row) for row in run(session, select(_alarm).order_by(_alarm.c.since, _alarm.c.kind)))
    row = run(session, select(_watch).where(_watch.c.id == _ONLY)).one_or_none()
    if row is None:
        return Memory(known)
    return Memory(known, row.seen_at, row.notice_at, _outside(row.outside))


def remember(session: Session, memory: Memory) -> None:
    """Keep it in place of what was kept."""
    run(session, delete(_alarm))
    if memory.known:
        run(session, insert(_alarm), [_values(one) for one in memory.known])
    values = {"seen_at": memory.seen_at, "notice_at": memory.notice_at, "outside": _plain(memory.outside)}
    statement = insert_into(session, _watch).values(id=_ONLY, **values)
    run(session, statement.on_conflict_do_update(index_elements=["id"], set_=values))


def _values(known: KnownAlarm) -> dict[str, Any]:
    told = known.told
    return {
        "kind": known.kind,
        "what": known.what,
        "since": known.since,
        "told_count": told.count if told else None,
        "told_newest": told.newest if told else None,
        "told_urgent": bool(told and told.urgent),
        "ended_at": known.ended_at,
    }


def _known(row: Any) -> KnownAlarm:
    told = Told(row.told_count, row.told_newest, row.told_urgent) if row.told_count is not None else None
    return KnownAlarm(cast("Kind", row.kind), row.what, row.since, told, row.ended_at)


def _plain(outside: Outside) -> dict[str, Any]:
    """As JSON: instants in ISO 8601."""
    values = {name: getattr(outside, name) for name in Outside.__slots__ if name not in _NOT_KEPT}
    instants = {name: values[name] and values[name].isoformat() for name in _INSTANTS}
    return values | instants | {"disks": [astuple(one) for one in outside.disks]}


def _outside(values: dict[str, Any]) -> Outside:
    """What ``_plain`` made; fields that another version knew are left out."""
    known = {name: value for name, value in values.items() if name in Outside.__slots__}
    instants = {name: datetime.fromisoformat(known[name]) if known.get(name) else None for name in _INSTANTS}
    return Outside(**known | instants | {"disks": tuple(Disk(*one) for one in known.get("disks", ()))})
