"""The reference sign of an office, which no model has seen before: read by two models, and checked on its picture."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from statistics import median

from PIL import Image

from mailgate.domain.form.labels import label_at_start
from mailgate.extract.scan.glyphs import ACCENTED, PLAIN, Glyph, glyphs_in, has_accent, has_flag, is_bare_stick, is_low
from mailgate.extract.scan.tesseract import Recognised
from mailgate.extract.scan.words import on_one_line

_WORDS_OF_REFERENCE = 4
_ODD = re.compile(r"[^\w./\-]|[./\-]{2,}|(?<=\d)[lIO](?=[\d.])")
_FIRST_PART = re.compile(r"[^\W_]{2,8}(?=[.\-/])")
_MISTAKEN_SIGNS = str.maketrans("$§€", "SS6")
_ZERO_FOR_O = re.compile(r"0O|O0|0")
_DIGIT_FOR_LETTER = re.compile(r"[25](?=[25]*[^\W\d_])")
_LETTERS = {"2": "Z", "5": "S"}
"""``2SS`` is ``ZSS``: an office's sign may end with a digit, and begins with none."""
_INITIALS = re.compile(r"(?<=[./]20\d\d[./])[A-ZĄĆĘŁŃÓŚŹŻ01258]{2,3}\Z")
_INITIALS_IN_DIGITS = re.compile(r"10|01")
_YEAR = re.compile(r"20\d\d")
_DIGITS_FOR_LETTERS = str.maketrans("01258", "OIZSB")
_DOT_LOST = re.compile(r"(?<=[.\-/])(X{0,2}I?V)(?=\d{3,4}[.\-/])")
"""No Roman numeral is followed by digits at once."""
_SMALL_ECHO = re.compile(r"(?<=V)v|(?<=X)x")
_MIXED = re.compile(r"(?=.*I)(?=.*[1l|!])[I1l|!]+")
_DOUBLED = re.compile(r"[I1l|!]{2}")
_TWICE = re.compile(r"([^\W\d_Il])\1")
_PART = re.compile(r"[^./\-]+")
_STICKS = frozenset("1Il|!LN")
_STROKES = frozenset("Il|!/")
_NARROW = 0.7
_LOW_SIGNS = frozenset(".,-")
_LONG_MARK = 1.5
_TALLER = 1.12
"""With an accent a capital is at least so many times as high as the others."""
_TWO_LETTERS = 1.4
_MOST_TOUCHING = 3


def references(words: Sequence[Recognised]) -> list[list[int]]:
    """Where references stand: the indices of the words behind their label on its line."""
    found: list[list[int]] = []
    for index, word in enumerate(words):
        label = label_at_start(word.text)
        if label is None or label.field != "reference" or word.text[-1] not in ":;.,":
            continue
        behind = range(index + 1, min(len(words), index + 1 + _WORDS_OF_REFERENCE))
        place = [
            other for other in behind if on_one_line(words[other].box, word.box) and words[other].box.x0 > word.box.x0
        ]
        if place:
            found.append(place)
    return found


def likelier_reference(polish: str, english: str) -> str:
    """The reading of a reference with fewer signs that none has; its first part names an office, in letters.

    ``S0-5023.1.2026`` is ``SO-5023.1.2026``.  In doubt the Polish reading stands, which knows more letters.
    """
    polish, english = polish.translate(_MISTAKEN_SIGNS), english.translate(_MISTAKEN_SIGNS)
    chosen = english if english and _oddness(english) < _oddness(polish) else polish
    first, other = _FIRST_PART.match(chosen), _FIRST_PART.match(english)
    if first is None:
        return chosen
    part = first.group()
    named = _ZERO_FOR_O.sub("O", other.group()) if other is not None else ""
    in_digits = part.isdigit() and len(part) == len(named)
    if named.isalpha() and (in_digits or (_is_mixed(part) and _goes_on_alike(chosen, english))):
        part = named
    elif part.strip("0").isalpha() and part.isupper():
        part = _ZERO_FOR_O.sub("O", part)
    rest = with_initials(_SMALL_ECHO.sub("", chosen[first.end() :]))
    return _DIGIT_FOR_LETTER.sub(lambda found: _LETTERS[found.group()], part) + rest


def _is_mixed(part: str) -> bool:
    """True for letters with digits among or behind them: ``S072``."""
    return not part.isalpha() and not part.isdigit()


def _goes_on_alike(one: str, other: str) -> bool:
    """True for two readings that differ in their first part alone."""
    behind = [_FIRST_PART.sub("", text, count=1) for text in (one, other)]
    return behind[0] == behind[1] != ""


def with_initials(text: str) -> str:
    """A reference with the initials behind its year in letters (``2026.0L`` is ``2026.OL``), where one of them was read."""
    found = _INITIALS.search(text)
    if found is None or not any(sign.isalpha() for sign in found.group()):
        return text
    return text[: found.start()] + found.group().translate(_DIGITS_FOR_LETTERS)


def with_lost_dot(text: str) -> str:
    """A reference with the dot behind its Roman numeral that was lost under the arm of a V: ``PCPR.IV4308.5.2026``."""
    return _DOT_LOST.sub(r"\1.", text)


def _oddness(text: str) -> int:
    return len(_ODD.findall(text))


def as_pictured(text: str, picture: Image.Image) -> str:
    """A reference corrected by what can be seen of it: dots and hyphens, accents, a Roman numeral or the digit one.

    Where letters touch in the picture only those before the first and after the last of them can be told.
    """
    glyphs = glyphs_in(picture)
    tall = [glyph for glyph in glyphs if not is_low(glyph, glyphs)]
    if " " in text or not tall:
        return text
    text = _without_doubled(text, tall)
    count = sum(sign not in _LOW_SIGNS for sign in text)
    if not 0 <= count - len(tall) <= _MOST_TOUCHING:
        return text
    if len(tall) == count:
        text = _with_marks(text, glyphs)
    seen = _by_place(text, tall)
    usual = median(glyph.height for glyph in tall)
    return _with_numerals("".join(_accented(sign, seen.get(n), usual) for n, sign in enumerate(text)), seen)


def _without_doubled(text: str, tall: Sequence[Glyph]) -> str:
    """The text with one stroke, or one letter, where two were read and the picture has one letter less."""
    one_too_many = sum(sign not in _LOW_SIGNS for sign in text) == len(tall) + 1
    if not one_too_many or _touching(tall):
        return text
    strokes, plain = _DOUBLED.findall(text), "".join(PLAIN.get(sign, sign) for sign in text)
    shorter = [_DOUBLED.sub("I", text)] if len(strokes) == 1 else []
    shorter += [text[: twice.start()] + text[twice.start() + 1 :] for twice in _TWICE.finditer(plain)]
    fitting = shorter if len(shorter) == 1 else [one for one in shorter if _is_alike(one, tall)]
    return fitting[0] if len(fitting) == 1 else text


def _is_alike(text: str, tall: Sequence[Glyph]) -> bool:
    """True where what are strokes in the text are the narrow ones of the picture; a one may have a foot."""
    usual = median(glyph.width for glyph in tall)
    pairs = zip((sign for sign in text if sign not in _LOW_SIGNS), tall, strict=True)
    return all((sign in _STROKES) == (glyph.width < _NARROW * usual) for sign, glyph in pairs if sign != "1")


def _touching(tall: Sequence[Glyph]) -> list[int]:
    """The indices of glyphs so wide that they must be two letters or more."""
    usual = median(glyph.width for glyph in tall)
    return [n for n, glyph in enumerate(tall) if glyph.width > _TWO_LETTERS * usual]


def _with_marks(text: str, glyphs: Sequence[Glyph]) -> str:
    """The text with the dots and hyphens that its picture has, none at its end; one that was read is never lost.

    Thin signs vanish from a picture more often than a model makes them up.
    """
    line = max(glyph.bottom for glyph in glyphs)
    signs = (sign for sign in text if sign not in _LOW_SIGNS)
    drawn = (next(signs) if not is_low(glyph, glyphs) else "-" if _is_hyphen(glyph, line) else "." for glyph in glyphs)
    pictured = "".join(drawn).strip(".")
    return pictured if len(pictured) >= len(text.strip(".")) else text.strip(".")


def _by_place(text: str, tall: Sequence[Glyph]) -> dict[int, Glyph]:
    """The glyph of each letter of the text, by its index; those between letters that touch are left out."""
    places = [n for n, sign in enumerate(text) if sign not in _LOW_SIGNS]
    if len(places) == len(tall):
        return dict(zip(places, tall, strict=True))
    wide = _touching(tall)
    if not wide:
        return {}
    after = len(tall) - wide[-1] - 1
    before = zip(places, tall[: wide[0]], strict=False)
    return {**dict(before), **dict(zip(places[len(places) - after :], tall[len(tall) - after :], strict=True))}


def _is_hyphen(glyph: Glyph, line: int) -> bool:
    return glyph.width >= _LONG_MARK * glyph.height and line - glyph.bottom > glyph.height


def _accented(sign: str, glyph: Glyph | None, usual: float) -> str:
    """A capital with the accent that its picture shows; without one where it is no taller than the others."""
    if glyph is None:
        return sign
    if sign in ACCENTED and has_accent(glyph):
        return ACCENTED[sign]
    return PLAIN.get(sign, sign) if glyph.height < _TALLER * usual else sign


def _with_numerals(text: str, seen: Mapping[int, Glyph]) -> str:
    """The text, each of its parts in letters or in digits: ``I`` and ``1``, ``O`` and ``0`` are told by their part."""
    parts: list[str] = []
    for part in _PART.finditer(text):
        glyphs = [seen.get(n) for n in range(*part.span())]
        if parts and _YEAR.fullmatch(parts[-1]) and _INITIALS_IN_DIGITS.fullmatch(part.group()):
            parts.append(_initials(part.group(), glyphs))
        else:
            parts.append(_part(part.group(), glyphs, behind_letters=bool(parts) and parts[-1].isalpha()))
    rest = iter(parts)
    return _PART.sub(lambda _: next(rest), text)


def _part(text: str, glyphs: Sequence[Glyph | None], *, behind_letters: bool) -> str:
    """One part of a reference; a Roman numeral stands behind the letters of an office, a number anywhere."""
    others = [sign for sign in text if sign not in _STICKS]
    pairs = list(zip(text, glyphs, strict=True))
    if not others and behind_letters:
        # A Roman numeral is never mixed with digits.
        return "I" * len(text) if _MIXED.fullmatch(text) else "".join(_stick(sign, glyph) for sign, glyph in pairs)
    if any(sign.isalpha() for sign in others) and all(sign == "0" or sign.isalpha() for sign in others):
        return "".join(_stick(sign, glyph) if sign in "1l|!" else sign for sign, glyph in pairs).replace("0", "O")
    return text


def _initials(text: str, glyphs: Sequence[Glyph | None]) -> str:
    """What stands behind the year in letters, where its stroke is seen to be no digit: ``2026.10`` may be ``2026.IO``."""
    seen = "".join(_stick(sign, glyph) if sign == "1" else sign for sign, glyph in zip(text, glyphs, strict=True))
    return seen.replace("0", "O") if "I" in seen else text


def _stick(sign: str, glyph: Glyph | None) -> str:
    """A stroke as its picture has it: the digit one has a flag, the letter I has none."""
    if glyph is None:
        return sign
    if is_bare_stick(glyph) or (sign != "N" and not has_flag(glyph)):
        return "I"
    return "1" if sign in "Il|!" else sign
