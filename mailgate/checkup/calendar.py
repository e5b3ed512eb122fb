"""The office's calendar: what a question that came now would be given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mailgate.checkup.finding import Finding
from mailgate.config import Settings


def calendar(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Whether deadlines can be told.  Raises CalendarRangeError."""
    deadline = settings.calendar.deadline(now)
    yield Finding(
        "calendar",
        "ok",
        f"A question received now counts from {deadline.counted_from:%Y-%m-%d %H:%M} "
        f"and is acknowledged until {deadline.acknowledge_by:%Y-%m-%d %H:%M}.",
    )
