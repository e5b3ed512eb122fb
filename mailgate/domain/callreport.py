"""When a consultant called the clerk, as he tells it behind ``#telefon``: ``10:15``, ``23.11.2026 godz. 15:40``."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from mailgate.domain.workcalendar import WARSAW

_DAY: Final = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)(?:\s?r\.)?")
_HOUR: Final = re.compile(r"(?<![\d.:])(\d{1,2})[:.](\d{2})(?![.:]?\d)")
_CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""So much a consultant's clock may be ahead of our server's."""


def moment_of_call(told: str, received_at: datetime) -> datetime | None:
    """The moment of the call, aware; None where what is told cannot be meant, or two hours are named.

    Without an hour it is ``received_at``, when the report came; an hour without a day is one of that day in Warsaw.
    """
    zone = ZoneInfo(WARSAW)
    days, hours = _DAY.findall(told), _HOUR.findall(_DAY.sub(" ", told))
    if not days and not hours:
        return received_at
    if len(days) > 1 or len(hours) != 1:
        return None
    try:
        day = date(*map(int, reversed(days[0]))) if days else received_at.astimezone(zone).date()
        hour, minute = map(int, hours[0])
        called_at = datetime.combine(day, time(hour, minute), zone)
    except ValueError:
        return None
    return min(called_at, received_at) if called_at <= received_at + _CLOCKS_DIFFER else None
