"""Which rows of a reply are quoted, which its author wrote, and whether that can be told.

A quote begins at its first attribution or at the first row of a letter of ours.  What stands above is the author's.
Below, only what is marked less deeply than the quote is, or what stands behind the fixed end of our letter.  Everything
after the first attribution of a colleague's mail is quote: a note meant for us alone must not reach a clerk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mailgate.domain.mail import Address
from mailgate.domain.quotation.anchors import Anchor, first_quote, may_stand_over_a_quote
from mailgate.domain.quotation.attributions import Attribution, attributions_in
from mailgate.domain.quotation.oddmarks import with_odd_marks
from mailgate.domain.quotation.ourletter import begins_at, end_of_letter, is_marker, strangers, trait_of
from mailgate.domain.quotation.rows import Row, count_marks, fold, next_filled

_COMMENT: Final = re.compile(r"\[([^\[\]]{2,60})\]")
_PERSON: Final = re.compile(r"[A-ZĄĆĘŁŃÓŚŹŻ][^\W\d_]+(?:[ -][A-ZĄĆĘŁŃÓŚŹŻ][^\W\d_]*\.?){1,3}")
_GRAM: Final = 3
_MAX_COMMENTED: Final = 2_000


@dataclass(frozen=True, slots=True)
class Division:
    """A body, divided.

    ``top`` is what stands above the quote; ``later`` are the stretches below and between its lines, in order.
    ``quoted`` are the rows of the quote.  ``unclear`` are those of them, below our letter in a colleague's unmarked mail,
    of which nobody can tell who wrote them.  ``in_doubt`` tells that the division itself is uncertain.
    """

    top: tuple[Row, ...]
    later: tuple[tuple[Row, ...], ...]
    quoted: tuple[Row, ...]
    in_doubt: bool
    unclear: tuple[Row, ...] = ()


def divide(rows: Sequence[Row], author: Address | None, addressees: Iterable[str]) -> Division:
    """Divides a body; ``author`` is the sender, ``addressees`` are the addresses to which it was sent."""
    author = author or Address("", "")
    rows = with_odd_marks(rows)
    found = list(attributions_in(rows))
    anchor = first_quote(rows, found, author, tuple(fold(one) for one in addressees))
    if anchor is None:
        whole = _without_anchor(rows)
        return replace(whole, in_doubt=whole.in_doubt or _holds_a_head(rows, found, len(rows)))
    quote = _Quote(rows, anchor, tuple(found), author.name)
    top, copied, in_doubt = _top(rows[: anchor.start], quote.quoted)
    return Division(
        top=top,
        later=quote.later,
        quoted=(*copied, *quote.quoted),
        in_doubt=in_doubt or not anchor.certain or _holds_a_head(rows, found, anchor.start),
        unclear=tuple(quote.unclear),
    )


def _holds_a_head(rows: Sequence[Row], found: Iterable[Attribution], end: int) -> bool:
    """A head of a quote stands above ``end`` with text below it, unmarked: nobody can tell who wrote that text."""
    return any(next_filled(rows, one.end) < end and may_stand_over_a_quote(rows, one) for one in found)


class _Quote:
    """What follows the start of the quote, told apart row by row."""

    def __init__(self, rows: Sequence[Row], anchor: Anchor, found: tuple[Attribution, ...], author: str) -> None:
        content = anchor.content
        self.rows = rows
        self.anchor = anchor
        self.content_depth = rows[content].depth if content < len(rows) else 0
        self.author = author
        self.unclear: list[Row] = []
        self._awaits_comment = False
        self._grams: list[set[tuple[str, ...]]] | None = None
        self._quoted: list[Row] = []
        self._stretches: list[list[Row]] = [[]]
        self._direct = content < len(rows) and begins_at(rows, content) and not anchor.colleagues
        end = end_of_letter(rows, content)
        self._end = end if end is not None else len(rows)
        odd = strangers(rows, content, self._end) if self._direct and not anchor.marked else ()
        self._strange = frozenset(odd)
        heads = {index for one in found if self._is_head(one) for index in range(one.start, one.end)}
        for index in range(anchor.start, len(rows)):
            self._take(index, is_head=index < content or index in heads)

    @property
    def quoted(self) -> tuple[Row, ...]:
        return tuple(self._quoted)

    @property
    def later(self) -> tuple[tuple[Row, ...], ...]:
        return tuple(tuple(stretch) for stretch in self._stretches if any(not row.blank for row in stretch))

    def _is_head(self, one: Attribution) -> bool:
        """In what the author wrote among marked rows, prose may end in "pisze:", too: nothing quoted follows it then."""
        depth = self.rows[one.start].depth
        if self._direct and one.start >= self._end and not one.certain:
            # Below the end of our letter the author may tell as well who wrote what.
            return False
        if one.certain or not self.anchor.marked or depth >= self.anchor.depth:
            return True
        below = next_filled(self.rows, one.end)
        return below == len(self.rows) or self.rows[below].depth > depth

    def _take(self, index: int, *, is_head: bool) -> None:
        row = self.rows[index]
        written = None if is_head else self._written(index)
        if written is not None:
            self._stretches[-1].append(written)
            return
        self._quoted.append(row)
        if not row.blank and self._stretches[-1]:
            self._stretches.append([])

    def _written(self, index: int) -> Row | None:
        """The row, or the part of it, that the author wrote, else None."""
        row = self.rows[index]
        if self._is_typed_mark(row) and not self._is_of_letter(row):
            return _as_written(row)
        if row.depth < self.anchor.depth or self.anchor.emptied:
            return None if self._known_line(row) else row
        if row.blank:
            return row if self._stretches[-1] else None
        if index in self._strange:
            return row
        own_marks = row.raw.startswith(">") and not self.anchor.marked
        if index >= self._end and (row.depth <= self.content_depth or own_marks):
            if self._direct and not row.raw.startswith(">"):
                # A picture alone under the letter's last line is the letter's.
                return row if row.text or self._stretches[-1] else None
            if self._direct and self._stretches[-1] and not self._is_of_letter(row):
                return _as_written(row)
            if not self.anchor.marked:
                # Whether the colleague or the author wrote below our letter cannot be seen.
                self.unclear.append(row)
        return self._comment(index)

    def _is_typed_mark(self, row: Row) -> bool:
        """``>`` typed outside the container in which HTML holds the quote."""
        first = self.rows[min(self.anchor.content, len(self.rows) - 1)]
        if not row.raw.startswith(">") or not self.anchor.marked or first.raw.startswith(">"):
            return False
        return row.depth - count_marks(row.raw) < self.anchor.depth

    def _is_of_letter(self, row: Row) -> bool:
        """Whether a marked row below the author's words is copied from the letter, the end of which stands above them."""
        if self._grams is None:
            words = _words(self.rows[self.anchor.content : self._end])
            self._grams = [_grams(words, length) for length in range(1, _GRAM + 1)]
        return _is_copied(row, self._grams)

    @staticmethod
    def _known_line(row: Row) -> bool:
        """Lines of our letter from which a client dropped the marks."""
        return is_marker(row) or trait_of(row) in {"last line", "heading"}

    def _comment(self, index: int) -> Row | None:
        """``[Anna Nowak] ...``: Outlook marks so what is written into the text of a quote."""
        row = self.rows[index]
        if row.raw.startswith(">"):
            return None
        if self._awaits_comment:
            self._awaits_comment = False
            if trait_of(row) is None:
                return row
        by_anybody = self._direct and not self.anchor.marked
        for found in _COMMENT.finditer(row.text[:_MAX_COMMENTED]):
            if _is_name_of(found[1], self.author) or (by_anybody and _PERSON.fullmatch(found[1])):
                rest = row.text[found.start() :]
                self._awaits_comment = found[0] == rest.strip(" :")
                return Row(rest, row.depth, row.cue, rest, row.pictures)
        return row if by_anybody and _is_led_in(row, self.author) else None


def _is_led_in(row: Row, author: str) -> bool:
    """``Anna Nowak: ...``, ``AN: ...`` or ``Odp.: ...`` within a quote."""
    lead, colon, rest = row.text[:60].partition(":")
    if not colon or not (rest.strip() or len(row.text) > len(lead) + 1):
        return False
    return _is_name_of(lead, author) or fold(lead) in {"odp", "odp.", "odpowiedz", "ad vocem"}


def _is_name_of(written: str, author: str) -> bool:
    """True for a person's name in either order, or its initials."""
    parts, own = fold(written).split(), fold(author).split()
    if not own:
        return False
    return sorted(parts) == sorted(own) or (len(own) > 1 and fold(written) == "".join(part[0] for part in own))


def _top(rows: Sequence[Row], quoted: Sequence[Row]) -> tuple[tuple[Row, ...], tuple[Row, ...], bool]:
    """What stands above the quote, without the lines that were copied up from it; the author's own ``>`` lines stay."""
    if not any(row.depth for row in rows):
        return tuple(rows), (), False
    words = _words(quoted)
    grams = [_grams(words, length) for length in range(1, _GRAM + 1)]
    copied = [row.depth > 0 and _is_copied(row, grams) for row in rows]
    if not any(copied):
        return tuple(_as_written(row) for row in rows), (), not _holds_a_whole_letter(quoted)
    top = tuple(_as_written(row) for row, is_copied in zip(rows, copied, strict=True) if not is_copied)
    dropped = tuple(row for row, is_copied in zip(rows, copied, strict=True) if is_copied)
    return top, dropped, True


def _words(rows: Iterable[Row]) -> list[str]:
    return [word for row in rows for word in re.findall(r"\w+", row.key)]


def _grams(words: Sequence[str], length: int) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def _is_copied(row: Row, quoted: Sequence[set[tuple[str, ...]]]) -> bool:
    """True where all runs of three words (or the whole of a shorter row) stand in the quote, however that is wrapped."""
    words = _words([row])
    length = min(len(words), _GRAM)
    return length > 0 and _grams(words, length) <= quoted[length - 1]


def _holds_a_whole_letter(quoted: Sequence[Row]) -> bool:
    """A whole letter of ours shows what a ``>`` line could have come from; of a trimmed one that is not known."""
    return any(begins_at(quoted, index) for index in range(len(quoted)) if trait_of(quoted[index])) and (
        end_of_letter(quoted, 0) is not None
    )


def _as_written(row: Row) -> Row:
    return Row(row.raw, 0, row.cue, row.raw, row.pictures) if row.raw.startswith(">") else row


def _without_anchor(rows: Sequence[Row]) -> Division:
    """No attribution and no letter of ours: marks alone prove little.

    But no mail begins with its author's own quotation, and none ends with a client's container of one.
    """
    filled = [index for index, row in enumerate(rows) if not row.blank]
    if not any(rows[index].depth for index in filled):
        return Division(tuple(rows), (), (), in_doubt=False)
    start, end = filled[0], len(rows)
    while start < len(rows) and (rows[start].depth or rows[start].blank):
        start += 1
    if start == len(rows):
        start = 0
    while end > start and (rows[end - 1].blank or (rows[end - 1].depth and not rows[end - 1].raw.startswith(">"))):
        end -= 1
    top = tuple(_as_written(row) for row in rows[start:end])
    return Division(top, (), (*rows[:start], *rows[end:]), in_doubt=True)
