"""``mailgate trace``: what happened to a mail, step by step, for whoever asks on the telephone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailgate.cli.output import as_json, in_warsaw, one_line, open_register, visible

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine
    from sqlmodel import Session

    from mailgate.config import Settings
    from mailgate.intake.inventory import MessageInFolder
    from mailgate.register.traces import Trace
    from mailgate.sandbox import Sandbox

_NUMBER = re.compile(r"(?:HOT-?0?1/)?(?:[0-9]{4}/)?[0-9]{1,9}", re.IGNORECASE)
_MAIL = re.compile(r"m([0-9]{1,9})", re.IGNORECASE)
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")


def trace(
    what: Annotated[
        str,
        typer.Argument(metavar="ADDRESS|MESSAGE-ID|NUMBER", help="Whose mail, which mail, or which question; m12 too."),
    ],
    json: Annotated[bool, typer.Option("--json", help="Print a JSON array, one mail an object.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many mails of an address, the newest first.")] = 10,
) -> None:
    """Tell everything that happened to a mail: how it came, what it was taken for and why, and every letter about it.

    An ADDRESS shows its mails, newest first.  A MESSAGE-ID may stand without its brackets; with an @ it is looked for as
    both.  Mail that still lies in the mailbox is told of, too.  The exit status is 1 where nothing at all is known.
    """
    from mailgate.config import load_settings
    from mailgate.register.database import reading
    from mailgate.register.traces import looked_back_to
    from mailgate.sandbox import Sandbox

    what = what.strip()
    if not what:
        raise typer.BadParameter("name an address, a Message-ID, or a number.")
    settings = load_settings()
    with open_register() as engine:
        with reading(engine) as session:
            traces = _found(session, what, limit)
            letters = _letters(session, what, limit) if not traces else []
            since = looked_back_to(session) if _ADDRESS.fullmatch(what) and len(traces) < limit else None
        # No transaction is held while mails are read: behind one, SQLite's log would only grow.
        with Sandbox() as sandbox:
            told = [(one, _because(engine, sandbox, one)) for one in traces]
        waiting, unasked = _in_mailbox(settings, what, engine)
    if json:
        typer.echo(as_json(_objects(told, letters, waiting), indent=1))
    else:
        _show(told, letters, waiting, unasked, what)
        _tell_of_limit(since)
    if not (told or letters or waiting):
        raise typer.Exit(1)


def _found(session: Session, what: str, limit: int) -> list[Trace]:
    from mailgate.clock import utc_now
    from mailgate.register import lookup, traces

    if found := _MAIL.fullmatch(what):
        one = traces.of_mail(session, int(found[1]))
        return [one] if one else []
    if _NUMBER.fullmatch(what):
        row = lookup.find(session, what, utc_now().year)
        return [traces.of_question(session, row)] if row else []
    ids = traces.by_message_id(session, what)
    if not ids and _ADDRESS.fullmatch(what):
        ids = traces.by_address(session, what, limit)
    found_all = [one for one in (traces.of_mail(session, id) for id in ids[:limit]) if one]
    return sorted(found_all, key=lambda one: one.mail.received_at if one.mail else utc_now(), reverse=True)


def _letters(session: Session, what: str, limit: int) -> list[Any]:
    """Letters to an address that never wrote to us."""
    from mailgate.register import traces

    return traces.letters_to(session, what, limit) if _ADDRESS.fullmatch(what) else []


def _because(engine: Engine, sandbox: Sandbox, one: Trace) -> str | None:
    """Why its verdict is what it is: read again, in a process with limits, for the reasons are not kept."""
    from mailgate.cli.parsed import because
    from mailgate.domain.classify import kind_of
    from mailgate.errors import ReadingFailed
    from mailgate.register.database import reading
    from mailgate.register.traces import raw_of

    mail = one.mail
    if mail is None or mail.id is None or mail.verdict is None:
        return None
    if mail.truncated:
        return "it is larger than MAILGATE_MAX_MESSAGE_BYTES"
    with reading(engine) as session:
        raw = raw_of(session, mail.id)
    try:
        read = sandbox.read(raw, mail.envelope_sender)
    except ReadingFailed as fault:
        return str(fault)
    kind = kind_of(read)
    # What the register knew (whose letter it answers) decides before what the mail itself tells.
    return because(kind, read) if kind == mail.verdict else None


def _in_mailbox(settings: Settings, what: str, engine: Engine) -> tuple[list[MessageInFolder], str | None]:
    """What lies in the mailbox and is not in the register; and why the mailbox could not be asked, if so."""
    from mailgate.equipment import imap_account, token_source
    from mailgate.intake.connection import SessionLost
    from mailgate.reconciliation import lying

    names_a_mail = not (_NUMBER.fullmatch(what) or _MAIL.fullmatch(what))
    account = imap_account(settings, token_source(settings)) if names_a_mail else None
    if account is None:
        return [], None
    try:
        return list(lying(engine, account, what.strip("<>"))), None
    except SessionLost as fault:
        return [], str(fault)


def _objects(told: list[tuple[Trace, str | None]], letters: list[Any], waiting: list[MessageInFolder]) -> list[Any]:
    from mailgate.cli.tracesheet import as_object

    objects: list[Any] = [as_object(one, because) for one, because in told]
    objects += [{"mail": None, "in_mailbox": one} for one in waiting]
    return objects + [{"mail": None, "letter": letter} for letter in letters]


def _show(
    told: list[tuple[Trace, str | None]],
    letters: list[Any],
    waiting: list[MessageInFolder],
    unasked: str | None,
    what: str,
) -> None:
    from mailgate.cli.tracesheet import in_words, letter_in_words

    for one in waiting:
        where = f"{one.folder}, UID {one.uid}"
        typer.echo(f"It lies in the mailbox ({where}) since {in_warsaw(one.received_at)} and is not taken yet.")
    for one_trace, because in told:
        typer.echo("\n".join(in_words(one_trace, because)) + "\n")
    for letter in letters:
        typer.echo(f"letter {letter.id}  {in_warsaw(letter.created_at)}  {one_line(letter_in_words(letter), 300)}")
    if unasked:
        typer.echo(
            f"The mailbox could not be asked ({one_line(unasked, 200)}): it may hold mail that is not taken yet."
        )
    if not (told or letters or waiting):
        if _NUMBER.fullmatch(what) or _MAIL.fullmatch(what):
            typer.echo(f"There is no {visible(what)} in the register.")
            return
        typer.echo(
            f"Neither the register nor the mailbox knows {visible(what)}: our server never accepted such a mail. One that "
            "was refused at the door (wrong address, too large) stands in the journal only: "
            "journalctl -u mailgate | grep rejected"
        )


def _tell_of_limit(since: datetime | None) -> None:
    """How far back headers were searched, where that is not to the beginning."""
    if since:
        typer.echo(
            f"Mail from before {in_warsaw(since)} was searched by envelope, form and question, not by its headers."
        )
