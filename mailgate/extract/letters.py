"""Characters that are pictures: those of symbol fonts lie in Unicode's private use area and mean nothing as text."""

from __future__ import annotations

import re

_PICTURES = re.compile("[\ue000-\uf8ff]")
_HALVES = re.compile("[\ud800-\udfff]")


def without_pictures(text: str) -> str:
    """A text without the signs of symbol fonts (boxes to tick, bullets, telephones)."""
    return _PICTURES.sub("", text)


def is_picture(point: int) -> bool:
    """True for the code of a symbol font's sign."""
    return 0xE000 <= point <= 0xF8FF


def paired(text: str) -> str:
    """A text of UTF-16 units with its pairs of surrogates put together; a half without its other becomes U+FFFD."""
    if not _HALVES.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
