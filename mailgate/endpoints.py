"""Where other servers are and how a connection to them is secured, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal

Tls = Literal["implicit", "starttls", "none"]
"""TLS from the first byte; TLS by STARTTLS, never without; or none at all."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An IMAP folder to take mail from; ``password`` is None where the log-in is by OAuth2."""

    host: str
    port: int
    user: str
    password: str | None = field(repr=False)
    folder: str
    tls: Tls


@dataclass(frozen=True, slots=True)
class Smarthost:
    """The server that we hand letters to.

    ``user`` is None where it asks for no log-in; ``password`` is None, too, where the log-in is by OAuth2.
    """

    host: str
    port: int
    tls: Tls
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def is_this_machine(host: str) -> bool:
    """Whether what goes to a host stays on this machine, so that a password may be said without TLS."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
