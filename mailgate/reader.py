"""One message, read: everything that its content tells by itself.

Runs inside the sandbox (``mailgate.sandbox``), since it opens what strangers send.  What the register knows comes
later, in ``domain.classify``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from mailgate.containers import FileRead, files_of
from mailgate.domain.autoreply import automation_of
from mailgate.domain.bounce import bounce_of
from mailgate.domain.document import Block, Document, Line, lines_of
from mailgate.domain.form.beside import text_beside
from mailgate.domain.form.bounds import shortened
from mailgate.domain.hot01 import FormsFound, find_forms
from mailgate.domain.machines.headers import auto_submitted
from mailgate.domain.machines.statements import statements_in
from mailgate.domain.mail import InboundMail, read_mail
from mailgate.domain.message.legibility import encryption, no_message
from mailgate.domain.reading import Reading
from mailgate.domain.reply import ReplyText, read_reply
from mailgate.domain.tokens import tokens_in
from mailgate.extract.html.reader import read_html
from mailgate.extract.scan.reader import Recogniser
from mailgate.extract.text import read_text
from mailgate.extract.wrapping import unwrapped

MAX_TEXT: Final = 300_000
MAX_REPLY_LINES: Final = 20_000


def read(raw: bytes, envelope_sender: str | None = None, as_reply: bool = False, files: bool = True) -> Reading:
    """The reading of the bytes of one message.

    ``envelope_sender`` is SMTP's MAIL FROM ("" is the null sender), None where it is not known.  ``as_reply`` asks for
    the reply text also where nothing shows that the message answers something.  Without ``files`` only the text of the
    mail itself is read.  Bytes that are no message, and a mail that is encrypted, give a reading too, with
    ``unreadable`` set.
    """
    mail = read_mail(raw)
    reason = no_message(raw)
    if reason is not None:
        return Reading(mail, "", FormsFound(), None, None, None, unreadable=reason)
    mail = unwrapped(mail)
    plain, html = _plain(mail), _html(mail)
    text = _text(plain, html)
    bounce = bounce_of(mail, envelope_sender)
    bodies = tuple(shortened(document) for document in (plain, html) if document is not None)
    opened = tuple(files_of(mail)) if files and not bounce else ()
    # A form that a delivery notice or an automatic answer gives back is not asked again.
    given_back = bounce or _answers_by_itself(mail)
    searched, forms = (bodies, FormsFound()) if given_back else _searched(bodies, opened, mail)
    answers = _answers(mail, text)
    reply = _reply(mail, plain, html, opened) if as_reply or answers else None
    said = statements_in(reply.new_text) if reply and reply.new_text else None
    asks = forms.filled and not (as_reply or answers)
    return Reading(
        mail=_with_remarks(mail, searched),
        text=text,
        forms=forms,
        reply=reply,
        automation=automation_of(mail, envelope_sender, asks=asks, said=said),
        bounce=bounce,
        unreadable=None if forms.filled else encryption(mail),
        beside=_beside(searched, forms, mail) if forms.filled else "",
        said=said,
    )


def _answers_by_itself(mail: InboundMail) -> bool:
    """True for an automatic answer (RFC 3834) to a mail that it names; a web form's mail names none."""
    return bool(mail.in_reply_to) and auto_submitted(mail) == "auto-replied"


def _names_another(mail: InboundMail) -> bool:
    """True for a mail whose headers say that it answers another one; an automatic answer may not say which."""
    return bool(mail.in_reply_to) or auto_submitted(mail) == "auto-replied"


def _searched(
    bodies: tuple[Document, ...], files: Sequence[FileRead], mail: InboundMail
) -> tuple[tuple[Document, ...], FormsFound]:
    """The documents of the message and the forms in them.

    Pages that are pictures are read only where no text holds a filled form: what was typed is surer than what is
    recognised, and seconds cheaper.  One recogniser reads them all, so that the message costs no more than one may.
    """
    texts = (*bodies, *(shortened(document) for file in files for document in file.documents))
    answers = _names_another(mail)
    forms = find_forms(texts, mail.subject, answers)
    typed = any(form.question and not form.by_ocr for form in forms.forms)
    if typed or not any(file.unread for file in files):
        return texts, forms
    recogniser = Recogniser()
    scans = (*bodies, *(shortened(document) for file in files for document in file.recognised(recogniser)))
    return scans, find_forms(scans, mail.subject, answers)


def _beside(documents: tuple[Document, ...], forms: FormsFound, mail: InboundMail) -> str:
    return text_beside(documents, forms.forms, mail.sender, mail.subject, answers=_names_another(mail))


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


def _text(plain: Document | None, html: Document | None) -> str:
    """The body as a person reads it: the plain text, or where that says nothing the lines of the HTML.

    It goes into letters, so what is longer than MAX_TEXT ends there and says so; the mail itself is kept whole.
    """
    for document in (plain, html):
        if document is not None:
            text = "\n".join(_written(document.blocks)).strip("\n")
            if text.strip():
                return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}\n[…]"
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


def _reply(mail: InboundMail, plain: Document | None, html: Document | None, opened: Sequence[FileRead]) -> ReplyText:
    """What is new in an answer; of one too long to be looked at whole the beginning, and a person has to look."""
    documents = tuple(shortened(document) for file in opened for document in file.documents)
    written = "\n\n".join(mail.plain)
    lines = written[:MAX_TEXT].splitlines()[:MAX_REPLY_LINES]
    page = shortened(html) if html is not None else None
    if page is html and len(written) <= MAX_TEXT and len(lines) < MAX_REPLY_LINES:
        return read_reply(mail, plain, html, documents)
    texts = ("\n".join(lines),) if mail.plain else ()
    return replace(read_reply(replace(mail, plain=texts), plain, page, documents), in_doubt=True)


def _with_remarks(mail: InboundMail, documents: Iterable[Document]) -> InboundMail:
    """The mail with what the readers of its parts had to remark, each with the place it is about."""
    remarks = [f"{document.source}: {note}" for document in documents for note in document.notes]
    return replace(mail, notes=tuple(dict.fromkeys((*mail.notes, *remarks)))) if remarks else mail
