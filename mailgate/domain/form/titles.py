"""The title of HOT-01, alone on its line or with the header behind it, whole or over several lines."""

from __future__ import annotations

import re

from mailgate.domain.form.date import read_date
from mailgate.domain.form.headerlabels import bare_header_labels
from mailgate.domain.form.labels import TITLE_WORDS, labels_within, restored
from mailgate.domain.form.vocabulary import nearest
from mailgate.domain.polish.words import fold, folded_words
from mailgate.domain.remembered import remembered

_SEGMENTS = re.compile(r"\s{2,}|\t|\|")
_LONGEST_PART = 120
_LONGEST_TITLE_LINE = 400
_HOT_CODE = re.compile(r"(?<![^\W_])hot[\s._–—-]{0,3}[0o]{0,2}[1li](?![^\W_])", re.IGNORECASE)
_NAMES_THE_FORM = frozenset({"csizs", "hot", "hotline", "zgloszenie", "formularz"})


def is_part_of_title(text: str) -> bool:
    """True for a line of a title that was written over several: ``CSIZS`` above ``Zgłoszenie pytania`` above ``HOT-01``."""
    words = {nearest(word) for word in folded_words(text[:_LONGEST_PART]) if not word.isdigit()}
    return title_weight(text) > 0 or (words <= TITLE_WORDS and not words.isdisjoint(_NAMES_THE_FORM))


@remembered(most=4096)
def title_weight(text: str) -> int:
    """How surely a line is the form's title: 4 with the code HOT-01, 2 without, 0 for none.

    What follows the title on its line does not count: date and reference, or the first label of the form.
    """
    text = restored(text)
    written = fold(text[:_LONGEST_TITLE_LINE])
    if not ("hot" in written or "csizs" in written or ("zgloszenie" in written and "pytania" in written)):
        return 0
    title, header = _title_part(text[:_LONGEST_TITLE_LINE])
    rest, codes = _HOT_CODE.subn(" ", title)
    words = folded_words(rest)
    if not all(nearest(word) in TITLE_WORDS or word.isdigit() for word in words):
        return 0
    if codes:
        return 4
    if {"zgloszenie", "pytania"} <= set(words):
        return 2
    return 2 if words == ("csizs",) and header else 0


def _title_part(text: str) -> tuple[str, bool]:
    """The beginning of a line up to its first label or date, and whether one of a header follows."""
    first = next((label.start for label in labels_within(text, 0)), len(text))
    bare = next(bare_header_labels(text[:first], 0), None)
    end = bare.start if bare is not None else first
    kept: list[str] = []
    for segment in _SEGMENTS.split(text[:end]):
        if read_date(segment) is not None:
            return " ".join(kept), True
        kept.append(segment)
    return " ".join(kept), end < len(text)
