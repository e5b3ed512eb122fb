"""The law's clock: from when a question counts, until when it must be acknowledged, and why.

Statutory days off come from the package ``holidays``; what the office itself declares is handed in by the caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

from holidays import country_holidays

from mailgate.domain.polish.dates import (
    from_day,
    hour_in_words,
    instant_in_words,
    on_day,
    sentence,
    weekday_name,
)
from mailgate.errors import CalendarRangeError

WARSAW = "Europe/Warsaw"
FIRST_YEAR = 2020
LAST_YEAR = 2100

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Deadline:
    """All instants aware, in office time; ``because`` are Polish sentences that an auditor can follow.

    The instants carry plain UTC offsets, not a zone: so two of them compare as instants also within the hour that is
    repeated in autumn, where Python compares values of one zone by their wall clock.
    """

    received_at: datetime
    counted_from: datetime
    acknowledge_by: datetime
    because: tuple[str, ...]


@dataclass(frozen=True)
class WorkCalendar:
    """Working days and office hours.  ``days_off`` and ``working_days`` map a date to its reason; the latter win.

    ``opens`` and ``closes`` are wall-clock times of ``timezone``, an IANA name; that the office opens before it closes
    is for the caller to see to.
    """

    timezone: str = WARSAW
    opens: time = time(8, 0)
    closes: time = time(16, 0)
    days_off: Mapping[date, str] = field(default_factory=dict)
    working_days: Mapping[date, str] = field(default_factory=dict)

    def deadline(self, received_at: datetime) -> Deadline:
        """The instants that follow from the moment of receipt (procedure 1.5.1 and 1.5.3; DESIGN section 2).

        ``received_at`` is aware, in any zone.  16:00:00 sharp is the last instant that counts today: a fraction of a
        second later is after it.  Raises ``ValueError`` for a naive instant, and ``CalendarRangeError`` where a day
        that matters lies outside the years 2020 to 2100.
        """
        received = self._in_office_time(received_at)
        day = received.date()
        why_now = [sentence(f"Zgłoszenie otrzymano {instant_in_words(received)}"), self._day_sentence(day)]
        in_time = _utc(received) <= _utc(self._at(day, self.closes))
        if self.is_working_day(day) and in_time:
            counted = received
            why_counted = [self._in_time_sentence()]
        else:
            counted = self._at(self.next_working_day(day), self.opens)
            why_counted = self._moved_sentences(day, counted)
        closing = self._at(self.next_working_day(counted.date()), self.closes)
        because = (*why_now, *why_counted, *self._closing_sentences(counted.date(), closing))
        return Deadline(_with_offset(received), _with_offset(counted), _with_offset(closing), because)

    def is_working_day(self, day: date) -> bool:
        """False on Saturdays, Sundays, statutory holidays and declared days off, unless declared a working day.

        Raises ``CalendarRangeError`` for a day outside the years 2020 to 2100.
        """
        return self.day_off_reason(day) is None

    def day_off_reason(self, day: date) -> str | None:
        """Why nobody works on that day, in Polish (``Wigilia Bożego Narodzenia``, ``sobota``), or None.

        The office's own word comes before the law's, the law's before the weekend.  Raises ``CalendarRangeError`` for
        a day outside the years 2020 to 2100.
        """
        statutory = _statutory_days_off(day)
        if day in self.working_days:
            return None
        if day in self.days_off:
            return self.days_off[day]
        return statutory.get(day) or (weekday_name(day) if day.weekday() >= _SATURDAY else None)

    def next_working_day(self, day: date) -> date:
        """The first working day after the given one, which itself may be of either kind.

        Raises ``CalendarRangeError`` where there is none up to the end of 2100.
        """
        following = day + timedelta(days=1)
        while not self.is_working_day(following):
            following += timedelta(days=1)
        return following

    def _in_office_time(self, instant: datetime) -> datetime:
        if instant.utcoffset() is None:
            raise ValueError(f"the instant {instant.isoformat()} has no time zone")
        try:
            return instant.astimezone(ZoneInfo(self.timezone))
        except OverflowError as error:
            raise _out_of_range(instant.date()) from error

    def _at(self, day: date, moment: time) -> datetime:
        """The instant at which the office's clock shows a time; one that the clocks leave out in spring is moved on."""
        zone = ZoneInfo(self.timezone)
        return datetime.combine(day, moment, zone).astimezone(UTC).astimezone(zone)

    def _day_sentence(self, day: date) -> str:
        if day in self.working_days:
            return sentence(f"{day} jest dniem roboczym ogłoszonym przez urząd: {self.working_days[day]}")
        if day in self.days_off:
            return sentence(f"{day} jest dniem wolnym ogłoszonym przez urząd: {self.days_off[day]}")
        reason = self.day_off_reason(day)
        if reason is None:
            return sentence(f"{day} jest dniem roboczym: {weekday_name(day)}")
        return sentence(f"{day} jest dniem wolnym: {reason}")

    def _in_time_sentence(self) -> str:
        return sentence(
            f"Wpłynęło w dniu roboczym do godz. {hour_in_words(self.closes)} włącznie, "
            "więc liczy się od chwili otrzymania (pkt 1.5.1 procedury)"
        )

    def _moved_sentences(self, day: date, counted: datetime) -> list[str]:
        condition = (
            f"Wpłynęło po godz. {hour_in_words(self.closes)}"
            if self.is_working_day(day)
            else "Wpłynęło w dniu wolnym od pracy"
        )
        return [
            sentence(
                f"{condition}, więc traktuje się je jako zgłoszone w najbliższym dniu roboczym (pkt 1.5.1 procedury)"
            ),
            *self._skipped_sentences(day, counted.date()),
            self._day_sentence(counted.date()),
            sentence(f"Liczy się od {from_day(counted.date())}, od godz. {hour_in_words(counted.time())}"),
        ]

    def _closing_sentences(self, counted: date, closing: datetime) -> list[str]:
        return [
            "Przyjęcie zgłoszenia należy potwierdzić najpóźniej w następnym dniu roboczym (pkt 1.5.3 procedury).",
            *self._skipped_sentences(counted, closing.date()),
            self._day_sentence(closing.date()),
            sentence(f"Termin potwierdzenia upływa {on_day(closing.date())}, o godz. {hour_in_words(closing.time())}"),
        ]

    def _skipped_sentences(self, start: date, end: date) -> list[str]:
        """A sentence on each day between two working days, both left out."""
        return [self._day_sentence(start + timedelta(days=n)) for n in range(1, (end - start).days)]


def _statutory_days_off(day: date) -> Mapping[date, str]:
    """The law's days off in the year of a day: outside the known years the package would silently know none."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _out_of_range(day)
    return _days_off_of_year(day.year)


@cache
def _days_off_of_year(year: int) -> Mapping[date, str]:
    return dict(country_holidays("PL", years=year, expand=False, language="pl"))


def _out_of_range(day: date) -> CalendarRangeError:
    return CalendarRangeError(
        f"{day.isoformat()} lies outside the years {FIRST_YEAR} to {LAST_YEAR}, for which days off are known."
    )


def _utc(instant: datetime) -> datetime:
    """Two instants of one zone are compared in UTC: Python would compare their wall clocks."""
    return instant.astimezone(UTC)


def _with_offset(local: datetime) -> datetime:
    offset = local.utcoffset()
    assert offset is not None, "an office time always has an offset"
    return local.replace(tzinfo=timezone(offset), fold=0)
