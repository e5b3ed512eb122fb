"""``mailgate ingest``: mail from files, or one mail from a pipe, into the spool; the daemon does the rest.

On a pipe (a mail server's transport) the exit status is one of sysexits.h, which decides between "delivered", "try
again" and "send it back".  Every trouble of ours is 75, try again.  A mail over the size limit is 69, sent back with
the sentence printed here, as SMTP does with 552: if it were taken by its headers alone, the mail server would delete
the only copy of the rest.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from os import EX_DATAERR, EX_NOINPUT, EX_TEMPFAIL, EX_UNAVAILABLE, EX_USAGE
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailgate.cli.output import as_json, visible
from mailgate.clock import utc_now
from mailgate.domain.counting import counted
from mailgate.errors import MailgateError, RegisterBusy

if TYPE_CHECKING:
    from mailgate.config import Settings
    from mailgate.intake.committer import Committer
    from mailgate.intake.importer import Found, Refused
    from mailgate.register.spool import Arrival, Spooled

_FOUND_SOMETHING_WRONG, _WRONG_USE = 1, 2
_IN_HAND = 200
# Postfix keeps trying for five days; what a pipe brings with an older stamp was not delayed but put in by hand.
_LONGEST_DELAY = timedelta(days=7)


@dataclass
class _Tally:
    """What became of the mails; ``undated`` counts those taken whose receipt nothing proves."""

    taken: int = 0
    known: int = 0
    undated: int = 0
    refused: list[dict[str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def settle(self, spooled: Spooled, *, dated: bool = True) -> None:
        """Count a mail that is in the spool; one that was known keeps the receipt that it had."""
        if spooled.duplicate:
            self.known += 1
        else:
            self.taken += 1
            self.undated += not dated

    def refuse(self, origin: str, reason: str) -> None:
        """Count a mail that is not."""
        self.refused.append({"origin": origin, "reason": reason})


@dataclass(frozen=True)
class _Options:
    """What the command line says about the envelope; None where it says nothing."""

    archive: bool
    sender: str | None
    recipient: str | None


def ingest(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]...",
            help="Mail files, folders, mbox files, Maildirs; '-' or nothing on a pipe: one mail from standard input.",
            show_default=False,
        ),
    ] = None,
    archive: Annotated[
        bool, typer.Option("--archive", help="Old mail: put on record with its dates, no acknowledgements, no alarms.")
    ] = False,
    sender: Annotated[
        str | None, typer.Option("--sender", metavar="ADDRESS", help="The envelope's sender; '<>' is the null sender.")
    ] = None,
    recipient: Annotated[
        str | None, typer.Option("--recipient", metavar="ADDRESS", help="The envelope's recipient.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
) -> None:
    """Take mail from files or from a pipe; a running daemon reads it within seconds, any other when it starts.

    Exit status: 0 all is taken or known, 1 something was refused or went wrong, 66 a file is not there (the others are
    taken).  On a pipe: 0 taken, 64 wrong use, 65 nothing came, 69 too large, 75 anything else, to be tried again.
    """
    options = _Options(archive, _envelope_sender(sender), _clean(recipient) or None)
    sources = paths or [Path("-")]
    if sources == [Path("-")]:
        raise typer.Exit(_from_pipe(options, json))
    if Path("-") in sources:
        _tell("one mail on standard input, or files and folders, but not both")
        raise typer.Exit(EX_USAGE)
    raise typer.Exit(_from_files(sources, options, json))


def _from_pipe(options: _Options, json: bool) -> int:
    if sys.stdin is None or sys.stdin.isatty():
        _tell("name files or folders, or pipe one mail in; see `mailgate ingest --help`")
        return _WRONG_USE
    try:
        return _take_one(options, json)
    except Exception as error:  # noqa: BLE001 - on a status that it does not know, a mail server sends the mail back
        _tell(_sentence(error))
        return EX_TEMPFAIL


def _take_one(options: _Options, json: bool) -> int:
    from mailgate.config import load_settings
    from mailgate.intake.importer import Refused, single_message

    settings = load_settings()
    found = single_message(sys.stdin.buffer, settings.max_message_bytes)
    tally = _Tally()
    if isinstance(found, Refused):
        _refuse(found, tally, json)
        return EX_UNAVAILABLE if found.too_large else EX_DATAERR
    arrival = _arrival(found, options, _receipt_on_a_pipe(found, options.archive))
    with _committer(settings) as committer:
        tally.settle(committer.commit(arrival))
    _summarise(tally, json, archive=options.archive)
    return 0


def _refuse(found: Refused, tally: _Tally, json: bool) -> None:
    """Say why a piped mail is not taken.  The mail server quotes this to the sender: one sentence, and no counts."""
    tally.refuse(found.origin, found.reason)
    if json:
        _summarise(tally, json)
    else:
        _tell(f"your message was not taken: {found.reason}")


def _from_files(paths: Sequence[Path], options: _Options, json: bool) -> int:
    from mailgate.config import load_settings

    there = [path for path in paths if path.exists()]
    tally = _Tally(missing=[str(path) for path in paths if path not in there])
    try:
        settings = load_settings()
        if there:
            _take_files(there, settings, options, tally, json=json)
    except MailgateError as error:
        _summarise(tally, json, archive=options.archive)
        _tell(_sentence(error))
        return _FOUND_SOMETHING_WRONG
    _summarise(tally, json, archive=options.archive)
    return EX_NOINPUT if tally.missing else _FOUND_SOMETHING_WRONG if tally.refused else 0


def _take_files(paths: Sequence[Path], settings: Settings, options: _Options, tally: _Tally, *, json: bool) -> None:
    with _committer(settings) as committer, _progress(paths, json) as advance:
        taking = _Taking(committer, options, tally, advance)
        for path in paths:
            taking.take(path, settings.max_message_bytes)
        taking.settle(down_to=0)


@dataclass
class _Taking:
    """Mails on their way from files to the spool, many at a time, so that they share commits."""

    committer: Committer
    options: _Options
    tally: _Tally
    advance: Callable[[int], None]
    in_hand: deque[tuple[Found, bool, Future[Spooled]]] = field(default_factory=deque)

    def take(self, path: Path, limit: int) -> None:
        """Take every mail of a file or folder.  Raises RegisterBusy where going on makes no sense."""
        from mailgate.intake.importer import Refused, messages

        try:
            for found in messages(path, limit):
                if isinstance(found, Refused):
                    self.tally.refuse(found.origin, found.reason)
                else:
                    self.hand_over(found)
        except OSError as error:
            self.tally.refuse(str(path), f"it cannot be read: {error.strerror}")

    def hand_over(self, found: Found) -> None:
        """Pass one mail to the committer, and settle the oldest of those in hand."""
        from mailgate.intake.receipt import claimed_date, true_receipt

        now = utc_now()
        receipt = true_receipt(found.raw, found.delivered_at, now)
        # Of old mail not even that is proved which an export from a mail client has left: its date is kept all the same.
        claimed = claimed_date(found.raw, now) if receipt is None and self.options.archive else None
        stored = self.committer.submit(_arrival(found, self.options, receipt or claimed or now))
        self.in_hand.append((found, receipt is not None, stored))
        self.settle(down_to=_IN_HAND)

    def settle(self, down_to: int) -> None:
        """Wait until no more than so many mails are in hand."""
        while len(self.in_hand) > down_to:
            found, dated, stored = self.in_hand.popleft()
            try:
                self.tally.settle(stored.result(), dated=dated)
            except RegisterBusy:
                raise
            except Exception as error:  # noqa: BLE001 - one bad mail stops nothing
                self.tally.refuse(found.origin, f"it could not be stored: {_sentence(error)}")
            self.advance(len(found.raw))


def _arrival(found: Found, options: _Options, received_at: datetime) -> Arrival:
    from mailgate.domain.mail import Envelope
    from mailgate.intake.committer import arrival_of

    envelope = Envelope(
        source="file",
        sender=found.sender if options.sender is None else options.sender,
        recipients=(options.recipient,) if options.recipient else found.recipients,
        received_at=received_at,
        client=_clean(found.origin),
    )
    return arrival_of(envelope, found.raw, archive=options.archive)


def _receipt_on_a_pipe(found: Found, archive: bool) -> datetime:
    """The moment at which the mail server that pipes a mail in received it.

    That is its ``Received`` header, not now: while the database was away the mail waited in its queue, and the clerk
    must not pay for it (DESIGN section 2 rule 1).  An older stamp is from another server: then it is now.
    """
    from mailgate.intake.receipt import claimed_date, true_receipt

    now = utc_now()
    receipt = true_receipt(found.raw, None, now)
    if archive:
        return receipt or claimed_date(found.raw, now) or now
    return receipt if receipt is not None and now - receipt <= _LONGEST_DELAY else now


@contextmanager
def _committer(settings: Settings) -> Iterator[Committer]:
    """A committer into the register of the settings, which is made where there is none yet."""
    from mailgate.intake.committer import Committer
    from mailgate.lostregister import require_no_loss
    from mailgate.register import spool
    from mailgate.register.database import migrate, open_database, unit_of_work

    engine = open_database(settings.database_url)

    def store(arrivals: Sequence[Arrival]) -> list[Spooled]:
        with unit_of_work(engine) as session:
            return spool.put(session, arrivals, utc_now())

    try:
        require_no_loss(engine, settings.storage)
        migrate(engine)
        with Committer(store) as committer:
            yield committer
    finally:
        engine.dispose()


@contextmanager
def _progress(paths: Sequence[Path], json: bool) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, by bytes; elsewhere nothing."""
    if json or not sys.stderr.isatty():
        yield lambda _size: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Taking mail", total=sum(map(_size, paths)))
        yield lambda size: bar.advance(task, size)


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(entry.stat().st_size for entry in path.rglob("*") if entry.is_file())
    return path.stat().st_size


def _summarise(tally: _Tally, json: bool, *, archive: bool = False) -> None:
    if json:
        typer.echo(as_json(asdict(tally)))
        return
    for path in tally.missing:
        _tell(f"{path}: there is no such file or folder")
    for refusal in tally.refused:
        _tell(f"{refusal['origin']}: {refusal['reason']}")
    typer.echo(f"{counted(tally.taken, 'mail')} taken, {tally.known} known already, {len(tally.refused)} refused.")
    if tally.undated:
        what = "their Date stands, where they bear one" if archive else "they count from now"
        typer.echo(f"{tally.undated} carried no proof of when they were received: {what}.")


def _envelope_sender(text: str | None) -> str | None:
    """The sender as the envelope holds it; Postfix writes the null sender as MAILER-DAEMON."""
    sender = _clean(text)
    return "" if sender is not None and sender.upper() in ("<>", "MAILER-DAEMON") else sender


def _clean(text: str | None) -> str | None:
    """Text of the command line that any database can hold.

    A mail is never sent back for a byte in an address or a file's name.
    """
    return None if text is None else "".join(sign if sign.isprintable() else "?" for sign in text.strip())


def _sentence(error: Exception) -> str:
    """What to tell the administrator; a text that is not ours may quote a mail, and stays out."""
    return str(error) if isinstance(error, MailgateError) else f"unexpected {type(error).__name__}"


def _tell(sentence: str) -> None:
    typer.echo(f"mailgate: {visible(sentence)}", err=True)
