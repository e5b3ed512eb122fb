"""One message, read: everything that its content tells by itself.

Runs inside the sandbox (``mailgate.sandbox``), since it opens what strangers send.  What the register knows comes
later, in ``domain.classify``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mailgate.containers import documents_in
from mailgate.domain.autoreply import automation_of
from mailgate.domain.bounce import Bounce, bounce_of
from mailgate.domain.document import Block, Document, Line, lines_of
from mailgate.domain.hot01 import FormsFound, find_forms
from mailgate.domain.legibility import encryption, no_message
from mailgate.domain.mail import InboundMail, read_mail
from mailgate.domain.reading import Reading
from mailgate.domain.reply import read_reply
from mailgate.domain.tokens import tokens_in
from mailgate.extract.html import read_html
from mailgate.extract.text import read_text


def read(raw: bytes, envelope_sender: str | None = None, as_reply: bool = False) -> Reading:
    """The reading of the bytes of one message.

    ``envelope_sender`` is SMTP's MAIL FROM ("" is the null sender), None where it is not known.  ``as_reply`` asks for
    the reply text also where nothing shows that the message answers something.  Bytes that are no message, and a mail
    that is encrypted, give a reading too, with ``unreadable`` set.
    """
    mail = read_mail(raw)
    reason = no_message(raw)
    if reason is not None:
        return Reading(mail, "", FormsFound(), None, None, None, unreadable=reason)
    plain, html = _plain(mail), _html(mail)
    text = _text(plain, html)
    bounce = bounce_of(mail, envelope_sender)
    files = () if bounce else tuple(_files(mail))
    forms = _forms((plain, html, *files), mail.subject, bounce)
    return Reading(
        mail=_with_remarks(mail, (html, *files)),
        text=text,
        forms=forms,
        reply=read_reply(mail, plain, html) if as_reply or _answers(mail, text) else None,
        automation=automation_of(mail, envelope_sender),
        bounce=bounce,
        unreadable=None if forms.filled else encryption(mail),
    )


def _forms(documents: Sequence[Document | None], subject: str, bounce: Bounce | None) -> FormsFound:
    """The forms of the message; one that a delivery notice gives back is not asked again."""
    if bounce:
        return FormsFound()
    return find_forms([document for document in documents if document is not None], subject)


def _plain(mail: InboundMail) -> Document | None:
    return read_text("\n\n".join(mail.plain), "body") if mail.plain else None


def _html(mail: InboundMail) -> Document | None:
    """The HTML parts as one document; several are parts of one text with pictures between them (Apple Mail)."""
    if not mail.html:
        return None
    pages = [read_html(page, "body") for page in mail.html]
    blocks = tuple(block for page in pages for block in page.blocks)
    notes = tuple(dict.fromkeys(note for page in pages for note in page.notes))
    return Document("body", blocks, notes=notes)


def _files(mail: InboundMail) -> Iterable[Document]:
    for attachment in mail.attachments:
        yield from documents_in(attachment, f"attachment:{attachment.name}")


def _text(plain: Document | None, html: Document | None) -> str:
    """The body as a person reads it: the plain text, or where that says nothing the lines of the HTML."""
    for document in (plain, html):
        if document is not None:
            text = "\n".join(_written(document.blocks)).strip("\n")
            if text.strip():
                return text
    return ""


def _written(blocks: Sequence[Block]) -> Iterable[str]:
    """Lines as they are; a row of a table on one line, its cells parted by a bar."""
    for block in blocks:
        if isinstance(block, Line):
            yield block.text
            continue
        for row in block.rows:
            cells = (" ".join(line.text for line in lines_of(cell.blocks) if line.text) for cell in row)
            yield " | ".join(cell for cell in cells if cell)


def _answers(mail: InboundMail, text: str) -> bool:
    return bool(mail.in_reply_to or mail.references or tokens_in(mail, text))


def _with_remarks(mail: InboundMail, documents: Iterable[Document | None]) -> InboundMail:
    """The mail with what the readers of its parts had to remark, each with the place it is about."""
    remarks = [
        f"{document.source}: {note}" for document in documents if document is not None for note in document.notes
    ]
    return replace(mail, notes=tuple(dict.fromkeys((*mail.notes, *remarks)))) if remarks else mail
