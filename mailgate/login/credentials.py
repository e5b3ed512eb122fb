"""The one small interface that the poller and the couriers log in by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from mailgate.errors import MailgateError


class NoToken(MailgateError):
    """No token can be had now, for a reason that may pass by itself: the endpoint is out of reach or out of order."""


class GrantRefused(NoToken):
    """The endpoint will give no token until a person has done what the text says."""


@dataclass(frozen=True, slots=True)
class Token:
    """An OAuth2 access token (RFC 6750), good for one log-in now."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Password:
    """A password, in any characters; it is its own credentials, since it is the same at every log-in."""

    text: str = field(repr=False)

    def present(self) -> Password:
        """Itself."""
        return self

    def was_refused(self, shown: Proof) -> bool:  # noqa: ARG002
        """Never worth another try at once: many servers lock out whoever tries often."""
        return False


Proof: TypeAlias = Password | Token


class Credentials(Protocol):
    """What an account is entered with; may be asked from several threads."""

    def present(self) -> Proof:
        """What to present now.  Raises NoToken, and its GrantRefused."""

    def was_refused(self, shown: Proof) -> bool:
        """The server did not accept it; True where ``present`` has, or can get, something newer to try at once."""


def credentials_of(password: str | None, tokens: Credentials | None) -> Credentials:
    """The tokens where there are some, else the password."""
    return tokens or Password(password or "")
