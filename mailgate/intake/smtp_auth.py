"""The dialogue of AUTH (RFC 4954): mechanisms PLAIN (RFC 4616) and LOGIN, which Outlook prefers."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable

from mailgate.intake.login import Credentials
from mailgate.intake.passwords import LONGEST_PASSWORD

MECHANISMS = "PLAIN LOGIN"
_UNKNOWN_MECHANISM = "504 5.5.4 Unrecognised authentication mechanism"
_NOT_BASE64 = "501 5.5.2 Cannot decode the response"
_CANCELLED = "501 5.7.0 Authentication cancelled"
_MALFORMED = "535 5.7.8 Authentication credentials invalid"
_USER_NAME, _PASSWORD = (base64.b64encode(text).decode() for text in (b"Username:", b"Password:"))

Ask = Callable[[str], Awaitable[bytes]]
"""Sends a challenge (in base64) and gives the line that the client answers."""


class AuthRefused(Exception):
    """The dialogue came to nothing; the text is the reply."""


async def read_credentials(argument: str, ask: Ask) -> Credentials:
    """Lead the dialogue that ``AUTH argument`` begins.  Raises AuthRefused with the reply where it fails."""
    mechanism, _, initial = argument.partition(" ")
    match mechanism.upper():
        case "PLAIN":
            first = initial.strip() or await ask("")
            return _plain(_decoded(first))
        case "LOGIN":
            name = _decoded(initial.strip() or await ask(_USER_NAME))
            return _credentials(name, _decoded(await ask(_PASSWORD)))
        case _:
            raise AuthRefused(_UNKNOWN_MECHANISM)


def _decoded(response: str | bytes) -> bytes:
    text = response.strip() if isinstance(response, bytes) else response.encode("utf-8", "surrogateescape")
    if text == b"*":
        raise AuthRefused(_CANCELLED)
    if text == b"=":
        return b""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise AuthRefused(_NOT_BASE64) from None


def _plain(message: bytes) -> Credentials:
    """``authorisation NUL name NUL password``; nobody may act for another."""
    parts = message.split(b"\0")
    if len(parts) != 3 or parts[0] not in (b"", parts[1]):
        raise AuthRefused(_MALFORMED)
    return _credentials(parts[1], parts[2])


def _credentials(name: bytes, password: bytes) -> Credentials:
    try:
        text = name.decode("utf-8")
    except UnicodeDecodeError:
        raise AuthRefused(_MALFORMED) from None
    if len(password) > LONGEST_PASSWORD:
        raise AuthRefused(_MALFORMED)
    return Credentials(text, password)
