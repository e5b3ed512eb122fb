"""What tesseract is known to misread, mended where the meaning leaves no doubt, and only there.

An e-mail address has exactly one ``@``, which the Polish model hardly ever reads and the English one hardly ever misses;
an office's reference begins with letters and has no signs but a few; specks are no words.  So these two are read by both
models.  Running text is never changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from PIL import Image

from mailgate.domain.form.labels import label_at_start
from mailgate.extract.page.shapes import Box, around
from mailgate.extract.scan.tesseract import Recognised

ReadLines = Callable[[Sequence[Image.Image]], Sequence[Sequence[Recognised]]]
"""Reads pictures of single lines with the English model."""

_SPECK = re.compile(r"[|_~'`´‘’°.,:;=—–\-\\/\[\](){}<>»«*^\"]{1,3}")
_UNSURE = 55.0
_HOPELESS = 30.0
_NEARLY = 2
_HOST_END = re.compile(r"[\w-]\.[a-z]{2,}\W*$|@|[©®Q][a-z]|[a-z][©®Q]\W*$")
_ADDRESS = re.compile(r"[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9][A-Za-z0-9.-]{0,250})?")
_LOCAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*[.-]?")
_ENDS = re.compile(r"[,;)]{0,2}$")
_AROUND_ADDRESS = 3
_MISREAD_SIGN = re.compile(r"[(©®@€]|Q(?![A-Z])")
_LEADERS = re.compile(r"\.{3,}")
_MAX_LINES = 12
_WORDS_OF_REFERENCE = 4
_ODD_IN_REFERENCE = re.compile(r"[^\w./\-]|[./\-]{2,}|(?<=\d)[lIO](?=[\d.])")
_FIRST_PART = re.compile(r"[^\W_]{2,8}(?=[.\-/])")
_SIGNS_FOR_S = str.maketrans("$§", "SS")
_ZERO_FOR_O = re.compile(r"0O|O0|0")


def mended(words: Sequence[Recognised], picture: Image.Image, read_lines: ReadLines) -> list[Recognised]:
    """The words of a page without specks, with addresses and references mended.

    ``read_lines`` is asked for what looks like one of these, with cuttings of the page's picture.
    """
    kept = _with_saints([word for word in words if not _is_speck(word)])
    references = _references(kept)
    places = [*references, *_addresses(kept)][:_MAX_LINES]
    if not places:
        return kept
    areas = [_area([kept[index] for index in place]) for place in places]
    found = read_lines([picture.crop((int(a.x0), int(a.top), int(a.x1), int(a.bottom))) for a in areas])
    result = kept
    for number, (place, area, line) in enumerate(zip(places, areas, found, strict=True)):
        seen = [_moved(word, area) for word in line]
        polish = [kept[index] for index in place]
        result = _with_reference(result, polish, seen) if number < len(references) else _with_address(result, seen)
    return result


def _is_speck(word: Recognised) -> bool:
    if _SPECK.fullmatch(word.text):
        return word.confidence < _UNSURE or word.text in "|_~"
    return word.confidence < _HOPELESS and len(word.text) <= _NEARLY


def _area(words: Sequence[Recognised]) -> Box:
    """The place of some words of a line, with a margin."""
    box = around(word.box for word in words)
    margin = box.height * 0.3
    return Box(max(0.0, box.x0 - margin), max(0.0, box.top - margin), box.x1 + margin, box.bottom + margin)


def _moved(word: Recognised, area: Box) -> Recognised:
    box = word.box
    return replace(word, box=Box(area.x0 + box.x0, area.top + box.top, area.x0 + box.x1, area.top + box.bottom))


def _same_line(one: Box, other: Box) -> bool:
    return min(one.bottom, other.bottom) - max(one.top, other.top) > 0.4 * min(one.height, other.height)


def _replaced(words: Sequence[Recognised], old: Sequence[Recognised], text: str) -> list[Recognised]:
    """The words with some of them replaced by one."""
    whole = Recognised(text, around(word.box for word in old), max(word.confidence for word in old))
    first = next((index for index, word in enumerate(words) if word in old), None)
    if first is None:
        return list(words)
    return [*words[:first], whole, *(word for word in words[first:] if word not in old)]


def _with_saints(words: Sequence[Recognised]) -> list[Recognised]:
    """The words with ``im. św.`` in small letters, as it is always written; the model likes the capital better."""
    return [
        replace(word, text="św.") if word.text == "Św." and index and words[index - 1].text == "im." else word
        for index, word in enumerate(words)
    ]


# --- addresses


def _addresses(words: Sequence[Recognised]) -> list[list[int]]:
    """Where addresses may stand: the indices of a word that looks like the end of one, and of its neighbours."""
    found: list[list[int]] = []
    for index, word in enumerate(words):
        if _HOST_END.search(word.text) and not (found and index in found[-1]):
            near = range(max(0, index - _AROUND_ADDRESS), min(len(words), index + _AROUND_ADDRESS))
            found.append([other for other in near if _same_line(words[other].box, word.box)])
    return found


def _with_address(words: Sequence[Recognised], english: Sequence[Recognised]) -> list[Recognised]:
    """The words with each address that the English model saw on a line as both together read it."""
    result = list(words)
    for sign in (word for word in english if word.text.count("@") == 1):
        covered = [word for word in result if _same_line(word.box, sign.box) and _overlap(word.box, sign.box)]
        if not covered:
            continue
        whole = around(word.box for word in covered)
        seen = "".join(word.text for word in english if whole.x0 <= word.box.middle[0] <= whole.x1)
        text = agreed("".join(word.text for word in covered), seen)
        if text is not None:
            result = _replaced(result, covered, text)
    return result


def _overlap(one: Box, other: Box) -> bool:
    """True where two boxes share half of the narrower one's width."""
    return min(one.x1, other.x1) - max(one.x0, other.x0) > 0.5 * min(one.width, other.width)


def agreed(polish: str, english: str) -> str | None:
    """The address that two readings agree on, with the sign that ends it; None where the second saw none.

    ``@`` is where the English model saw it; letters are the Polish model's where it read as many, since it knows names.
    """
    seen = _ADDRESS.search(_LEADERS.sub(" ", english.replace("|", "l")))
    if seen is None:
        return None
    local, _, host = seen.group().partition("@")
    host = host.rstrip(".") if english.rstrip(",;)").endswith(".") else host
    plain = _LEADERS.sub("", polish).replace("|", "l").strip("\"'„”‘’\\_~=*")
    ends = _ENDS.search(plain)
    after = ends.group() if ends else ""
    plain = plain[: len(plain) - len(after)]
    local = _likelier_local(_MISREAD_SIGN.split(plain)[0], plain[: len(local)], local)
    if host and _near(plain[-len(host) :], host, _HOST):
        host = plain[-len(host) :]
    if local[:1] == "I" and not any(char.isupper() for char in local[1:]):
        local = "l" + local[1:]
    return f"{local}@{host}{after}"


def _likelier_local(polish: str, as_long: str, english: str) -> str:
    """What stands before the sign: the Polish reading where it is as long, else the shorter one, since models stutter.

    ``polish`` is that reading up to what it took for the sign; ``as_long`` as much of it as the English one has.
    """
    if _near(polish, english, _LOCAL) or len(polish) > len(english) + _NEARLY:
        return as_long if _near(as_long, english, _LOCAL) else english
    shorter = 0 < len(english) - len(polish) <= _NEARLY
    return polish if shorter and polish.isascii() and _LOCAL.fullmatch(polish) else english


def _near(one: str, other: str, shape: re.Pattern[str]) -> bool:
    """True for a text of the same length and of the given shape that differs in a letter or two at most."""
    if len(one) != len(other) or not one.isascii() or not shape.fullmatch(one):
        return False
    return sum(a != b for a, b in zip(one, other, strict=True)) <= _NEARLY


# --- references


def _references(words: Sequence[Recognised]) -> list[list[int]]:
    """Where references stand: the indices of the words behind their label on its line."""
    found: list[list[int]] = []
    for index, word in enumerate(words):
        label = label_at_start(word.text)
        if label is None or label.field != "reference" or not word.text.endswith(":"):
            continue
        behind = range(index + 1, min(len(words), index + 1 + _WORDS_OF_REFERENCE))
        place = [
            other for other in behind if _same_line(words[other].box, word.box) and words[other].box.x0 > word.box.x0
        ]
        if place:
            found.append(place)
    return found


def _with_reference(
    words: Sequence[Recognised], polish: Sequence[Recognised], english: Sequence[Recognised]
) -> list[Recognised]:
    text = likelier_reference(" ".join(word.text for word in polish), " ".join(word.text for word in english))
    return _replaced(words, polish, text)


def likelier_reference(polish: str, english: str) -> str:
    """The reading of a reference with fewer signs that none has; its first part names an office, in letters.

    ``S0-5023.1.2026`` is ``SO-5023.1.2026``.  In doubt the Polish reading stands, which knows more letters.
    """
    polish, english = polish.translate(_SIGNS_FOR_S), english.translate(_SIGNS_FOR_S)
    chosen = english if english and _oddness(english) < _oddness(polish) else polish
    first, other = _FIRST_PART.match(chosen), _FIRST_PART.match(english)
    if first is None:
        return chosen
    part = first.group()
    named = _ZERO_FOR_O.sub("O", other.group()) if other is not None else ""
    if part.isdigit() and named.isalpha() and len(part) == len(named):
        part = named
    elif part.strip("0").isalpha() and part.isupper():
        part = _ZERO_FOR_O.sub("O", part)
    return part + chosen[first.end() :]


def _oddness(text: str) -> int:
    return len(_ODD_IN_REFERENCE.findall(text))
