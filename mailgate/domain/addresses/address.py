"""A mailbox as a value."""

from __future__ import annotations

from dataclasses import dataclass


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
