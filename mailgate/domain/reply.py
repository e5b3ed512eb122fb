"""What is new in a reply: quotes, signatures, advertisements and commands told apart from what was newly written.

The rule over all rules: nothing quoted goes out, nothing written is lost, and where both cannot be had ``in_doubt``
says so and a person looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mailgate.domain.document import Document
from mailgate.domain.mail import InboundMail
from mailgate.domain.quotation.commands import split_commands
from mailgate.domain.quotation.enclosures import going_along
from mailgate.domain.quotation.outflow import Commands, holds_a_note, is_note, leak_in_answer, leak_in_documents
from mailgate.domain.quotation.pointers import points_below
from mailgate.domain.quotation.quotes import divide
from mailgate.domain.quotation.rows import Row, is_rule, next_filled, rows_of_document, rows_of_text
from mailgate.domain.quotation.signatures import without_signature

STUB: Final = re.compile(
    r"html|multi-?part message|nie (?:wyswietla|obsluguje)|widok w przegladarce|view (?:it )?in (?:a |your )?browser"
)
"""Words of a text that only tells to look at the HTML, in folded letters."""
_WORD: Final = re.compile(r"\w{2,}")
_MAX_ROWS_OF_STUB: Final = 3
_SHARE_OF_SAME_TEXT: Final = 0.3
_SHARE_OF_MISSING_ROW: Final = 0.6


@dataclass(frozen=True, slots=True)
class ReplyText:
    """The shape of DESIGN section 7 (`parse --as-reply`).

    ``new_text`` is None when nothing is left; ``attachments`` are the names of the files that would go along;
    ``commands`` are (name, argument) pairs, names folded to lower case without diacritics.
    """

    new_text: str | None
    in_doubt: bool
    attachments: tuple[str, ...] = ()
    commands: tuple[tuple[str, str], ...] = ()
    leak: str | None = None
    """What of a letter of ours the text or a file would give away, as an English clause; it is then in doubt as well."""

    @property
    def is_empty(self) -> bool:
        """Nothing but quotation, signature and the like: surely no word is new (a file may be)."""
        return self.new_text is None and not self.in_doubt and not self.commands


@dataclass(frozen=True, slots=True)
class _Body:
    """One body, understood: ``new`` are the rows newly written, ``dropped`` all others."""

    rows: tuple[Row, ...]
    new: tuple[Row, ...] = ()
    in_doubt: bool = False

    @property
    def dropped(self) -> tuple[Row, ...]:
        kept = {id(row) for row in self.new}
        return tuple(row for row in self.rows if id(row) not in kept)


def read_reply(
    mail: InboundMail, plain: Document | None, html: Document | None, documents: Sequence[Document] = ()
) -> ReplyText:
    """What of a reply is new, from its text as plain text and as HTML, either of which may be absent.

    ``documents`` are what its files say, where they were opened.  Pure, and linear in the length of the bodies.  HTML decides where both are there, for its structure says what is
    quoted and its lines are not wrapped; plain text where it alone says something.
    """
    body = _chosen(_understood(_plain_rows(mail, plain), mail), _understood(_html_rows(html), mail))
    commands, rows = split_commands(body.new)
    text = _text(rows)
    names = going_along(mail, body.new, body.dropped)
    leak = None if is_note(commands) else _leak(mail, text, commands, names, documents)
    in_doubt = body.in_doubt or leak is not None or holds_a_note(text)
    return ReplyText(text, in_doubt, names, commands, leak)


def _leak(
    mail: InboundMail,
    text: str | None,
    commands: Commands,
    names: tuple[str, ...],
    documents: Sequence[Document],
) -> str | None:
    files = [file for file in mail.attachments if file.name in names]
    return leak_in_answer(text, commands, files) or leak_in_documents(names, documents)


def _plain_rows(mail: InboundMail, plain: Document | None) -> tuple[Row, ...]:
    """The mail's own text keeps the space behind ``-- `` that a document's lines have lost."""
    if mail.plain:
        return rows_of_text("\n\n".join(mail.plain))
    return rows_of_document(plain) if plain is not None else ()


def _html_rows(html: Document | None) -> tuple[Row, ...]:
    return rows_of_document(html) if html is not None else ()


def _understood(rows: tuple[Row, ...], mail: InboundMail) -> _Body:
    division = divide(rows, mail.sender, _addresses(mail))
    top = without_signature(division.top)
    later = [
        cleaned for stretch in division.later if (cleaned := _without_end(stretch, rows, answered=_is_answer(top)))
    ]
    in_doubt = division.in_doubt or _any_text(later) or bool(without_signature(division.unclear))
    # Nothing was found below, though the author says that the answers stand there: they cannot be told from the quote.
    author = mail.sender.name if mail.sender else ""
    in_doubt = in_doubt or (any(not row.blank for row in division.quoted) and points_below(top, author))
    ruled = _drawn_lead(division.top) if top else ()
    in_doubt = in_doubt or bool(ruled)
    new = [*ruled, *top]
    for stretch in later:
        new += [Row(""), *stretch] if new else stretch
    return _Body(rows, tuple(new), in_doubt and bool(rows))


def _without_end(stretch: Sequence[Row], rows: Sequence[Row], *, answered: bool) -> tuple[Row, ...]:
    """What the author wrote in a stretch below the beginning of the quote; offices append their clauses to all of it."""
    last = next((row for row in reversed(rows) if not row.blank), None)
    return without_signature(stretch, closes_answer=answered and any(row is last for row in stretch))


def _is_answer(rows: Sequence[Row]) -> bool:
    """More than a greeting."""
    filled = [row for row in rows if row.text]
    return len(filled) > 1 or any(row.text.endswith((".", "!", "?")) or len(row.text.split()) > 4 for row in filled)


def _drawn_lead(rows: Sequence[Row]) -> tuple[Row, ...]:
    """A line typed above all text: whether it parts that text from something, or belongs to it, nobody can tell."""
    first = next_filled(rows, 0)
    lead = [row for row in rows[:first] if is_rule(row) and row.cue != "rule"]
    return tuple(lead[:1])


def _any_text(stretches: Iterable[Sequence[Row]]) -> bool:
    return any(row.text and not is_rule(row) for stretch in stretches for row in stretch)


def _addresses(mail: InboundMail) -> tuple[str, ...]:
    """The addresses to which the reply goes, which an attribution over our letter names, without their plus-parts."""
    return tuple(re.sub(r"\+[^@]*@", "@", one.address) for one in (*mail.to, *mail.reply_to) if one.address)


def _chosen(plain: _Body, html: _Body) -> _Body:
    """The body that tells what is new; text that the other one holds alone is added, in doubt."""
    if not _words(html.rows):
        return plain
    if not _words(plain.rows) or _is_stub(plain, html):
        return html
    if not _words(html.new) and _words(plain.new) and not _same_text(plain, html):
        # A gateway put its HTML notice beside a letter in plain text.
        return plain
    missing = _rows_missing_in(html, plain)
    if not missing:
        return html
    return replace(html, new=(*html.new, Row(""), *missing), in_doubt=True)


def _words(rows: Iterable[Row]) -> frozenset[str]:
    return frozenset(word for row in rows for word in _WORD.findall(row.text.casefold()))


def _same_text(plain: _Body, html: _Body) -> bool:
    words = _words(plain.rows)
    return len(words & _words(html.rows)) >= _SHARE_OF_SAME_TEXT * len(words)


def _is_stub(plain: _Body, html: _Body) -> bool:
    """Plain text that only tells to look at the HTML."""
    rows = [row for row in plain.rows if row.text]
    return len(rows) <= _MAX_ROWS_OF_STUB and not _same_text(plain, html) and any(STUB.search(row.key) for row in rows)


def _rows_missing_in(html: _Body, plain: _Body) -> list[Row]:
    """New rows of the plain text most of whose words the HTML holds nowhere."""
    known = _words(html.rows)
    missing = []
    for row in plain.new:
        words = _words([row])
        if len(words) >= 2 and len(words - known) >= _SHARE_OF_MISSING_ROW * len(words) and "://" not in row.text:
            missing.append(row)
    return missing


def _text(rows: Iterable[Row]) -> str | None:
    """The rows as text, never two blank lines in a row."""
    written: list[str] = []
    for row in rows:
        text = "" if row.cue == "rule" else row.text
        if text or (written and written[-1]):
            written.append(text)
    return "\n".join(written).strip() or None
