"""``mailgate register``: the questions, their answers, deadlines and history, listed, shown and exported."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from mailgate.cli.drawing import Column
from mailgate.cli.instants import past_instant
from mailgate.cli.output import (
    as_json,
    in_warsaw,
    minute_in_warsaw,
    one_line,
    open_register,
    print_json,
    print_table,
    visible,
    visible_json,
)
from mailgate.clock import utc_now
from mailgate.domain.workcalendar import WARSAW

if TYPE_CHECKING:
    from mailgate.register.tables import QuestionRow

app = typer.Typer(help="The register of questions and answers.", no_args_is_help=True)

_COLUMNS = (
    Column("NUMBER"),
    Column("STATUS"),
    Column("KIND", spare=6),
    Column("RECEIVED", spare=4),
    Column("ACKNOWLEDGE BY", spare=1),
    Column("ACKNOWLEDGED", spare=3),
    Column("ANSWERED", spare=5),
    Column("OFFICE", cut=True, spare=2),
    Column("SUBJECT", cut=True),
)
_EARLIEST, _LATEST = date(1900, 1, 1), date(9000, 12, 31)


class Status(StrEnum):
    """The states of a question."""

    pending = "pending"
    finished = "finished"


class Format(StrEnum):
    """The kinds of file that the register is exported to."""

    json = "json"
    csv = "csv"
    xlsx = "xlsx"


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not _EARLIEST <= day <= _LATEST:
        raise typer.BadParameter(f"{visible(text)} is not a day such as 2026-11-23.")
    return day


Since = Annotated[
    date | None,
    typer.Option("--from", parser=_day, metavar="DATE", help="The first day of receipt, Warsaw time (2026-11-01)."),
]
Until = Annotated[
    date | None,
    typer.Option("--to", parser=_day, metavar="DATE", help="The last day of receipt, Warsaw time, itself included."),
]


@app.command("list")
def list_(
    json: Annotated[bool, typer.Option("--json", help="Print a JSON array, one question a line.")] = False,
    status: Annotated[Status | None, typer.Option(help="Only questions in this state.")] = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """List the questions in order of number; times are Warsaw time."""
    from mailgate.register import questions
    from mailgate.register.database import reading

    _in_order(since, until)
    with open_register() as engine, reading(engine) as session:
        rows = questions.listed(session, since, until, status.value if status else None)
        if json:
            print_json({**questions.exported(row), "kind": row.kind} for row in rows)
        else:
            print_table(_COLUMNS, map(_cells, rows))


def _in_order(since: date | None, until: date | None) -> None:
    if since and until and since > until:
        raise typer.BadParameter(f"{since} is later than --to {until}.", param_hint="--from")


@app.command()
def show(
    number: Annotated[
        str, typer.Argument(metavar="NUMBER", help="A number, whole or its end: HOT-01/2026/000123, 2026/123, 123.")
    ],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show all that is known of one question: its answer, notes, letters, held replies and history.

    A number without a year is of this year, or else of the newest year that has it.
    """
    from mailgate.cli import questionsheet
    from mailgate.register import lookup
    from mailgate.register.database import reading

    with open_register() as engine, reading(engine) as session:
        row = lookup.find(session, number, _this_year())
        if row is None:
            typer.echo(f"There is no question {visible(number)} in the register.", err=True)
            raise typer.Exit(1)
        sheet = questionsheet.drawn_up(session, row)
    if row.number != number.strip().upper():
        typer.echo(f"{visible(number)} is {row.number}.", err=True)
    typer.echo(as_json(questionsheet.as_object(sheet), indent=2) if json else "\n".join(questionsheet.in_words(sheet)))


@app.command()
def acknowledged(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="A number, whole or its end.")],
    at: Annotated[
        str, typer.Option("--at", metavar="INSTANT", help="When the clerk was called, ISO 8601 with offset.")
    ],
) -> None:
    """Record that the receipt of a question was confirmed by telephone; its history tells that you have said so.

    Consultants need no such command: they answer the letter with the question, with #telefon in the first line.
    """
    from mailgate.register import lookup, questions
    from mailgate.register.database import unit_of_work
    from mailgate.register.settlement import ACTOR

    called_at = past_instant(at)
    with open_register() as engine, unit_of_work(engine) as session:
        row = lookup.find(session, number, _this_year())
        fault = _no_call(row, number, called_at)
        if row is not None and row.id is not None and fault is None:
            questions.record_call(session, row.id, called_at, ACTOR, utc_now())
    if row is None or fault is not None:
        typer.echo(fault, err=True)
        raise typer.Exit(1)
    typer.echo(f"{row.number} was acknowledged by telephone at {in_warsaw(called_at)}.")


def _no_call(row: QuestionRow | None, number: str, called_at: datetime) -> str | None:
    """Why a call cannot be the acknowledgement of a question; None where it can."""
    if row is None:
        return f"There is no question {visible(number)} in the register."
    if row.acknowledged_at is not None:
        return f"{row.number} is acknowledged already, since {in_warsaw(row.acknowledged_at)}."
    if called_at < row.received_at:
        return f"{row.number} was received only at {in_warsaw(row.received_at)}."
    return None


@app.command()
def export(
    kind: Annotated[Format, typer.Option("--format", help="The kind of file.")],
    since: Since = None,
    until: Until = None,
    output: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="The file to write, replaced only at the end; else standard output."),
    ] = None,
) -> None:
    """Export the register: all questions, or those received on the given days."""
    if output is None and kind is Format.xlsx and sys.stdout.isatty():
        raise typer.BadParameter("an XLSX file is not for a terminal; name one.", param_hint="--output")
    _in_order(since, until)
    from mailgate.register import export as files
    from mailgate.register import questions
    from mailgate.register.database import reading

    with open_register() as engine, reading(engine) as session:
        rows = map(questions.exported, questions.listed(session, since, until))
        if output is not None:
            count = files.write_file(output, kind.value, rows)
            typer.echo(f"{count} questions are in {output}", err=True)
            return
        # Through a file, so that an export that fails half-way prints nothing that looks like a register.
        with tempfile.TemporaryFile() as whole:
            files.write(whole, kind.value, rows)
            whole.seek(0)
            if sys.stdout.isatty():
                _show(whole, visible_json if kind is Format.json else visible)
            else:
                shutil.copyfileobj(whole, sys.stdout.buffer)
                sys.stdout.buffer.flush()


def _show(whole: IO[bytes], safely: Callable[[str], str]) -> None:
    """An export for the eye: what came in a mail cannot steer the terminal, and a CSV file's own marks are left out."""
    for line in io.TextIOWrapper(whole, encoding="utf-8-sig", newline="\n"):
        typer.echo(safely(line.removesuffix("\n").removesuffix("\r")))


def _this_year() -> int:
    """Numbers run per year in Warsaw."""
    return utc_now().astimezone(ZoneInfo(WARSAW)).year


def _cells(row: QuestionRow) -> tuple[str, ...]:
    return (
        row.number,
        row.status,
        row.kind,
        minute_in_warsaw(row.received_at),
        minute_in_warsaw(row.acknowledge_by),
        minute_in_warsaw(row.acknowledged_at),
        minute_in_warsaw(row.answered_at),
        one_line(row.office, 40),
        one_line(row.subject),
    )
