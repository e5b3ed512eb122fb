"""One document to the forms in it: labels chosen, values taken, each with the reason why."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain

from mailgate.domain.document import Document
from mailgate.domain.form.candidates import FormMarks, forms_in
from mailgate.domain.form.contact import read_contact
from mailgate.domain.form.date import date_and_rest, is_date_alone, read_date
from mailgate.domain.form.fillable import with_fields
from mailgate.domain.form.flow import Item, flow_of
from mailgate.domain.form.labels import is_label_alone
from mailgate.domain.form.marks import Mark, with_whole_labels
from mailgate.domain.form.passages import Whose, passages
from mailgate.domain.form.placeholders import is_placeholder, without_hints, without_leaders
from mailgate.domain.form.question import BELOW_A_RULER, question_region
from mailgate.domain.form.regions import is_beginning_of_reference, short_region
from mailgate.domain.form.spans import BELOW_THE_TABLE, Region
from mailgate.domain.form.values import FormReading, Value
from mailgate.domain.form.vocabulary import LabelField
from mailgate.domain.polish.words import fold, squeeze

_DATE_WORDS_OF_A_BLANK = re.compile(r"(?:r|roku|dnia|dn|z|rok|20|20\d\d|\W)+", re.IGNORECASE)
_STAMP = re.compile(r"\bwp\s?l\s?y\s?n|\bwplyw")
"""``WPŁYNĘŁO dnia 3.02.2026``: the day on which a letter came to an office."""
_GAP = re.compile(r"\t|\s{3,}")
_OPENING = {")": "(", "]": "[", "}": "{", ">": "<"}
_LONGEST_SHORT_VALUE = 500
_LONGEST_DATE_LINE = 60
_LINES_ABOVE = 3
_DAY = re.compile(r"(?<!\bz )(?<!\bod )(?<!\bdo )(?<!\bw )\bdnia\s.*", re.IGNORECASE)
_NAMES_OF_NUMBERS = {"fax": "fax", "phone": "tel."}
_NAMES_ITSELF = re.compile(r"(?:tel|fax|faks|kom)(?![a-z]{3})")
_SIGN_AFTER_BREAK = re.compile(r"\s*(?=([–—-])\s[^\W_])")
_SIGN_AT_BREAK = re.compile(r"(,|(?<=[^\W_])\s[–—-])\s*$")
_OUTSIDE = (BELOW_THE_TABLE, BELOW_A_RULER)


def read_forms(document: Document, subject: str = "", answers: bool = False) -> tuple[FormReading, ...]:
    """Every form in a document, filled or not, in reading order; those in quoted history are left out.

    ``subject`` is the message's where the document is its body: it tells a reply from a forwarded message.  Where it
    tells neither, ``answers`` is true for a message that names another as the one it answers.
    """
    readings = [reading for _, found in _passages_read(document, subject, answers) for reading in found]
    sure = [reading for reading in readings if reading.whose != "doubtful" and reading.text("question")]
    found = sure or readings
    return with_fields(tuple(found), document.fields)


def lines_beside_forms(
    document: Document, subject: str = "", answers: bool = False
) -> tuple[int, tuple[tuple[Item, ...], ...]]:
    """How many filled forms a document's text holds, and the lines beside all forms in it, passage by passage.

    Quoted history is left out; ``subject`` and ``answers`` as for ``read_forms``.
    """
    read = _passages_read(document, subject, answers)
    beside = []
    for lines, readings in read:
        own = {place for reading in readings for place in reading.places}
        beside.append(tuple(line for place, line in enumerate(lines) if place not in own))
    return sum(bool(reading.text("question")) for _, readings in read for reading in readings), tuple(beside)


# The forms of a mail are looked for first, and then what stands beside them, in the same documents.
@lru_cache(maxsize=8)
def _passages_read(
    document: Document, subject: str, answers: bool
) -> tuple[tuple[tuple[Item, ...], tuple[FormReading, ...]], ...]:
    """The lines of each passage, and the forms in them."""
    items = flow_of(document, is_label_alone)
    read = []
    for passage in passages(items, subject, answers):
        lines = with_whole_labels(passage.items)
        forms = forms_in(lines)
        starts = (0, *(form.end for form in forms[:-1]))
        found = (_reading(lines, form, passage.whose, start) for form, start in zip(forms, starts, strict=False))
        read.append((lines, tuple(found)))
    return tuple(read)


def _reading(items: Sequence[Item], form: FormMarks, whose: Whose, start: int) -> FormReading:
    """The values at the labels of one form; the lines before ``start`` belong to another one."""
    regions: dict[LabelField, list[Region]] = {}
    question: tuple[Mark, tuple[int, int]] | None = None
    for place, mark in enumerate(form.marks):
        limit = _limit(form, place, items)
        if mark.field == "question":
            question = (mark, limit)
        elif mark.field != "title":
            regions.setdefault(mark.field, []).append(short_region(items, mark, limit))
    values = {name: _value(name, found) for name, found in regions.items()}
    _divide_date(values, regions)
    if "date" not in values or not values["date"].text:
        values.update(_unlabelled_date(items, form, start))
    if question is not None:
        name = values["user_name"].text if "user_name" in values else None
        region = question_region(items, form, *question, name)
        if region.place.startswith(_OUTSIDE) and not any(value.text for value in values.values()):
            # What stands below the table or the line of a form that nobody filled in is no question.
            region = Region(region.mark, (), "nothing stands in the question's place", region.mark.index)
        values["question"] = Value("\n".join(region.lines), region.mark.label, region.place)
        regions["question"] = [region]
    return FormReading(values, whose, _places(form, regions))


def _places(form: FormMarks, regions: dict[LabelField, list[Region]]) -> frozenset[int]:
    texts = (range(region.mark.index, region.last + 1) for found in regions.values() for region in found)
    return frozenset(chain((mark.index for mark in form.marks), *texts))


_CORE = ("user_name", "office", "contact")


def _limit(form: FormMarks, place: int, items: Sequence[Item]) -> tuple[int, int]:
    """Where a label's text ends at the latest: at the next label, else where the next form begins."""
    if place + 1 < len(form.marks):
        following = form.marks[place + 1]
        return following.index, following.start
    return (form.end, 0) if form.end < len(items) else (len(items), 0)


def _value(name: LabelField, regions: Sequence[Region]) -> Value:
    """One value of a field's regions; a name or contact may stand in several parts."""
    filled = [region for region in regions if not _is_empty(name, region)]
    if not filled:
        return Value("", regions[0].mark.label, _why_empty(regions[0]))
    if name == "contact":
        text = "\n".join(_contact_text(region) for region in filled)
    elif name == "user_name":
        text = " ".join(_joined(name, region) for region in sorted(filled, key=_first_name_first))
    else:
        text = _joined(name, filled[0])
    return Value(text[:_LONGEST_SHORT_VALUE], filled[0].mark.label, filled[0].place)


def _divide_date(values: dict[LabelField, Value], regions: dict[LabelField, list[Region]]) -> None:
    """``Data i znak: 20.11.2026, DSP.1.2026``: one label for both, in whichever order they stand."""
    both = next((region for region in regions.get("date", ()) if region.mark.part == "and reference"), None)
    if both is None:
        _divide_line_below(values, regions)
    if both is None or not values["date"].text:
        return
    date, reference = date_and_rest(values["date"].text)
    values["date"] = replace(values["date"], text=date)
    if "reference" not in values or not values["reference"].text:
        text = "" if is_placeholder(reference) else reference
        values["reference"] = Value(text, both.mark.label, both.place)


def _divide_line_below(values: dict[LabelField, Value], regions: dict[LabelField, list[Region]]) -> None:
    """``20.11.2026 DSP.1.2026`` below ``data: znak:``: the label that stands last in its line has both."""
    if not ("date" in regions and "reference" in regions):
        return
    first, last = sorted((regions["date"][0], regions["reference"][0]), key=lambda region: region.mark.value_start)
    if first.mark.index != last.mark.index or first.lines or last.last == last.mark.index:
        return
    date, reference = date_and_rest("\n".join(last.lines))
    if date and reference:
        values["date"] = replace(values["date"], text=date, reason=last.place)
        values["reference"] = replace(values["reference"], text=squeeze(reference), reason=last.place)


def _first_name_first(region: Region) -> int:
    return ("first name", "", "surname").index(region.mark.part) if region.mark.part in ("first name", "surname") else 0


def _contact_text(region: Region) -> str:
    """The lines of a contact; the label goes along where it says which number is a fax, and which is none."""
    lines = [without_hints(line) for line in region.lines]
    text = "\n".join(line for line in lines if line)
    name = _NAMES_OF_NUMBERS.get(region.mark.part)
    # ``Telefon: fax 44 616 20 01, tel. 44 616 20 00``: the numbers say themselves which they are.
    named = name is None or _NAMES_ITSELF.match(fold(text))
    return text if named or not text else f"{name} {text}"


def _joined(name: LabelField, region: Region) -> str:
    if name == "reference":
        written = [without_hints(_before_date(line)) for line in region.lines]
        parted = (f"{line} " if is_beginning_of_reference(line) else line for line in written)
        return _without_lone_bracket(squeeze("".join(parted)))
    lines = [without_hints(line) for line in region.lines]
    signs = [_sign_between(above, below) for above, below in itertools.pairwise(region.lines)]
    ended = (line + sign for line, sign in zip(lines, (*signs, ""), strict=True) if line)
    return _without_lone_bracket(squeeze(" ".join(ended)))


def _sign_between(above: str, below: str) -> str:
    """The comma or the dash at which a value was broken: at the end of a line such signs are taken for leaders."""
    found = _SIGN_AT_BREAK.search(above) or _SIGN_AFTER_BREAK.match(below)
    if found is None:
        return ""
    return "," if found[1] == "," else f" {found[1].strip()}"


def _before_date(line: str) -> str:
    """The line up to a gap behind which a date stands: ``Nasz znak: OPS.1.2026      Łąck, dnia 20.11.2026 r.``."""
    pieces = _GAP.split(line, maxsplit=1)
    return pieces[0] if len(pieces) > 1 and read_date(pieces[1]) is not None else line


def _without_lone_bracket(text: str) -> str:
    """The text without a bracket at its end that was opened before the label: ``(data: ...; znak: ...)``."""
    opening = _OPENING.get(text[-1:])
    return text[:-1].rstrip() if opening is not None and opening not in text else text


def _is_empty(name: LabelField, region: Region) -> bool:
    text = "\n".join(region.lines)
    if is_placeholder(text) or all(is_placeholder(line) for line in region.lines):
        return True
    if name == "contact":
        return not read_contact(_contact_text(region)).written
    if name == "date":
        # ``........ 2026 r.``: what is printed around the dots is no date.
        return bool(_DATE_WORDS_OF_A_BLANK.fullmatch(fold(without_leaders(text))))
    return False


def _why_empty(region: Region) -> str:
    return "a placeholder" if region.lines else region.place


def _unlabelled_date(items: Sequence[Item], form: FormMarks, start: int) -> dict[LabelField, Value]:
    """A date without ``data:`` among the first lines of the form, as in ``Łąck, dnia 20.11.2026 r.``."""
    first = form.marks[0].index
    second = next((mark.index for mark in form.marks if mark.field in (*_CORE, "question")), first)
    written = [place for place in range(max(start, first - 2 * _LINES_ABOVE), first) if not items[place].blank]
    header = items[min(written[-_LINES_ABOVE:], default=first) : second]
    for place, item in enumerate(header):
        if _STAMP.search(fold(" ".join(one.text for one in header[max(0, place - 1) : place + 1]))):
            continue
        for segment in re.split(r"\s{2,}|\t", item.text):
            dated = is_date_alone(segment) or is_date_alone(_before_day(segment))
            if dated and len(segment) <= _LONGEST_DATE_LINE and read_date(segment):
                return {"date": Value(segment, None, "a date in the form's header")}
    return {}


def _before_day(text: str) -> str:
    """The text from ``dnia`` on, unless a sentence speaks of something of that day (``wnioski z dnia ...``)."""
    found = _DAY.search(text)
    return found[0] if found is not None else ""
