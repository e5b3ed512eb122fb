"""Whether a mail names its author in one plain way: the checks of other servers and ours must mean one address."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from mailgate.domain.addresses.address import Address
from mailgate.domain.message.charset import decode

_LONGEST: Final = 16 * 1024
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_COMMENT: Final = re.compile(r"\([^()]*\)")
_ENCODED_WORD: Final = re.compile(r"=\?[^?\s]{1,80}\?[bBqQ]\?[^?]*\?=")
_IN_BRACKETS: Final = re.compile(r"([^<>]*)<([^<>]*)>\s*")


def is_doubtful_author(raw_items: Iterable[tuple[str, str]], author: Address | None) -> bool:
    """True where the raw headers leave open who wrote the mail, or name somebody else than ``author``.

    One From header with one mailbox, written as it was read, is beyond doubt.  Two headers or mailboxes, groups, comments
    that hold an address, invisible characters and letters that only look like those of an address are not.
    """
    values = [value for name, value in raw_items if name.strip().lower() == "from"]
    if not values:
        return False
    if len(values) > 1 or author is None or len(values[0]) > _LONGEST:
        return True
    written = _only_address(_text(values[0]))
    return written is None or written.lower() != author.key or _imitates(written)


def _text(value: str) -> str:
    """The raw value with its 8-bit text decoded, otherwise as it came: nothing is tidied away."""
    raw = value.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return decode(raw)[0]


def _only_address(value: str) -> str | None:
    """The one address of the form ``Name <address>`` or ``address (comment)``, or None where there is more or less."""
    bare = _ENCODED_WORD.sub("", _QUOTED.sub(_without_quoted, value))
    if any(set("@<>") & set(comment) for comment in _COMMENT.findall(bare)):
        return None
    bare = _COMMENT.sub("", bare).strip()
    if set(":;()") & set(bare):
        return None
    found = _IN_BRACKETS.fullmatch(bare)
    name, address = found.groups() if found else ("", bare)
    address = address.strip()
    if address.count("@") != 1 or re.search(r"[\s<>,]", address):
        return None
    # Careless clients repeat the address, unquoted, in place of a name.
    return address if "@" not in name or name.strip().lower() == address.lower() else None


def _without_quoted(quoted: re.Match[str]) -> str:
    """A quoted name goes; a quoted local part stays, and so no address without it is taken for the author's."""
    return quoted[0] if quoted.string[quoted.end() : quoted.end() + 1] == "@" else ""


def _imitates(address: str) -> bool:
    """True for letters that become plain ones as soon as anybody compares without case (the sign of the kelvin)."""
    return not address.isascii() and (address.lower().isascii() or address.casefold().isascii())
