"""``mailgate register``: the questions, their answers, deadlines and history, listed, shown and exported."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailgate.cli.output import as_json, in_warsaw, one_line, open_register, print_json, print_table, visible

if TYPE_CHECKING:
    from mailgate.register.audit import Event
    from mailgate.register.letters import LetterEntry
    from mailgate.register.tables import QuestionRow

app = typer.Typer(help="The register of questions and answers.", no_args_is_help=True)

_HEADINGS = ("NUMBER", "STATUS", "KIND", "RECEIVED", "ACKNOWLEDGE BY", "ACKNOWLEDGED", "ANSWERED", "OFFICE", "SUBJECT")
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
        raise typer.BadParameter(f"{text} is not a day such as 2026-11-23.")
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

    with open_register() as engine, reading(engine) as session:
        rows = questions.listed(session, since, until, status.value if status else None)
        if json:
            print_json({**questions.exported(row), "kind": row.kind} for row in rows)
        else:
            print_table(_HEADINGS, map(_cells, rows))


@app.command()
def show(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="A printed number: HOT-01/2026/000123.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show all that is known of one question, with its history and its letters."""
    from mailgate.register import audit, letters, questions
    from mailgate.register.database import reading

    with open_register() as engine, reading(engine) as session:
        row = questions.by_number(session, number.strip().upper())
        if row is None or row.id is None:
            typer.echo(f"There is no question {visible(number)} in the register.", err=True)
            raise typer.Exit(1)
        events, sent = audit.history(session, row.id), letters.about(session, row.id)
    typer.echo(as_json(_object(row, events, sent), indent=2) if json else "\n".join(_lines(row, events, sent)))


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
            shutil.copyfileobj(whole, sys.stdout.buffer)
            sys.stdout.buffer.flush()


def _cells(row: QuestionRow) -> tuple[str, ...]:
    return (
        row.number,
        row.status,
        row.kind,
        in_warsaw(row.received_at),
        in_warsaw(row.acknowledge_by),
        in_warsaw(row.acknowledged_at),
        in_warsaw(row.answered_at),
        one_line(row.office, 40),
        one_line(row.subject),
    )


def _object(row: QuestionRow, events: list[Event], letters: list[LetterEntry]) -> dict[str, Any]:
    from mailgate.register.questions import exported

    rest = row.model_dump(exclude={"id", "year", "serial", *exported(row)})
    return {
        **exported(row),
        **rest,
        "events": [asdict(event) for event in events],
        "letters": [asdict(letter) for letter in letters],
    }


def _lines(row: QuestionRow, events: list[Event], letters: list[LetterEntry]) -> Iterator[str]:
    from mailgate.register.questions import exported

    long = ("question", "answer")
    facts = {name: value for name, value in exported(row).items() if name not in long}
    for name, value in {**facts, "kind": row.kind, "mail": row.inbound_id}.items():
        yield f"{name:16}{'-' if value is None else one_line(str(value), 1000)}"
    for reason in row.because:
        yield f"{'because':16}{one_line(reason, 1000)}"
    for name in long:
        yield f"\n--- {name}\n{visible(getattr(row, name) or '-')}"
    yield "\n--- letters"
    for letter in letters:
        done = in_warsaw(letter.accepted_at or letter.last_try_at or letter.created_at)
        yield f"{done}  {letter.state:10}{letter.kind}  to {one_line(letter.recipient)}  {one_line(letter.last_reply)}"
    yield "\n--- history"
    for event in events:
        yield f"{in_warsaw(event.at)}  {event.kind:18}{one_line(event.actor)}"
