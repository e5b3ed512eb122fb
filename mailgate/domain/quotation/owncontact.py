"""The consultant's own contact data in an answer: a signature is cut to his name, anywhere else a person decides.

Whoever writes a signature out, without ``-- `` above it, would give a clerk the address that the hot-line stands for.
What ``parse --as-reply`` shows holds these lines still, for nothing but the addresses of our consultants, which it does
not know, tells them from text; they are cut when an answer is passed on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Final

from mailgate.domain.polish.words import folded_words
from mailgate.domain.quotation.rows import Row
from mailgate.domain.quotation.signatures import is_sign_off

_MOST_LINES: Final = 14
_WIDEST: Final = 160
_WORDS_OF_PROSE: Final = 9
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))
_ADDRESS: Final = re.compile(r"(?:mailto:)?[\w.+-]{1,64}@[\w.-]{1,190}\w", re.IGNORECASE)
_LINK: Final = re.compile(r"(?:https?://|www\.)\S{1,300}", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?:\+|\(|\b)\d[\d ()/\-–]{5,24}\d(?:\s{0,2},?\s{0,2}wew\w{0,8}\.?\s{0,2}\d{1,6})?")
_PLACE: Final = re.compile(r"(?:\b(?:ul|al|pl|os)\.\s?\w|\b\d{2}-\d{3}\b).{0,120}", re.IGNORECASE)
_FEWEST_DIGITS: Final = 7
_LABELS: Final = frozenset(folded_words(
    "tel telefon telefonu t kom komorka komorkowy m mobile mob phone fax faks f e email mail e-mail adres address strona "
    "www w web http https internet i lub oraz nr numer kontakt centrala sekretariat biuro wew mailto"
))  # fmt: skip
_EDGES: Final = " \t,;|/·•–—-:[]()<>*_"


def without_own_contact(text: str, own: Collection[str]) -> str:
    """The text with its signature rid of contact data, where that holds an address or several sorts of such data.

    ``own`` are the consultants' addresses in lower case.  The signature is what begins with the last closing, or a last
    block of short lines that holds one of these addresses.  A name with nothing but a telephone stays
    (``replies/CONTRACT.md``, point 2), and so does all that stands in running text.
    """
    lines = text.split("\n")
    start = _signature(lines, own)
    block = lines[start:]
    if not block or not _is_contact_block(block, own):
        return text
    kept = lines[:start]
    for line in block:
        rest = _bare(line)
        # A line that held contact data alone goes; a blank one stays, though not twice.
        if rest or (not line.strip() and kept and kept[-1].strip()):
            kept.append(rest)
    return "\n".join(kept).rstrip()


def holds_any(text: str, own: Collection[str]) -> bool:
    """Whether one of the addresses (in lower case) stands anywhere in a text."""
    shown = text.translate(_INVISIBLE).lower()
    return any(re.search(rf"(?<![\w.+-]){re.escape(one)}(?![\w-]|\.\w)", shown) for one in own if one in shown)


def _signature(lines: Sequence[str], own: Collection[str]) -> int:
    """Where the signature begins: at the last closing, or at the last block of short lines; their number for none."""
    filled = [index for index, line in enumerate(lines) if line.strip()][-_MOST_LINES - 1 :]
    closing = next((index for index in reversed(filled) if is_sign_off(Row(lines[index].strip()))), None)
    if closing is not None and all(_is_short(line) for line in lines[closing + 1 :]):
        return closing
    if not filled:
        return len(lines)
    start = filled[-1]
    for below, above in pairwise(reversed(filled)):
        if below - above > 1:
            break
        start = above
    block = lines[start:]
    short = all(map(_is_short, block)) and start > 0
    return start if short and holds_any("\n".join(block), own) else len(lines)


def _is_short(line: str) -> bool:
    """No prose: few words, once what is contact data is taken away."""
    return len(line) <= _WIDEST and len(_bare(line).split()) < _WORDS_OF_PROSE


def _is_contact_block(block: Sequence[str], own: Collection[str]) -> bool:
    text = "\n".join(block)
    if holds_any(text, own):
        return True
    sorts = (_ADDRESS.search(text), _LINK.search(_ADDRESS.sub(" ", text)), _numbers(text))
    return sum(map(bool, sorts)) > 1


def _numbers(text: str) -> list[str]:
    return [found[0] for found in _NUMBER.finditer(text) if sum(map(str.isdigit, found[0])) >= _FEWEST_DIGITS]


def _bare(line: str) -> str:
    """A line of a signature without its contact data and their labels; as it was where it holds none."""
    line = line.translate(_INVISIBLE)
    if len(line) > _WIDEST:
        return line
    rest = _PLACE.sub(" ", _LINK.sub(" ", _ADDRESS.sub(" ", line)))
    for number in _numbers(rest):
        rest = rest.replace(number, " ")
    if rest == line:
        return line.rstrip()
    pieces = (piece.strip(_EDGES) for piece in re.split(r"\s\|\s|[,;]\s|\s{2,}|\t", rest))
    return ", ".join(piece for piece in pieces if not _says_nothing(piece))


def _says_nothing(piece: str) -> bool:
    return _LABELS.issuperset(folded_words(piece))
