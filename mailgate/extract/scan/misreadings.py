"""What tesseract is known to misread, mended where the meaning or the picture leaves no doubt, and only there.

Addresses and references are no words of any language, so both models read them (``addresses``, ``references``); specks
are no words; an accent that stands on a capital is seen (``glyphs``).  Running text is not changed otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from PIL import Image

from mailgate.domain.form.labels import label_at_start
from mailgate.extract.page.shapes import Box
from mailgate.extract.scan.addresses import addresses, whole_addresses, with_address
from mailgate.extract.scan.dashes import with_dashes, with_dates, with_quotation_marks
from mailgate.extract.scan.glyphs import ACCENTED, accented, in_its_case
from mailgate.extract.scan.links import links, with_link
from mailgate.extract.scan.references import as_pictured, likelier_reference, references, with_lost_dot
from mailgate.extract.scan.tesseract import Recognised
from mailgate.extract.scan.words import ABOVE, area_of, cutting, moved, on_one_line, replaced

ReadLines = Callable[[Sequence[Image.Image]], Sequence[Sequence[Recognised]]]
"""Reads pictures of single lines with the English model."""

_SPECK = re.compile(r"[|_~'`´‘’°.,:;=—–\-\\/\[\](){}<>»«*^\"]{1,3}")
_SPECK_BEFORE = re.compile(r"^(?:[|'`´‘’~*^°]+|[$§](?=S))(?=[^\W\d_]{3})")
_TWO_DIGITS = re.compile(r"\d{2}")
_LONE = frozenset(".,;:'`´‘’|_~°^")
_UNSURE = 55.0
_HOPELESS = 30.0
_NEARLY = 2
_MAX_LINES = 12
_ABOVE = 0.35
"""How far above a word, in its heights, an accent may stand that the program left out of its box."""
_ACCENTABLE = frozenset(ACCENTED)
_LABEL_AND_NAME = 6
_STUTTER = re.compile(r"^([SZCWOŚŻŹĆ])((?!\1)[szcwośżźć])(?=[.,;:]|$)")
_NUMBER = re.compile(r"[|]?\d[\d|!\]]*[.,;]?")
_STROKE = re.compile(r"\||(?<=\d)[!\]](?=\d)")
_STROKE_OR_BRACKET = re.compile(r"[|\]]|(?<=\d)!(?=\d)")
"""What a one is taken for; a bracket at the end of a number only where none was opened on the page."""
_CAPITAL_BEHIND = re.compile(r"[.?!:]\W*$|^[A-ZĄĆĘŁŃÓŚŹŻ]")
_DIGIT_BEFORE_LETTERS = re.compile(r"^[50](?=[a-ząćęłńóśźż]{4,}[.,;:?!”)]*$)")
_LETTERS = {"5": "S", "0": "O"}
_MAY_BE_EITHER = re.compile(r"[„(]?[cosuvwxzCOSUVWXZ][a-ząćęłńóśźż]{4,}[.,;:?!”)]*")
_STROKE_FOR_I = re.compile(r"(?:^|(?<=-))[li|!1](?=[^\W\d_]{2})")


def mended(words: Sequence[Recognised], picture: Image.Image, read_lines: ReadLines) -> list[Recognised]:
    """The words of a page without specks, with addresses, references and names mended.

    ``read_lines`` is asked for what looks like one of these, with cuttings of the page's picture.
    """
    kept = [_without_speck(word) for word in words if not _is_speck(word)]
    stroke = _STROKE_OR_BRACKET if all("[" not in word.text for word in kept) else _STROKE
    kept = [_with_accent(_in_kind(_without_stutter(word), stroke), picture) for word in kept]
    kept = [_in_its_case(word, before, picture) for before, word in zip([None, *kept], kept, strict=False)]
    kept = _with_names(_with_saints(kept))
    kept = with_quotation_marks(with_dates(with_dashes(kept)))
    signs, linked = references(kept), links(kept)
    others = [place for place in addresses(kept) if not any(link[0] in place for link in linked)]
    places = [*signs, *others, *linked][:_MAX_LINES]
    if not places:
        return whole_addresses(kept)
    areas = [area_of([kept[index] for index in place]) for place in places]
    tall = [area_of([kept[index] for index in place], ABOVE) for place in signs]
    found = read_lines([cutting(picture, area) for area in areas])
    result = kept
    for number, (place, area, line) in enumerate(zip(places, areas, found, strict=True)):
        polish = [kept[index] for index in place]
        seen = [moved(word, area.x0, area.top) for word in line]
        if number < len(signs):
            result = _with_reference(result, polish, seen, cutting(picture, tall[number]))
        elif place in linked:
            result = with_link(result, polish, seen)
        else:
            result = with_address(result, polish, seen, picture)
    return whole_addresses(result)


def _is_speck(word: Recognised) -> bool:
    if word.text in _LONE:
        return True
    if _SPECK.fullmatch(word.text):
        return word.confidence < _UNSURE
    # A number of two digits is more likely a piece of a telephone than dirt, however unsure.
    return word.confidence < _HOPELESS and len(word.text) <= _NEARLY and not _TWO_DIGITS.fullmatch(word.text)


def _without_speck(word: Recognised) -> Recognised:
    """A word without the mark before it that some dirt was taken for; a quotation has one at its end, too."""
    text = _SPECK_BEFORE.sub("", word.text)
    return word if text == word.text or text[-1] in "'`´‘’*" else replace(word, text=text)


def _without_stutter(word: Recognised) -> Recognised:
    """A word whose first letter was read twice, as a capital and as a small one, with the small one: ``Ss.`` is ``s.``."""
    text = _STUTTER.sub(r"\2", word.text)
    return word if text == word.text or text[:1].lower() != word.text[:1].lower() else replace(word, text=text)


def _in_kind(word: Recognised, stroke: re.Pattern[str]) -> Recognised:
    """A word all in digits or all in letters: ``2|1`` is ``211``, ``5połeczny`` is ``Społeczny``."""
    text = stroke.sub("1", word.text) if _NUMBER.fullmatch(word.text) else word.text
    text = _DIGIT_BEFORE_LETTERS.sub(lambda found: _LETTERS[found.group()], text)
    return word if text == word.text else replace(word, text=text)


def _in_its_case(word: Recognised, before: Recognised | None, picture: Image.Image) -> Recognised:
    """A word whose first letter looks the same in both cases with the one that its height tells.

    It becomes a capital only where one is to be expected: dust on top of a letter makes it as high.
    """
    if not _MAY_BE_EITHER.fullmatch(word.text):
        return word
    box = word.box
    area = Box(max(0.0, box.x0 - 2), max(0.0, box.top - _ABOVE * box.height), box.x1 + 2, box.bottom + 2)
    text = in_its_case(word.text, cutting(picture, area))
    expected = before is None or _CAPITAL_BEHIND.search(before.text) or not on_one_line(before.box, box)
    return replace(word, text=text) if expected or text.islower() else word


def _with_accent(word: Recognised, picture: Image.Image) -> Recognised:
    """A word with the accent that its capital has in the picture, and that the model did not see."""
    letters = word.text.lstrip("„(")
    if letters[:1] not in _ACCENTABLE or not letters[1:2].isalpha():
        return word
    box = word.box
    area = Box(max(0.0, box.x0 - 2), max(0.0, box.top - _ABOVE * box.height), box.x1 + 2, box.bottom + 2)
    return replace(word, text=accented(word.text, cutting(picture, area)))


def _with_saints(words: Sequence[Recognised]) -> list[Recognised]:
    """The words with ``im. św.`` in small letters, as it is always written; the model likes the capital better."""
    return [
        replace(word, text="św.") if word.text == "Św." and index and words[index - 1].text == "im." else word
        for index, word in enumerate(words)
    ]


def _with_names(words: Sequence[Recognised]) -> list[Recognised]:
    """The words, the names of a person with the capital I that a model took for another stroke: ``lwona``."""
    result = list(words)
    for index in range(len(words)):
        following = words[index : index + _LABEL_AND_NAME]
        label = label_at_start(" ".join(word.text for word in following))
        if label is None or label.field != "user_name":
            continue
        end = -1
        for other, word in enumerate(following, index):
            end += len(word.text) + 1
            if end > label.value_start:
                result[other] = replace(word, text=_STROKE_FOR_I.sub("I", word.text))
        break
    return result


def _with_reference(
    words: Sequence[Recognised], polish: Sequence[Recognised], english: Sequence[Recognised], picture: Image.Image
) -> list[Recognised]:
    text = likelier_reference(" ".join(word.text for word in polish), " ".join(word.text for word in english))
    return replaced(words, polish, with_lost_dot(as_pictured(text, picture)))
