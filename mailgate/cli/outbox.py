"""``mailgate outbox``: the letters that the smarthost has not accepted, trying them again, and what became of uncertain ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.drawing import Column
from mailgate.cli.instants import past_instant
from mailgate.cli.output import in_warsaw, one_line, open_register, print_json, print_table
from mailgate.clock import utc_now

if TYPE_CHECKING:
    from sqlmodel import Session

    from mailgate.register.letters import LetterEntry

app = typer.Typer(help="Letters on their way to the smarthost.", no_args_is_help=True)

_COLUMNS = (
    Column("ID"),
    Column("STATE"),
    Column("KIND", spare=3),
    Column("TO", cut=True),
    Column("QUESTIONS", cut=True, spare=4),
    Column("CREATED", spare=5),
    Column("TRIES", spare=6),
    Column("NEXT TRY", spare=2),
    Column("LAST REPLY", cut=True, spare=1),
)
_UNCERTAIN = (
    Column("ID"),
    Column("MESSAGE-ID"),
    Column("TO", cut=True),
    Column("TRIED", spare=1),
    Column("KIND", spare=3),
    Column("QUESTIONS", cut=True, spare=4),
    Column("LAST REPLY", cut=True, spare=2),
)
"""What is looked for in the smarthost's log is never left out."""
_WIDE = 200
Ids = Annotated[
    list[int], typer.Argument(metavar="ID...", min=1, max=2**31 - 1, help="Ids as `outbox list` shows them.")
]


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
    """List the letters that are not accepted yet, oldest first; accepted ones only with --state accepted.

    With --state uncertain each is shown with the Message-ID by which the smarthost's log knows it.
    """
    with open_register() as engine:
        from mailgate.register import letters
        from mailgate.register.database import reading

        with reading(engine) as session:
            entries = letters.listed(session, (state.value,) if state else letters.IN_OUTBOX)
            if json:
                print_json(entries)
            elif state is State.uncertain:
                print_table(_UNCERTAIN, map(_cells_of_uncertain, entries))
            else:
                print_table(_COLUMNS, map(_cells, entries))


@app.command()
def retry(ids: Ids) -> None:
    """Have refused, deferred or uncertain letters tried again, or such as came back, with the same Message-ID.

    An uncertain letter may have arrived: look into the smarthost's log before, and see `outbox settle`.
    """
    from mailgate.register import outbox

    done = _change_each(ids, outbox.retry, "there is nothing to try again")
    typer.echo(f"To be tried again: {done}")
    if done < len(ids):
        raise typer.Exit(1)


@app.command()
def settle(
    ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID...]", max=2**31 - 1, help="Ids as `outbox list` shows them.")
    ] = None,
    accepted: Annotated[bool, typer.Option("--accepted", help="The smarthost has taken the letter.")] = False,
    lost: Annotated[bool, typer.Option("--lost", help="The smarthost never had it.")] = False,
    all_restored: Annotated[
        bool,
        typer.Option("--all-restored", help="All that are uncertain because the register was restored from a backup."),
    ] = False,
    at: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="When the smarthost took them, ISO 8601 with offset.")
    ] = None,
) -> None:
    """Tell what became of uncertain letters, once you have looked for their Message-ID in the smarthost's log.

    With --accepted their questions count as acknowledged or answered at the time of the try, or at the instant that
    you give; where a restored register knows neither, it is now.  With --lost they are refused; `outbox retry` sends
    them again.
    """
    if accepted == lost:
        raise typer.BadParameter("say either --accepted or --lost: nothing is taken for granted.")
    if bool(ids) == all_restored:
        raise typer.BadParameter("name the letters by their ids, or say --all-restored.")
    from mailgate.register.settlement import settle as settle_one

    accepted_at = past_instant(at) if at else None
    ids = ids or _restored()

    def told(session: Session, letter_id: int, now: datetime) -> bool:
        return settle_one(session, letter_id, accepted=accepted, now=now, at=accepted_at)

    done = _change_each(ids, told, "only what is uncertain is settled")
    typer.echo(f"Settled as {'accepted' if accepted else 'lost'}: {done}")
    if done < len(ids):
        raise typer.Exit(1)


def _restored() -> list[int]:
    from mailgate.register.database import reading
    from mailgate.register.restores import doubtful_letters

    with open_register() as engine, reading(engine) as session:
        return list(doubtful_letters(session))


def _change_each(ids: Sequence[int], change: Callable[[Session, int, datetime], bool], otherwise: str) -> int:
    """Change letters in one transaction; says why one was not changed, and returns how many were."""
    from mailgate.register import letters
    from mailgate.register.database import unit_of_work

    now = utc_now()
    with open_register() as engine, unit_of_work(engine) as session:
        states = letters.states(session, ids)
        kept = [letter_id for letter_id in ids if not change(session, letter_id, now)]
    for letter_id in kept:
        if letter_id in states:
            typer.echo(f"Letter {letter_id} is {states[letter_id]}: {otherwise}.", err=True)
        else:
            typer.echo(f"There is no letter {letter_id}.", err=True)
    return len(ids) - len(kept)


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


def _cells_of_uncertain(entry: LetterEntry) -> tuple[str, ...]:
    return (
        str(entry.id),
        one_line(entry.message_id, _WIDE),
        one_line(entry.recipient, _WIDE),
        in_warsaw(entry.last_try_at),
        entry.kind,
        ", ".join(entry.numbers),
        one_line(entry.last_reply, _WIDE),
    )
