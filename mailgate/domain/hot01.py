"""The form HOT-01: from documents (lines and tables) to forms, their problems, and why each value was so read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date as Date  # noqa: N812 - a field is called date
from itertools import pairwise
from textwrap import shorten
from typing import Literal, TypeVar

from mailgate.domain.document import Document
from mailgate.domain.form.alternatives import lacks_a_paragraph, lost_letters, shared_words, shared_words_of_shorter
from mailgate.domain.form.reading import read_forms
from mailgate.domain.form.values import FormReading
from mailgate.domain.polish.words import folded_words, squeeze

FieldName = Literal["date", "reference", "user_name", "office", "contact", "question"]
ProblemCode = Literal["missing", "invalid"]
T = TypeVar("T")

_BODY = "body"
_REQUIRED: tuple[FieldName, ...] = ("user_name", "office", "contact", "question")
_VALUES = ("date", "reference", "user_name", "office", "phone", "email")
_SHOWN_WHOLE = 200
_WORDS_AROUND = 3
_NEARLY_ALL = 0.9
_MOST = 0.75
_SOME = 0.25
_CONFLICTS_OF_ANOTHER_FORM = 3
_BY_A_CONTAINER = ("to the signature", "to the attribution", "to a drawn ruler")
MAX_FORMS = 20
"""So many questions are taken from one mail; an office that has more of them writes to a person first."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Where a field was found and why it was taken for that: shown by ``mailgate parse`` (English)."""

    field: str
    label: str | None
    value: str
    reason: str
    source: str = ""
    """The document in which it was found, in the form of ``Hot01.source``."""


@dataclass(frozen=True, slots=True)
class Hot01:
    """One filled (or blank) form; the meaning of each field is procedure 3.1.2, its shape hot01/CONTRACT.md."""

    date: Date | None
    reference: str | None
    user_name: str | None
    office: str | None
    phone: str | None
    email: str | None
    question: str | None
    source: str
    by_ocr: bool = False
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """A field that is missing or holds no value of its kind; ``form`` is the form's index."""

    form: int
    field: FieldName
    code: ProblemCode


@dataclass(frozen=True, slots=True)
class Difference:
    """Body and attachment hold the same question but differ in a field; the attachment's value stands."""

    form: int
    field: str
    taken: str | None
    other: str | None
    other_source: str


@dataclass(frozen=True, slots=True)
class FormsFound:
    """All forms of one message, in the order of hot01/CONTRACT.md.  A blank form is given only where no other is."""

    forms: tuple[Hot01, ...] = ()
    problems: tuple[Problem, ...] = ()
    differences: tuple[Difference, ...] = ()
    too_many: bool = False
    """There are more filled forms than MAX_FORMS in the message, and those beyond are not given: a person decides."""

    @property
    def filled(self) -> bool:
        """True where at least one form has a question."""
        return any(form.question for form in self.forms)


@dataclass(frozen=True, slots=True)
class _Copy:
    """A form as one document has it, with what is needed for its problems."""

    form: Hot01
    invalid: frozenset[FieldName]
    document: int


def find_forms(documents: Sequence[Document], subject: str = "", answers: bool = False) -> FormsFound:
    """Every HOT-01 in the documents of one message (body first, then attachments in order).

    ``subject`` is the message's subject: it tells a reply, whose quoted forms are old ones, from a forwarded message.
    Where it tells neither, ``answers`` does: the message names another that it answers (In-Reply-To).
    The documents of attached messages bring their own.
    """
    bodies = [document for document in documents if document.source == _BODY]
    files = [document for document in documents if document.source != _BODY]
    copies = [
        _copy(reading, document, number)
        for number, document in enumerate((*bodies, *files))
        for reading in (
            read_forms(document, subject, answers)
            if document.source == _BODY
            else read_forms(document, document.subject)
        )
    ]
    filled = [copy for copy in copies if copy.form.question]
    if not filled:
        return _result([[_fullest(copies)]] if copies else [])
    groups = _same_forms(filled)
    return replace(_result(groups[:MAX_FORMS]), too_many=len(groups) > MAX_FORMS)


def _copy(reading: FormReading, document: Document, number: int) -> _Copy:
    """One reading as a form."""
    contact = reading.contact
    form = Hot01(
        date=reading.date,
        reference=reading.text("reference"),
        user_name=reading.text("user_name"),
        office=reading.text("office"),
        phone=contact.phone,
        email=contact.email,
        question=reading.text("question"),
        source=document.source,
        by_ocr=document.by_ocr,
        findings=tuple(
            Finding(name, value.label, value.text, value.reason, document.source)
            for name, value in reading.values.items()
        ),
    )
    invalid: set[FieldName] = set()
    if reading.text("date") and form.date is None:
        invalid.add("date")
    if reading.text("contact") and not (form.phone or form.email):
        invalid.add("contact")
    return _Copy(form, frozenset(invalid), number)


def _fullest(copies: Sequence[_Copy]) -> _Copy:
    """The blank form that has most filled in, the first of equals."""
    return max(copies, key=lambda copy: sum(getattr(copy.form, name) is not None for name in _VALUES))


# --- the same form found twice


def _same_forms(copies: Sequence[_Copy]) -> list[list[_Copy]]:
    """The copies of each form together, in the order in which the forms were found first.

    It ends at one form more than MAX_FORMS: comparing each with each may not grow with what a stranger sends.
    """
    groups: list[list[_Copy]] = []
    for copy in copies:
        near = [group for group in groups if all(other.document != copy.document for other in group)]
        best = max(near, key=lambda group: _likeness(group[0], copy), default=None)
        if best is not None and _likeness(best[0], copy) > 0:
            best.append(copy)
        elif not _is_repeated(copy, groups):
            groups.append([copy])
        if len(groups) > MAX_FORMS:
            break
    return groups


def _is_repeated(copy: _Copy, groups: Sequence[Sequence[_Copy]]) -> bool:
    """True for a form that stands twice in one document, the same in every field."""
    return any(
        _same_values(copy.form, other.form) for group in groups for other in group if other.document == copy.document
    )


def _same_values(one: Hot01, other: Hot01) -> bool:
    return squeeze(one.question or "") == squeeze(other.question or "") and all(
        getattr(one, name) == getattr(other, name) for name in _VALUES
    )


def _likeness(one: _Copy, other: _Copy) -> float:
    """How much two copies are one form, 0 for not at all: by their questions, unless too many other fields differ."""
    shared = shared_words(one.form.question or "", other.form.question or "")
    alternatives = one.form.source == other.form.source == _BODY
    if alternatives and shared < _MOST and not _conflicts(one.form, other.form):
        # A client may leave out a picture, a link or a paragraph in one of its two texts.
        some = shared_words_of_shorter(one.form.question or "", other.form.question or "")
        return max(shared, _SOME) if some >= _SOME else 0.0
    needed = _MOST if alternatives or one.form.by_ocr or other.form.by_ocr else _NEARLY_ALL
    if shared < needed or (shared < 1 and _conflicts(one.form, other.form)):
        return 0.0 if not alternatives or shared < needed else shared
    return shared if _conflicts(one.form, other.form) < _CONFLICTS_OF_ANOTHER_FORM else 0.0


def _conflicts(one: Hot01, other: Hot01) -> int:
    """In how many fields both say something and not the same."""
    pairs = [(getattr(one, name), getattr(other, name)) for name in _VALUES]
    return sum(a is not None and b is not None and _compared(a) != _compared(b) for a, b in pairs)


def _compared(value: object) -> tuple[str, ...]:
    return folded_words(str(value))


# --- one form out of its copies


def _result(groups: Sequence[Sequence[_Copy]]) -> FormsFound:
    forms: list[Hot01] = []
    problems: list[Problem] = []
    differences: list[Difference] = []
    for number, group in enumerate(groups):
        ranked = _ranked(group)
        form = _merged(group[0], ranked)
        forms.append(form)
        problems.extend(_problems(number, form, ranked))
        differences.extend(_differences(number, form, group))
    return FormsFound(tuple(forms), tuple(problems), tuple(differences))


def _ranked(group: Sequence[_Copy]) -> list[_Copy]:
    """The copies in the order in which their values stand, the best text of the body's alternatives before the others.

    A text gives way to one with fewer lost letters, and to one with a paragraph that it lacks, unless a container of
    the client (a signature, a quotation) told where it ends.
    """
    ranked = sorted(group, key=_rank)
    places = [place for place, copy in enumerate(ranked) if copy.form.source == _BODY]
    for before, after in pairwise(places):
        better, worse = ranked[before].form, ranked[after].form
        if _says_more(worse, better):
            ranked[before], ranked[after] = ranked[after], ranked[before]
    return ranked


def _says_more(one: Hot01, other: Hot01) -> bool:
    text, standing = one.question or "", other.question or ""
    if lost_letters(text) != lost_letters(standing):
        return lost_letters(text) < lost_letters(standing)
    ended = any(finding.field == "question" and finding.reason.endswith(_BY_A_CONTAINER) for finding in other.findings)
    return not ended and lacks_a_paragraph(standing, text)


def _rank(copy: _Copy) -> tuple[bool, bool, int]:
    """Whose values stand: a file's before the body's, a text's before a picture's, HTML's before plain text's.

    Of files the first stands; of bodies the later one, because alternatives come in the order of growing richness
    (RFC 2046 section 5.1.4).
    """
    in_body = copy.form.source == _BODY
    return copy.form.by_ocr, in_body, -copy.document if in_body else copy.document


def _merged(first: _Copy, ranked: Sequence[_Copy]) -> Hot01:
    """The best copy's values, what it lacks filled in from the others; the place is where the form was found first."""
    forms = [copy.form for copy in ranked]
    return replace(
        forms[0],
        source=first.form.source,
        date=_first([form.date for form in forms]),
        reference=_first([form.reference for form in forms]),
        user_name=_first([form.user_name for form in forms]),
        office=_first([form.office for form in forms]),
        phone=_first([form.phone for form in forms]),
        email=_first([form.email for form in forms]),
        findings=_findings(ranked),
    )


def _findings(ranked: Sequence[_Copy]) -> tuple[Finding, ...]:
    """For each field the finding of the copy whose value stands; one that says nothing gives way to one that does."""
    chosen: dict[str, Finding] = {}
    for copy in ranked:
        for finding in copy.form.findings:
            before = chosen.get(finding.field)
            if before is None or (finding.value and not before.value):
                chosen[finding.field] = finding
    return tuple(chosen.values())


def _first(values: Sequence[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)


def _problems(number: int, form: Hot01, ranked: Sequence[_Copy]) -> list[Problem]:
    """What is missing or cannot be read, in the order of the form's fields."""
    invalid = {name for copy in ranked for name in copy.invalid}
    found: list[Problem] = []
    if form.date is None and "date" in invalid:
        found.append(Problem(number, "date", "invalid"))
    for name in _REQUIRED:
        absent = not (form.phone or form.email) if name == "contact" else getattr(form, name) is None
        if absent:
            found.append(Problem(number, name, "invalid" if name in invalid else "missing"))
    return found


def _differences(number: int, form: Hot01, group: Sequence[_Copy]) -> list[Difference]:
    """Where a copy says something else than the form whose values stand, be it in a word of the question."""
    if all(copy.form.source == _BODY for copy in group):
        return []
    return [
        Difference(number, name, *_told_apart(getattr(form, name), other), copy.form.source)
        for copy in group
        for name in (*_VALUES, "question")
        # Two readings of one picture's question always differ in some letter.
        if not (name == "question" and (form.by_ocr or copy.form.by_ocr))
        if (other := getattr(copy.form, name)) is not None and _compared(other) != _compared(getattr(form, name))
    ]


def _told_apart(one: object, other: object) -> tuple[str | None, str | None]:
    """Both values; of long ones the words between which they are the same, and a few around these."""
    texts = [None if value is None else str(value) for value in (one, other)]
    if None in texts or max(len(text or "") for text in texts) <= _SHOWN_WHOLE:
        return texts[0], texts[1]
    words, others = ((text or "").split() for text in texts)
    before = next(
        (n for n, (a, b) in enumerate(zip(words, others, strict=False)) if a != b), min(len(words), len(others))
    )
    backwards = zip(words[before:][::-1], others[before:][::-1], strict=False)
    same_end = next((n for n, (a, b) in enumerate(backwards) if a != b), min(len(words), len(others)) - before)
    return _excerpt(words, before, same_end), _excerpt(others, before, same_end)


def _excerpt(words: Sequence[str], before: int, after: int) -> str:
    first, last = max(0, before - _WORDS_AROUND), min(len(words), len(words) - after + _WORDS_AROUND)
    shown = shorten(" ".join(words[first:last]), _SHOWN_WHOLE, placeholder=" …")
    return f"{'… ' if first else ''}{shown}{' …' if last < len(words) else ''}"
