"""Files that hold other files: opened one after the other, under one allowance for the whole message, down to a depth.

``files_of`` is the only way from a mail to what its files say; ``open_container`` the only place that knows which files
hold others.  Pictures of pages are left unread at first, since they cost a thousand times what a text does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from mailgate.domain.document import Document
from mailgate.domain.mail import Attachment, InboundMail
from mailgate.domain.message import pgp
from mailgate.domain.message.charset import decode
from mailgate.domain.message.legibility import envelope_headers
from mailgate.extract.apple import data_fork, is_resource_fork
from mailgate.extract.archive import is_zip, open_archive, unopened_archive
from mailgate.extract.formats import FileIn, format_of, read_file
from mailgate.extract.html.reader import read_html
from mailgate.extract.opened import Allowance, Opened
from mailgate.extract.outlook.msg import is_outlook_message, open_outlook_message
from mailgate.extract.outlook.tnef import is_tnef, open_tnef
from mailgate.extract.scan.reader import Recogniser, is_left_unread
from mailgate.extract.signed.opaque import ENCRYPTED_NOTE, Closed, SignedFile, SignedMail, open_signed
from mailgate.extract.signed.pgp import literal_in
from mailgate.extract.signed.xades import signed_in_xml
from mailgate.extract.text import read_text
from mailgate.extract.wrapping import open_mail

MAX_DEPTH: Final = 5

_MESSAGE_TYPES: Final = frozenset({"message/rfc822", "message/global", "message/news"})
_RETURNED: Final = frozenset({*_MESSAGE_TYPES, "text/rfc822-headers", "message/global-headers"})
_NO_TEXT_FOR_FORMS: Final = frozenset({
    "message/delivery-status", "message/disposition-notification", "text/rfc822-headers", "text/calendar",
    "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature",
    "application/pgp-keys", "application/ics",
})  # fmt: skip
# A file of no telling type is an attached message only if so many headers of messages stand at its top.
_HEADERS_OF_A_MESSAGE: Final = 3
_SIGNED_TEXT: Final = b"-----BEGIN PGP SIGNED MESSAGE-----"


@dataclass(frozen=True, slots=True)
class FileRead:
    """What one file says; ``unread`` is the file itself where pages in it are pictures, which nobody has read yet."""

    documents: tuple[Document, ...]
    unread: FileIn | None = None

    def recognised(self, recogniser: Recogniser) -> tuple[Document, ...]:
        """The documents with the text of pictured pages; a file that has none is not read again."""
        if self.unread is None:
            return self.documents
        file = self.unread
        return read_file(file.name, file.content_type, file.content, file.source, recogniser)


def files_of(mail: InboundMail, allowance: Allowance | None = None) -> Iterator[FileRead]:
    """Every file of a mail that holds no others, in order, and those inside the others, without recognition of text.

    The ``source`` of their documents is ``attachment:NAME``, then ``attachment:NAME/INNER``.  What could not be read,
    or would have cost more than the ``allowance`` for the message, is a document without text whose note says so.
    """
    allowance = allowance or Allowance()
    returned = _RETURNED if mail.content_type == "multipart/report" else frozenset()
    for attachment in mail.attachments:
        # A report gives back the letter of which it tells: nobody asks again what stands there.
        if attachment.content_type not in returned:
            yield from _files(attachment, f"attachment:{attachment.name}", MAX_DEPTH, allowance)


def _files(attachment: Attachment, source: str, depth: int, allowance: Allowance) -> Iterator[FileRead]:
    if attachment.content_type in _NO_TEXT_FOR_FORMS or is_resource_fork(attachment.content):
        return
    refusal = allowance.next_file()
    if refusal is not None:
        yield _remark(source, refusal)
        return
    opened = open_container(attachment, allowance, depth)
    if opened is None:
        yield _file_read(_file_in(attachment, source))
    elif depth <= 0:
        yield _remark(source, f"not opened: nested deeper than {MAX_DEPTH} levels")
    else:
        yield from _inside(opened, source, depth - 1, allowance)


def _file_read(file: FileIn) -> FileRead:
    documents = read_file(file.name, file.content_type, file.content, file.source, Recogniser(off=True))
    return FileRead(documents, file if any(is_left_unread(document) for document in documents) else None)


def _inside(opened: Opened, source: str, depth: int, allowance: Allowance) -> Iterator[FileRead]:
    """What an opened container holds: its own texts, then its files, then the messages in it."""
    if opened.plain:
        yield FileRead((replace(read_text("\n\n".join(opened.plain), source), subject=opened.subject),))
    for page in opened.html:
        yield FileRead((replace(read_html(page, source), subject=opened.subject),))
    if opened.notes:
        yield FileRead((Document(source, (), notes=opened.notes),))
    for file in opened.files:
        yield from _files(file, f"{source}/{file.name}", depth, allowance)
    for name, item in opened.items:
        yield from _inside(item, f"{source}/{name}", depth - 1, allowance)


def open_container(attachment: Attachment, allowance: Allowance, depth: int = MAX_DEPTH) -> Opened | None:
    """What a container holds, None for a file that is none.  The bytes decide, not the name, and not the type."""
    content = attachment.content
    if is_tnef(content):
        return open_tnef(content)
    if is_outlook_message(content):
        return open_outlook_message(content, allowance, depth)
    if is_zip(content):
        # A ZIP that a reader knows is an office file, also one that is too damaged to show its members.
        return open_archive(content, allowance) if format_of(_file_in(attachment)) is None else None
    if (single := data_fork(content)) is not None:
        return _one_file(attachment.name, single)
    signed = open_signed(attachment)
    if signed is not None:
        return _opened_signed(signed)
    if (signed_files := signed_in_xml(attachment)) is not None:
        return Opened(files=signed_files)
    if _is_message(attachment):
        return _opened_mail(content)
    return _opened_pgp(attachment) or _unopened(content)


def _is_message(attachment: Attachment) -> bool:
    """An attached message, of whatever declared type: gateways send them as text or octet-stream."""
    headers = envelope_headers(attachment.content)
    if attachment.content_type in _MESSAGE_TYPES or attachment.name.lower().endswith(".eml"):
        return headers > 0
    return headers >= _HEADERS_OF_A_MESSAGE


def _opened_mail(content: bytes) -> Opened:
    mail = open_mail(content)
    return Opened(mail.plain, mail.html, mail.attachments, notes=mail.notes, subject=mail.subject)


def _opened_signed(signed: SignedMail | SignedFile | Closed) -> Opened:
    match signed:
        case SignedMail(content):
            return _opened_mail(content)
        case SignedFile(file):
            return Opened(files=(file,))
        case Closed(note):
            return Opened(notes=(note,))


def _opened_pgp(attachment: Attachment) -> Opened | None:
    """What PGP has signed, or a note on what it has encrypted."""
    content = attachment.content
    name = attachment.name.lower()
    if content[:1_000].lstrip().startswith(_SIGNED_TEXT):
        text, _guessed = decode(content, attachment.charset)
        return Opened(plain=(pgp.without_signature(text.replace("\r\n", "\n")),))
    named = name.endswith(pgp.SUFFIXES) or attachment.content_type == "application/pgp-encrypted"
    if not named:
        return None
    if "encrypted" in (pgp.armoured_kind(content), pgp.bare_kind(content)):
        return Opened(notes=(ENCRYPTED_NOTE,))
    signed = literal_in(content)
    return Opened(files=(signed,)) if signed is not None else None


def _unopened(content: bytes) -> Opened | None:
    kind = unopened_archive(content)
    return Opened(notes=(f"not opened: an archive of the kind {kind}, which a person must open",)) if kind else None


def _one_file(name: str, content: bytes) -> Opened:
    return Opened(files=(Attachment(name, "application/octet-stream", content),))


def _remark(source: str, note: str) -> FileRead:
    return FileRead((Document(source, (), notes=(note,)),))


def _file_in(attachment: Attachment, source: str = "") -> FileIn:
    return FileIn(attachment.name, _full_type(attachment), attachment.content, source)


def _full_type(attachment: Attachment) -> str:
    return f"{attachment.content_type}; charset={attachment.charset}" if attachment.charset else attachment.content_type
