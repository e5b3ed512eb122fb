"""Which labels of a text are those of a form: whole candidate readings are scored, and the best one is taken.

A line that looks like a label may be one, may be part of the question, or may begin the next form.  Every way of
reading the lines is worth the labels that it explains, less what speaks against it: a value that does not fit its
field, a label taken out of the middle of a question, a form without a question.  The best reading is found in one pass,
because what may follow depends only on which fields the form has so far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from mailgate.domain.form.flow import Item
from mailgate.domain.form.labels import CERTAIN, HEADER
from mailgate.domain.form.marks import Mark, MarkField, marks_of
from mailgate.domain.form.titles import is_part_of_title

# What speaks against a reading, in the same measure as the weights of labels (1 to 4): a further form must bring more
# than one look-alike line does, so two sure labels at least; a form that has no question may yet be a blank one.
_A_NEW_FORM = 6.0
_INSIDE_THE_QUESTION = 2.0
_AFTER_A_FIRST_QUESTION = 1.0
_WITHOUT_QUESTION = 5.0
_OF_A_LETTERHEAD = 0.5
_IN_A_LETTERHEAD = ("phone", "fax", "mail")
_WIDTH = 24
"""So many readings are followed at once, which keeps the time linear in the number of labels."""
_FIELDS_OF_A_BEGINNING = 3
_CORE: frozenset[str] = frozenset({"user_name", "office", "contact"})
_IN_PARTS: frozenset[str] = frozenset({"contact", "user_name"})
_LEAST_WEIGHT = 4
_OF_A_HEADER: frozenset[str] = HEADER | {"title"}


@dataclass(frozen=True, slots=True)
class FormMarks:
    """The labels of one form in reading order, and the index of the item where the next form begins."""

    marks: tuple[Mark, ...]
    end: int


def forms_in(items: Sequence[Item]) -> tuple[FormMarks, ...]:
    """The forms of a passage, each by its labels."""
    marks = marks_of(items)
    groups = [_without_letterhead(_until_farewell(group)) for group in _best_reading(marks)]
    ends = [_beginning(items, group[0]) for group in groups[1:]] + [len(items)] if groups else []
    return tuple(FormMarks(group, end) for group, end in zip(groups, ends, strict=True) if _is_form(group))


def _beginning(items: Sequence[Item], first: Mark) -> int:
    """The index at which a further form begins: the lines of its title above its first label belong to it."""
    start = first.index
    place = start - 1
    while first.field in _OF_A_HEADER and place >= 0 and items[place].path == first.path:
        if not items[place].blank:
            if not is_part_of_title(items[place].text):
                break
            start = place
        place -= 1
    return start


def _without_letterhead(group: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """The labels of a form without the telephones above it, where it has a contact of its own further down."""
    first = next((place for place, mark in enumerate(group) if mark.part not in _IN_A_LETTERHEAD), 0)
    return group[first:] if any(mark.field == "contact" for mark in group[first:]) else group


def _until_farewell(group: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """The labels of a form that has its question, without those of the signature below it."""
    asked = False
    for place, mark in enumerate(group[1:], start=1):
        before = group[place - 1]
        asked = asked or before.field == "question"
        below = mark.opens_cell and _in_same_table(before, mark)
        if asked and mark.farewell > before.index and not below:
            return group[:place]
    return group


def _is_form(marks: tuple[Mark, ...]) -> bool:
    """True for a question and one more label, or a title and two more (hot01/CONTRACT.md, point 8).

    Without a title the labels must be surer than "Pytanie:" in a sentence and "tel.:" in a signature.
    """
    fields = {mark.field for mark in marks}
    if "title" in fields:
        return len(fields) >= 2 if "question" in fields else len(fields & _CORE) >= 2
    weights = {field: max(mark.weight for mark in marks if mark.field == field) for field in fields}
    sure = sum(weight for field, weight in weights.items() if field not in HEADER or weights.get("question", 0) >= 3)
    return "question" in fields and len(fields) >= 2 and sure >= _LEAST_WEIGHT


# Some hundred of the following are made and compared for each form, which named tuples bear better than dataclasses.


class _State(NamedTuple):
    """What a reading has so far: the fields of its open form, and the label that text belongs to now.

    ``suspect`` is true for a form that began without a title in the middle of a question: someone may describe the form
    there, and then what stands beside the labels does not fit them.
    """

    fields: frozenset[MarkField]
    last: MarkField | None
    question: Mark | None
    suspect: bool = False


class _Step(NamedTuple):
    """A mark taken as a label, in a linked list; ``opens`` where a form begins with it."""

    mark: Mark
    opens: bool
    before: _Step | None


_Choice: TypeAlias = tuple[_State, float, bool, bool]
"""One way to go on: the state after it, what it is worth, whether the mark is taken as a label, and opens a form."""
_Scored: TypeAlias = tuple[float, _Step | None]
_NOTHING_YET = _State(frozenset(), None, None)


def _best_reading(marks: Sequence[Mark]) -> list[tuple[Mark, ...]]:
    """The forms of the reading that explains the marks best, each as its labels."""
    if _is_one_form(marks):
        return [tuple(marks)]
    readings: dict[_State, _Scored] = {_NOTHING_YET: (0.0, None)}
    for mark in marks:
        readings = _kept(_followed(readings, mark))
    best = max(readings.items(), key=lambda entry: entry[1][0] + _closing(entry[0]))
    return _groups(best[1][1])


def _kept(readings: dict[_State, _Scored]) -> dict[_State, _Scored]:
    """The best readings, and the best of each kind in which a form has just begun: it pays only later."""
    ranked = sorted(readings.items(), key=lambda entry: -entry[1][0])
    kept = dict(ranked[:_WIDTH])
    begun: set[tuple[MarkField | None, int]] = set()
    for state, scored in ranked[_WIDTH:]:
        kind = (state.last, len(state.fields))
        if len(state.fields) <= _FIELDS_OF_A_BEGINNING and kind not in begun:
            begun.add(kind)
            kept[state] = scored
    return kept


def _is_one_form(marks: Sequence[Mark]) -> bool:
    """True where every mark can be a label of one form that ends with its question: no reading explains more.

    Most mails are so, and nothing has to be weighed in them.
    """
    if not marks or marks[-1].field != "question":
        return False
    seen: set[MarkField] = set()
    for mark in marks:
        if mark.field == "title":
            if not seen <= HEADER:
                return False
        elif mark.field in seen and not (mark.part and mark.field in _IN_PARTS):
            return False
        seen.add(mark.field)
    return True


def _followed(readings: dict[_State, _Scored], mark: Mark) -> dict[_State, _Scored]:
    """Every reading gone on by one mark; of those that come to the same state only the best is kept."""
    following: dict[_State, _Scored] = {}
    for state, (score, steps) in readings.items():
        for after, gain, taken, opens in _choices(state, mark):
            total = score + gain
            known = following.get(after)
            if known is None or total > known[0]:
                following[after] = (total, _Step(mark, opens, steps) if taken else steps)
    return following


def _choices(state: _State, mark: Mark) -> list[_Choice]:
    """What a mark may be in a reading: text, a label of the open form, the start of a new form."""
    choices: list[_Choice] = [(state, _worth_as_text(state, mark), False, False)]
    if state.last is not None and _may_be_label(state, mark):
        gain = mark.weight + _worth_inside(state, mark)
        if state.suspect:
            gain += min(0.0, mark.fit)
        elif state.question is not None and state.last != "question" and not mark.opens_cell:
            # Where a label has ended the question already, what follows may all be lines of the question; yet a clerk
            # may have written "wew. 4" as a contact.
            gain += 0.5 * min(0.0, mark.fit)
        choices.append((_with(state, mark), gain, True, False))
    if mark.opens_line or mark.field == "title" or state.last is None:
        choices.append(_new_form(state, mark))
    return choices


def _worth_as_text(state: _State, mark: Mark) -> float:
    """Nothing in a question; elsewhere a label that is passed over is a pity, before all forms where its value fits."""
    if state.last == "question":
        return 0.0
    if state.last is None:
        sure = mark.opens_line and mark.weight >= CERTAIN and mark.fit >= 0
        return -0.5 * mark.weight if sure else 0.0
    return -0.5 * mark.weight if mark.opens_line else -0.1


def _may_be_label(state: _State, mark: Mark) -> bool:
    if mark.field == "title":
        return "title" not in state.fields and state.fields <= HEADER
    if _after_farewell(state, mark):
        return False
    if state.last == "question":
        if not mark.opens_line or _in_question_cell(state, mark):
            return False
        return mark.field not in state.fields
    if mark.field in _IN_PARTS:
        return mark.field not in state.fields or bool(mark.part)
    return mark.field not in state.fields


def _in_question_cell(state: _State, mark: Mark) -> bool:
    """True where a mark stands in the cell that the question's label opened, or further down in a cell of its text."""
    question = state.question
    if question is None or not question.path:
        return False
    if mark.path[: len(question.path)] == question.path:
        return question.opens_cell
    return not mark.opens_cell and _in_same_table(question, mark)


def _after_farewell(state: _State, mark: Mark) -> bool:
    """True where someone has signed between the question and a label: then it is one of a signature."""
    return state.question is not None and mark.farewell > state.question.index and not mark.opens_cell


def _worth_inside(state: _State, mark: Mark) -> float:
    """What it costs to end the question at a label: nothing in a table's next row, much where the value does not fit."""
    if state.last != "question" or state.question is None:
        return 0.0
    if mark.opens_cell and _in_same_table(state.question, mark):
        # Right of the question's label, in the column of its text, a row may yet be one of the question's.
        level = len(state.question.path) - 1
        return min(mark.fit, 0.0) if mark.path[level][2] > state.question.path[level][2] else 0.0
    return mark.fit - (_INSIDE_THE_QUESTION if state.fields & _CORE else _AFTER_A_FIRST_QUESTION)


def _in_same_table(question: Mark, mark: Mark) -> bool:
    """True where both stand in cells of one table, the mark in another row or cell."""
    level = len(question.path)
    return level > 0 and len(mark.path) >= level and question.path[-1][0] == mark.path[level - 1][0]


def _with(state: _State, mark: Mark) -> _State:
    question = mark if mark.field == "question" else state.question
    return _State(state.fields | {mark.field}, mark.field, question, state.suspect)


def _new_form(state: _State, mark: Mark) -> _Choice:
    """The reading in which a form begins with a mark."""
    gain = mark.weight - (_OF_A_LETTERHEAD if mark.part in _IN_A_LETTERHEAD else 0.0)
    suspect = False
    if state.last is not None:
        gain += _closing(state) - _A_NEW_FORM
        if _in_question_cell(state, mark) and mark.field != "title":
            gain -= _A_NEW_FORM
        suspect = state.last == "question" and mark.field != "title" and not mark.opens_cell
        if suspect:
            gain += min(0.0, mark.fit)
    question = mark if mark.field == "question" else None
    return _State(frozenset({mark.field}), mark.field, question, suspect), gain, True, True


def _closing(state: _State) -> float:
    """What a form is worth less that ends with no question, or with a title and nothing else."""
    if state.last is None or "question" in state.fields:
        return 0.0
    return -_WITHOUT_QUESTION


def _groups(step: _Step | None) -> list[tuple[Mark, ...]]:
    groups: list[tuple[Mark, ...]] = []
    current: list[Mark] = []
    while step is not None:
        current.append(step.mark)
        if step.opens:
            groups.append(tuple(reversed(current)))
            current = []
        step = step.before
    return groups[::-1]
