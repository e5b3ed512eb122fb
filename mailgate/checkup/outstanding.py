"""What goes no further without a person: the alarms that ``status`` shows, each with the command to look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mailgate.backup import memory
from mailgate.checkup.finding import Finding, or_well
from mailgate.config import Settings
from mailgate.errors import RegisterError
from mailgate.register.database import open_database, reading
from mailgate.register.schema import ensure_current
from mailgate.register.standingalarms import standing_alarms
from mailgate.storagelock import daemon_runs

_LOOKED_AT_OTHERWISE = ("database", "disk", "login")


def outstanding(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Nothing where the register does not answer, which was said of it."""
    if settings.database_file and not settings.database_file.exists():
        return
    engine = open_database(settings.database_url, busy_seconds=3)
    try:
        ensure_current(engine)
        with reading(engine) as session:
            last = memory.read(settings.storage)
            standing = standing_alarms(session, (), now, runs=daemon_runs(settings.storage), backup=last)
    except RegisterError:
        return
    finally:
        engine.dispose()
    found = (
        Finding("outstanding", "warning", f"{alarm.what.rstrip('.')}: see `{alarm.show}`. {alarm.cure}")
        for alarm in standing
        if alarm.kind not in _LOOKED_AT_OTHERWISE
    )
    yield from or_well(found, "outstanding", "Nothing waits for a person.")
