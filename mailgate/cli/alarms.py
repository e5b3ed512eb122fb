"""What needs a person, as ``mailgate status`` shows it: by the same rules by which the daemon tells the administrators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mailgate.cli.output import iso_in_warsaw, minute_in_warsaw, one_line

if TYPE_CHECKING:
    from mailgate.domain.alarms import Alarm


def as_object(alarm: Alarm) -> dict[str, Any]:
    """For programs: instants stand in Warsaw time."""
    instants = {"since": iso_in_warsaw(alarm.since), "newest": iso_in_warsaw(alarm.newest)}
    return asdict(alarm) | instants | {"named": list(alarm.named)}


def in_words(alarms: Sequence[Alarm]) -> Iterator[str]:
    """For people, line by line, under a heading; nothing where all is well."""
    if alarms:
        yield "\nneeds a person"
    for alarm in alarms:
        since = f" (since {minute_in_warsaw(alarm.since)})" if alarm.since else ""
        yield f"{'!' if alarm.urgent else '-'} {one_line(alarm.what, 200)}{since}"
        if alarm.named:
            more = ", ..." if alarm.count > len(alarm.named) else ""
            yield f"  {_noun(alarm)}{', '.join(alarm.named)}{more}"
        yield f"  see `{alarm.show}`. {alarm.cure}"


def _noun(alarm: Alarm) -> str:
    """Mails and replies bear a letter before their number, questions are printed whole; ids of letters are bare."""
    return "letter " if all(name.isdecimal() for name in alarm.named) else ""
