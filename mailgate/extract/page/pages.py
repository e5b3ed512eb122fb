"""The pages of a document put together: a table or paragraph goes on over the page, headers and footers stand aside."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mailgate.domain.document import Block, Cell, Cue, Line, Table
from mailgate.domain.form.endings import is_page_number
from mailgate.domain.form.labels import label_at_start
from mailgate.extract.page.blocks import Placed, blocks_of
from mailgate.extract.page.lines import TextLine, is_apart, lines_of_words, usual_step
from mailgate.extract.page.shapes import Page, Word

_MARGIN = 0.12
"""The share of a page's height at its top and its bottom in which headers and footers stand."""
_FOOT = 0.06
"""The share of a page's longer side, since margins are as wide where the page lies on its side."""
_LONE_FOOTER_GAP = 3.0
_LINES_OF_A_FOOTER = 3
_TALLEST_FOOTER = 1.6
_SAME_PLACE = 6.0
_SAME_EDGE = 1.0
_IN_STEP = 1.2
"""No footer stands as near to the text as its lines to each other."""
_PAGE_NUMBER = re.compile(r"\d{1,3}")
_DIGITS = re.compile(r"\d+")


def blocks_of_pages(pages: Sequence[Page]) -> tuple[Block, ...]:
    """What the pages hold in reading order; headers first and footers last, each once, with cue ``page``."""
    heads: list[str] = []
    feet: list[str] = []
    bodies: list[Page] = []
    repeated = _repeated(pages)
    for page in pages:
        head, body, foot = _parted(page, repeated)
        heads += head
        feet += foot
        bodies.append(body)
    placed = _joined([blocks_of(body) for body in bodies])
    return (*_aside(heads), *(one.block for one in placed), *_aside(feet))


def _aside(texts: Sequence[str]) -> Iterator[Line]:
    cue: Cue = "page"
    seen: set[str] = set()
    for text in texts:
        if _key(text) not in seen:
            seen.add(_key(text))
            yield Line(text, cue=cue)


def _key(text: str) -> str:
    """A header's text as it is compared: page numbers count up."""
    return _DIGITS.sub("#", text)


# --- headers and footers


def _repeated(pages: Sequence[Page]) -> frozenset[tuple[str, int]]:
    """Texts that stand in the margin of most pages, each at its height, in steps of a few points.

    A footer is known by its place even where the text above it fills the page.
    """
    counts: Counter[tuple[str, int]] = Counter()
    for page in pages if len(pages) > 1 else ():
        lines = lines_of_words(page.words)
        counts.update({_signature(line) for line in _in_margins(lines, page)})
    return frozenset(text for text, count in counts.items() if count * 2 > len(pages) and count > 1)


def _signature(line: TextLine) -> tuple[str, int]:
    return _key(line.text), round(line.box.bottom / _SAME_PLACE)


def _marginal(lines: Sequence[TextLine], page: Page) -> list[TextLine]:
    """The lines at the top and at the bottom of a page that a wide space divides from its text."""
    step = usual_step(lines)
    found: list[TextLine] = []
    for ordered in (list(lines), list(reversed(lines))):
        for index, line in enumerate(ordered[:-1]):
            if not _in_margin(line, page):
                break
            above, below = sorted((line, ordered[index + 1]), key=lambda one: one.box.bottom)
            if is_apart(above, below, step):
                found += ordered[: index + 1]
                break
    return found


def _in_margins(lines: Sequence[TextLine], page: Page) -> list[TextLine]:
    """The lines at the top that a wide space divides from the text, and all at the bottom."""
    marginal = _marginal(lines, page)
    low = [line for line in lines if _is_low(line, page) and line not in marginal]
    return marginal + _without_text(low, lines)


def _without_text(low: Sequence[TextLine], lines: Sequence[TextLine]) -> list[TextLine]:
    """The lowest lines of a page without those that go on with the text above them: in step with it, and at its edge."""
    step = usual_step(lines)
    for count, line in enumerate(low):
        index = lines.index(line)
        above = lines[index - 1] if index else None
        if above is None or not _is_in_step(above, line, step):
            return list(low[count:])
    return []


def _is_in_step(above: TextLine, below: TextLine, step: float) -> bool:
    apart = below.box.bottom - above.box.bottom > _IN_STEP * step
    return not apart and abs(above.box.x0 - below.box.x0) < _SAME_EDGE and abs(above.height - below.height) < _SAME_EDGE


def _is_low(line: TextLine, page: Page) -> bool:
    return line.box.middle[1] > (1 - _MARGIN) * page.height


def _in_margin(line: TextLine, page: Page) -> bool:
    middle = line.box.middle[1]
    return middle < _MARGIN * page.height or _is_low(line, page)


def _parted(page: Page, repeated: frozenset[tuple[str, int]]) -> tuple[list[str], Page, list[str]]:
    """The texts of a page's header, the page without header and footer, the texts of its footer."""
    marginal = [word for word in page.words if word.marginal]
    lines = lines_of_words([word for word in page.words if not word.marginal])
    aside = [line for line in _in_margins(lines, page) if _signature(line) in repeated]
    aside += [line for line in _lone_footer(lines, page) if line not in aside]
    aside += lines_of_words(marginal)
    gone: set[Word] = {word for line in aside for word in line.words}
    body = replace(page, words=tuple(word for word in page.words if word not in gone))
    upper = [line.text for line in aside if line.box.middle[1] < page.height / 2]
    lower = [line.text for line in aside if line.box.middle[1] >= page.height / 2]
    return upper, body, lower


def _lone_footer(lines: Sequence[TextLine], page: Page) -> list[TextLine]:
    """The last lines of a page where they number it, or stand alone at its very bottom, in no larger type."""
    if not lines:
        return []
    last = lines[-1]
    if last.box.middle[1] > (1 - _MARGIN) * page.height and is_page_number(last.text.strip()):
        return [last]
    if len(lines) > 1 and _is_bare_number(lines[-2], last, page, usual_step(lines)):
        return [last]
    for count in range(1, min(_LINES_OF_A_FOOTER, len(lines) - 1) + 1):
        foot = lines[-count:]
        if page.height - foot[0].box.middle[1] > _FOOT * max(page.width, page.height):
            return []
        gap = foot[0].box.top - lines[-count - 1].box.bottom
        small = all(line.height <= _TALLEST_FOOTER * page.text_height for line in foot)
        if small and gap > _LONE_FOOTER_GAP * foot[0].height:
            return list(foot)
    return []


def _is_bare_number(above: TextLine, last: TextLine, page: Page, step: float) -> bool:
    """True for a page's number alone at its very bottom, apart from the text."""
    low = page.height - last.box.middle[1] <= _FOOT * max(page.width, page.height)
    return low and _PAGE_NUMBER.fullmatch(last.text) is not None and is_apart(above, last, step)


# --- over the page


def _joined(pages: Sequence[Sequence[Placed]]) -> list[Placed]:
    joined: list[Placed] = []
    for blocks in pages:
        following = list(blocks)
        if joined and following:
            joined[-1], following = _column_goes_on(joined[-1], following)
        if joined and following:
            merged = _over_the_page(joined[-1], following[0])
            if merged is not None:
                joined[-1] = merged
                following = following[1:]
        joined += following
    return joined


def _column_goes_on(above: Placed, following: list[Placed]) -> tuple[Placed, list[Placed]]:
    """A table without drawn lines whose last cell goes on in the first lines of the next page: they stand below it."""
    if not isinstance(above.block, Table) or not above.is_open:
        return above, following
    count = 0
    for one in following:
        if not isinstance(one.block, Line) or one.box.x0 < above.columns[-1][-1] - _SAME_PLACE:
            break
        count += 1
    *rows, last = above.block.rows
    more = tuple(one.block for one in following[:count])
    whole = (*last[:-1], Cell((*last[-1].blocks, *more)))
    return replace(above, block=Table((*rows, whole))), following[count:]


def _over_the_page(above: Placed, below: Placed) -> Placed | None:
    """A table that goes on at the top of the next page, in one; None where something else stands there."""
    if not isinstance(above.block, Table) or not isinstance(below.block, Table) or above.is_open or below.is_open:
        return None
    same_width = abs(above.box.x0 - below.box.x0) <= _SAME_PLACE and abs(above.box.x1 - below.box.x1) <= _SAME_PLACE
    if not same_width:
        return None
    rows = list(above.block.rows)
    more = list(below.block.rows)
    if len(more) > 1 and more[0] == rows[0]:
        more = more[1:]
    elif _same_columns(above.columns[-1], below.columns[0]) and (_goes_on(more[0]) or _awaits_label(rows[-1])):
        rows[-1] = tuple(Cell((*one.blocks, *other.blocks)) for one, other in zip(rows[-1], more[0], strict=True))
        more = more[1:]
    return Placed(Table((*rows, *more)), below.box, below.columns)


def _same_columns(one: Sequence[float], other: Sequence[float]) -> bool:
    return len(one) == len(other) and all(abs(a - b) <= _SAME_PLACE for a, b in zip(one, other, strict=True))


def _awaits_label(row: Sequence[Cell]) -> bool:
    """True for the beginning of a row that a page break cut above its label, which stands beside its middle."""
    return len(row) > 1 and not any(row[0].lines()) and any(row[-1].lines())


def _goes_on(row: Sequence[Cell]) -> bool:
    """True for the rest of a row that a page break cut: its first cell is empty, or is no label."""
    lines = [line for line in row[0].lines() if line]
    if not lines:
        return True
    return len(row) == 1 and label_at_start(lines[0]) is None
