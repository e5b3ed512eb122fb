"""What a link's address adds to its words."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from mailgate.domain.message.charset import tidy

_MAX_ADDRESS: Final = 2_000
_DIGITS: Final = re.compile(r"\D+")


def address_to_show(href: str, words: str) -> str | None:
    """The address to print beside the words, or None where it says the same, or is nothing a person could follow."""
    href = "".join(tidy(href).split())
    scheme, _, rest = href[:_MAX_ADDRESS].partition(":")
    match scheme.lower():
        case "mailto":
            address = unquote(rest.partition("?")[0])
            return address if address and address.lower() not in words.lower() else None
        case "tel":
            number = _DIGITS.sub("", rest)
            return rest if number and _DIGITS.sub("", words)[-9:] != number[-9:] else None
        case "http" | "https" | "ftp":
            address = _unwrapped(href[:_MAX_ADDRESS])
            return None if _same_page(address, words) else address
        case _:
            return None


def _unwrapped(address: str) -> str:
    """The address behind Microsoft's Safe Links, which rewrites every link of the mail it checks."""
    try:
        parts = urlsplit(address)
        if not (parts.hostname or "").endswith(".safelinks.protection.outlook.com"):
            return address
        return parse_qs(parts.query).get("url", [address])[0]
    except ValueError:
        return address


def _same_page(address: str, words: str) -> bool:
    return _bare(address) == _bare("".join(words.split()))


def _bare(address: str) -> str:
    return re.sub(r"^(?:[a-z]{3,5}://)?(?:www\.)?", "", address.lower()).rstrip("/")
