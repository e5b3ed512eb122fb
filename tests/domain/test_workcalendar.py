"""The law's clock against tables made by hand, and against what must hold for every instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.domain.workcalendar import WorkCalendar
from mailgate.errors import CalendarRangeError

WARSAW = ZoneInfo("Europe/Warsaw")
LAW = WorkCalendar()
OFFICE = WorkCalendar(
    days_off={date(2026, 12, 28): "za 26 grudnia", date(2026, 12, 19): "przegląd sieci"},
    working_days={date(2026, 12, 19): "odpracowanie 28 grudnia 2026 r.", date(2026, 11, 11): "dyżur"},
)
FIXED_DAYS_OFF = ((1, 1), (1, 6), (5, 1), (5, 3), (8, 15), (11, 1), (11, 11), (12, 25), (12, 26))
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 12, 1), timezones=st.just(UTC))


def easter(year: int) -> date:
    """Easter Sunday by the Gregorian computus of Meeus, written down apart from any library."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    leap_centuries, rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - correction + 15) % 30
    weekday = (32 + 2 * rest + 2 * (of_century // 4) - epact - of_century % 4) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def warsaw(text: str) -> datetime:
    """An instant that Warsaw's clocks showed once."""
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW)


def statutory(year: int) -> set[date]:
    """The law's days off (Dz.U. 1951 nr 4 poz. 28 as amended; 24 December by Dz.U. 2024 poz. 1965)."""
    moving = {easter(year) + timedelta(days=after) for after in (0, 1, 49, 60)}
    christmas_eve = {date(year, 12, 24)} if year >= 2025 else set()
    return {date(year, month, day) for month, day in FIXED_DAYS_OFF} | moving | christmas_eve


@pytest.mark.parametrize("year", range(2020, 2101))
def test_the_days_off_of_a_year_are_the_laws_and_the_weekends(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    for day in (day for day in days if day.year == year):
        assert LAW.is_working_day(day) == (day.weekday() < 5 and day not in statutory(year)), day


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 12, 24), "Wigilia Bożego Narodzenia"),
        (date(2026, 4, 5), "Niedziela Wielkanocna"),
        (date(2026, 6, 4), "Dzień Bożego Ciała"),
        (date(2026, 8, 15), "Wniebowzięcie Najświętszej Marii Panny"),
        (date(2026, 11, 21), "sobota"),
        (date(2026, 11, 22), "niedziela"),
        (date(2026, 11, 20), None),
        (date(2024, 12, 24), None),
        (date(2026, 5, 2), "sobota"),
        (date(2027, 12, 31), None),
        (date(2026, 4, 3), None),
    ],
)
def test_the_reason_for_a_day_off_is_given_in_polish(day: date, reason: str | None) -> None:
    assert LAW.day_off_reason(day) == reason


@pytest.mark.parametrize(
    ("received", "counted", "acknowledge_by"),
    [
        pytest.param("2026-11-20T09:15:00", "2026-11-20T09:15:00", "2026-11-23T16:00:00", id="in office hours"),
        pytest.param("2026-11-18T16:00:00", "2026-11-18T16:00:00", "2026-11-19T16:00:00", id="16:00:00 sharp"),
        pytest.param("2026-11-18T16:00:00.000001", "2026-11-19T08:00:00", "2026-11-20T16:00:00", id="a moment later"),
        pytest.param("2026-11-18T16:00:01", "2026-11-19T08:00:00", "2026-11-20T16:00:00", id="16:00:01"),
        pytest.param("2026-11-18T00:00:00", "2026-11-18T00:00:00", "2026-11-19T16:00:00", id="midnight"),
        pytest.param("2026-11-18T07:59:59", "2026-11-18T07:59:59", "2026-11-19T16:00:00", id="before opening"),
        pytest.param("2026-11-18T23:59:59", "2026-11-19T08:00:00", "2026-11-20T16:00:00", id="late evening"),
        pytest.param("2026-11-21T12:00:00", "2026-11-23T08:00:00", "2026-11-24T16:00:00", id="Saturday"),
        pytest.param("2026-11-22T23:59:59", "2026-11-23T08:00:00", "2026-11-24T16:00:00", id="Sunday"),
        pytest.param("2026-04-03T16:30:00", "2026-04-07T08:00:00", "2026-04-08T16:00:00", id="Friday before Easter"),
        pytest.param("2026-04-03T15:30:00", "2026-04-03T15:30:00", "2026-04-07T16:00:00", id="Good Friday at work"),
        pytest.param("2025-04-30T17:00:00", "2025-05-02T08:00:00", "2025-05-05T16:00:00", id="the long weekend of May"),
        pytest.param("2026-06-03T16:01:00", "2026-06-05T08:00:00", "2026-06-08T16:00:00", id="Corpus Christi"),
        pytest.param("2025-12-23T16:30:00", "2025-12-29T08:00:00", "2025-12-30T16:00:00", id="Christmas 2025"),
        pytest.param("2024-12-23T16:30:00", "2024-12-24T08:00:00", "2024-12-27T16:00:00", id="Christmas 2024"),
        pytest.param("2026-12-31T12:00:00", "2026-12-31T12:00:00", "2027-01-04T16:00:00", id="over the year's end"),
        pytest.param("2026-03-28T23:30:00", "2026-03-30T08:00:00", "2026-03-31T16:00:00", id="clocks put forward"),
        pytest.param("2026-10-23T16:30:00", "2026-10-26T08:00:00", "2026-10-27T16:00:00", id="clocks put back"),
        pytest.param("2027-01-05T17:00:00", "2027-01-07T08:00:00", "2027-01-08T16:00:00", id="Epiphany"),
    ],
)
def test_deadlines_by_the_law_alone(received: str, counted: str, acknowledge_by: str) -> None:
    deadline = LAW.deadline(warsaw(received))

    assert deadline.received_at == warsaw(received)
    assert deadline.counted_from == warsaw(counted)
    assert deadline.acknowledge_by == warsaw(acknowledge_by)


def test_the_offset_of_the_day_itself_is_given() -> None:
    deadline = LAW.deadline(warsaw("2026-10-23T16:30:00"))

    assert deadline.received_at.isoformat() == "2026-10-23T16:30:00+02:00"
    assert deadline.counted_from.isoformat() == "2026-10-26T08:00:00+01:00"
    assert deadline.acknowledge_by.isoformat() == "2026-10-27T16:00:00+01:00"


def test_the_warsaw_day_decides_not_the_day_of_the_given_offset() -> None:
    late_sunday_in_utc = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    early_monday_in_tokyo = datetime(2026, 11, 23, 1, 0, tzinfo=timezone(timedelta(hours=9)))

    assert LAW.deadline(late_sunday_in_utc).counted_from == late_sunday_in_utc
    assert LAW.deadline(early_monday_in_tokyo).counted_from == warsaw("2026-11-23T08:00:00")


def test_the_two_instants_of_the_repeated_hour_keep_their_order() -> None:
    summer, winter = datetime(2026, 10, 25, 0, 45, tzinfo=UTC), datetime(2026, 10, 25, 1, 15, tzinfo=UTC)
    calendar = WorkCalendar(working_days={date(2026, 10, 25): "dyżur"})
    first, second = calendar.deadline(summer), calendar.deadline(winter)

    assert first.counted_from < second.counted_from
    assert (first.counted_from, second.counted_from) == (summer, winter)


def test_a_closing_time_that_is_shown_twice_closes_once() -> None:
    calendar = WorkCalendar(opens=time(1), closes=time(2, 30), working_days={date(2026, 10, 25): "dyżur"})
    after_first_half_past_two = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)

    assert calendar.deadline(after_first_half_past_two).counted_from == warsaw("2026-10-26T01:00:00")


def test_an_opening_time_that_the_clocks_leave_out_is_moved_on() -> None:
    calendar = WorkCalendar(opens=time(2, 30), working_days={date(2026, 3, 29): "dyżur"})

    opened = calendar.deadline(warsaw("2026-03-28T12:00:00")).counted_from

    assert opened.isoformat() == "2026-03-29T03:30:00+02:00"


@pytest.mark.parametrize(
    ("received", "counted", "acknowledge_by"),
    [
        pytest.param("2026-12-18T16:30:00", "2026-12-19T08:00:00", "2026-12-21T16:00:00", id="a working Saturday"),
        pytest.param("2026-12-19T16:00:00", "2026-12-19T16:00:00", "2026-12-21T16:00:00", id="declared both ways"),
        pytest.param("2026-11-11T10:00:00", "2026-11-11T10:00:00", "2026-11-12T16:00:00", id="on duty on a holiday"),
        pytest.param("2026-12-23T16:30:00", "2026-12-29T08:00:00", "2026-12-30T16:00:00", id="a declared day off"),
    ],
)
def test_declared_days_override_the_law(received: str, counted: str, acknowledge_by: str) -> None:
    deadline = OFFICE.deadline(warsaw(received))

    assert deadline.counted_from == warsaw(counted)
    assert deadline.acknowledge_by == warsaw(acknowledge_by)


def test_other_office_hours_and_zones_are_kept() -> None:
    calendar = WorkCalendar(timezone="Europe/London", opens=time(9, 30), closes=time(15, 0))

    deadline = calendar.deadline(datetime(2026, 11, 18, 15, 0, 1, tzinfo=UTC))

    assert deadline.counted_from.isoformat() == "2026-11-19T09:30:00+00:00"
    assert deadline.acknowledge_by.isoformat() == "2026-11-20T15:00:00+00:00"


def test_an_auditor_is_told_every_step_of_a_day_in_office_hours() -> None:
    assert LAW.deadline(warsaw("2026-11-19T09:15:00")).because == (
        "Zgłoszenie otrzymano w czwartek, 19 listopada 2026 r., o godz. 9:15:00.",
        "2026-11-19 jest dniem roboczym: czwartek.",
        "Wpłynęło w dniu roboczym do godz. 16:00 włącznie, więc liczy się od chwili otrzymania (pkt 1.5.1 procedury).",
        "Przyjęcie zgłoszenia należy potwierdzić najpóźniej w następnym dniu roboczym (pkt 1.5.3 procedury).",
        "2026-11-20 jest dniem roboczym: piątek.",
        "Termin potwierdzenia upływa w piątek, 20 listopada 2026 r., o godz. 16:00.",
    )


def test_an_auditor_is_told_every_skipped_day_with_its_reason() -> None:
    assert OFFICE.deadline(warsaw("2026-12-23T16:00:01")).because == (
        "Zgłoszenie otrzymano w środę, 23 grudnia 2026 r., o godz. 16:00:01.",
        "2026-12-23 jest dniem roboczym: środa.",
        (
            "Wpłynęło po godz. 16:00, więc traktuje się je jako zgłoszone w najbliższym dniu roboczym"
            " (pkt 1.5.1 procedury)."
        ),
        "2026-12-24 jest dniem wolnym: Wigilia Bożego Narodzenia.",
        "2026-12-25 jest dniem wolnym: Boże Narodzenie (pierwszy dzień).",
        "2026-12-26 jest dniem wolnym: Boże Narodzenie (drugi dzień).",
        "2026-12-27 jest dniem wolnym: niedziela.",
        "2026-12-28 jest dniem wolnym ogłoszonym przez urząd: za 26 grudnia.",
        "2026-12-29 jest dniem roboczym: wtorek.",
        "Liczy się od wtorku, 29 grudnia 2026 r., od godz. 8:00.",
        "Przyjęcie zgłoszenia należy potwierdzić najpóźniej w następnym dniu roboczym (pkt 1.5.3 procedury).",
        "2026-12-30 jest dniem roboczym: środa.",
        "Termin potwierdzenia upływa w środę, 30 grudnia 2026 r., o godz. 16:00.",
    )


def test_an_auditor_is_told_of_a_day_off_and_of_a_declared_working_day() -> None:
    because = OFFICE.deadline(warsaw("2026-12-20T10:00:00")).because
    on_duty = OFFICE.deadline(warsaw("2026-12-19T10:00:00")).because

    assert because[1:3] == (
        "2026-12-20 jest dniem wolnym: niedziela.",
        (
            "Wpłynęło w dniu wolnym od pracy, więc traktuje się je jako zgłoszone w najbliższym dniu roboczym"
            " (pkt 1.5.1 procedury)."
        ),
    )
    assert on_duty[1] == ("2026-12-19 jest dniem roboczym ogłoszonym przez urząd: odpracowanie 28 grudnia 2026 r.")


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2019, 12, 31, 22, 59, tzinfo=UTC),
        datetime(1999, 5, 4, 12, 0, tzinfo=UTC),
        datetime(2101, 1, 3, 12, 0, tzinfo=UTC),
        datetime(2100, 12, 31, 17, 0, tzinfo=UTC),
        datetime(2100, 12, 31, 9, 0, tzinfo=UTC),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    ],
)
def test_an_instant_whose_days_off_are_not_known_is_refused(instant: datetime) -> None:
    with pytest.raises(CalendarRangeError, match="lies outside the years 2020 to 2100"):
        LAW.deadline(instant)


def test_the_last_hour_of_2019_in_utc_is_2020_in_warsaw() -> None:
    assert LAW.deadline(datetime(2019, 12, 31, 23, 0, tzinfo=UTC)).counted_from == warsaw("2020-01-02T08:00:00")


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        LAW.deadline(datetime(2026, 11, 20, 9, 15))


@given(INSTANTS)
def test_an_entry_counts_from_a_working_day_and_never_before_its_receipt(received: datetime) -> None:
    deadline = LAW.deadline(received)

    assert deadline.received_at == received
    assert deadline.counted_from >= received
    assert LAW.is_working_day(deadline.counted_from.date())
    assert deadline.counted_from == received or deadline.counted_from.time() == time(8, 0)


@given(INSTANTS)
def test_the_deadline_is_the_closing_of_the_working_day_after_the_counted_day(received: datetime) -> None:
    deadline = LAW.deadline(received)

    assert deadline.acknowledge_by.date() == LAW.next_working_day(deadline.counted_from.date())
    assert deadline.acknowledge_by.time() == time(16, 0)
    assert deadline.acknowledge_by.astimezone(WARSAW).time() == time(16, 0)


@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_who_asks_later_never_has_an_earlier_day_or_deadline(received: datetime, later: timedelta) -> None:
    """Within one day a mail of the evening before counts from 08:00 and one of the small hours from its own moment."""
    first, second = LAW.deadline(received), LAW.deadline(received + later)

    assert first.counted_from.date() <= second.counted_from.date()
    assert first.acknowledge_by <= second.acknowledge_by


@given(INSTANTS)
def test_counting_again_from_the_counted_moment_changes_nothing(received: datetime) -> None:
    deadline = LAW.deadline(received)
    again = LAW.deadline(deadline.counted_from)

    assert (again.counted_from, again.acknowledge_by) == (deadline.counted_from, deadline.acknowledge_by)


@given(INSTANTS)
def test_every_reason_is_one_sentence(received: datetime) -> None:
    for reason in LAW.deadline(received).because:
        assert reason[0].isupper() or reason[0].isdigit()
        assert reason.endswith(".")
        assert not reason.endswith("..")
        assert "  " not in reason
