"""To whom an acknowledgement and an answer go (DESIGN section 2 rule 8): nobody can make us mail a stranger."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.domain.mail import Address
from mailgate.domain.wireaddress import wire_address

# At these providers everybody has an address: a shared domain proves nothing about two of them.
PUBLIC_PROVIDERS = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "yahoo.com",
        "yahoo.pl",
        "icloud.com",
        "me.com",
        "aol.com",
        "proton.me",
        "protonmail.com",
        "gmx.com",
        "gmx.net",
        "wp.pl",
        "o2.pl",
        "tlen.pl",
        "go2.pl",
        "interia.pl",
        "interia.eu",
        "interia.com",
        "poczta.fm",
        "onet.pl",
        "onet.eu",
        "op.pl",
        "vp.pl",
        "poczta.onet.pl",
        "autograf.pl",
        "buziaczek.pl",
        "gazeta.pl",
    ]
)


@dataclass(frozen=True, slots=True)
class Addressing:
    """``to`` is None where no address can be written to; ``unconfirmed`` is a typed one that is not believed yet."""

    to: Address | None
    unconfirmed: str | None = None


def address_for(sender: Address | None, typed: str | None, name: str | None = None) -> Addressing:
    """The typed address where it equals the sender's or lies in the sender's domain, else the sender's.

    What is no address that mail can be sent to counts as absent.
    """
    sender = sender if sender and _mailable(sender.address) else None
    if typed is None or sender is None:
        return Addressing(sender, typed)
    if typed.lower() == sender.key:
        return Addressing(sender)
    if _mailable(typed) and _same_office(sender.domain, Address("", typed).domain):
        return Addressing(Address(name or "", typed))
    return Addressing(sender, unconfirmed=typed)


def _mailable(address: str) -> bool:
    try:
        wire_address(address)
    except ValueError:
        return False
    return True


def _same_office(sending: str, typed: str) -> bool:
    """A domain and those below it belong to one office."""
    return bool(sending) and sending not in PUBLIC_PROVIDERS and (typed == sending or typed.endswith(f".{sending}"))
