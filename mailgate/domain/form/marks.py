"""Every place in a text that may be a label of the form or its title, and how well what stands beside it fits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from mailgate.domain.form.contact import read_contact
from mailgate.domain.form.date import is_date_alone, is_shaped_like_date, read_date
from mailgate.domain.form.endings import is_sign_off, is_signature_mark
from mailgate.domain.form.flow import Item, Path
from mailgate.domain.form.headerlabels import header_labels
from mailgate.domain.form.labels import BRACKETS, HEADER, Label, cannot_begin_a_label, label_at_start, labels_within
from mailgate.domain.form.placeholders import is_placeholder, without_leaders
from mailgate.domain.form.titles import title_weight
from mailgate.domain.form.vocabulary import LabelField, is_misspelled
from mailgate.domain.polish.words import folded_words

MarkField: TypeAlias = LabelField | Literal["title"]

_MOST_MARKS = 1500
_MOST_LINES_OF_A_LABEL = 4
_LONGEST_BROKEN_LINE = 40
_SURE_LABEL = 3
_PYTANIA = len("pytania")
_BREAKS_A_LABEL = re.compile(r"[^\W\d_]$|[,/.-]$")


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """A place that may be a label or a title: the item's index, what it may mean, and where in the line.

    Each stands for its own place in one text, so a mark equals no other.
    """

    index: int
    field: MarkField
    weight: float
    start: int
    value_start: int
    label: str
    part: str
    opens_line: bool
    fit: float
    """How well the text beside it fits the field: 2 for surely, -3 for surely not."""
    path: Path
    opens_cell: bool
    """True where nothing stands before it in its cell."""
    farewell: int
    """The index of the last sign-off or signature before it, -1 for none."""


def with_whole_labels(items: Sequence[Item]) -> tuple[Item, ...]:
    """The flow with each label on one line that a narrow column had broken: ``Zwrotny nr`` / ``telefonu, e-mail:``."""
    whole: list[Item] = []
    index = 0
    while index < len(items):
        count = 1 if items[index].blank else _lines_of_label(items[index : index + _MOST_LINES_OF_A_LABEL])
        if count == 1:
            whole.append(items[index])
        else:
            text = " ".join(item.text for item in items[index : index + count])
            whole.append(replace(items[index], text=text))
        index += count
    return tuple(whole)


def _lines_of_label(items: Sequence[Item]) -> int:
    """How many lines one label takes from the first on; 1 also for what is no label."""
    first = items[0]
    if not 0 < len(first.text) <= _LONGEST_BROKEN_LINE or not _BREAKS_A_LABEL.search(first.text):
        return 1
    if cannot_begin_a_label(first.text) or _is_name_like_a_label(first.text):
        return 1
    text = first.text
    best = 1
    for count, item in enumerate(items[1:], start=2):
        if item.path != first.path or item.depth != first.depth or not any(map(str.isalnum, item.text)):
            break
        label = label_at_start(f"{text} {item.text}")
        alone = label_at_start(item.text)
        if label is not None and alone is not None and (alone.field != label.field or _is_whole_question(text)):
            break
        if label_at_start(text) is not None and _is_name_like_a_label(item.text):
            break
        if _is_title_broken(text, item.text):
            return count
        whole = f"{text} {item.text}"
        alone_in_cell = bool(item.path) and label is not None and not without_leaders(whole[label.value_start :])
        if label is not None and label.end > len(text) + 1 and (label.weight >= _SURE_LABEL or alone_in_cell):
            best = count
        text = f"{text} {item.text}"
        if ":" in item.text or len(text) > 2 * _LONGEST_BROKEN_LINE:
            break
    return best


def _is_whole_question(text: str) -> bool:
    """True for ``Treść pytania``, below which somebody may begin with ``Pytanie: ...``."""
    label = label_at_start(text)
    return label is not None and label.field == "question" and label.weight >= _SURE_LABEL


def _is_name_like_a_label(text: str) -> bool:
    """True for ``Irmina``, one letter from ``Imiona``: below ``Imię`` it is what was written there."""
    return text.isalpha() and text.istitle() and is_misspelled(folded_words(text))


def _is_title_broken(above: str, below: str) -> bool:
    """True for ``HOT-01 Zgłoszenie`` above ``pytania``, which would be taken for a label by itself."""
    return below[:_PYTANIA] == "pytania" and title_weight(above) > 0 and folded_words(above)[-1:] == ("zgloszenie",)


def marks_of(items: Sequence[Item]) -> list[Mark]:
    """Everything in a flow that may be a label or a title, in reading order."""
    marks: list[Mark] = []
    farewell = -1
    for index, item in enumerate(items):
        if item.blank or len(marks) >= _MOST_MARKS:
            continue
        if is_sign_off(item.text) or is_signature_mark(item.text):
            farewell = index
        if not (item.text[:1] in BRACKETS and _is_prompt_below(item.text, marks, items)):
            marks.extend(_marks_of_line(items, index, farewell))
    return marks


def _is_prompt_below(text: str, marks: Sequence[Mark], items: Sequence[Item]) -> bool:
    """True for ``[nazwa urzędu]`` that tells what to write below ``Urząd:``; brackets may enclose labels as well."""
    if not marks:
        return False
    above, label = marks[-1], label_at_start(text)
    if label is None or label.field != above.field or without_leaders(text[label.value_start :]):
        return False
    return not without_leaders(items[above.index].text[above.value_start :])


def _marks_of_line(items: Sequence[Item], index: int, farewell: int) -> list[Mark]:
    """A title, the labels of a header line, or a label at the beginning and those after it."""
    text = items[index].text
    marks: list[Mark] = []
    title = title_weight(text)
    if title:
        marks.append(
            Mark(
                index,
                "title",
                title,
                0,
                0,
                text[:80],
                "",
                True,
                0,
                items[index].path,
                _opens_cell(items, index),
                farewell,
            )
        )
        labels = _of_one_line(text)
    else:
        first = label_at_start(text)
        if first is None and ":" not in text:
            return []
        if first is not None and first.field in HEADER:
            labels = [first, *(label for label in header_labels(text, first.end) if label.field != first.field)]
        else:
            labels = [first] if first is not None else []
        done = labels[-1].value_start if labels else 0
        labels += list(labels_within(text, done))
    marks.extend(
        _mark(items, index, label, _value_end(labels, place, text), farewell, opens_line=_opens_line(text, label))
        for place, label in enumerate(labels)
    )
    return marks


def _opens_line(text: str, label: Label) -> bool:
    """True where at most a number stands before the label."""
    first = label_at_start(text)
    return (first is not None and first.start == label.start) or not any(map(str.isalnum, text[: label.start]))


def _of_one_line(text: str) -> list[Label]:
    """The labels behind a title on its line: those of the header, and of a form that was written in one go."""
    header = list(header_labels(text, 0))
    spans = {(label.start, label.end) for label in header}
    others = [label for label in labels_within(text, 0) if (label.start, label.end) not in spans]
    return sorted((*header, *others), key=lambda label: label.start)


def _value_end(labels: Sequence[Label], place: int, text: str) -> int:
    return labels[place + 1].start if place + 1 < len(labels) else len(text)


def _mark(items: Sequence[Item], index: int, label: Label, end: int, farewell: int, *, opens_line: bool) -> Mark:
    text = items[index].text
    value = text[label.value_start : end]
    if not value.strip() and end == len(text):
        value = _next_text(items, index)
    fit = _fit(label.field, value, partial=bool(label.part))
    weight = label.weight if opens_line or label.field in HEADER else label.weight * 0.5
    return Mark(
        index,
        label.field,
        weight,
        0 if opens_line else label.start,
        label.value_start,
        text[label.start : label.end],
        label.part,
        opens_line,
        fit,
        items[index].path,
        opens_line and _opens_cell(items, index),
        farewell,
    )


def _opens_cell(items: Sequence[Item], index: int) -> bool:
    """True where only empty lines stand before an item in its cell; never outside of tables."""
    path = items[index].path
    place = index - 1
    while place >= 0 and items[place].path == path and items[place].blank:
        place -= 1
    return bool(path) and (place < 0 or items[place].path != path)


def _next_text(items: Sequence[Item], index: int) -> str:
    """The next line that is not empty, unless a label begins it."""
    for item in items[index + 1 : index + 4]:
        if not item.blank:
            return "" if label_at_start(item.text) or title_weight(item.text) else item.text
    return ""


def _fit(field: MarkField, value: str, *, partial: bool) -> float:
    """How well a text fits a field as its value; nothing at all neither speaks for nor against it."""
    if is_placeholder(value):
        return 0
    text = without_leaders(value[:300])
    if field == "date":
        if is_date_alone(text) or (partial and read_date(text)):
            return 2
        return 1 if is_shaped_like_date(text) else -3
    if field == "contact":
        contact = read_contact(text)
        return 2 if (contact.phone or contact.email) and len(folded_words(text)) <= 24 else -3
    if field == "reference":
        return 2 if len(text.split()) <= 3 and any(c.isdigit() for c in text) and any(c in "./-" for c in text) else -3
    if field == "user_name":
        return 2 if _looks_like_name(text, least=1 if partial else 2) else -3
    if field == "office":
        return _office_fit(text)
    return 1


_POST = re.compile(r"\s*(?:\(|,\s|\s[-–—/]\s).*")
_DEGREES = frozenset({"mgr", "inż.", "inz.", "dr", "hab.", "lic.", "prof.", "r.pr.", "adw."})


def _looks_like_name(text: str, least: int) -> bool:
    """True for capitalised words, beside a degree or a post: ``mgr Jan Nowak - inspektor``."""
    person = _POST.sub("", text) or text
    words = [word for word in person.replace("-", " ").replace(",", " ").split() if word not in _DEGREES]
    return (
        least <= len(words) <= 6
        and all(word[0].isupper() for word in words)
        and not any(c.isdigit() or c in "?!:" for c in text)
    )


_OFFICE_STEMS = (
    "urz", "osrod", "centr", "starost", "gmin", "powiat", "miast", "dom", "zesp", "mops", "gops", "pcpr", "ops",
    "mopr", "mgops",
    "rops", "pup", "wup", "ug", "um", "zus", "krus", "cus", "dps", "wydz", "bibl", "szko", "minister", "wojew",
    "marsz", "pzon", "zwiaz", "zlob", "przedsz", "kancel", "oddzial", "izb", "komend", "inspektor", "delegatur", "filia",
    "kurator", "biuro", "agencj", "dyrekc", "fundac", "stowarz", "instytut", "sad", "sekretar",
)  # fmt: skip


def _office_fit(text: str) -> float:
    words = folded_words(text)
    if not words or len(words) > 18 or "?" in text or not text[:1].isupper():
        return -3
    return 2 if any(word.startswith(_OFFICE_STEMS) for word in words[:6]) else -1
