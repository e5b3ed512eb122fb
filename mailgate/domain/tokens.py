"""Signed Message-IDs and reply addresses: how a reply proves which letter of ours it answers.

A token is 24 letters and digits of base32: five random bytes, then the first ten bytes of an HMAC-SHA256.  Base32 in
one case, since mail systems fold the case of local parts and Message-IDs; 80 bits, since each guess costs a mail.
"""

from __future__ import annotations

import re
from base64 import b32decode, b32encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest
from itertools import chain, islice
from typing import Literal

from mailgate.domain.mail import InboundMail

Role = Literal["clerk", "consultant", "administrator"]

NONCE_BYTES = 5
MOST_TOKENS = 50
"""More of them in one mail are an attack or an accident: each costs a look into the register."""

_LABEL = b"mailgate token 1"
_SIGNATURE_BYTES = 10
_NONCE_LETTERS = 8
_TOKEN = re.compile("[a-z2-7]{24}", re.ASCII)
_BARE = "([a-z2-7]{24})(?![a-z0-9])"
_IN_MESSAGE_ID = re.compile(rf"(?<![a-z0-9])hot01\.[0-9]{{1,19}}\.{_BARE}", re.ASCII | re.IGNORECASE)
# "r." asks for replies, "b." is where a letter comes back to when it cannot be delivered.
_IN_ADDRESS = re.compile(rf"(?<![a-z0-9])[rb]\.{_BARE}", re.ASCII | re.IGNORECASE)
_IN_RETURN_ADDRESS = re.compile(rf"\+b\.{_BARE}", re.ASCII | re.IGNORECASE)
_OUR_TAG = re.compile(r"\+[rb]\.[a-z2-7]{24}(?=@)", re.ASCII | re.IGNORECASE)
_LONGEST_LOCAL = 64
"""Octets of a local part (RFC 5321 section 4.5.3.1.1)."""
# A wrong charset may have made up to three other characters of the "ś", and a client may have broken the line.
_CODE = re.compile(rf"kod\s{{1,5}}wiadomo\S{{1,3}}ci\s{{0,5}}:?[\s>|*_]{{0,40}}{_BARE}", re.IGNORECASE)
# The code alone, as a person copies it: a word of its own, and no piece of an address, of a link or of an identifier.
_ALONE = re.compile(r"(?<![^\W_])(?<![.+/=@%-])([a-z2-7]{24})(?![^\W_])(?!_*[@/=+%-])(?!\.\w)", re.IGNORECASE)
_TOKEN_LETTERS = 24
_DELIVERY_HEADERS = (
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "x-forwarded-to",
)
_RECIPIENT_HEADERS = ("to", "cc", *_DELIVERY_HEADERS, "received")
_RECEIPT_TYPE = "message/disposition-notification"
_MOST_OF_A_RECEIPT = 20_000


@dataclass(frozen=True, slots=True)
class TokenKey:
    """The secret that signs tokens."""

    secret: bytes = field(repr=False)

    def issue(self, role: Role, number: str, recipient: str, nonce: bytes) -> str:
        """A token for one letter: 24 letters and digits of base32, in lower case, the first eight its nonce.

        ``nonce`` is five random bytes, an argument so that this stays pure; the rest signs role, the question's number
        and the recipient's address, whose case does not matter.  Raises ``ValueError`` for a nonce of another length.
        """
        if len(nonce) != NONCE_BYTES:
            raise ValueError(f"a nonce has {NONCE_BYTES} bytes, not {len(nonce)}")
        signed = _encoded(_LABEL, nonce, *map(_bytes, (role, number, recipient.lower())))
        signature = hmac_digest(self.secret, signed, sha256)[:_SIGNATURE_BYTES]
        return b32encode(nonce + signature).decode("ascii").lower()

    def verifies(self, token: str, role: Role, number: str, recipient: str) -> bool:
        """True if this key issued the token for just this letter; compares in constant time, case does not matter."""
        folded = token.lower()
        if not _TOKEN.fullmatch(folded):
            return False
        nonce = b32decode(folded[:_NONCE_LETTERS].upper())
        return compare_digest(self.issue(role, number, recipient, nonce), folded)


def message_id(serial: int, token: str, domain: str) -> str:
    """``<hot01.SERIAL.TOKEN@DOMAIN>``."""
    return f"<hot01.{serial}.{token}@{domain}>"


def reply_address(hotline: str, token: str) -> str:
    """``local+r.TOKEN@domain`` for ``local@domain``; raises ``ValueError`` for what is no address."""
    local, domain = _halves(hotline)
    return f"{local}+r.{token}@{domain}"


def return_address(hotline: str, token: str) -> str:
    """``local+b.TOKEN@domain``: the envelope sender of a letter, so that whatever comes back names its letter.

    An address of our own rather than the null sender that RFC 3834 section 3.3 leaves to automatic answers as well: a
    receipt that could not be delivered must be heard of.  No loop comes of it, for nothing that comes to such an address
    is ever answered by itself.  A local part that would grow too long stays as it is.  Raises ``ValueError`` for what
    is no address.
    """
    local, domain = _halves(hotline)
    tagged = f"{local}+b.{token}"
    return f"{tagged if len(tagged.encode()) <= _LONGEST_LOCAL else local}@{domain}"


def untagged(address: str) -> str:
    """A return or reply address without our tag: the hot-line's own; any other address as it is."""
    return _OUR_TAG.sub("", address, count=1)


def tokens_returned(mail: InboundMail, recipients: Iterable[str] = ()) -> tuple[str, ...]:
    """The tokens of the return addresses to which a mail came, by its envelope first; shape only.

    A mail shows there only what the servers on its way wrote, so its text and its threading headers have no say.
    """
    delivered = (value for name in _DELIVERY_HEADERS for value in mail.header_all(name))
    addressed = (address.address for address in (*mail.to, *mail.cc))
    found = (match[1].lower() for value in chain(recipients, delivered, addressed)
             for match in _IN_RETURN_ADDRESS.finditer(value))  # fmt: skip
    return tuple(islice(dict.fromkeys(found), MOST_TOKENS))


def tokens_in(mail: InboundMail, text: str, recipients: Iterable[str] = ()) -> tuple[str, ...]:
    """Every token-shaped string that a mail carries, in lower case, most telling first, without doubles.

    Looked for in In-Reply-To, References (last first), the plus-addresses of To, Cc, Delivered-To and X-Original-To
    and of the envelope's ``recipients``, in the part of a read receipt, and in subject and text (``hot01.SERIAL.TOKEN``,
    ``Kod wiadomości: TOKEN``, and last of all the code as a word of its own).
    Shape only: ``verifies`` judges.  At most fifty are given.
    """
    found = chain(
        _of_message_ids((*mail.in_reply_to, *mail.header_all("in-reply-to"))),
        _of_message_ids((*mail.references, *mail.header_all("references"))),
        _of_addresses(mail, recipients),
        _of_receipts(mail),
        _of_text(text),
        _alone_in(mail.subject),
        _alone_in(text),
    )
    return tuple(islice(dict.fromkeys(found), MOST_TOKENS))


def _halves(address: str) -> tuple[str, str]:
    local, _, domain = address.rpartition("@")
    if not (local and domain):
        raise ValueError(f"{address!r} is not an address")
    return local, domain


def _encoded(*fields: bytes) -> bytes:
    """The fields, each after its length, so that no two lists of fields make the same bytes."""
    return b"".join(len(value).to_bytes(4, "big") + value for value in fields)


def _bytes(text: str) -> bytes:
    """UTF-8; half characters out of a broken mail are kept apart rather than refused."""
    return text.encode("utf-8", "surrogatepass")


def _of_message_ids(values: tuple[str, ...]) -> Iterator[str]:
    """Those of a threading header, last first: the last reference is the letter that was answered.

    Some programs fold a header within a Message-ID, so the values are read once more without their white space.
    """
    for joined in (" ".join(values), "".join("".join(values).split())):
        yield from reversed([match[1].lower() for match in _IN_MESSAGE_ID.finditer(joined)])


def _of_addresses(mail: InboundMail, recipients: Iterable[str]) -> Iterator[str]:
    known = (address.address for address in (*mail.to, *mail.cc))
    written = (value for name in _RECIPIENT_HEADERS for value in mail.header_all(name))
    for value in chain(known, recipients, written):
        yield from (match[1].lower() for match in _IN_ADDRESS.finditer(value))


def _of_receipts(mail: InboundMail) -> Iterator[str]:
    """Read receipts name the letter that was read in a part of their own (RFC 8098 section 3.2.5)."""
    parts = (part for part in mail.attachments if part.content_type == _RECEIPT_TYPE and not part.path)
    texts = tuple(part.content[:_MOST_OF_A_RECEIPT].decode("utf-8", "replace") for part in parts)
    return _of_message_ids(texts)


def _of_text(text: str) -> Iterator[str]:
    lowered = text.lower()
    # Hardly any text holds these words, and they are looked for much faster than the patterns.
    for word, pattern in (("hot01.", _IN_MESSAGE_ID), ("kod", _CODE)):
        if word in lowered:
            yield from (match[1].lower() for match in pattern.finditer(text))


def _alone_in(text: str) -> Iterator[str]:
    """Codes that stand alone: whoever is asked to quote one writes it without the words that stand before it."""
    for word in text.split():
        if len(word) >= _TOKEN_LETTERS:
            yield from (match[1].lower() for match in _ALONE.finditer(word))
