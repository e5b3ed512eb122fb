"""To whom an acknowledgement and an answer go (DESIGN section 2 rule 8): nobody can make us mail a stranger."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.domain.addresses.domains import is_below, is_public_suffix, normal_domain
from mailgate.domain.addresses.wire import wire_address
from mailgate.domain.mail import Address

# At these providers everybody has an address: a shared domain proves nothing about two of them.
PUBLIC_PROVIDERS = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "outlook.pl", "hotmail.com", "hotmail.co.uk", "hotmail.de",
    "hotmail.fr", "hotmail.it", "live.com", "live.co.uk", "msn.com", "passport.com", "yahoo.com", "yahoo.co.uk",
    "yahoo.de", "yahoo.fr", "yahoo.it", "yahoo.pl", "ymail.com", "rocketmail.com", "icloud.com", "me.com", "mac.com",
    "aol.com", "aol.co.uk", "proton.me", "pm.me", "protonmail.com", "protonmail.ch", "tutanota.com", "tuta.io",
    "tuta.com", "gmx.com", "gmx.net", "gmx.de", "gmx.at", "web.de", "mail.com", "email.com", "zoho.com",
    "zohomail.eu", "fastmail.com", "mail.ru", "yandex.ru", "yandex.com", "ukr.net", "i.ua", "seznam.cz", "wp.pl",
    "o2.pl", "tlen.pl", "go2.pl", "prokonto.pl", "interia.pl", "interia.eu", "interia.com", "intmail.pl", "pisz.to",
    "adresik.net", "ogarnij.se", "poczta.fm", "poczta.pl", "vip.interia.pl", "onet.pl", "onet.eu", "onet.com.pl",
    "op.pl", "vp.pl", "spoko.pl", "amorki.pl", "autograf.pl", "buziaczek.pl", "poczta.onet.pl", "poczta.onet.eu",
    "opoczta.pl", "gazeta.pl", "agora.pl", "gery.pl", "int.pl", "neostrada.pl", "poczta.neostrada.pl", "plusnet.pl",
    "netbird.pl", "1gb.pl", "eranet.pl", "tenbit.pl", "mail.pl",
})  # fmt: skip
# With these a local part can name a mailbox somewhere else: victim%bank.example@relay, "a@b,"@relay, bank!victim@relay.
_ROUTES = frozenset('%!"@:,')


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
    if _mailable(typed) and not _is_routed(typed) and _same_office(sender.domain, Address("", typed).domain):
        return Addressing(Address(name or "", typed))
    return Addressing(sender, unconfirmed=typed)


def _mailable(address: str) -> bool:
    try:
        wire_address(address)
    except ValueError:
        return False
    return True


def _is_routed(address: str) -> bool:
    return not _ROUTES.isdisjoint(address.rpartition("@")[0])


def office_domain(domain: str) -> str | None:
    """A domain in its normal form, if it is somebody's own; None where everybody may have an address."""
    normal = normal_domain(domain)
    return None if not normal or normal in PUBLIC_PROVIDERS or is_public_suffix(normal) else normal


def _same_office(sending: str, typed: str) -> bool:
    """A domain and those below it belong to one office, unless everybody may have an address there."""
    office, named = office_domain(sending), normal_domain(typed)
    return office is not None and (named == office or is_below(named, office))
