"""How the text of one setting becomes a value.

Each reader raises ValueError with an English half-sentence that tells what is wrong and what to write; ``config`` puts
the name of the setting before it.  A text that may hold a secret is never repeated.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from datetime import date, time
from email.utils import getaddresses
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mailgate.domain.mail import Address
from mailgate.endpoints import Mailbox, Smarthost, Tls, is_this_machine

SHORTEST_SECRET = 32
"""Characters of a key that signs tokens: a shorter one could be guessed."""
_IMAP: Mapping[str, tuple[Tls, int]] = {
    "imaps": ("implicit", 993), "imap+starttls": ("starttls", 143), "imap": ("none", 143),
}  # fmt: skip
_SMTP: Mapping[str, tuple[Tls, int]] = {
    "smtp": ("none", 25), "smtp+starttls": ("starttls", 587), "smtps": ("implicit", 465),
}  # fmt: skip


def any_text(text: str) -> str:
    """Any text, as it stands."""
    return text


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers within bounds, both allowed."""

    def parse(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ValueError(f"{text!r} is not a whole number from {least} to {most}")
        return int(text)

    return parse


def yes_or_no(text: str) -> bool:
    """``yes`` or ``no``."""
    if text.lower() not in ("yes", "no"):
        raise ValueError(f"{text!r} is neither yes nor no")
    return text.lower() == "yes"


def is_required(text: str) -> bool:
    """``required`` or ``optional``."""
    if text.lower() not in ("required", "optional"):
        raise ValueError(f"{text!r} is neither required nor optional")
    return text.lower() == "required"


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Addresses and networks, comma separated."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(","))
    except ValueError:
        raise ValueError(f"{text!r} does not read as networks; write 192.0.2.7, 198.51.100.0/24") from None


def addresses(text: str) -> tuple[Address, ...]:
    """``Name <address>``, comma separated; none twice."""
    found = tuple(Address(name, address) for name, address in getaddresses([text]) if address)
    if not found or any(not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", one.address) for one in found):
        raise ValueError(f"{text!r} does not read as addresses; write: Name <local@domain>, Name <local@domain>")
    if len({one.key for one in found}) < len(found):
        raise ValueError("an address stands twice; remove one")
    return found


def one_address(text: str) -> Address:
    """Just one ``Name <address>``."""
    found = addresses(text)
    if len(found) != 1:
        raise ValueError("more than one address is given; the hot-line has one: Name <local@domain>")
    return found[0]


def listening_place(text: str) -> tuple[str, int]:
    """``HOST:PORT``, an IPv6 address in brackets."""
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError(f"{text!r} is not HOST:PORT, for instance 127.0.0.1:8025 (empty switches the receiver off)")
    return host, int(port)


def metrics_place(text: str) -> tuple[str, int]:
    """``HOST:PORT`` with an address, or ``localhost``: whoever shows figures to other machines must name the address."""
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    try:
        _ = ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        port = ""
    if not port.isdecimal() or int(port) > 65535:
        raise ValueError(f"{text!r} is not ADDRESS:PORT, for instance 127.0.0.1:9464 (empty switches the metrics off)")
    return host, int(port)


def time_zone(text: str) -> str:
    """The name of a time zone."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{text!r} is no time zone; use a name such as Europe/Warsaw") from None
    return text


def time_of_day(text: str) -> time:
    """An hour of the office's own clock, ``16:00``."""
    try:
        parsed = time.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time of day; write it as 16:00") from None
    if parsed.tzinfo is not None:
        raise ValueError(f"{text!r} names an offset; write 16:00, for MAILGATE_TIMEZONE tells whose time it is")
    return parsed


def days(text: str) -> dict[date, str]:
    """``2026-12-28=za 26 grudnia, 2027-01-02=...``: a comma begins a new day only before another date."""
    days: dict[date, str] = {}
    for entry in re.split(r",\s*(?=\d{4}-\d{2}-\d{2}\s*=)", text):
        day, separator, reason = entry.partition("=")
        try:
            parsed = date.fromisoformat(day.strip())
        except ValueError:
            raise ValueError(f"{day.strip()!r} is no date; write 2026-12-28=reason, 2027-01-02=reason") from None
        if not separator or not reason.strip(" ,"):
            raise ValueError(f"{day.strip()} has no reason; write {day.strip()}=reason")
        days[parsed] = reason.strip(" ,")
    return days


def database_url(text: str) -> str:
    """An SQLAlchemy URL of SQLite or PostgreSQL."""
    forms = "sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME"
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError(f"the database is {forms}")
    try:
        # What the database's library says of an address that it cannot read holds pieces of the password.
        _ = urlsplit(text).port
    except ValueError:
        raise ValueError(f"the address cannot be read; write {forms} (percent-encode @ : / in a password)") from None
    return text


def authserv_id(text: str) -> str:
    """The one word that stands first in Authentication-Results (RFC 8601 section 2.5)."""
    if not re.fullmatch(r"[\w.-]+", text):
        raise ValueError(f"{text!r} is no authserv-id; it is one word, usually the name of your receiving server")
    return text


def long_secret(text: str) -> bytes:
    """A key, long enough not to be guessed."""
    if len(text) < SHORTEST_SECRET:
        raise ValueError(f"it is too short; give at least {SHORTEST_SECRET} characters from a random source")
    return text.encode()


def existing_file(text: str) -> Path:
    """A file that is there."""
    if not Path(text).is_file():
        raise ValueError(f"there is no file {text} that mailgate can see; name one that is there")
    return Path(text)


def authorities(text: str) -> Path:
    """A file with certificates of authorities, in PEM."""
    file = existing_file(text)
    try:
        ssl.create_default_context(cafile=file)
    except OSError:
        # What cannot be read, and what holds no certificate.
        raise ValueError(f"{file} holds no certificate in PEM that mailgate can read") from None
    return file


def existing_folder(text: str) -> Path:
    """A folder that is there."""
    if not Path(text).is_dir():
        raise ValueError(f"there is no folder {text} that mailgate can see; name one that is there, or make it")
    return Path(text)


def _url_parts(text: str, forms: str) -> tuple[str, str, int | None, str | None, str | None, str]:
    """Scheme, host, port, user, password and path; the fault never repeats the text, for it may hold a password."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(f"the address cannot be read; write {forms} (percent-encode @ : / in a password)") from None
    if not parts.hostname:
        raise ValueError(f"the host is missing; write {forms} (percent-encode @ : / in a password)")
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    return parts.scheme, parts.hostname, port, user, password, unquote(parts.path.lstrip("/"))


def _kind_of(scheme: str, kinds: Mapping[str, tuple[Tls, int]], forms: str) -> tuple[Tls, int]:
    """What a scheme says of TLS, and its usual port."""
    if scheme not in kinds:
        raise ValueError(f"{scheme}:// is not known; write {forms}")
    return kinds[scheme]


def token_url(text: str) -> str:
    """Where OAuth2 tokens are fetched: by TLS, or on this machine."""
    forms = "https://HOST/PATH as the mail provider names it"
    scheme, host, _, user, password, _ = _url_parts(text, forms)
    if scheme != "https" and not (scheme == "http" and is_this_machine(host)):
        raise ValueError(f"a secret is sent there, so it begins with https://; write {forms}")
    if user or password or not text.isascii():
        raise ValueError(f"it is an address alone, without user or password; write {forms}")
    return text


def last_day(text: str) -> date:
    """A date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date; write 2027-05-01") from None


def mailbox(text: str) -> Mailbox:
    """An IMAP folder by its URL, the password perhaps apart; without TLS only on this machine."""
    forms = "imaps://USER:PASSWORD@HOST:993/INBOX or imap+starttls://USER:PASSWORD@HOST:143/INBOX"
    scheme, host, port, user, password, folder = _url_parts(text, forms)
    tls, usual_port = _kind_of(scheme, _IMAP, forms)
    if tls == "none" and not is_this_machine(host):
        raise ValueError("imap:// sends the password in the clear, which is allowed to this machine only; use imaps://")
    if not user:
        raise ValueError(f"the user is missing; write {forms}")
    return Mailbox(host, port or usual_port, user, password, folder or "INBOX", tls)


def smarthost(text: str) -> Smarthost | Path:
    """A server by its URL, or a Maildir; a password never goes to another machine without TLS."""
    if text.startswith("maildir:"):
        return Path(text.removeprefix("maildir:"))
    forms = "smtp+starttls://USER:PASSWORD@HOST:587, smtps://USER:PASSWORD@HOST:465, smtp://HOST:25 or maildir:FOLDER"
    scheme, host, port, user, password, _ = _url_parts(text, forms)
    tls, usual_port = _kind_of(scheme, _SMTP, forms)
    if password is not None and user is None:
        raise ValueError(f"a password stands there without its user; write {forms}")
    if user and tls == "none" and not is_this_machine(host):
        raise ValueError("smtp:// would send the password in the clear; use smtp+starttls:// or smtps://")
    return Smarthost(host, port or usual_port, tls, user, password)
