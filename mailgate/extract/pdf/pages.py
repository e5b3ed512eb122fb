"""The pages of a PDF as words and drawn lines (pdfplumber); what it costs is bounded by ``guard``."""

from __future__ import annotations

import io
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pdfplumber
from pdfminer.layout import LTChar, LTItem
from pdfplumber.page import Page as PlumberPage
from pdfplumber.utils.text import extract_words

from mailgate.extract.foreign import as_unsafe
from mailgate.extract.page.endings import with_endings
from mailgate.extract.page.grid import MAX_RULES
from mailgate.extract.page.shapes import Box, Page, Rule, Word
from mailgate.extract.pdf.fields import Typed, typed_on, words_of
from mailgate.extract.pdf.guard import OpenPdf
from mailgate.extract.pdf.skim import pages_worth_reading

_MAX_LETTERS = 40_000
_PATIENCE = 4.0
"""Seconds of processor time for the pages of one file, of those that the sandbox grants for a whole message."""
_SPACES = "spaces"
_SPACES_OF_A_GAP = 3
_SPACE_SIGNS = frozenset(" \u00a0")
_HAIR = 0.8
"""How far from each other, in points, a letter is drawn twice to look bold."""
_LEADERS = frozenset("._…·‥")
_LONGEST_DOTS = 5
"""More dots than that in a row were printed to write on."""
_UNREADABLE = re.compile(r"\(cid:\d+\)|[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
_A_WORD = re.compile(r"(?i)\W*(?=\w*[aeiouyąęó])[^\W\d_]+(?:[-/.][^\W\d_]+)*\W*")
_AROUND_NUMBERS = ".,;:()-+/ "
_LETTERS_OF_A_WORD = 4
_ENOUGH_WORDS = 8
_FEW_WORDS = 0.3
_MOSTLY = 0.2
_FEW_LETTERS = 20
_A_STAMP = 250
_OUTLINES = 40
_COVERED = 0.5
_INVISIBLE_TEXT = re.compile(rb"(?<![\d.])3\s+Tr\b")


@dataclass(frozen=True, slots=True)
class PdfPage:
    """A page as text and lines, what was typed on it, and whether what it shows is a picture.

    ``layer`` is true where the picture has invisible text over it: some scanner's recognition.
    """

    index: int
    page: Page
    typed: tuple[Typed, ...] = ()
    is_picture: bool = False
    layer: bool = False


def pages_of(pdf: OpenPdf) -> Iterator[PdfPage]:
    """The pages that may be read, in order; raises ``UnsafeContainer`` where the file is damaged."""
    with as_unsafe("damaged"), pdfplumber.open(io.BytesIO(pdf.content), password="") as opened:
        until = time.process_time() + _PATIENCE
        worth = _worth_reading(pdf)
        for index, page in enumerate(pdf.pages):
            typed = typed_on(page)
            if index in pdf.heavy or index >= len(opened.pages) or not (index in worth or typed):
                continue
            if time.process_time() > until:
                pdf.notes = (*pdf.notes, f"pages after {index} not read: those before took too long")
                return
            found = _read(opened, index, page, typed)
            opened.pages[index].close()
            yield found


def _worth_reading(pdf: OpenPdf) -> frozenset[int]:
    """The pages to read; where others are left out a note says so.  Beside a page that is too heavy all are."""
    every = frozenset(range(len(pdf.pages)))
    worth = every if pdf.heavy else pages_worth_reading(pdf.content, len(pdf.pages))
    if worth != every:
        pdf.notes = (*pdf.notes, f"{len(every) - len(worth)} of {len(every)} pages only skimmed: no form is on them")
    return worth


def _read(opened: Any, index: int, page: Any, typed: tuple[Typed, ...]) -> PdfPage:
    plumbed = _upright(opened, opened.pages[index])
    letters = [char for char in plumbed.chars[:_MAX_LETTERS] if _is_on_page(char, plumbed)]
    layer = _is_covered(plumbed) and _has_invisible_text(page)
    words = with_endings(tuple(_words(letters, plumbed)))
    shape = Page(
        float(plumbed.width),
        float(plumbed.height),
        (*words, *_typed_words(typed, plumbed)),
        tuple(_rules(plumbed)),
    )
    return PdfPage(index, shape, typed, layer or _is_picture(letters, words, plumbed), layer)


class _LeanPage(PlumberPage):
    """A page of pdfplumber's whose letters carry what is asked of them here: the rest was half of the time."""

    def process_object(self, obj: LTItem) -> dict[str, Any]:
        """A drawn thing as a dictionary, the way pdfplumber does it."""
        if not isinstance(obj, LTChar):
            found: dict[str, Any] = super().process_object(obj)
            return found
        left, upper = self.mediabox[:2]
        top = self.height - obj.y1 + upper
        return {
            "object_type": "char",
            "text": obj.get_text(),
            "x0": obj.x0 + left,
            "x1": obj.x1 + left,
            "top": top,
            "bottom": self.height - obj.y0 + upper,
            "doctop": self.initial_doctop + top,
            "width": obj.width,
            "height": obj.height,
            "size": obj.size,
            "upright": obj.upright,
            "matrix": obj.matrix,
            "tag": getattr(obj, "tag", None),
        }


def _upright(opened: Any, plain: PlumberPage) -> PlumberPage:
    """The page turned so that most of its text is upright: landscape tables are often drawn sideways."""
    page = _LeanPage(opened, plain.page_obj, plain.page_number)
    turns = Counter(_turn(char["matrix"]) for char in page.chars[:2000])
    turn = turns.most_common(1)[0][0] if turns else 0
    if not turn:
        return page
    page.page_obj.attrs["Rotate"] = page.page_obj.rotate = (page.rotation + turn) % 360
    return _LeanPage(opened, page.page_obj, page.page_number)


def _turn(matrix: Sequence[float]) -> int:
    """By how many degrees clockwise a page must be turned for a letter to stand upright."""
    a, b = matrix[0], matrix[1]
    if abs(a) >= abs(b):
        return 0 if a >= 0 else 180
    return 90 if b > 0 else 270


def _is_on_page(char: dict[str, Any], page: PlumberPage) -> bool:
    x0, top, x1, bottom = page.bbox
    return bool(x0 <= (char["x0"] + char["x1"]) / 2 <= x1 and top <= (char["top"] + char["bottom"]) / 2 <= bottom)


def _words(letters: list[dict[str, Any]], page: PlumberPage) -> Iterator[Word]:
    """The words of a page; letters that are drawn twice to look bold count once, printed dots not at all."""
    upright = [char for char in letters if not _turn(char["matrix"])]
    kept = _without_leaders(_with_spaces(_drawn_once(upright)))
    found = extract_words(
        kept, x_tolerance=None, x_tolerance_ratio=0.18, y_tolerance=2, keep_blank_chars=False, return_chars=True
    )
    for word in found:
        marginal = word["chars"][0].get("tag") == "Artifact"
        spaces = word["chars"][-1].get(_SPACES, 0)
        yield Word(
            str(word["text"]),
            _box(word, page),
            marginal=marginal,
            spaced=spaces == 1,
            gapped=spaces >= _SPACES_OF_A_GAP,
        )


def _with_spaces(letters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The letters, each with the number of spaces that the file writes behind it on its line."""
    before: dict[str, Any] | None = None
    for letter in letters:
        if letter["text"] not in _SPACE_SIGNS:
            before = letter
        elif before is not None and abs(letter["top"] - before["top"]) < _HAIR:
            before[_SPACES] = before.get(_SPACES, 0) + 1
    return letters


def _drawn_once(letters: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The letters without those that lie on one of the same text, a hair beside it."""
    places: dict[tuple[str, int, int], list[tuple[float, float]]] = {}
    kept: list[dict[str, Any]] = []
    for letter in letters:
        x, y = letter["x0"], letter["top"]
        column, row = int(x // _HAIR), int(y // _HAIR)
        near = (
            place
            for right in (-1, 0, 1)
            for down in (-1, 0, 1)
            for place in places.get((letter["text"], column + right, row + down), ())
        )
        if any(abs(x - other_x) <= _HAIR and abs(y - other_y) <= _HAIR for other_x, other_y in near):
            continue
        places.setdefault((letter["text"], column, row), []).append((x, y))
        kept.append(letter)
    return kept


def _without_leaders(letters: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The letters without rows of dots or underscores: what is written on them would mix with them."""
    kept: list[dict[str, Any]] = []
    row: list[dict[str, Any]] = []
    for letter in letters:
        leads = letter["text"] in _LEADERS or (bool(row) and letter["text"] == " ")
        # The full stop that ends the line above is none of the dots.
        if row and (not leads or abs(letter["top"] - row[-1]["top"]) > _HAIR):
            kept += _few(row)
            row = []
        (row if leads else kept).append(letter)
    return kept + _few(row)


def _few(row: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Dots that somebody wrote, none of those printed to write on."""
    return row if sum(one["text"] in _LEADERS for one in row) <= _LONGEST_DOTS else []


def _box(thing: dict[str, Any], page: PlumberPage) -> Box:
    left, upper = float(page.bbox[0]), float(page.bbox[1])
    return Box(
        float(thing["x0"]) - left,
        float(thing["top"]) - upper,
        float(thing["x1"]) - left,
        float(thing["bottom"]) - upper,
    )


def _typed_words(typed: Sequence[Typed], page: PlumberPage) -> Iterator[Word]:
    for one in typed:
        yield from words_of(one, _seen(one.box, page))


def _seen(box: tuple[float, float, float, float], page: PlumberPage) -> Box:
    """A rectangle of the file as it lies on the turned page."""
    raw = [float(number) for number in page.page_obj.mediabox]
    left, low, right, high = min(raw[0], raw[2]), min(raw[1], raw[3]), max(raw[0], raw[2]), max(raw[1], raw[3])
    x0, y0, x1, y1 = box
    match page.rotation:
        case 90:
            return Box(y0 - low, x0 - left, y1 - low, x1 - left)
        case 180:
            return Box(right - x1, y0 - low, right - x0, y1 - low)
        case 270:
            return Box(high - y1, right - x1, high - y0, right - x0)
        case _:
            return Box(x0 - left, high - y1, x1 - left, high - y0)


def _rules(page: PlumberPage) -> Iterator[Rule]:
    edges = page.edges
    if len(edges) > 2 * MAX_RULES:
        return
    for edge in edges:
        if edge["orientation"] in ("h", "v"):
            yield Rule(_box(edge, page))


# --- pages that are pictures


def _is_picture(letters: Sequence[dict[str, Any]], words: Sequence[Word], page: PlumberPage) -> bool:
    """True where the text must be recognised: none is there, or it has no meaning, or only a stamp lies on a scan."""
    text = "".join(char["text"] for char in letters).strip()
    if len(_UNREADABLE.findall(text)) > _MOSTLY * max(len(letters), 1) or _is_gibberish(words):
        return True
    if len(text) < _FEW_LETTERS:
        return bool(page.images) or len(page.curves) + len(page.lines) >= _OUTLINES
    return len(text) < _A_STAMP and _is_covered(page)


def _is_gibberish(words: Sequence[Word]) -> bool:
    """True where hardly anything is a word: the font says of its letters that they are others.

    Such a font looks right, and what is copied from it is not; a word has letters only, and a vowel.
    """
    lettered = [word.text for word in words if sum(map(str.isalnum, word.text)) >= _LETTERS_OF_A_WORD]
    telling = [text for text in lettered if not text.strip(_AROUND_NUMBERS).isdigit()]
    good = sum(_A_WORD.fullmatch(text) is not None for text in telling)
    return len(telling) >= _ENOUGH_WORDS and good < _FEW_WORDS * len(telling)


def _is_covered(page: PlumberPage) -> bool:
    """True where pictures cover most of the page; scanners cut pages into strips."""
    covered = sum(max(0.0, float(image["width"])) * max(0.0, float(image["height"])) for image in page.images)
    return covered > _COVERED * float(page.width) * float(page.height)


def _has_invisible_text(page: Any) -> bool:
    """True where the page, or a form that it draws, writes what is not to be seen (text rendering mode 3)."""
    contents = page.get_contents()
    data = [contents.get_data()] if contents is not None else []
    resources = page.get("/Resources")
    drawn = resources.get_object().get("/XObject") if resources is not None else None
    for one in drawn.get_object().values() if drawn is not None else ():
        form = one.get_object()
        if form.get("/Subtype") == "/Form":
            data.append(form.get_data())
    return any(_INVISIBLE_TEXT.search(each) for each in data)
