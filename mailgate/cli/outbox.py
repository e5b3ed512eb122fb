"""``mailgate outbox``: the letters that the smarthost has not accepted, and trying them again."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.output import in_warsaw, one_line, open_register, print_json, print_table

if TYPE_CHECKING:
    from mailgate.register.letters import LetterEntry

app = typer.Typer(help="Letters on their way to the smarthost.", no_args_is_help=True)

_HEADINGS = ("ID", "STATE", "KIND", "TO", "QUESTIONS", "CREATED", "TRIES", "NEXT TRY", "LAST REPLY")


class State(StrEnum):
    """The states of a letter."""

    queued = "queued"
    sending = "sending"
    deferred = "deferred"
    refused = "refused"
    uncertain = "uncertain"
    accepted = "accepted"


@app.command("list")
def list_(
    json: Annotated[bool, typer.Option("--json", help="Print a JSON array, one letter a line.")] = False,
    state: Annotated[State | None, typer.Option(help="Only letters in this state.")] = None,
) -> None:
    """List the letters that are not accepted yet, oldest first; accepted ones only with --state accepted."""
    with open_register() as engine:
        from mailgate.register import letters
        from mailgate.register.database import reading

        with reading(engine) as session:
            entries = letters.listed(session, (state.value,) if state else letters.IN_OUTBOX)
            if json:
                print_json(entries)
            else:
                print_table(_HEADINGS, map(_cells, entries))


@app.command()
def retry(ids: Annotated[list[int], typer.Argument(metavar="ID...", help="Ids as `outbox list` shows them.")]) -> None:
    """Have refused, deferred or uncertain letters tried again, with the same Message-ID.

    An uncertain letter may have arrived: look into the smarthost's log before.
    """
    from mailgate.register import outbox
    from mailgate.register.database import unit_of_work

    with open_register() as engine:
        now = datetime.now(UTC)
        with unit_of_work(engine) as session:
            kept = [letter_id for letter_id in ids if not outbox.retry(session, letter_id, now)]
    for letter_id in kept:
        typer.echo(f"Letter {letter_id} is not refused, deferred or uncertain: nothing to try again.", err=True)
    typer.echo(f"To be tried again: {len(ids) - len(kept)}")
    if kept:
        raise typer.Exit(1)


def _cells(entry: LetterEntry) -> tuple[str, ...]:
    return (
        str(entry.id),
        entry.state,
        entry.kind,
        one_line(entry.recipient),
        ", ".join(entry.numbers),
        in_warsaw(entry.created_at),
        str(entry.attempts),
        in_warsaw(entry.next_try_at),
        one_line(entry.last_reply),
    )
