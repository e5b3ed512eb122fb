"""Wrapped lines put together again: where a paragraph goes on in the next line, and what stood between the two.

What the file tells by its spaces (``endings``) goes before what the room at the end of a line tells.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from mailgate.domain.form.labels import cannot_begin_a_label, is_label_alone, label_at_start
from mailgate.domain.form.titles import title_weight
from mailgate.domain.message.charset import tidy
from mailgate.extract.page.lines import TextLine, is_apart, usual_step

# In heights of text.
_SPACE = 0.3
_DEEPEST_INDENT = 5.0
_NO_ROOM = 0.9
_OVER_THE_EDGE = 0.3
"""What reaches further was too long for its line, and was not broken."""
_A_LETTER = 1.0
"""So far it may reach where the file says by the want of a space that it was broken."""
_SPACE_AT_END = 0.5
"""Nearer to the edge no file writes a space."""

_LIST_MARK = re.compile(r"(?:[-–—•·▪●○◦*§➢]|\d{1,2}[.)]|(?!r\.)[a-zA-Z][.)]|[ivx]{1,4}[.)])(?:\s|$)")
"""``r.`` is a year's."""
_BREAK_SIGNS = ("-", "‐", "–", "/")
_BROKEN_WORD = re.compile(r"(?:^|[\s(„\"'])[^\W\d_]{2,}[-‐]$")
_BEFORE_HYPHEN = frozenset({"e", "hot", "on", "off", "co"})
_COMPOUND = re.compile(r"(?i)(?:[cs]k|[nwłlj])o-$")
_ADJECTIVE = re.compile(r"\w{2,}(?:[nwł]|[cs]k)(?:y|i|a|e|ą|ej|ego|emu|im|ym|imi|ymi|ich|ych)\b")
"""``społeczno-`` and ``ekonomicznych``: a hyphen that belongs there."""
_NO_PLAIN_WORD = re.compile(r"[^\s@_/\d]*(?:[@_/\d]|\.\w)")
_UNFINISHED_ADDRESS = re.compile(r"@[\w.-]*[-.]$|@$|^[a-z0-9][\w.+-]*[_+]$")
_WITHOUT_DOT = re.compile(r"[\w.+-]@[\w-]+$")
_REST_WITH_DOT = re.compile(r"[a-z0-9-]*\.[a-z]{2}")
_ADDRESS_GOES_ON = re.compile(r"[a-z0-9]")
_PART_OF_ADDRESS = re.compile(r"[a-z0-9][\w.-]*")
_BEGINS_ADDRESS = re.compile(r"\w[._]\w*$|[a-z]{2}-[a-z]+$")
_WHOLE_ADDRESS = re.compile(r"@.*\.(?:pl|eu|com|org|net|info|edu|gov|example)$")
_UNFINISHED_LINK = re.compile(r"(?:://|www\.)\S*[?&=#%/]$")
_SCHEME = re.compile(r"(?<!\w)https?:?$")
_LONGEST_SCHEME = 8
_LONGEST_LINK = 400
_LINK_GOES_ON = re.compile(r"[a-z0-9%]\S*[=&/#_%\d]")
_SIGN_WITHIN = re.compile(r"[@_/\d]|\.\w|^-\w")
_SIGNS_OF_REFERENCES = (".", "/", "-")
_CLOSING_SIGNS = (")", ",", ";", "”", '"', "!")
_BEGINS_SENTENCE = re.compile(r"[A-ZĄĆĘŁŃÓŚŹŻ][a-ząćęłńóśźż]+[,.:;]?")
_MOST_PIECES = 6
_LONGEST_PIECE = 24
_LONG_WORD = 20
_LEAST_CUT = 8


def texts_of(lines: Sequence[TextLine], right: float) -> tuple[str, ...]:
    """The text of lines one below the other; ``right`` is the edge at which they were wrapped.

    A line that had no room for the next one's first word goes on there.  An empty text stands for a wide space.
    """
    label = _broken_label([tidy(line.text).strip() for line in lines])
    if label is not None:
        return (label,)
    step = usual_step(lines)
    widest = max((line.box.x1 for line in lines), default=right)
    texts: list[str] = []
    for index, line in enumerate(lines):
        text = tidy(line.text).strip()
        before = lines[index - 1] if index else None
        if before is None:
            texts.append(text)
        elif is_apart(before, line, step):
            texts += ["", text]
        else:
            edge = min(right, widest) if _tells(before, widest) else right
            opens = label_at_start(text) is not None or title_weight(text) or _is_label(before, text)
            broken = _is_broken_link(texts[-1], text) or _is_cut_domain(texts[-1], text)
            if not opens and (broken or _goes_on(before, line, text, edge)):
                texts[-1] = _joined(texts[-1], text, before, edge)
            else:
                texts.append(text)
    return tuple(texts)


def _broken_label(texts: Sequence[str]) -> str | None:
    """The label that lines make only where some are joined without a space: ``Jednostka`` / ``organizac`` / ``yjna:``.

    A column too narrow for a word breaks it wherever it ends.  None for all else.
    """
    count = len(texts) - 1
    if not 0 < count < _MOST_PIECES or any(len(text) > _LONGEST_PIECE or ":" in text for text in texts[:-1]):
        return None
    if cannot_begin_a_label(texts[0]) and len(texts[0].split()) > 1:
        return None
    for joints in sorted(itertools.product((" ", ""), repeat=count), key=lambda some: some.count("")):
        whole = texts[0] + "".join(joint + text for joint, text in zip(joints, texts[1:], strict=True))
        if is_label_alone(whole):
            return whole if "" in joints else None
    return None


def _goes_on(above: TextLine, below: TextLine, text: str, right: float) -> bool:
    """True where a paragraph goes on in the next line: it had no room left, and nothing new begins there."""
    last = above.words[-1]
    if above.final:
        return False
    if _is_unfinished_address(last.text) and _ADDRESS_GOES_ON.match(text):
        return True
    if last.ending == "closed" and _tells(above, right) and not _breaks_off(above, right):
        return False
    if _LIST_MARK.match(text) and last.ending != "wraps":
        return False
    unit = above.height
    outdent = above.words[0].box.x0 - below.words[0].box.x0
    if outdent > _DEEPEST_INDENT * unit:
        return False
    room = right - above.box.x1
    return last.ending == "broken" or room < below.words[0].box.width + _SPACE * unit


def _is_unfinished_address(word: str) -> bool:
    """True for an address that ends with a sign with which none ends, other than the full stop of a sentence."""
    return _UNFINISHED_ADDRESS.search(word) is not None and not _WHOLE_ADDRESS.search(word.rstrip("."))


def _is_cut_domain(text: str, more: str) -> bool:
    """True for an address broken within its domain, which has no dot yet: ``jan@gops-nowa`` and ``wies.example``."""
    return _WITHOUT_DOT.search(text[-_LONGEST_LINK:]) is not None and _REST_WITH_DOT.match(more) is not None


def _is_broken_link(text: str, more: str) -> bool:
    """True for a link at the end of a text that was broken at one of its signs: ``.../wnioski?`` and ``id=7&tryb=2``."""
    if _SCHEME.search(text[-_LONGEST_SCHEME:]) and more.startswith(("://", "//")):
        return True
    return bool(_UNFINISHED_LINK.search(text[-_LONGEST_LINK:]) and _LINK_GOES_ON.match(more))


def _is_label(line: TextLine, text: str) -> bool:
    """True for a line that is a label and nothing else, which does not go on with the text of the next line."""
    label = label_at_start(line.text)
    if label is None or line.text[label.value_start :].strip():
        return False
    longer = label_at_start(f"{line.text} {text}")
    return longer is None or longer.end <= len(line.text)


def _tells(line: TextLine, edge: float) -> bool:
    """True where the file would have written a space at a line's end if the text went on; over the edge it does not."""
    ending = line.words[-1].ending
    return bool(ending) and not (ending == "closed" and edge - line.box.x1 < _SPACE_AT_END * line.height)


def _breaks_off(line: TextLine, right: float) -> bool:
    """True where a line that ends without a space may have been broken within a word: at a sign, or for want of room."""
    last = line.words[-1]
    return last.text.endswith(_BREAK_SIGNS) or (len(line.words) == 1 and right - last.box.x1 < _NO_ROOM * line.height)


def _joined(text: str, more: str, above: TextLine, right: float) -> str:
    """A text and its continuation: words parted by a hyphen, and what was too long for a line, are whole again."""
    last = above.words[-1]
    if last.ending == "wraps":
        return f"{text} {more}"
    if _is_unfinished_address(last.text) or _is_cut_domain(text, more) or _is_broken_link(text, more):
        return text + more
    if _BROKEN_WORD.search(text):
        return _without_hyphen(text, more)
    if last.text.endswith(_BREAK_SIGNS) and len(last.text) > 1 and more[:1].isalnum():
        return text + more
    if last.ending == "broken" or (last.ending and _tells(above, right)):
        return text + more
    over = _OVER_THE_EDGE if last.ending != "closed" else _A_LETTER
    full = -over * above.height < right - last.box.x1 < _NO_ROOM * above.height
    cut = full and (_is_cut(last.text, more, alone=_is_alone(above)) or _is_longer_than_a_line(above, more, right))
    return text + more if cut else f"{text} {more}"


def _is_longer_than_a_line(above: TextLine, more: str, right: float) -> bool:
    """True for an address that has no room on any line, so that it was broken wherever the first one ended."""
    last, following = above.words[-1], more.split(None, 1)[0]
    if "@" not in following or not _PART_OF_ADDRESS.fullmatch(last.text):
        return False
    letter = last.box.width / len(last.text)
    return letter * len(last.text + following) > right - above.words[0].box.x0


def _is_alone(line: TextLine) -> bool:
    """True for a line of one word, its label aside."""
    label = label_at_start(line.text) if len(line.words) > 1 else None
    words = line.text[label.value_start :].split() if label is not None else line.words
    return len(words) == 1


def _is_cut(last: str, more: str, *, alone: bool) -> bool:
    """True where what fills a line to its edge is only the beginning of a word too long for the line.

    Addresses and references are; a word of letters alone may be whole and only happen to fit.
    """
    following = more.split(None, 1)[0]
    if "@" in following and _BEGINS_ADDRESS.search(last):
        return True
    if alone and following == more and _SIGN_WITHIN.search(following) and _at_sign(last, following):
        return True
    telling = alone or "@" in last or "//" in last
    if not telling or len(last) < _LEAST_CUT or not (_SIGN_WITHIN.search(last) or len(last) > _LONG_WORD):
        return False
    if "//" in last and following[:1].isupper():
        return False
    if last.endswith(_CLOSING_SIGNS) or following.startswith("(") or _BEGINS_SENTENCE.fullmatch(following):
        return False
    if "@" in last:
        return not _WHOLE_ADDRESS.search(last)
    return following == more or bool(_SIGN_WITHIN.search(following)) or (alone and len(last) > _LONG_WORD)


def _at_sign(last: str, following: str) -> bool:
    """True for ``PCPR.`` / ``XII.4012.7`` and ``ORz`` / ``.366.1``: a reference broken at one of its signs."""
    return last.endswith(_SIGNS_OF_REFERENCES) or following.startswith(_SIGNS_OF_REFERENCES)


def _without_hyphen(text: str, more: str) -> str:
    """A word that was broken at a hyphen, which stays where it belongs to the word."""
    stem = text.rsplit(None, 1)[-1].strip("-‐(„\"'").lower()
    if _NO_PLAIN_WORD.match(more):
        return text + more
    if not more[:1].isalnum():
        return f"{text} {more}"
    belongs = stem in _BEFORE_HYPHEN or (_COMPOUND.search(text) and _ADJECTIVE.match(more))
    return text[:-1] + more if more[:1].islower() and not belongs else text + more
