"""What tesseract is known to misread, mended where the meaning leaves no doubt, and only there.

An e-mail address has exactly one ``@``, which the Polish model hardly ever reads and the English one hardly ever misses;
an office's reference begins with letters; specks are no words.  Running text is never changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from PIL import Image

from mailgate.domain.labels import label_at_start
from mailgate.extract.pageshapes import Box, around
from mailgate.extract.tesseract import Recognised

ReadLine = Callable[[Sequence[Image.Image]], Sequence[Sequence[Recognised]]]
"""Reads pictures of single lines with the English model."""

_SPECK = re.compile(r"[|_~'`´‘’°.,:;=—–\-\\/\[\](){}<>»«*^\"]{1,3}")
_UNSURE = 55.0
_HOPELESS = 30.0
_DOMAIN = re.compile(r"[\w-]\.[a-z]{2,}\W*$|@")
_ADDRESS = re.compile(r"[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_LOCAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_WORDS_BEFORE = 3
_MAX_LINES = 12
_NEARLY = 2
_LETTERS_OF_REFERENCE = re.compile(r"[A-ZĄĆĘŁŃÓŚŹŻ0]{2,8}(?=[.\-/])")
_ZERO_FOR_O = re.compile(r"0O|O0|0")


def mended(words: Sequence[Recognised], picture: Image.Image, read_line: ReadLine) -> list[Recognised]:
    """The words of a page without specks, with addresses and references mended.

    ``read_line`` is asked for what looks like an address, with cuttings of the page's picture.
    """
    kept = [word for word in words if not _is_speck(word)]
    return list(_references(_addresses(kept, picture, read_line)))


def _is_speck(word: Recognised) -> bool:
    if _SPECK.fullmatch(word.text):
        return word.confidence < _UNSURE or word.text in "|_~"
    return word.confidence < _HOPELESS and len(word.text) <= _NEARLY


# --- addresses


def _addresses(words: Sequence[Recognised], picture: Image.Image, read_line: ReadLine) -> list[Recognised]:
    """The words with those of each address replaced by the address as both models together read it."""
    places = [index for index, word in enumerate(words) if _DOMAIN.search(word.text)][:_MAX_LINES]
    areas = [_area(words, index) for index in places]
    cuttings = [picture.crop((int(a.x0), int(a.top), int(a.x1), int(a.bottom))) for a in areas]
    found = read_line(cuttings) if cuttings else ()
    mending = list(words)
    for area, line in zip(areas, found, strict=True):
        for address in _with_sign(line):
            box = Box(
                area.x0 + address.box.x0, area.top + address.box.top, area.x0 + address.box.x1, area.top + address.box.bottom
            )
            mending = _replaced(mending, replace(address, box=box))
    return mending


def _area(words: Sequence[Recognised], index: int) -> Box:
    """A word and those before it on its line, with a margin."""
    own = words[index].box
    line = [word.box for word in words[max(0, index - _WORDS_BEFORE) : index] if _same_line(word.box, own)]
    box = around((*line, own))
    margin = own.height * 0.35
    return Box(max(0.0, box.x0 - margin), max(0.0, box.top - margin), box.x1 + 2 * margin, box.bottom + margin)


def _same_line(one: Box, other: Box) -> bool:
    return min(one.bottom, other.bottom) - max(one.top, other.top) > 0.4 * min(one.height, other.height)


def _with_sign(line: Sequence[Recognised]) -> Iterator[Recognised]:
    """The addresses of a line that the English model read; one that it parted at the sign is put together."""
    index = 0
    while index < len(line):
        word = line[index]
        if word.text.endswith("@") and index + 1 < len(line):
            index += 1
            word = replace(word, text=word.text + line[index].text, box=around((word.box, line[index].box)))
        if word.text.count("@") == 1:
            yield word
        index += 1


def _replaced(words: Sequence[Recognised], address: Recognised) -> list[Recognised]:
    """The words with those that stand where an address was read replaced by it."""
    covered = [w for w in words if _same_line(w.box, address.box) and address.box.holds(w.box.middle, 2.0)]
    if not covered:
        return list(words)
    text = agreed("".join(word.text for word in covered), address.text)
    if text is None:
        return list(words)
    whole = Recognised(text, around(word.box for word in covered), max(word.confidence for word in covered))
    first = words.index(covered[0])
    return [*words[:first], whole, *(word for word in words[first:] if word not in covered)]


def agreed(polish: str, english: str) -> str | None:
    """The address that two readings agree on, with what stands around it in the first; None where they do not.

    ``@`` is where the English model saw it; letters are the Polish model's where it read as many, since it knows names.
    """
    seen = _ADDRESS.search(english.replace("|", "l"))
    if seen is None:
        return None
    local, _, host = seen.group().partition("@")
    before, after = english[: seen.start()], english[seen.end() :]
    inner = polish[len(before) : len(polish) - len(after)] if after else polish[len(before) :]
    inner = inner.replace("|", "l")
    if inner[: len(local)].isascii() and _near(inner[: len(local)], local, _LOCAL):
        local = inner[: len(local)]
    if _near(inner[-len(host) :], host, _HOST):
        host = inner[-len(host) :]
    if local[:1] == "I" and local[1:].islower():
        local = "l" + local[1:]
    return f"{before}{local}@{host}{after}"


def _near(one: str, other: str, shape: re.Pattern[str]) -> bool:
    """True for a text of the same length and of the given shape that differs in a letter or two at most."""
    if len(one) != len(other) or not one.isascii() or not shape.fullmatch(one):
        return False
    return sum(a != b for a, b in zip(one, other, strict=True)) <= _NEARLY


# --- references


def _references(words: Sequence[Recognised]) -> Iterator[Recognised]:
    """The words; in the one after the label of a reference a zero among its first letters is the letter O."""
    for index, word in enumerate(words):
        before = words[index - 1] if index else None
        if before is not None and _is_reference_label(before.text) and _same_line(before.box, word.box):
            yield replace(word, text=with_letters_first(word.text))
        else:
            yield word


def _is_reference_label(text: str) -> bool:
    label = label_at_start(text)
    return label is not None and label.field == "reference"


def with_letters_first(reference: str) -> str:
    """``S0-5023.1.2026`` is ``SO-5023.1.2026``: the first part of a reference names an office, in letters."""
    letters = _LETTERS_OF_REFERENCE.match(reference)
    if letters is None or not letters.group().strip("0"):
        return reference
    return _ZERO_FOR_O.sub("O", letters.group()) + reference[letters.end() :]
