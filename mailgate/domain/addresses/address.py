"""A mailbox as a value."""

from __future__ import annotations

from dataclasses import dataclass


def without_tag(address: str) -> str:
    """An address without what follows a plus sign in its local part (RFC 5233): the mailbox where it most likely ends."""
    local, at, domain = address.rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox: ``name`` is decoded display text or "", ``address`` is ``local@domain`` as written."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """The domain in lower case, or "" where there is none."""
        return self.address.rpartition("@")[2].lower() if "@" in self.address else ""

    @property
    def key(self) -> str:
        """The form in which two addresses are compared: all lower case."""
        return self.address.lower()
