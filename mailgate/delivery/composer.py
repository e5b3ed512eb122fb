"""Letters as RFC 5322 bytes: Polish texts from templates, headers of our own, files encoded; nothing is sent here.

Every letter says the same in text/plain and in text/html.  What templates print goes through escaping and through
``clean``; what headers carry goes through ``headers``, so no value of a stranger can add a line anywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, assert_never, get_args
from zoneinfo import ZoneInfo

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
    select_autoescape,
)

from mailgate import resources
from mailgate.delivery import clean, headers, mime, richtext, subjects, wording
from mailgate.delivery.unreadwords import left_to_consultants, unread_sentences
from mailgate.domain.addresses.wire import wire_address
from mailgate.domain.letters import (
    Acknowledgement,
    Answer,
    FollowUpForConsultant,
    FollowUpReceipt,
    Letter,
    LetterKind,
    NoForm,
    NoMeeting,
    NotDelivered,
    Notice,
    NotRelayed,
    QuestionForConsultant,
    Thread,
    kind_of,
)
from mailgate.domain.mail import Address, Attachment
from mailgate.domain.quotation.marks import LAST_LINE, MARKER_LINE
from mailgate.domain.workcalendar import WARSAW
from mailgate.errors import ConfigurationError

KINDS: tuple[LetterKind, ...] = get_args(LetterKind)
LOOP_HEADER = "X-Mailgate-Loop"
MOST_FILE_OCTETS = 26_214_400
"""Files of a question go along up to 25 MiB in all: encoded, that is what the largest mail we take holds."""

Automatic = Literal["auto-replied", "auto-generated"]


@dataclass(frozen=True, slots=True)
class ComposedLetter:
    """A letter ready for the outbox: the decoded subject, and the bytes with CRLF exactly as they will leave."""

    subject: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Texts:
    """The three templates of one kind of letter."""

    subject: Template
    plain: Template
    html: Template


class Composer:
    """Renders letters; safe to share between threads, for it changes nothing after its start.

    ``templates`` are an administrator's own folders: a file there stands in for ours of the same name.  Raises
    ConfigurationError at once where a template is missing or wrong.
    """

    def __init__(
        self,
        hotline: Address,
        templates: Sequence[Path] = (),
        timezone: str = WARSAW,
        most_file_octets: int = MOST_FILE_OCTETS,
    ) -> None:
        self._hotline = hotline
        self._zone = ZoneInfo(timezone)
        self._most_file_octets = most_file_octets
        self._blank_forms = _blank_forms()
        environment = _environment([*templates, resources.templates_folder()], timezone)
        environment.globals.update(hotline=hotline, marker=MARKER_LINE, last_line=LAST_LINE)
        self._texts = {kind: _load(environment, kind) for kind in KINDS}
        headers.address_field("From", hotline)

    def compose(
        self, letter: Letter, message_id: str, reply_to: str | None, now: datetime, token: str
    ) -> ComposedLetter:
        """The letter's bytes.

        ``message_id`` bears its angle brackets; ``reply_to`` is a bare address; ``now`` is aware and is shown with the
        office's offset; ``token`` is printed in letters to consultants, and to a clerk only where an address is to be
        confirmed by it.  Raises ValueError where the recipient's address is none, ConfigurationError where a template
        names what is not there.
        """
        files, omitted = self._files(letter)
        values = {
            "letter": letter,
            "token": token,
            "files": files,
            "omitted": omitted,
            "answerable": not isinstance(letter, NotRelayed) or letter.number is not None,
        }
        subject, plain, html = _rendered(self._texts[kind_of(letter)], values)
        head = self._head(letter, subject, message_id, reply_to, now)
        body = _body(plain, html, [mime.file_part(file) for file in files], message_id)
        return ComposedLetter(subject, head.encode("utf-8") + body)

    def _head(self, letter: Letter, subject: str, message_id: str, reply_to: str | None, now: datetime) -> str:
        reply = headers.address_field("Reply-To", Address(self._hotline.name, reply_to)) if reply_to else ""
        return "".join((
            headers.address_field("From", self._hotline),
            headers.address_field("To", letter.to),
            reply,
            headers.text_field("Subject", subject),
            headers.date_field(now.astimezone(self._zone)),
            headers.required_id_field("Message-ID", message_id),
            *_thread_fields(letter.thread),
            *self._automatic_fields(_automatic(letter)),
            f"Content-Language: {_language(letter)}\r\nMIME-Version: 1.0\r\n",
        ))  # fmt: skip

    def _automatic_fields(self, automatic: Automatic | None) -> Iterator[str]:
        """What keeps machines from answering (RFC 3834 section 5); a consultant's own words bear none of it.

        NDR is left out of what Exchange is asked to suppress (MS-OXCMAIL 2.1.3.2.20; ``All`` would hold it): a failed
        delivery must come back to us.  There is no
        ``Precedence: bulk``, for filters put such mail aside and RFC 3834 has replaced it.
        """
        if automatic is None:
            return
        yield f"Auto-Submitted: {automatic}\r\n"
        yield "X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply\r\n"
        yield headers.plain_field(LOOP_HEADER, wire_address(self._hotline.address))

    def _files(self, letter: Letter) -> tuple[list[Attachment], list[Attachment]]:
        """The files that go along, and those of a question that are too large to go."""
        match letter:
            case NoForm():
                return list(self._blank_forms), []
            case Answer():
                return list(letter.attachments), []
            case QuestionForConsultant() | FollowUpForConsultant():
                return _within(letter.attachments, self._most_file_octets)
            case Acknowledgement() | FollowUpReceipt() | NotRelayed() | NotDelivered() | NoMeeting() | Notice():
                return [], []
            case _:
                assert_never(letter)


def _rendered(texts: _Texts, values: Mapping[str, object]) -> tuple[str, str, str]:
    """Subject, plain text and HTML, rid of what cannot be shown."""
    try:
        subject = clean.shortened(texts.subject.render(values), headers.LONGEST_SUBJECT)
        plain = clean.shown(texts.plain.render(values))
        html = clean.shown(texts.html.render(values, subject=subject))
    except Exception as error:
        raise _unusable(f"The templates {texts.plain.name} and its like cannot be filled", error) from error
    return subject, plain, html


def _unusable(what: str, error: Exception) -> ConfigurationError:
    """A template is a program that an administrator may have written, and fails in any way that one can.

    Only Jinja's own words surely quote no letter.
    """
    told = f"{error if isinstance(error, TemplateError) else type(error).__name__}"
    where = f" ({error.name}, line {error.lineno})" if isinstance(error, TemplateSyntaxError) and error.name else ""
    return ConfigurationError(f"{what}{where}: {told}.")


def _automatic(letter: Letter) -> Automatic | None:
    match letter:
        case Acknowledgement() | FollowUpReceipt() | NoForm() | NotRelayed() | NoMeeting():
            return "auto-replied"
        case QuestionForConsultant() | FollowUpForConsultant() | NotDelivered() | Notice():
            return "auto-generated"
        case Answer():
            return None
        case _:
            assert_never(letter)


def _language(letter: Letter) -> str:
    """Administrators are written to in English, everybody else in Polish."""
    return "en" if isinstance(letter, Notice) else "pl"


def _thread_fields(thread: Thread) -> Iterator[str]:
    """In-Reply-To and References (RFC 5322 section 3.6.4): the answered message is the last of its references."""
    answered = (thread.in_reply_to,) if thread.in_reply_to else ()
    yield headers.ids_field("In-Reply-To", answered)
    earlier = tuple(found for found in thread.references if found != thread.in_reply_to)
    yield headers.ids_field("References", earlier + answered)


def _within(files: Sequence[Attachment], octets: int) -> tuple[list[Attachment], list[Attachment]]:
    """The files in order as long as they fit together, and the rest."""
    taken: list[Attachment] = []
    left: list[Attachment] = []
    for file in files:
        fits = sum(len(one.content) for one in taken) + len(file.content) <= octets
        (taken if fits else left).append(file)
    return taken, left


def _body(plain: str, html: str, files: Sequence[bytes], message_id: str) -> bytes:
    """The alternatives, with the files after them; boundaries follow from the Message-ID, so bytes are reproducible."""
    seed = hashlib.sha256(message_id.encode("utf-8")).hexdigest()[:24]
    texts = [mime.text_part("plain", plain), mime.text_part("html", html)]
    alternative = mime.multipart("alternative", f"=_a_{seed}", texts)
    return mime.multipart("mixed", f"=_m_{seed}", [alternative, *files]) if files else alternative


def _blank_forms() -> tuple[Attachment, ...]:
    return tuple(
        Attachment(name=form.name, content_type=form.content_type, content=form.content)
        for form in resources.blank_forms()
    )


def _environment(folders: Sequence[Path], timezone: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([str(folder) for folder in folders]),
        autoescape=select_autoescape(["html.j2"], default_for_string=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters.update(
        moment=wording.moment_in(timezone),
        minute=wording.minute_in(timezone),
        until=wording.until_in(timezone),
        rows=wording.rows,
        supplied=wording.supplied,
        problem=wording.problem,
        difference=wording.difference,
        counting=wording.counting,
        mailbox=wording.mailbox,
        telephone=wording.telephone,
        size=wording.size,
        beyond_form=wording.beyond_form,
        unbroken=wording.unbroken,
        file_label=_file_label,
        inset=_inset,
        words=_words,
        foreign=_foreign,
        rich=richtext.rich,
        lines=richtext.plain_lines,
        whole=richtext.whole_addresses,
        commands=_commands,
        line=clean.one_line,
        bare=subjects.bare_subject,
        shortened=clean.shortened,
        beginning=clean.beginning,
        unread=unread_sentences,
        left_to_consultants=left_to_consultants,
        excerpt=_excerpt,
    )
    return environment


def _load(environment: Environment, kind: LetterKind) -> _Texts:
    names = (f"{kind}.subject.txt.j2", f"{kind}.txt.j2", f"{kind}.html.j2")
    try:
        return _Texts(*(environment.get_template(name) for name in names))
    except Exception as error:
        raise _unusable(f"A template of the letter {kind} cannot be used", error) from error


def _file_label(file: Attachment) -> str:
    return f"{mime.safe_file_name(file.name)} ({wording.size(len(file.content))})"


def _words(text: str) -> str:
    """A consultant's own words, as they are, without blank lines around them."""
    return clean.shown(text).strip("\n").rstrip()


def _inset(text: str) -> str:
    """The text's lines moved to the right, so that it is seen where it begins and ends."""
    return "\n".join(f"    {line}".rstrip() for line in clean.shown(text).strip("\n").split("\n"))


def _commands(commands: Sequence[tuple[str, str]], text: str) -> str:
    """A reply's commands as it gave them, one a line, above its text."""
    lines = [clean.one_line(f"#{name} {argument}") for name, argument in commands]
    return "\n".join([*lines, "", text] if lines and text.strip() else lines or [text])


def _foreign(text: str) -> str:
    """A stranger's text that cannot be taken for the fixed lines by which a quotation of ours is recognised."""
    return clean.shown(text).replace(MARKER_LINE, MARKER_LINE.strip("#- ")).replace(LAST_LINE, LAST_LINE.rstrip("."))


def _excerpt(text: str, most_lines: int = 400, most_characters: int = 20_000) -> str:
    """The beginning of a text that its author need not read in full again."""
    whole = clean.shown(text).strip("\n")
    part = "\n".join(whole[:most_characters].split("\n")[:most_lines]).rstrip()
    return part if part == whole.rstrip() else f"{part}\n[…]"
