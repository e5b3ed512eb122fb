"""Header fields of our letters, line by line: what cannot be written safely is never written.

The encoding of words outside ASCII is that of the standard library; which characters reach it is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from email.charset import BASE64, Charset
from email.header import Header
from email.utils import format_datetime, quote
from functools import lru_cache

from mailgate.delivery.clean import one_line, shortened
from mailgate.domain.addresses.wire import wire_address
from mailgate.domain.mail import Address

LINE = 76
"""The length at which our lines are folded (RFC 5322 section 2.1.1 advises 78 at most)."""
LONGEST_NAME = 120
LONGEST_SUBJECT = 250
# RFC 5322 section 3.6.4, as wide as real programs write it, but on one line of plain ASCII.
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\- ]+")
_PRINTABLE = re.compile(r"[ -~]*")
_MOST_REFERENCES = 12
_UTF_8 = Charset("utf-8")
# The library's choice between Q and B costs more than all the rest of a letter's headers.
_UTF_8.header_encoding = BASE64


def plain_field(name: str, value: str) -> str:
    """A field of fixed ASCII words of ours."""
    if not _PRINTABLE.fullmatch(value):
        raise ValueError(f"a value of {name} that is not plain ASCII on one line")
    return f"{name}: {value}\r\n"


def text_field(name: str, value: str) -> str:
    """A field of free text, folded, in RFC 2047 words where it needs them."""
    return f"{name}: {_encoded(name, shortened(value, LONGEST_SUBJECT))}\r\n"


def address_field(name: str, mailbox: Address) -> str:
    """A field of one mailbox; raises ValueError where the address is none."""
    address = wire_address(mailbox.address)
    phrase = _phrase(name, mailbox.name)
    if not phrase:
        return f"{name}: {address}\r\n"
    last_line = f"{name}: {phrase}".rpartition("\r\n")[2]
    gap = " " if len(last_line) + len(address) + 3 <= LINE else "\r\n "
    return f"{name}: {phrase}{gap}<{address}>\r\n"


def ids_field(name: str, message_ids: Iterable[str]) -> str:
    """A field of Message-IDs, one a line; "" where none of them is well formed.

    The first and the last few are kept, as RFC 5322 section 3.6.4 has every reply add one: a header must not grow for
    ever, and clients look at the ends.
    """
    known = list(dict.fromkeys(found for found in message_ids if _MESSAGE_ID.fullmatch(found)))
    if len(known) > _MOST_REFERENCES:
        known = known[:1] + known[-(_MOST_REFERENCES - 1) :]
    folded = "\r\n ".join(known)
    return f"{name}: {folded}\r\n" if known else ""


def required_id_field(name: str, message_id: str) -> str:
    """A field of one Message-ID; raises ValueError where it is none."""
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError(f"not a Message-ID: {message_id!r}")
    return f"{name}: {message_id}\r\n"


def date_field(moment: datetime) -> str:
    """The Date field, with the offset that the moment bears."""
    return f"Date: {format_datetime(moment)}\r\n"


def _phrase(field: str, name: str) -> str:
    """A display name: atoms, a quoted string, or RFC 2047 words."""
    text = shortened(name, LONGEST_NAME)
    if not text:
        return ""
    if _needs_words(text):
        return _words(field, text)
    return text if _ATOMS.fullmatch(text) else f'"{quote(text)}"'


def _encoded(field: str, text: str) -> str:
    return _words(field, text) if _needs_words(text) else _folded(len(field) + 2, text.split(" "))


def _needs_words(text: str) -> bool:
    """A literal ``=?`` would be decoded at the other end, and a word longer than a line could not be folded."""
    return not text.isascii() or "=?" in text or any(len(word) > LINE - 16 for word in text.split())


def _folded(start: int, words: list[str]) -> str:
    lines, used = [words[0]], start + len(words[0])
    for word in words[1:]:
        if used + 1 + len(word) > LINE:
            lines.append(word)
            used = 1 + len(word)
        else:
            lines[-1] += " " + word
            used += 1 + len(word)
    return "\r\n ".join(lines)


@lru_cache(maxsize=256)
def _words(field: str, text: str) -> str:
    return Header(one_line(text), _UTF_8, maxlinelen=LINE, header_name=field).encode(linesep="\r\n")
