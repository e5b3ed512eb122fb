"""Files that hold other files: opened one after the other, under one budget, down to a depth.

``documents_in`` is the only way to an attachment's content; ``open_container`` the only place that knows containers.
Attached messages are opened here; archives are opened by the readers of ``extract``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mailgate.domain.document import Document
from mailgate.domain.legibility import envelope_headers
from mailgate.domain.mail import Attachment, read_mail
from mailgate.extract.formats import read_file
from mailgate.extract.html import read_html
from mailgate.extract.text import read_text

MAX_DEPTH: Final = 5
MAX_FILES: Final = 200

_MESSAGE_TYPES: Final = frozenset({"message/rfc822", "message/global"})
_NO_TEXT_FOR_FORMS: Final = frozenset({
    "message/delivery-status", "message/disposition-notification", "text/rfc822-headers", "text/calendar",
    "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature",
    "application/pgp-keys",
})  # fmt: skip
# A file of no telling type is an attached message only if so many headers of messages stand at its top.
_HEADERS_OF_A_MESSAGE: Final = 3


class _Budget:
    """How many files may still be read for one mail's attachment, whatever holds them."""

    def __init__(self) -> None:
        self.left = MAX_FILES

    def spend(self) -> bool:
        self.left -= 1
        return self.left >= 0


def documents_in(attachment: Attachment, source: str) -> Iterator[Document]:
    """Every document in a file, and in the files inside it; ``source`` is ``attachment:NAME``, then ``.../INNER``."""
    yield from _documents(attachment, source, 0, _Budget())


def _documents(attachment: Attachment, source: str, depth: int, budget: _Budget) -> Iterator[Document]:
    if attachment.content_type in _NO_TEXT_FOR_FORMS:
        return
    if not budget.spend():
        yield Document(source, (), notes=(f"not read: more than {MAX_FILES} files inside one",))
        return
    opened = open_container(attachment, source)
    if opened is None:
        yield from read_file(attachment.name, _full_type(attachment), attachment.content, source)
        return
    if depth >= MAX_DEPTH:
        yield Document(source, (), notes=(f"not opened: nested deeper than {MAX_DEPTH} levels",))
        return
    texts, files = opened
    yield from texts
    for file in files:
        yield from _documents(file, f"{source}/{file.name}", depth + 1, budget)


def open_container(attachment: Attachment, source: str) -> tuple[tuple[Document, ...], tuple[Attachment, ...]] | None:
    """The texts that a container holds itself, and the files in it; None for a file that is no container."""
    if not _is_message(attachment):
        return None
    mail = read_mail(attachment.content)
    texts = [read_text("\n\n".join(mail.plain), source)] if mail.plain else []
    texts += [read_html(page, source) for page in mail.html]
    return tuple(texts), mail.attachments


def _is_message(attachment: Attachment) -> bool:
    """An attached message, of whatever declared type: gateways send them as text or octet-stream."""
    headers = envelope_headers(attachment.content)
    if attachment.content_type in _MESSAGE_TYPES or attachment.name.lower().endswith(".eml"):
        return headers > 0
    return headers >= _HEADERS_OF_A_MESSAGE


def _full_type(attachment: Attachment) -> str:
    return f"{attachment.content_type}; charset={attachment.charset}" if attachment.charset else attachment.content_type
