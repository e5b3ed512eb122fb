"""E-mail addresses on a picture: the Polish model hardly ever reads their ``@``, the English one hardly ever misses it.

So they are read by both; ``@`` is taken from one, the letters from the other where both agree on how many there are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from PIL import Image

from mailgate.domain.polish.words import folded_words
from mailgate.extract.page.shapes import Box, around
from mailgate.extract.scan.glyphs import has_underscore
from mailgate.extract.scan.tesseract import Recognised
from mailgate.extract.scan.words import on_one_line, replaced

_NEARLY = 2
_SIGNED = re.compile(r"@|[©®Q][a-z]|[a-z][©®Q]\W*$|[^\W\d_][Q©®][^\W\d_]")
"""No Polish word has a Q, so it is looked at once more: ``EMPQTIA`` is ``EMP@TIA``."""
_HOST_END = re.compile(r"[\w-]\.[a-z]{2,}\W*$|" + _SIGNED.pattern)
_ADDRESS = re.compile(r"[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9][A-Za-z0-9.-]{0,250})?")
_LOCAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*[.-]?")
_WHOLE_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}")
_ENDS = re.compile(r"[,;)]{0,2}$")
_AROUND = 3
_NEAR = 1.5
"""How far from each other, in heights of text, the words of an address may be."""
_MISREAD_SIGN = re.compile(r"[(©®@€]|Q(?![A-Z])")
_LEADERS = re.compile(r"\.{3,}")
_STEM = 5
_NAME = re.compile(rf"[a-z]{{{_STEM},}}")
_TAKEN_FOR = {"i": "l", "l": "i", "c": "e", "e": "c", "o": "a", "a": "o", "u": "n", "n": "u", "t": "l"}
_MARKS = re.compile(r"[._-]")
_WHOLE = re.compile(
    r"[^@]@[a-z0-9.-]*\.(?:pl|eu|com|org|net|info|edu|gov|biz|online|example|test|at|be|bg|ch|cz|de|dk|ee|es|fi|fr|gr|hr|hu|ie|it"
    r"|lt|lu|lv|nl|no|pt|ro|se|si|sk|ua|uk|us)[,;)]{0,2}$",
    re.IGNORECASE,
)
"""An address with an ending that people in Polish offices have; any other is more likely the half of one."""
_REST_OF_HOST = re.compile(r"[A-Za-z0-9.-]+[,;)]{0,2}")
_ENDS_WITH_UNDERSCORE = re.compile(r"[A-Za-z][A-Za-z0-9._+-]*_")
_Q_FOR_G = re.compile(r"q(?=ops|min)")
"""Hosts are named after a ``gops`` or a ``gmina``; a person may call herself what she likes."""
_ARG_FOR_ORG = re.compile(r"(?<=\.)[a0]rg(?=\.pl\b)")
_COMMA_BEFORE_LAND = re.compile(r"(?<=[a-z0-9]),(?=pl\W*$)")
_COMMA_IN_HOST = re.compile(r"(?<=[a-z0-9]),(?=[a-z0-9-]+\.[a-z])")
_DOTTED_HOST = re.compile(r"@.*\.")
DOUBT = "@?"
"""What stands for the sign of an address that was not read whole, so that nobody writes to the half of it."""
_STROKES = str.maketrans("|!]", "lll")


def addresses(words: Sequence[Recognised]) -> list[list[int]]:
    """Where addresses may stand: the indices of a word that looks like the end of one, and of its neighbours."""
    found: list[list[int]] = []
    for index, word in enumerate(words):
        if not _HOST_END.search(word.text) or (found and index in found[-1]):
            continue
        if index and not _SIGNED.search(word.text) and _is_cut(words[index - 1], word):
            found.append(_neighbours(words, index - 1))
        found.append(_neighbours(words, index))
    return found


def _is_cut(above: Recognised, word: Recognised) -> bool:
    """True for the beginning of an address that goes on in the next line."""
    return above.text.endswith(("-", ".")) and len(above.text) > len("@x.") and not on_one_line(above.box, word.box)


def _neighbours(words: Sequence[Recognised], index: int) -> list[int]:
    found = [index]
    for step in (-1, 1):
        last = index
        while 0 <= last + step < len(words) and abs(last + step - index) < _AROUND + (step < 0):
            one, other = words[last].box, words[last + step].box
            gap = max(one.x0, other.x0) - min(one.x1, other.x1)
            if not on_one_line(one, other) or gap > _NEAR * words[index].box.height:
                break
            last += step
            found.append(last)
    return sorted(found)


def with_address(
    words: Sequence[Recognised], polish: Sequence[Recognised], english: Sequence[Recognised], picture: Image.Image
) -> list[Recognised]:
    """The words with each address that the English model saw in a place as both together read it.

    ``polish`` are those of the words that stand in the place.
    """
    result = list(words)
    joined = _joined_by_underscores(_joined_by_signs(english), picture)
    for sign in (word for word in joined if word.text.count("@") == 1):
        covered = [word for word in polish if word in result and _overlap(word.box, sign.box)]
        if not covered:
            continue
        whole = around(word.box for word in covered)
        seen = "".join(word.text for word in joined if whole.x0 <= word.box.middle[0] <= whole.x1)
        covered, seen = _without_next_words(covered, seen)
        text = agreed("".join(word.text for word in covered), seen)
        if text is not None:
            result = replaced(result, covered, as_on_page(text, [word.text for word in words if "@" not in word.text]))
    return result


def _without_next_words(covered: list[Recognised], seen: str) -> tuple[list[Recognised], str]:
    """Words and their other reading, without those at its end that stand behind a name such as ``Emp@tia``."""
    while len(covered) > 1 and not _DOTTED_HOST.search(seen) and seen.endswith(covered[-1].text):
        seen = seen.removesuffix(covered[-1].text)
        covered = covered[:-1]
    return covered, seen


def whole_addresses(words: Sequence[Recognised]) -> list[Recognised]:
    """The words with each address whole: put together where its host goes on in the next word, or marked as doubtful.

    A fax loses columns of dots, and a narrow cell breaks long words: ``biuro@umig.bych`` ``awa.example``.
    """
    result: list[Recognised] = []
    for word in words:
        before = result[-1] if result else None
        if before is not None and _is_half(before.text) and _REST_OF_HOST.fullmatch(word.text):
            whole = _joined_host(before.text, word.text)
            if _WHOLE.search(whole):
                result[-1] = Recognised(whole, before.box, min(before.confidence, word.confidence))
                continue
        result.append(word)
    return [
        Recognised(word.text.replace("@", DOUBT), word.box, word.confidence) if _is_doubtful(word.text) else word
        for word in result
    ]


def _joined_host(address: str, rest: str) -> str:
    """An address with the rest of its host; a first part of it that was read twice stands there once."""
    host = address.partition("@")[2]
    return address + (rest.removeprefix(host) if len(host) > 1 else rest)


def _is_half(text: str) -> bool:
    """True for an address whose host has no known ending; what only ends a line may go on in the next."""
    signed = text.count("@") == 1 and text[-1] not in ".-@_" and _ADDRESS.search(text) is not None
    return signed and not _WHOLE.search(text)


def _is_doubtful(text: str) -> bool:
    """True for the half of an address that might be written to; ``Emp@tia`` is a name, and no address at all."""
    return _is_half(text) and "." in text.partition("@")[2]


def _joined_by_signs(words: Sequence[Recognised]) -> list[Recognised]:
    """Words as one where the sign of an address stands between them, near to both."""
    result: list[Recognised] = []
    for word in words:
        before = result[-1] if result else None
        parted = before is not None and (before.text.endswith("@") != word.text.startswith("@"))
        near = before is not None and word.box.x0 - before.box.x1 < before.box.height
        if before is not None and parted and near:
            whole = around((before.box, word.box))
            result[-1] = Recognised(before.text + word.text, whole, min(before.confidence, word.confidence))
        else:
            result.append(word)
    return result


def _joined_by_underscores(words: Sequence[Recognised], picture: Image.Image) -> list[Recognised]:
    """Words as one where an underscore stands between them, which models take for a space."""
    result: list[Recognised] = []
    for word in words:
        before = result[-1] if result else None
        named = before is not None and _LOCAL.fullmatch(before.text) and not before.text.isdigit()
        signed = _DOTTED_HOST.search(word.text)
        if before is not None and signed and _ENDS_WITH_UNDERSCORE.fullmatch(before.text):
            result[-1] = Recognised(before.text + word.text, around((before.box, word.box)), word.confidence)
        elif before is not None and named and signed and _underscored(before.box, word.box, picture):
            result[-1] = Recognised(f"{before.text}_{word.text}", around((before.box, word.box)), word.confidence)
        else:
            result.append(word)
    return result


def _underscored(left: Box, right: Box, picture: Image.Image) -> bool:
    if not 0 < right.x0 - left.x1 < _NEAR * left.height:
        return False
    bottom = max(left.bottom, right.bottom) + left.height * 0.3
    gap = picture.crop((int(left.x1), int(left.top), int(right.x0), int(bottom)))
    return has_underscore(gap)


def _overlap(one: Box, other: Box) -> bool:
    """True where two boxes share half of the narrower one's width."""
    return min(one.x1, other.x1) - max(one.x0, other.x0) > 0.5 * min(one.width, other.width)


def agreed(polish: str, english: str) -> str | None:
    """The address that two readings agree on, with the sign that ends it; None where the second saw none.

    ``@`` is where the English model saw it; letters are the Polish model's where it read as many, since it knows names.
    """
    seen = _ADDRESS.search(_with_dots(_LEADERS.sub(" ", english.translate(_STROKES))))
    if seen is None:
        return None
    local, _, host = seen.group().partition("@")
    host = host.rstrip(".") if english.rstrip(",;)").endswith(".") else host
    plain = _LEADERS.sub("", polish).translate(_STROKES).strip("\"'„”‘’\\_~=*")
    ends = _ENDS.search(plain)
    after = ends.group() if ends else ""
    plain = plain[: len(plain) - len(after)]
    local = _likelier_local(_MISREAD_SIGN.split(plain)[0], plain[: len(local)], local)
    if host and _near(plain[-len(host) :], host, _HOST):
        host = "".join(other if sign == "q" else sign for sign, other in zip(plain[-len(host) :], host, strict=True))
    behind = _MISREAD_SIGN.split(plain)[-1]
    if host and len(behind) > len(host) and behind.startswith(host) and _WHOLE_HOST.fullmatch(behind):
        host = behind
    host = _ARG_FOR_ORG.sub("org", _Q_FOR_G.sub("g", host))
    return f"{_in_small_letters(f'{local}@{host}')}{after}"


def _with_dots(text: str) -> str:
    """An address with a dot where its host has a comma before any dot; behind a whole host another may follow."""
    local, sign, host = _COMMA_BEFORE_LAND.sub(".", text).partition("@")
    text = local + sign + host
    return text if "@" in host or "." in host.partition(",")[0] else local + sign + _COMMA_IN_HOST.sub(".", host)


def as_on_page(address: str, words: Sequence[str]) -> str:
    """An address with one letter mended that is easily taken for another, where a word of the page then stands in it.

    Addresses are made of the names of people and places, and these stand on the form: ``ug-siesin.pl`` is
    ``ug-slesin.pl`` where the office is in ``Ślesin``.  Unchanged where no such word, or more than one way, is found.
    """
    stems = {stem for word in folded_words(" ".join(words)) for stem in (word, word[:-1], word[:-2])}
    stems = {stem for stem in stems if len(stem) >= _STEM and stem.isalpha()}
    for part in _NAME.findall(address):
        if any(stem in part for stem in stems):
            continue
        variants = {
            part[:place] + sign + part[place + 1 :]
            for place, read in enumerate(part)
            for sign in _TAKEN_FOR.get(read, "")
        }
        fitting = [one for one in variants if any(stem in one for stem in stems)]
        if len(fitting) == 1:
            address = address.replace(part, fitting[0])
    return address


def _in_small_letters(address: str) -> str:
    """The address, a capital I as the l that it is where all other letters are small."""
    small = address.replace("I", "l")
    return small if small.islower() else address


def _likelier_local(polish: str, as_long: str, english: str) -> str:
    """What stands before the sign: the Polish reading where it is as long, else the shorter one, since models stutter.

    A dot, a hyphen or an underscore is lost more often than it is made.  ``polish`` is that reading up to what it took
    for the sign; ``as_long`` as much of it as the English one has.
    """
    if _LOCAL.fullmatch(polish) and polish.isascii() and _MARKS.sub("", polish) == _MARKS.sub("", english):
        return max(polish, english, key=len)
    if _near(polish, english, _LOCAL) or len(polish) > len(english) + _NEARLY:
        return as_long if _near(as_long, english, _LOCAL) else english
    shorter = 0 < len(english) - len(polish) <= _NEARLY
    return polish if shorter and polish.isascii() and _LOCAL.fullmatch(polish) else english


def _near(one: str, other: str, shape: re.Pattern[str]) -> bool:
    """True for a text of the same length and of the given shape that differs in a letter or two at most."""
    if len(one) != len(other) or not one.isascii() or not shape.fullmatch(one):
        return False
    return sum(a != b for a, b in zip(one, other, strict=True)) <= _NEARLY
