"""Pictures of paper: photographs, scans, and pages of a PDF that hold nothing but a picture.

Recognition costs seconds where everything else costs milliseconds, so it stops early: only what may be a page is read,
only the first pages, and only for so long.  Without the program a file is a note, never a fault.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from PIL import Image, ImageOps

from mailgate.domain.document import Document
from mailgate.extract.page.grid import grids_of
from mailgate.extract.page.pages import blocks_of_pages
from mailgate.extract.page.shapes import Box, Page, Rule, Word
from mailgate.extract.pdf.render import render
from mailgate.extract.safezip import UnsafeContainer
from mailgate.extract.scan import tesseract
from mailgate.extract.scan.addresses import DOUBT
from mailgate.extract.scan.misreadings import mended
from mailgate.extract.scan.picture import (
    Ready,
    holds_pages,
    is_blank,
    is_no_text,
    is_white,
    made_ready,
    pictures_in,
    small_page,
    turned,
)
from mailgate.extract.scan.secondlook import with_second_look
from mailgate.extract.scan.strangers import without_strangers
from mailgate.extract.scan.words import sureness

UNREAD = "a picture of a page, not read"
"""The note on a document whose text was left unrecognised because the recogniser was off."""
ENOUGH = "not read: enough pictures were"
"""The note on pages beyond what one message, or one file of it, may cost."""

ILLEGIBLE = "not read: hardly legible"
"""The beginning of the note on a page of which too little could be recognised; its size in pixels may follow."""
HALF_AN_ADDRESS = "an e-mail address is in doubt: only a part of it was recognised"
"""The note on a page with such an address, which is left out of the form."""

_PAGE_WIDTH = 595.0
"""What is recognised is given in points of a page of A4, as a PDF would have it."""
_SURE = 70.0
_LEAST_SURE = 60.0
"""Below this on average what is recognised is hardly ever a word that stands there."""
_LONGEST_CALL = 20.0
_TEXT_HEIGHT = 40.0
"""The height of a line of text in pixels at reading size, about."""
_BORDER = 24
_INSET = 3
_LAYOUT_OF_REST = 4
"""A single column of text of varying sizes; in the cells it is 6, a single block of text."""
_ENOUGH_WORDS = 4


def is_left_unread(document: Document) -> bool:
    """True for a document with pages that a recogniser might read, and that was off."""
    return any(note.endswith(UNREAD) for note in document.notes)


@dataclass(slots=True)
class Recogniser:
    """Reads pages that are pictures, within what one message may cost; ``off`` leaves them unread, with a note.

    ``seconds`` are those on the clock, ``processor_seconds`` those of this process, which makes the pictures ready.
    Both stay well below what the sandbox grants (``sandbox.Limits``), for a page that was begun is read to its end.
    One file may take only ``pages_of_a_file``, so that a long annex before the form does not use up what there is.
    """

    off: bool = False
    seconds: float = 60.0
    processor_seconds: float = 9.0
    pages: int = 16
    pages_of_a_file: int = 8
    _started: tuple[float, float] | None = field(default=None, init=False)

    def pages_of_pdf(self, content: bytes, indices: Sequence[int]) -> tuple[dict[int, Page], list[str]]:
        """Pages of a PDF by index, recognised, and remarks on those that were not."""
        found: dict[int, Page] = {}
        illegible: list[str] = []
        for count, index in enumerate(indices):
            reason = self._refusal(count)
            if reason is not None:
                return found, [*illegible, f"page {index + 1}: {reason}"]
            try:
                page, legible = self._recognised(render(content, index))
            except (tesseract.NotRecognised, UnsafeContainer) as error:
                return found, [*illegible, f"page {index + 1}: {error}"]
            illegible += [] if legible else [f"page {index + 1}: {ILLEGIBLE}"]
            if page is not None:
                found[index] = page
        return found, [*illegible, *_remarks(found.values())]

    def read_picture(self, content: bytes, source: str) -> tuple[Document, ...]:
        """A picture file as a document; none for a picture that is no page.

        Raises ``UnsafeContainer`` for a damaged file and for one of more pixels than a page needs.
        """
        readable = holds_pages(content)
        small = None if readable else small_page(content)
        if not readable and small is None:
            return ()
        if self.off:
            return (Document(source, (), by_ocr=True, notes=(UNREAD,)),)
        if small is not None:
            return (Document(source, (), by_ocr=True, notes=(_illegible(small),)),)
        found: list[Page] = []
        notes: list[str] = []
        for count, picture in enumerate(pictures_in(content)):
            reason = self._refusal(count)
            if reason is not None:
                notes.append(reason)
                break
            try:
                page, legible = self._recognised(picture)
            except tesseract.NotRecognised as error:
                notes.append(str(error))
                break
            notes += [] if legible else [_illegible(picture.size)]
            found += [page] if page is not None else []
        notes += _remarks(found)
        return (Document(source, blocks_of_pages(found), by_ocr=True, notes=tuple(notes)),)

    def _refusal(self, count: int) -> str | None:
        """Why the next page, after ``count`` of its file, is not to be read, or None; it is counted where it is."""
        if self.off:
            return UNREAD
        if tesseract.missing():
            return tesseract.missing()
        if self.pages <= 0 or count >= self.pages_of_a_file or self._left() < 1:
            return ENOUGH
        self.pages -= 1
        return None

    def _left(self) -> float:
        """The seconds on the clock that are left for the message; none where the processor's are used up."""
        if self._started is None:
            self._started = time.monotonic(), time.process_time()
        on_clock, on_processor = self._started
        if time.process_time() - on_processor > self.processor_seconds:
            return 0.0
        return self.seconds - (time.monotonic() - on_clock)

    def _patience(self) -> float:
        """The seconds that the program may take now."""
        return max(1.0, min(self._left(), _LONGEST_CALL))

    def _recognised(self, picture: Image.Image) -> tuple[Page | None, bool]:
        """The page on a picture, None where nothing stands there; and False where what stands there is hardly legible."""
        if is_white(picture):
            return None, True
        ready = made_ready(picture)
        if is_no_text(ready.image):
            return None, True
        words = self._words(ready)
        if _sureness(words) < _SURE:
            other = turned(ready)
            upside_down = self._words(other)
            if _sureness(upside_down) > _sureness(words):
                ready, words = other, upside_down
        legible = len(words) < _ENOUGH_WORDS or _sureness(words) >= _LEAST_SURE
        if legible:
            words = without_strangers(with_second_look(words, ready, self._read_lines))
        return _page(ready, mended(words, ready.image, partial(self._read_lines, language="eng"))), legible

    def _read_lines(
        self, cuttings: Sequence[Image.Image], language: str = tesseract.POLISH
    ) -> list[list[tesseract.Recognised]]:
        """Single lines by one of the models; nothing where it fails, since it only helps."""
        try:
            framed = [ImageOps.expand(cutting, _BORDER, 255) for cutting in cuttings]
            read = tesseract.recognise(framed, self._patience(), layout=7, language=language)
        except tesseract.NotRecognised:
            return [[] for _ in cuttings]
        return [[_moved(word, -_BORDER, -_BORDER) for word in line] for line in read]

    def _words(self, ready: Ready) -> list[tesseract.Recognised]:
        """The words of a page, each cell of its tables read by itself: side by side they disturb each other."""
        cells = [box for grid in grids_of(ready.rules, _TEXT_HEIGHT) for row in grid.rows for box in row]
        rest = ready.image.copy()
        crops: list[Image.Image] = []
        for box in cells:
            area = (int(box.x0) + _INSET, int(box.top) + _INSET, int(box.x1) - _INSET, int(box.bottom) - _INSET)
            crops.append(ImageOps.expand(ready.image.crop(area), _BORDER + _INSET, 255))
            rest.paste(255, (int(box.x0), int(box.top), int(box.x1), int(box.bottom)))
        filled = [(crop, box) for crop, box in zip(crops, cells, strict=True) if not is_blank(crop)]
        read = tesseract.recognise([crop for crop, _ in filled], self._patience())
        words = [
            _moved(word, box.x0 - _BORDER, box.top - _BORDER)
            for (_, box), found in zip(filled, read, strict=True)
            for word in found
        ]
        if not is_blank(rest):
            words += tesseract.recognise([rest], self._patience(), layout=_LAYOUT_OF_REST)[0]
        return words


def _illegible(size: tuple[int, int]) -> str:
    return f"{ILLEGIBLE}, {size[0]} x {size[1]} pixels"


def _remarks(pages: Iterable[Page]) -> Iterator[str]:
    """What a person must know of pages that were recognised."""
    if any(DOUBT in word.text for page in pages for word in page.words):
        yield HALF_AN_ADDRESS


def _moved(word: tesseract.Recognised, x: float, y: float) -> tesseract.Recognised:
    box = Box(int(word.box.x0 + x), int(word.box.top + y), int(word.box.x1 + x), int(word.box.bottom + y))
    return tesseract.Recognised(word.text, box, word.confidence)


def _sureness(words: Sequence[tesseract.Recognised]) -> float:
    """How sure the program was of a page on average; 0 for hardly any words."""
    return sureness(words) if len(words) >= _ENOUGH_WORDS else 0.0


def _page(ready: Ready, words: Sequence[tesseract.Recognised]) -> Page | None:
    if not words:
        return None
    factor = _PAGE_WIDTH / ready.image.width
    return Page(
        _PAGE_WIDTH,
        ready.image.height * factor,
        tuple(Word(word.text, _scaled(word.box, factor)) for word in words),
        tuple(Rule(_scaled(rule.box, factor)) for rule in ready.rules),
    )


def _scaled(box: Box, factor: float) -> Box:
    return Box(box.x0 * factor, box.top * factor, box.x1 * factor, box.bottom * factor)
