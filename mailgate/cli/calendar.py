"""``mailgate calendar``: from when an instant counts, until when it is acknowledged, and why."""

from __future__ import annotations

from datetime import date, datetime
from json import dumps
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from mailgate.cli.output import visible
from mailgate.errors import CalendarRangeError

if TYPE_CHECKING:
    from mailgate.domain.workcalendar import Deadline, WorkCalendar


def calendar(
    instants: Annotated[
        list[str],
        typer.Argument(
            metavar="INSTANT...",
            help="ISO 8601 instants (2026-11-20T16:00:01+01:00); one without an offset is office time.",
        ),
    ],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")] = False,
) -> None:
    """Explain the deadlines of questions received at the given instants.

    An instant that cannot be used is told on standard error, the others are printed all the same, and the exit status
    is 2.
    """
    from mailgate.config import load_settings

    office = load_settings().calendar
    faults = [fault for text in instants if (fault := _explain(office, text, json))]
    for fault in faults:
        typer.echo(visible(fault), err=True)
    if faults:
        raise typer.Exit(2)


def _explain(office: WorkCalendar, text: str, as_json: bool) -> str | None:
    """Print what follows from one instant; the sentence on what is wrong with it, or None."""
    try:
        deadline = office.deadline(_instant(text, office.timezone))
    except (ValueError, CalendarRangeError) as error:
        return f"{text}: {error}"
    typer.echo(dumps(_row(deadline), ensure_ascii=False) if as_json else _in_words(deadline))
    return None


def _row(deadline: Deadline) -> dict[str, str | tuple[str, ...]]:
    return {
        "received_at": deadline.received_at.isoformat(),
        "counted_from": deadline.counted_from.isoformat(),
        "acknowledge_by": deadline.acknowledge_by.isoformat(),
        "because": deadline.because,
    }


def _in_words(deadline: Deadline) -> str:
    return "\n".join(
        (
            f"received at     {deadline.received_at.isoformat()}",
            f"counted from    {deadline.counted_from.isoformat()}",
            f"acknowledge by  {deadline.acknowledge_by.isoformat()}",
            *(f"    {reason}" for reason in deadline.because),
            "",
        )
    )


def _instant(text: str, timezone: str) -> datetime:
    """The aware instant that a text means; raises ValueError with a sentence where it means none, or two."""
    if _is_day(text):
        raise ValueError("this is a day; add the time of day, as in 2026-11-20T16:00:01+01:00.")
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("this is not an ISO 8601 instant, such as 2026-11-20T16:00:01+01:00.") from None
    return instant if instant.utcoffset() is not None else _office_time(instant, timezone)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _office_time(naive: datetime, timezone: str) -> datetime:
    """An instant without offset is what the office's clock showed, if it showed that once."""
    zone = ZoneInfo(timezone)
    offsets = {naive.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
    if len(offsets) == 1:
        return naive.replace(tzinfo=zone)
    returned = naive.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")).astimezone(zone)
    if returned.replace(tzinfo=None) != naive:
        raise ValueError(f"the clocks of {timezone} never showed this time, they were put forward; add the UTC offset.")
    raise ValueError(f"the clocks of {timezone} showed this time twice, they were put back; add the UTC offset.")
