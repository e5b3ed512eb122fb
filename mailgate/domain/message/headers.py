"""Header fields: raw values, as the wire brought them, to text, addresses, identifiers and dates.

Raw values are what the ``email`` package keeps with the compat32 policy: bytes beyond ASCII as surrogates.  The
standard library's decoders are not used on them: they lose raw 8-bit letters, and take quadratic time on long subjects.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from typing import Final, NamedTuple

from mailparser.utils import get_addresses

from mailgate.domain.addresses.address import Address
from mailgate.domain.message.charset import decode, tidy
from mailgate.domain.remembered import remembered

MAX_ADDRESSES: Final = 500
MAX_IDENTIFIERS: Final = 200
MAX_IDENTIFIER: Final = 998
_MAX_ADDRESS_HEADER: Final = 16 * 1024

_FOLD: Final = re.compile(r"[ \t]*\r?\n[ \t]*|\r")
_ENCODED_WORD: Final = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]*)\?=")
_Q_ESCAPE: Final = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]")
_CONTROL: Final = re.compile(r"[\t\n]+")
_ADDRESS_HEADERS: Final = frozenset({"from", "to", "cc", "reply-to"})
_MAILBOX: Final = re.compile(r"[^\s<>,;:\"()\[\]@]{1,200}@[^\s<>,;:\"()\[\]@]{1,250}")


def raw_bytes(value: str) -> bytes:
    """The bytes that a raw header value stands for."""
    return value.encode("utf-8", "surrogateescape") if not value.isascii() else value.encode("ascii")


def unfold(value: str) -> str:
    """A raw value on one line; a CR or LF that is no folding cannot get through either."""
    return _FOLD.sub(" ", value).strip()


def decode_text(value: str) -> str:
    """An unstructured value as a person reads it: one line, NFC, encoded words (RFC 2047) decoded, charsets repaired.

    Encoded words are accepted where programs put them (in quotes, glued to text, with spaces inside).  A letter
    split over two words of one charset is joined.  Raw 8-bit text is guessed.
    """
    if "=?" not in value and value.isascii():
        return value.strip() if value.isprintable() else tidy(unfold(value))
    value = unfold(value)
    pieces: list[str] = []
    pending: list[bytes] = []
    charset = ""
    end = 0
    for word in _ENCODED_WORD.finditer(value):
        between = value[end : word.start()]
        if pending and (between.strip() or word.group(1).lower() != charset):
            pieces.append(decode(b"".join(pending), charset)[0])
            pending.clear()
        if between.strip() or end == 0:
            pieces.append(decode(raw_bytes(between))[0])
        charset = word.group(1).lower()
        pending.append(_word_bytes(word.group(2), word.group(3)))
        end = word.end()
    if pending:
        pieces.append(decode(b"".join(pending), charset)[0])
    pieces.append(decode(raw_bytes(value[end:]))[0])
    # An encoded CR LF must not become a line end: this text may stand in a header of ours one day.
    return _CONTROL.sub(" ", tidy("".join(pieces)).replace("\r", "\n")).strip()


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = raw_bytes(text)
    if encoding in "qQ":
        return _Q_ESCAPE.sub(lambda found: bytes([int(found.group(1), 16)]), raw.replace(b"_", b" "))
    return decode_base64(raw)


def decode_base64(raw: bytes) -> bytes:
    """Base64 with whatever is missing or too much in it; as many bytes as can be had."""
    raw = _NOT_BASE64.sub(b"", raw)
    if len(raw) % 4 == 1:
        raw = raw[:-1]
    return binascii.a2b_base64(raw + b"=" * (-len(raw) % 4))


class AddressBook:
    """The mailboxes of a message's address headers, as mail-parser sees them, with our decoding of names.

    mail-parser takes a mailbox only where the structure of the header settles it (RFC 5322 section 3.4), so nobody is
    spoofed by ``<a@x> <b@y>``.  It may raise on hostile input, and is then replaced by a plain search.
    """

    def __init__(self, raw_items: Iterable[tuple[str, str]]) -> None:
        self._lists: dict[str, _AddressList] = {}
        for name, value in raw_items:
            key = name.lower()
            if key in _ADDRESS_HEADERS and key not in self._lists:
                self._lists[key] = _address_list(_legible(value[:_MAX_ADDRESS_HEADER]))

    def of(self, name: str) -> tuple[Address, ...]:
        """The mailboxes of the first header of that name; () where it is absent or holds none."""
        return self._lists[name].addresses if name in self._lists else ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to remark on the structure of the headers."""
        return tuple(
            f"address header {name}: {remark}" for name, found in self._lists.items() for remark in found.remarks
        )


class _AddressList(NamedTuple):
    addresses: tuple[Address, ...]
    remarks: tuple[str, ...]


# Our own address stands in nearly every mail, and the same offices write again.
@remembered(most=512, longest=300)
def _address_list(value: str) -> _AddressList:
    """What mail-parser makes of one header's value: its structure settles the mailboxes, or leaves them in doubt."""
    defects: list[dict[str, str]] = []
    try:
        pairs = get_addresses(value, defects=defects, decode_names=True)
    except Exception as error:  # noqa: BLE001 - mail-parser was seen to raise six kinds that it does not declare
        return _AddressList(_search(value), (f"read without mail-parser: {type(error).__name__}",))
    return _AddressList(_addresses(pairs), tuple(dict.fromkeys(defect["reason"] for defect in defects[:20])))


def _legible(value: str) -> str:
    """A raw value with its 8-bit text and its encoded words repaired, the latter encoded again as UTF-8."""
    value = unfold(value)
    if not value.isascii():
        value = decode(raw_bytes(value))[0]
    return _ENCODED_WORD.sub(_encode_again, value) if "=?" in value else value


def _encode_again(word: re.Match[str]) -> str:
    text = decode(_word_bytes(word.group(2), word.group(3)), word.group(1))[0]
    if "\ufffd" in text:
        # Half a letter: the other half is in the next word, and both must be decoded together.
        return word.group(0)
    return f"=?utf-8?b?{binascii.b2a_base64(text.encode('utf-8', 'replace'), newline=False).decode('ascii')}?="


def _addresses(pairs: Sequence[tuple[str, str]]) -> tuple[Address, ...]:
    found = (
        Address("" if name == address else _CONTROL.sub(" ", tidy(name)).strip(), tidy(address).strip())
        for name, address in pairs[:MAX_ADDRESSES]
        if address
    )
    return tuple(address for address in found if "@" in address.address and not re.search(r"\s", address.address))


def _search(value: str) -> tuple[Address, ...]:
    found = [Address("", match.group()) for match in _MAILBOX.finditer(value)]
    return tuple(found[:MAX_ADDRESSES])


_BRACKETED: Final = re.compile(r"<([^<>]+)>")


def message_ids(value: str) -> tuple[str, ...]:
    """Every Message-ID of a raw value, in order and once, each in its normal form ``<...>`` without white space.

    Values without brackets, or parted by commas, are understood as well (Outlook 2003, some gateways).  One over 998
    characters, which no database key should hold, is replaced by its digest.
    """
    value = unfold(value)
    written = _BRACKETED.findall(value)
    if not written:
        written = [word for word in re.split(r"[\s,;]+", value) if "@" in word]
    found = dict.fromkeys(_normal_id(raw_bytes(word)) for word in written[-MAX_IDENTIFIERS:])
    return tuple(identifier for identifier in found if identifier is not None)


def first_message_id(value: str) -> str | None:
    """The Message-ID that a raw ``Message-ID`` value holds, also one with spaces inside and without brackets or @."""
    value = unfold(value)
    found = _BRACKETED.search(value)
    return _normal_id(raw_bytes(found.group(1) if found else value))


def _normal_id(raw: bytes) -> str | None:
    text = "".join(tidy(decode(raw)[0]).strip("<>").split())
    if not text:
        return None
    if len(text) > MAX_IDENTIFIER:
        return f"<{hashlib.sha256(raw).hexdigest()}@oversized.invalid>"
    return f"<{text}>"


_TIME_AND_ZONE: Final = re.compile(
    r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\.\d+)?\s*(?:\(?([A-Za-z]{1,5})\)?(?![A-Za-z])|([+-]\d{4}))?"
)
_ZONES: Final = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MET": 1, "MEZ": 1,
    "CEST": 2, "MEST": 2, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip


def date_of(value: str) -> datetime | None:
    """A ``Date`` value as an aware instant, or None where it is no date or says no zone that is known.

    The standard library takes a zone name that it does not know, CEST among them, for UTC: two hours wrong in silence.
    """
    value = unfold(value)[:200]
    clock = _TIME_AND_ZONE.search(value)
    if clock is None or not value.isascii():
        return None
    name, number = clock.groups()
    offset = _offset(name, number)
    if offset is None:
        return None
    try:
        parts = parsedate_tz(value)
        if parts is None or parts[0] < 1900:
            return None
        return datetime(*parts[:6], tzinfo=UTC if not offset else timezone(offset))
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _offset(name: str | None, number: str | None) -> timedelta | None:
    if number is not None:
        hours, minutes = int(number[:3]), int(number[0] + number[3:])
        return timedelta(hours=hours, minutes=minutes) if abs(hours) <= 14 and abs(minutes) < 60 else None
    hours_of_zone = _ZONES.get((name or "").upper())
    return None if hours_of_zone is None else timedelta(hours=hours_of_zone)
