"""What is said at a log-in, by mechanism; IMAP and SMTP only carry it (RFC 4422)."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import assert_never

from mailgate.login.credentials import Password, Proof, Token


@dataclass(frozen=True, slots=True)
class Exchange:
    """The whole of the client's part.

    ``said`` is the first message.  A server that refuses a token explains itself in a challenge, which must be answered
    with ``after_complaint`` before it gives its verdict (RFC 7628 section 3.2.3).
    """

    mechanism: str
    said: bytes = field(repr=False)
    after_complaint: bytes = b""


def exchange(user: str, shown: Proof, offered: Collection[str], host: str, port: int) -> Exchange | None:
    """The exchange for what we have to show, by one of the ``offered`` mechanisms (in capitals); None where none fits.

    XOAUTH2 goes before OAUTHBEARER: it is the one that Microsoft 365 has, and that Gmail describes.
    """
    match shown:
        case Password(text=password):
            # UTF-8, unlike the LOGIN of either protocol (RFC 4616 section 2).
            plain = Exchange("PLAIN", f"\0{user}\0{password}".encode())
            return plain if "PLAIN" in offered else None
        case Token(text=token):
            if "XOAUTH2" in offered:
                return Exchange("XOAUTH2", f"user={user}\1auth=Bearer {token}\1\1".encode())
            if "OAUTHBEARER" in offered:
                return Exchange("OAUTHBEARER", _oauthbearer(user, token, host, port), after_complaint=b"\1")
            return None
        case _:
            assert_never(shown)


def _oauthbearer(user: str, token: str, host: str, port: int) -> bytes:
    """RFC 7628 section 3.1, with the user written as RFC 5801 section 4 wants it."""
    name = user.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\1host={host}\1port={port}\1auth=Bearer {token}\1\1".encode()


def complaint(challenge: bytes) -> str | None:
    """Why a server refuses a token, in one word (``invalid_token``, ``401``), from its JSON; None where it tells not.

    Only a plain word is repeated: what else a server writes there may hold an address, or the token itself.
    """
    try:
        told = json.loads(challenge)
    except (ValueError, RecursionError):
        return None
    status = str(told.get("status", "")) if isinstance(told, dict) else ""
    return status if re.fullmatch(r"[a-z_]{1,40}|[0-9]{3}", status) else None
