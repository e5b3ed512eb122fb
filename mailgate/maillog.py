"""The journal: one line a transition of a mail, a question or a letter, each by a function of its own.

A line carries ids, sizes and codes; never a body, a header, a name or an address (those stand in the register).  The
one exception is a peer's host, which an administrator needs.  Debug traces are another matter and go elsewhere.

Whoever counts transitions (``metrics``) listens here, and is told of each, whether its line is written or not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

Listener = Callable[[str, Mapping[str, object]], None]
"""Takes the name of a transition and its values, in the thread that has made it: quick, and raises nothing."""

Line = Callable[[], None]
"""A transition that is still to be told: it is called once the transaction that has made it is committed."""

_log = logging.getLogger("mailgate.mail")
_listeners: list[Listener] = []


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Tell the listener of every transition in this process, as long as the block lasts."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def _line(level: int, event: str, **values: object) -> None:
    if _log.isEnabledFor(level):
        shown = " ".join(f"{name}={_shown(value)}" for name, value in values.items() if value is not None)
        _log.log(level, "%s %s", event, shown)
    for listener in tuple(_listeners):
        listener(event, values)


def _shown(value: object) -> str:
    """A value on one line; quoted where it is no plain word, so that a machine can take the line apart (logfmt)."""
    text = " ".join(f"{value:.3f}".split() if isinstance(value, float) else str(value).split())[:300]
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    if text and not set(text) & set(' "=\\'):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def received(*, spool_id: int, source: str, size: int, duplicate: bool) -> None:
    """A mail is on disk (or was already)."""
    _line(logging.INFO, "duplicate" if duplicate else "received", spool=spool_id, source=source, size=size)


def rejected(*, client: str, reply: str) -> None:
    """A mail or a recipient was refused at the door."""
    _line(logging.INFO, "rejected", client=client, reply=reply)


def intake_failed(*, source: str, reason: str) -> None:
    """A mail could not be taken through a fault of ours; the sender was told to come again."""
    _line(logging.ERROR, "intake-failed", source=source, reason=reason)


def registered(*, spool_id: int | None, number: str, kind: str, seconds: float | None = None) -> None:
    """A question has a number, so many seconds after its mail was received."""
    _line(logging.INFO, "registered", spool=spool_id, number=number, kind=kind, after=seconds)


def handled(*, spool_id: int, verdict: str) -> None:
    """A mail has had its effect and leaves the spool."""
    _line(logging.INFO, "handled", spool=spool_id, verdict=verdict)


def reading_ended(*, seconds: float, ok: bool) -> None:
    """A sandboxed process has read a mail, or has failed to; the transitions that follow say of which mail."""
    _line(logging.DEBUG, "reading-ended", took=seconds, ok=ok)


def noted(*, spool_id: int, number: str, kind: str) -> None:
    """A mail became a note, a follow-up or an answer of a question."""
    _line(logging.INFO, "noted", spool=spool_id, number=number, kind=kind)


def braked(*, number: str | None, kind: str, letters: int) -> None:
    """A letter was not written, because its recipient had so many of its kind within an hour."""
    _line(logging.WARNING, "braked", number=number, kind=kind, letters=letters)


def no_question(*, spool_id: int, kind: str) -> None:
    """A mail asks nothing of us: our own letter that came back (dropped), or an invitation to a meeting."""
    _line(logging.INFO, "no-question", spool=spool_id, kind=kind)


def held(*, spool_id: int, number: str | None, reason: str) -> None:
    """A reply was not passed on."""
    _line(logging.WARNING, "held", spool=spool_id, number=number, reason=reason)


def read_failed(*, spool_id: int, attempt: int, reason: str) -> None:
    """A mail could not be read; it will be tried again."""
    _line(logging.WARNING, "read-failed", spool=spool_id, attempt=attempt, reason=reason)


def quarantined(*, spool_id: int, reason: str, verdict: str | None = None) -> None:
    """A mail was set aside for a person; ``verdict`` is None where it could not be read."""
    _line(logging.WARNING, "quarantined", spool=spool_id, verdict=verdict, reason=reason)


def pipeline_failed(*, reason: str) -> None:
    """A batch could not be written; it is tried again."""
    _line(logging.ERROR, "pipeline-failed", reason=reason)


def letter_accepted(
    *, letter_id: int, number: str | None = None, kind: str | None = None, reply: str, seconds: float | None = None
) -> None:
    """The smarthost took a letter, so many seconds after it was written."""
    _line(logging.INFO, "letter-accepted", letter=letter_id, number=number, kind=kind, reply=reply, after=seconds)


def letter_deferred(
    *, letter_id: int, number: str | None = None, kind: str | None = None, reply: str, seconds: float
) -> None:
    """A letter will be tried again in so many seconds."""
    _line(
        logging.WARNING, "letter-deferred", letter=letter_id, number=number, kind=kind, reply=reply,
        retry_in=round(seconds),
    )  # fmt: skip


def letter_refused(*, letter_id: int, number: str | None = None, kind: str | None = None, reply: str) -> None:
    """The smarthost will not have a letter."""
    _line(logging.ERROR, "letter-refused", letter=letter_id, number=number, kind=kind, reply=reply)


def letter_uncertain(*, letter_id: int, number: str | None = None, kind: str | None = None, reply: str) -> None:
    """Nobody knows whether a letter was taken: it is not repeated by itself."""
    _line(logging.ERROR, "letter-uncertain", letter=letter_id, number=number, kind=kind, reply=reply)


def letter_bounced(
    *, letter_id: int, status: str | None, spool_id: int | None = None, number: str | None = None
) -> None:
    """A letter that the smarthost had accepted came back undelivered, as the mail ``spool_id`` tells."""
    _line(logging.WARNING, "letter-bounced", spool=spool_id, letter=letter_id, number=number, status=status)


def smarthost_unreachable(*, reason: str) -> None:
    """Said once when it begins."""
    _line(logging.ERROR, "smarthost-unreachable", reason=reason)


def smarthost_back(*, seconds: float) -> None:
    """The smarthost answers again after so many seconds."""
    _line(logging.WARNING, "smarthost-back", after=round(seconds))


def mailbox_unreachable(*, reason: str) -> None:
    """Said once when it begins."""
    _line(logging.ERROR, "mailbox-unreachable", reason=reason)


def mailbox_back(*, seconds: float) -> None:
    """The mailbox answers again after so many seconds."""
    _line(logging.WARNING, "mailbox-back", after=round(seconds))


def mailbox_standby(*, holder: str) -> None:
    """Another daemon (``HOST:FOLDER``) reads the mailbox, and this one stands by; said once when it begins."""
    _line(logging.INFO, "mailbox-standby", holder=holder)


def mailbox_taken_over() -> None:
    """The daemon has stood by, and reads the mailbox now."""
    _line(logging.WARNING, "mailbox-taken-over")


def login_not_renewed(*, reason: str, refused: bool) -> None:
    """No new OAuth2 token can be had; said when it begins, while the old one may still serve."""
    _line(logging.ERROR, "login-refused" if refused else "login-not-renewed", reason=reason)


def login_renewed(*, seconds: float) -> None:
    """OAuth2 tokens can be had again after so many seconds."""
    _line(logging.WARNING, "login-renewed", after=round(seconds))


def login_not_kept(*, reason: str) -> None:
    """The refresh token was replaced, and the new one cannot be written to the storage folder."""
    _line(logging.ERROR, "login-not-kept", reason=reason)


def login_expires(*, notice: str) -> None:
    """The right to fetch OAuth2 tokens is near its end, or past it."""
    _line(logging.ERROR, "login-expires", notice=notice)


def alarm_begins(*, kind: str, what: str, named: Sequence[str], urgent: bool) -> None:
    """Something needs a person; said once, when it begins, with the ids or numbers of the most urgent."""
    which = ",".join(named) or None
    _line(logging.ERROR if urgent else logging.WARNING, "alarm", kind=kind, which=which, what=what)


def alarm_ends(*, kind: str, seconds: float) -> None:
    """It needs nobody any more, after so many seconds."""
    _line(logging.WARNING, "alarm-over", kind=kind, after=round(seconds))


def administrators_told(*, new: int, standing: int, over: int, letters: int) -> None:
    """A notice is in the outbox: on so many new alarms, on such as stand, and on such as are over."""
    _line(logging.INFO, "administrators-told", new=new, standing=standing, over=over, letters=letters)


def reconciled(*, differences: int, seconds: float) -> None:
    """Mailbox, spool, register and outbox were compared."""
    _line(logging.ERROR if differences else logging.INFO, "reconciled", differences=differences, took=round(seconds))


def mailbox_read_again(*, mails: int, complete: bool) -> None:
    """After a restoration: so many mails that had been taken after the backup are in the register again."""
    _line(logging.WARNING, "mailbox-read-again", mails=mails, complete=complete)


def mailbox_message_skipped(*, uid: int, reason: str) -> None:
    """One message of the mailbox could not be fetched; those behind it go on."""
    _line(logging.ERROR, "mailbox-message-skipped", uid=uid, reason=reason)
