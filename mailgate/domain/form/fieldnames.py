"""The names that fillable files give their fields, and which field of the form each means."""

from __future__ import annotations

import re

from mailgate.domain.form.vocabulary import LabelField, meaning_of_words
from mailgate.domain.polish.words import folded_words

_FIELD_NOISE = frozenset(folded_words("pole field txt text tekst form formularz hot hot01 topmostsubform page subform"))
_FIELD_NAMES: dict[str, LabelField] = {
    "nazwisko": "user_name",
    "name": "user_name",
    "user": "user_name",
    "urzad": "office",
    "office": "office",
    "kontakt": "contact",
    "contact": "contact",
    "phone": "contact",
    "telefon": "contact",
    "question": "question",
    "pytanie": "question",
    "tresc": "question",
    "reference": "reference",
    "znak": "reference",
    "data": "date",
    "date": "date",
}
_LONGEST_NAME = 120


def label_of_name(name: str) -> LabelField | None:
    """The field that a fillable field's name means: ``Imię i nazwisko``, ``tresc_pytania``, ``email``."""
    spaced = re.sub(r"(?<=[a-ząćęłńóśźż])(?=[A-ZĄĆĘŁŃÓŚŹŻ])", " ", name[:_LONGEST_NAME])
    words = [word for word in folded_words(spaced.replace("_", " ")) if not word.isdigit() and word not in _FIELD_NOISE]
    known = [word.rstrip("0123456789") for word in words]
    found = meaning_of_words(known) if known else None
    return found.field if found is not None else next((_FIELD_NAMES[w] for w in known if w in _FIELD_NAMES), None)
