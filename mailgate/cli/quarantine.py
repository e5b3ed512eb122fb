"""``mailgate quarantine``: mail and replies that wait for a person."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from mailgate.cli.drawing import Column
from mailgate.cli.output import (
    as_json,
    envelope_sender,
    in_warsaw,
    one_line,
    open_register,
    print_json,
    print_table,
    visible,
)
from mailgate.clock import utc_now

if TYPE_CHECKING:
    from sqlmodel import Session

    from mailgate.domain.reading import Reading
    from mailgate.register.quarantine import MailRecord, SetAside

app = typer.Typer(help="Mail and replies that wait for a person.", no_args_is_help=True)

_COLUMNS = (
    Column("ID"),
    Column("KIND", spare=1),
    Column("RECEIVED", spare=2),
    Column("SENDER", cut=True, spare=3),
    Column("QUESTION", spare=4),
    Column("TRIES", spare=5),
    Column("REASON", cut=True),
)
_HEADERS_SHOWN = 8192
"""Bytes of a mail's beginning that ``show`` prints: who wrote, and about what."""
_LINES_SHOWN = 200
"""Lines of a mail's text that ``show`` prints; ``--json`` has all of them."""


@dataclass(frozen=True, slots=True)
class _Name:
    """What an id on the command line names: the mail or the held reply of that number."""

    number: int
    reply: bool

    @classmethod
    def read(cls, text: str) -> Self:
        """``m12`` or ``12`` is a mail, ``r3`` a held reply.  Raises BadParameter."""
        found = re.fullmatch(r"([mr]?)([0-9]{1,9})", text.strip().lower())
        if found is None:
            raise typer.BadParameter(f"{visible(text)} is no id such as m12 (a mail) or r3 (a held reply).")
        return cls(int(found[2]), found[1] == "r")

    def __str__(self) -> str:
        return f"{'r' if self.reply else 'm'}{self.number}"


OneId = Annotated[
    _Name, typer.Argument(metavar="ID", parser=_Name.read, help="An id as `quarantine list` shows it: m12, r3.")
]
Ids = Annotated[
    list[_Name], typer.Argument(metavar="ID...", parser=_Name.read, help="Ids as `quarantine list` shows them.")
]


@app.command("list")
def list_(json: Annotated[bool, typer.Option("--json", help="Print a JSON array, one entry a line.")] = False) -> None:
    """List what was set aside, oldest received first: mails that could not be handled, and held replies."""
    from mailgate.register import quarantine
    from mailgate.register.database import reading

    with open_register() as engine, reading(engine) as session:
        entries = quarantine.listed(session)
    if json:
        print_json(entries)
    else:
        print_table(_COLUMNS, map(_cells, entries))


@app.command()
def show(
    name: OneId,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    raw: Annotated[bool, typer.Option("--raw", help="Print the mail's own bytes and nothing else.")] = False,
) -> None:
    """Show all that is known of one mail: how it came, what became of it, its headers and its text.

    For a held reply it is the mail in which the reply came.
    """
    if raw and sys.stdout.isatty():
        raise typer.BadParameter(
            "a mail's own bytes are not for a terminal; send them into a file.", param_hint="--raw"
        )
    from mailgate.register.database import reading

    with open_register() as engine, reading(engine) as session:
        record = _record(session, name)
    if record is None:
        typer.echo(f"There is no {'held reply' if name.reply else 'mail'} with the id {name}.", err=True)
        raise typer.Exit(1)
    if raw:
        sys.stdout.buffer.write(record.raw)
        return
    text = _read(record)
    typer.echo(as_json(_object(record, text), indent=2) if json else "\n".join(_lines(record, text)))


@app.command()
def replay(ids: Ids) -> None:
    """Have quarantined mails handled again from the beginning, with three new attempts."""
    from mailgate.register import spool

    kept = _for_each(ids, lambda session, name, now: not name.reply and spool.replay(session, name.number, now))
    for name in kept:
        what = "is a held reply, and only mails are replayed" if name.reply else "is not quarantined: nothing to replay"
        typer.echo(f"{_noun(name)} {what}.", err=True)
    typer.echo(f"To be handled again: {len(ids) - len(kept)}")
    if kept:
        raise typer.Exit(1)


@app.command()
def dismiss(ids: Ids) -> None:
    """Take mails and held replies from the list, once a person has seen to them; nobody is written to.

    They stay on record: `quarantine show` shows them as before, with who dismissed them, and when.
    """
    from mailgate.register import held, quarantine

    def put_away(session: Session, name: _Name, now: datetime) -> bool:
        noun = held.dismiss if name.reply else quarantine.dismiss
        return noun(session, name.number, now)

    kept = _for_each(ids, put_away)
    for name in kept:
        typer.echo(f"{_noun(name)} is not {'held' if name.reply else 'quarantined'}: nothing to dismiss.", err=True)
    typer.echo(f"Dismissed: {len(ids) - len(kept)}")
    if kept:
        raise typer.Exit(1)


def _for_each(ids: Sequence[_Name], change: Callable[[Session, _Name, datetime], bool]) -> list[_Name]:
    """Change all in one transaction; those for which there was nothing to change."""
    from mailgate.register.database import unit_of_work

    now = utc_now()
    with open_register() as engine, unit_of_work(engine) as session:
        return [name for name in ids if not change(session, name, now)]


def _noun(name: _Name) -> str:
    return f"{'Reply' if name.reply else 'Mail'} {name}"


def _record(session: Session, name: _Name) -> MailRecord | None:
    from mailgate.register import held, quarantine

    inbound_id = held.mail_of(session, name.number) if name.reply else name.number
    return None if inbound_id is None else quarantine.shown(session, inbound_id)


def _read(record: MailRecord) -> Reading | str:
    """What a person reads of the mail, or the reason why that cannot be told.

    It was set aside, perhaps for what it does to a reader: it is read in a process with limits here too.
    """
    from mailgate.errors import ReadingFailed
    from mailgate.sandbox import Sandbox

    try:
        with Sandbox() as sandbox:
            reading = sandbox.read(record.raw, record.mail.envelope_sender)
    except ReadingFailed as failure:
        return str(failure)
    return reading.unreadable or reading


def _cells(entry: SetAside) -> tuple[str, ...]:
    return (
        entry.id,
        entry.kind,
        in_warsaw(entry.received_at),
        envelope_sender(entry.sender),
        entry.number or "",
        str(entry.attempts),
        one_line(entry.reason, 100),
    )


def _object(record: MailRecord, text: Reading | str) -> dict[str, Any]:
    return {
        **record.mail.model_dump(),
        "deliveries": [delivery.model_dump(exclude={"inbound_id"}) for delivery in record.deliveries],
        "held_replies": [asdict(reply) for reply in record.held],
        "events": [asdict(event) for event in record.events],
        "headers": _headers(record.raw),
        "text": None if isinstance(text, str) else text.text,
        "text_missing": text if isinstance(text, str) else None,
        "attachments": [] if isinstance(text, str) else [file.name for file in text.mail.attachments],
    }


def _lines(record: MailRecord, text: Reading | str) -> Iterator[str]:
    mail = record.mail
    yield f"mail         m{mail.id}  ({mail.state}, {mail.attempts} attempts, {mail.size} bytes)"
    yield f"sender       {envelope_sender(mail.envelope_sender)}"
    yield f"verdict      {mail.verdict or '-'}"
    yield f"reason       {one_line(mail.reason, 1000) or '-'}"
    for delivery in record.deliveries:
        to = visible(", ".join(delivery.recipients))
        yield f"came         {in_warsaw(delivery.received_at)}  {delivery.source} {one_line(delivery.client)}  to {to}"
    for reply in record.held:
        what = f"r{reply.id} ({reply.state})  {reply.number or ''}  {one_line(reply.reason, 1000)}"
        yield f"held         {in_warsaw(reply.held_at)}  {what}"
    for event in record.events:
        yield f"event        {in_warsaw(event.at)}  {event.kind}  {one_line(event.actor)}"
    yield ""
    yield visible(_headers(record.raw))
    yield from _text_lines(text)


def _text_lines(text: Reading | str) -> Iterator[str]:
    """The mail's text after its headers, as far as a screen bears it, and the names of its files."""
    if isinstance(text, str):
        yield f"\n--- text cannot be shown\n{one_line(text, 1000)}"
        return
    lines = visible(text.text).split("\n")
    yield "\n--- text"
    yield from (lines[:_LINES_SHOWN] if text.text else ["-"])
    if len(lines) > _LINES_SHOWN:
        yield f"... and {len(lines) - _LINES_SHOWN} lines more: --json has all, --raw the mail itself"
    for file in text.mail.attachments:
        yield f"--- file: {one_line(file.name, 200)} ({len(file.content)} bytes)"


def _headers(raw: bytes) -> str:
    """The beginning of the mail up to the first empty line, as far as it can be told what is there."""
    head = raw[:_HEADERS_SHOWN].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return head.decode("utf-8", "replace")
