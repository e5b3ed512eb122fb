"""The question of a form: its lines from the label to the first sign that the text of the form is over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailgate.domain.form.candidates import FormMarks
from mailgate.domain.form.cells import same_table, shares_row
from mailgate.domain.form.endings import ending, is_page_number
from mailgate.domain.form.flow import Item
from mailgate.domain.form.marks import Mark
from mailgate.domain.form.placeholders import (
    is_hint,
    is_leader_line,
    is_placeholder,
    without_leaders,
    without_long_leaders,
)
from mailgate.domain.form.spans import NOTHING_THERE, Numbered, Region, foreign_label, place_of, texts_of
from mailgate.domain.polish.words import folded_words

BELOW_A_RULER = "below a ruler"
_CLOSING_LINES = 6
_WORDS_OF_A_SENTENCE = 4


def question_region(
    items: Sequence[Item], form: FormMarks, mark: Mark, limit: tuple[int, int], user_name: str | None
) -> Region:
    """The question's lines, its breaks kept, to the first sign that the text of the form is over."""
    return _Question(items, form, mark, limit, user_name).region()


class _Question:
    """The walk over the lines that may belong to a question."""

    def __init__(
        self, items: Sequence[Item], form: FormMarks, mark: Mark, limit: tuple[int, int], user_name: str | None
    ) -> None:
        self._mark = mark
        self._user_name = user_name
        self._numbered = list(_question_texts(items, form, mark, limit))
        self._texts = [text for _, text in self._numbered]
        self._titles = {items[m.index].text for m in form.marks if m.field == "title"}
        # Only the last field of a form may go on where its table ends, unless that is a box drawn around the whole form.
        boxed = mark.path != () and any(other.path == mark.path for other in form.marks if other is not mark)
        self._may_go_on = limit[0] >= form.end and not boxed
        self._goes_on = False
        self._lines: list[str] = []
        self._place = ""
        self._first: Numbered | None = None
        self._last: Numbered | None = None

    def region(self) -> Region:
        """The lines taken, and why there are no more."""
        why = "the end"
        for position in range(len(self._numbered)):
            printed = self._is_printed(position)
            reason = self._reason_to_end(position, printed=printed)
            if reason is not None:
                why = reason
                break
            if not (printed or self._is_passed_over(position)):
                self._take(position)
        place = f"{self._place}, to {why}" if self._first else NOTHING_THERE
        return Region(self._mark, _trimmed(self._lines), place, self._last.index if self._last else self._mark.index)

    def _reason_to_end(self, position: int, *, printed: bool) -> str | None:
        """Why the question ends before a line, or None where it goes on."""
        item, _ = self._numbered[position]
        if self._leaves_its_place(position):
            return "the end of its cell"
        if item.cue in ("signature", "attribution"):
            return f"the {item.cue}"
        if printed:
            return None
        reason = ending(self._texts, position)
        if self._last is None:
            below = reason == "a signature" and _is_sentence_below(self._texts, position)
            return None if reason == "a ruler" or below else reason
        if reason is None and item.cue == "rule":
            return "a drawn ruler"
        if reason is None and _is_own_name(self._texts, position, self._user_name):
            return "the writer's name"
        return reason

    def _leaves_its_place(self, position: int) -> bool:
        """True where a line stands outside of the question's cell, and nobody goes on asking there."""
        item, _ = self._numbered[position]
        if self._goes_on or not _leaves_cell(self._mark, self._numbered, position, self._first, self._last):
            return False
        if self._may_go_on and _is_below(self._mark, item):
            self._goes_on = _is_asked_on(self._numbered, position, self._lines, self._user_name)
        return not self._goes_on

    def _is_printed(self, position: int) -> bool:
        """True for a page's header or footer, and for the title that each page repeats."""
        item, text = self._numbered[position]
        return item.cue == "page" or is_page_number(text) or (text in self._titles and self._last is not None)

    def _is_passed_over(self, position: int) -> bool:
        """True for a ruler or a mark of a signature before the first line."""
        reason = ending(self._texts, position) if self._last is None else None
        if reason == "a ruler":
            self._place = BELOW_A_RULER
        return reason is not None

    def _take(self, position: int) -> None:
        item, text = self._numbered[position]
        started = self._last is not None
        line = "" if is_leader_line(text) or (not started and is_hint(text)) else without_long_leaders(text)
        if not started:
            # The label stands on a line of its own, and its colon before the text.
            line = line.lstrip(":").lstrip()
        if line:
            self._place = self._place or place_of(self._mark, item)
            self._first, self._last = self._first or item, item
        self._lines.append(line)


def _question_texts(
    items: Sequence[Item], form: FormMarks, mark: Mark, limit: tuple[int, int]
) -> Iterator[tuple[Numbered, str]]:
    """The lines that may belong to the question; a deeper or shallower quotation is somebody else's text."""
    depth = items[mark.index].depth
    for item, text in texts_of(items, mark, limit):
        if item.index >= form.end and limit[0] >= form.end:
            return
        if text and items[item.index].depth != depth:
            return
        yield item, text


def _leaves_cell(
    mark: Mark,
    numbered: Sequence[tuple[Numbered, str]],
    position: int,
    first: Numbered | None,
    last: Numbered | None,
) -> bool:
    """True where a question in a table is over because its place is; ``first`` and ``last`` are its lines so far.

    Without text so far it may stand in any cell further on, and below the table.  With text it goes on in the cells of
    its row, and in further rows unless a label of no form of ours begins them (``Wypełnia Wykonawca:``): one with a
    cell beside it, or with nothing behind it and below.
    """
    if first is None or last is None:
        return False
    item, text = numbered[position]
    if not mark.path:
        return bool(first.path) and not same_table(first.path[:1], item.path)
    if item.path[: len(mark.path)] == mark.path:
        return False
    if not same_table(mark.path, item.path):
        return same_table(mark.path, last.path) or item.path != last.path
    foreign = foreign_label(text)
    if shares_row(last.path, item.path) or foreign is None:
        return False
    written = bool(without_leaders(text[foreign.end() :]))
    return not (written or _follows(numbered, position)) or item.path[-1][2] != last.path[-1][2]


def _follows(numbered: Sequence[tuple[Numbered, str]], position: int) -> bool:
    """True where a row has no second cell, and another row with text below it."""
    item, _ = numbered[position]
    after = [other for other, text in numbered[position + 1 :][:_CLOSING_LINES] if text]
    return bool(after) and not any(other.path != item.path and shares_row(item.path, other.path) for other in after)


def _is_below(mark: Mark, item: Numbered) -> bool:
    """True outside of the label's table, in whatever that table stands in."""
    around = mark.path[:-1]
    return not same_table(mark.path, item.path) and item.path[: len(around)] == around


def _is_asked_on(
    numbered: Sequence[tuple[Numbered, str]], position: int, lines: Sequence[str], user_name: str | None
) -> bool:
    """True where somebody goes on writing below a table: a sentence stands there, or what a colon has announced.

    A signature below the form is no sentence, and what stands behind an ending is not looked at.
    """
    texts = [text for _, text in numbered]
    announced = next((line for line in reversed(lines) if line), "").endswith(":")
    for place in range(position, len(numbered)):
        item, text = numbered[place]
        if item.cue in ("signature", "attribution", "rule") or ending(texts, place) is not None:
            return False
        if _is_own_name(texts, place, user_name):
            return False
        if text and item.cue != "page" and not is_page_number(text) and (announced or _is_sentence(text)):
            return True
    return False


def _is_sentence(text: str) -> bool:
    if text.endswith("?"):
        return True
    return text.endswith((".", "!", ":", ";")) and len(text.split()) >= _WORDS_OF_A_SENTENCE


def _is_sentence_below(texts: Sequence[str], position: int) -> bool:
    """True where the line under a mark is a sentence: a signature begins with a name."""
    below = texts[position + 1] if position + 1 < len(texts) else ""
    return _is_sentence(below) and ending(texts, position + 1) is None


def _is_own_name(texts: Sequence[str], position: int, user_name: str | None) -> bool:
    """True where the writer signs with nothing but the name that the form gives, in the last lines of the text."""
    if not user_name or len(texts[position]) > 80 or position == 0:
        return False
    words, name = folded_words(texts[position]), folded_words(user_name)
    if not name or sorted(words) != sorted(name):
        return False
    following = [text for text in texts[position + 1 :][: _CLOSING_LINES * 4] if text]
    return len(following) <= _CLOSING_LINES and all(len(text) <= 100 for text in following)


def _trimmed(lines: list[str]) -> tuple[str, ...]:
    """The lines without empty ones at both ends and with one empty line at most between paragraphs."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    while kept and not kept[-1]:
        kept.pop()
    return () if is_placeholder("\n".join(kept)) else tuple(kept)
