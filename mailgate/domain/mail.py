"""A mail as a value: the envelope it came in, and what its bytes say.

Bytes are kept elsewhere and for ever; what stands here can always be made anew from them.  An absent value is
``None`` or an empty tuple, never an invented one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from typing import Final, Literal

from mailgate.domain.addresses.address import Address
from mailgate.domain.addresses.authorship import is_doubtful_author
from mailgate.domain.message.fingerprint import fingerprint, message_id_of
from mailgate.domain.message.headers import AddressBook, date_of, decode_text, first_message_id, message_ids
from mailgate.domain.message.parts import content_of, parse_message

__all__ = [
    "Address",
    "Attachment",
    "Envelope",
    "InboundMail",
    "Source",
    "fingerprint",
    "message_id_of",
    "read_mail",
]

MAX_HEADER: Final = 64 * 1024
MAX_HEADERS: Final = 2_000
MAX_NOTES: Final = 50

Source = Literal["smtp", "imap", "file"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """How a mail reached us.

    ``sender`` is the SMTP MAIL FROM ("" is the null sender), or None where no SMTP transaction of ours was seen and
    no Return-Path tells it.  ``received_at`` is aware: the moment of the SMTP transaction, or IMAP's INTERNALDATE
    (procedure 1.5.1, DESIGN section 2 rule 1).
    """

    source: Source
    sender: str | None
    recipients: tuple[str, ...]
    received_at: datetime
    client: str | None = None
    """Who handed it in: ``192.0.2.1 (mail.urzad.example)``, ``imaps://host/INBOX``, or a file's name."""
    folder: str | None = None
    uidvalidity: int | None = None
    uid: int | None = None
    truncated: bool = False
    """The mail is over the size limit: of its bytes only the header block was taken, the rest lies in the mailbox."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the text of the mail.

    ``name`` is safe to show and to save (no path, no control or bidi characters) and never empty; ``content_type``
    is as declared, in lower case; ``path`` names the containers it came out of, outermost first.
    """

    name: str
    content_type: str
    content: bytes
    inline: bool = False
    content_id: str | None = None
    path: tuple[str, ...] = ()
    charset: str | None = None
    """What the mail declares for a file of text."""


@dataclass(frozen=True, slots=True)
class InboundMail:
    """What the bytes of one message say, decoded and bounded.

    Texts are NFC without NUL and lone surrogates.  ``headers`` holds every header of the top level in order, names in
    lower case, values decoded and unfolded.  ``plain`` and ``html`` are the text parts in order; of alternatives both
    are given.  ``plain`` keeps format=flowed undone (soft line ends joined, quote marks kept).
    """

    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    subject: str
    sender: Address | None
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    date: datetime | None
    """What the sender claims; aware, or None when absent or not a date.  No rule counts from it."""
    headers: tuple[tuple[str, str], ...]
    plain: tuple[str, ...]
    html: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    content_type: str = "text/plain"
    notes: tuple[str, ...] = field(default=())
    """Remarks of the reader that a person may need: ``charset guessed: windows-1250``, ``too many parts``."""
    doubtful_sender: bool = False
    """From names more than one mailbox, stands twice, or was disguised: such a mail proves no identity."""

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        wanted = name.lower()
        for key, value in self.headers:
            if key == wanted:
                return value
        return None

    def present(self, names: Iterable[str]) -> list[str]:
        """Those of the names (in lower case) that are headers of this mail, in the order asked."""
        here = {key for key, _value in self.headers}
        return [name for name in names if name in here]

    def header_all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, in order."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key == wanted)


def read_mail(raw: bytes) -> InboundMail:
    """The mail that the bytes of one message are, within the limits on headers and parts; never raises.

    What is over a limit is left out and named in ``notes``.  Bytes that are no message give a mail with hardly anything
    in it: whether that is so is judged by ``mailgate.reader``.
    """
    message, notes = parse_message(raw)
    items = [(name, value[:MAX_HEADER]) for name, value in list(message.raw_items())[:MAX_HEADERS]]
    first: dict[str, str] = {}
    for name, value in items:
        first.setdefault(name.lower(), value)
    addresses = AddressBook(items)
    content = content_of(message)
    sender = addresses.of("from")
    remarks = dict.fromkeys((*notes, *_header_notes(message), *addresses.notes, *content.notes))
    return InboundMail(
        message_id=first_message_id(first.get("message-id", "")),
        in_reply_to=message_ids(first.get("in-reply-to", "")),
        references=message_ids(first.get("references", "")),
        subject=decode_text(first.get("subject", "")),
        sender=sender[0] if sender else None,
        reply_to=addresses.of("reply-to"),
        to=addresses.of("to"),
        cc=addresses.of("cc"),
        date=date_of(first.get("date", "")),
        headers=tuple((decode_text(name).lower(), decode_text(value)) for name, value in items),
        plain=tuple(content.plain),
        html=tuple(content.html),
        attachments=tuple(
            Attachment(file.name, file.content_type, file.content, file.inline, file.content_id, (), file.charset)
            for file in content.files
        ),
        content_type=message.get_content_type(),
        notes=tuple(remarks)[:MAX_NOTES],
        doubtful_sender=is_doubtful_author(message.raw_items(), sender[0] if sender else None),
    )


def _header_notes(message: Message) -> list[str]:
    values = list(message.raw_items())
    notes = []
    if len(values) > MAX_HEADERS:
        notes.append(f"headers after {MAX_HEADERS} are left out")
    if any(len(value) > MAX_HEADER for _name, value in values):
        notes.append(f"a header cut after {MAX_HEADER} characters")
    return notes
