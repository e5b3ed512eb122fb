"""The column types through which every text enters the database: the one place where texts are made storable.

PostgreSQL refuses NUL and neither database takes a lone surrogate, and mail brings both; a text that one database
takes and the other refuses would quarantine mail on one of them only.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy import JSON, Dialect, Text
from sqlalchemy.types import TypeDecorator

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def clean(text: str) -> str:
    """The text in NFC, without NUL, with U+FFFD for each lone surrogate."""
    if text.isascii():
        return text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = "".join(REPLACEMENT if "\ud800" <= character <= "\udfff" else character for character in text)
    return unicodedata.normalize("NFC", text.replace("\0", ""))


def clean_json(value: Any) -> Any:
    """A JSON value with every text in it cleaned, keys included; always a new object."""
    match value:
        case str():
            return clean(value)
        case dict():
            return {clean(str(key)): clean_json(item) for key, item in value.items()}
        case list() | tuple():
            return [clean_json(item) for item in value]
        case _:
            return value


class CleanText(TypeDecorator[str]):
    """TEXT that is cleaned on its way in, in values and in comparisons alike."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's
        """Clean what is about to be stored or compared."""
        return None if value is None else clean(value)


class CleanJSON(TypeDecorator[Any]):
    """JSON whose texts are cleaned on their way in.  A change is saved only by assigning a new object."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's
        """Clean what is about to be stored."""
        return clean_json(value)
