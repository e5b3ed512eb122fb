"""``mailgate quarantine``: mail and replies that wait for a person."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailgate.cli.output import as_json, in_warsaw, one_line, open_register, print_json, print_table, visible

if TYPE_CHECKING:
    from mailgate.register.quarantine import MailRecord, SetAside

app = typer.Typer(help="Mail and replies that wait for a person.", no_args_is_help=True)

_HEADINGS = ("ID", "KIND", "RECEIVED", "SENDER", "QUESTION", "TRIES", "REASON")
_HEADERS_SHOWN = 8192
"""Bytes of a mail's beginning that ``show`` prints: who wrote, and about what."""

MailId = Annotated[int, typer.Argument(metavar="ID", help="An id as `quarantine list` shows it.")]


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
        print_table(_HEADINGS, map(_cells, entries))


@app.command()
def show(
    inbound_id: MailId,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    raw: Annotated[bool, typer.Option("--raw", help="Print the mail's own bytes and nothing else.")] = False,
) -> None:
    """Show all that is known of one mail: how it came, what became of it, and its headers."""
    from mailgate.register import quarantine
    from mailgate.register.database import reading

    with open_register() as engine, reading(engine) as session:
        record = quarantine.shown(session, inbound_id)
    if record is None:
        typer.echo(f"There is no mail with the id {inbound_id}.", err=True)
        raise typer.Exit(1)
    if raw:
        sys.stdout.buffer.write(record.raw)
    else:
        typer.echo(as_json(_object(record), indent=2) if json else "\n".join(_lines(record)))


@app.command()
def replay(ids: Annotated[list[int], typer.Argument(metavar="ID...", help="Ids of quarantined mails.")]) -> None:
    """Have quarantined mails handled again from the beginning, with three new attempts."""
    from mailgate.register import spool
    from mailgate.register.database import unit_of_work

    with open_register() as engine:
        now = datetime.now(UTC)
        with unit_of_work(engine) as session:
            kept = [inbound_id for inbound_id in ids if not spool.replay(session, inbound_id, now)]
    for inbound_id in kept:
        typer.echo(f"Mail {inbound_id} is not quarantined: nothing to replay.", err=True)
    typer.echo(f"To be handled again: {len(ids) - len(kept)}")
    if kept:
        raise typer.Exit(1)


def _cells(entry: SetAside) -> tuple[str, ...]:
    return (
        str(entry.id),
        entry.kind,
        in_warsaw(entry.received_at),
        _sender(entry.sender),
        entry.number or "",
        str(entry.attempts),
        one_line(entry.reason, 100),
    )


def _sender(sender: str | None) -> str:
    """The envelope's sender as the field writes it: ``<>`` is the null sender."""
    return "?" if sender is None else one_line(sender) or "<>"


def _object(record: MailRecord) -> dict[str, Any]:
    return {
        **record.mail.model_dump(),
        "deliveries": [delivery.model_dump(exclude={"inbound_id"}) for delivery in record.deliveries],
        "held_replies": [asdict(reply) for reply in record.held],
        "events": [asdict(event) for event in record.events],
        "headers": _headers(record.raw),
    }


def _lines(record: MailRecord) -> Iterator[str]:
    mail = record.mail
    yield f"mail         {mail.id}  ({mail.state}, {mail.attempts} attempts, {mail.size} bytes)"
    yield f"sender       {_sender(mail.envelope_sender)}"
    yield f"verdict      {mail.verdict or '-'}"
    yield f"reason       {one_line(mail.reason, 1000) or '-'}"
    for delivery in record.deliveries:
        to = visible(", ".join(delivery.recipients))
        yield f"came         {in_warsaw(delivery.received_at)}  {delivery.source} {one_line(delivery.client)}  to {to}"
    for reply in record.held:
        yield f"held         {in_warsaw(reply.held_at)}  {reply.number or ''}  {one_line(reply.reason, 1000)}"
    for event in record.events:
        yield f"event        {in_warsaw(event.at)}  {event.kind}  {one_line(event.actor)}"
    yield ""
    yield visible(_headers(record.raw))


def _headers(raw: bytes) -> str:
    """The beginning of the mail up to the first empty line, as far as it can be told what is there."""
    head = raw[:_HEADERS_SHOWN].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return head.decode("utf-8", "replace")
