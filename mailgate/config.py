"""The settings: the only reader of the environment and of ``.env``.

They stop at ``daemon`` and ``cli``: every other room is given plain values.  All faults are reported at once, each
naming the setting and the cure; a value that holds a secret is never shown.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from email.utils import getaddresses
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values

from mailgate.domain.mail import Address
from mailgate.domain.workcalendar import WARSAW, WorkCalendar
from mailgate.errors import ConfigurationError

PREFIX = "MAILGATE_"
Tls = Literal["implicit", "starttls", "none"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An IMAP folder to take mail from."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str
    tls: Tls


@dataclass(frozen=True, slots=True)
class Smarthost:
    """The server that we hand letters to; ``user`` is None where it asks for no log-in."""

    host: str
    port: int
    tls: Tls
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an administrator can set, checked; DESIGN section 7 has the names and their meaning."""

    hotline: Address
    storage: Path
    database_url: str = field(repr=False)
    smtp_listen: tuple[str, int] | None
    mailbox: Mailbox | None
    mailbox_accepted_folder: str
    imap_poll_seconds: int
    smarthost: Smarthost | Path
    """A path is a Maildir to look at."""
    consultants: tuple[Address, ...]
    trusted_authserv_id: str | None
    secret_key: bytes | None = field(repr=False)
    """None: the one that is made at the first start; see ``signing_key``."""
    calendar: WorkCalendar
    max_message_bytes: int
    tls_ca_file: Path | None
    templates: Path | None
    reply_addresses: bool
    """Whether letters ask for replies to ``hotline+r.TOKEN@...``; needs a server that takes plus-addresses."""

    @property
    def database_file(self) -> Path | None:
        """SQLite's file, or None for another database."""
        prefix = "sqlite:///"
        return Path(self.database_url[len(prefix) :]) if self.database_url.startswith(prefix) else None

    def signing_key(self) -> bytes:
        """The secret that signs tokens; made in the storage folder at the first start.  Raises ConfigurationError."""
        try:
            return self.secret_key or _kept_key(self.storage / "secret.key")
        except OSError as fault:
            raise ConfigurationError(
                f"{PREFIX}STORAGE: {self.storage} cannot be used ({fault.strerror}); "
                "name a folder that mailgate may write"
            ) from fault


NAMES = {
    "HOTLINE", "STORAGE", "DATABASE_URL", "SMTP_LISTEN", "IMAP_URL", "IMAP_ACCEPTED_FOLDER", "IMAP_POLL_SECONDS",
    "SMARTHOST_URL", "CONSULTANTS", "TRUSTED_AUTHSERV_ID", "SECRET_KEY", "TIMEZONE", "OPENS", "CLOSES", "DAYS_OFF",
    "WORKING_DAYS", "MAX_MESSAGE_BYTES", "TLS_CA_FILE", "TEMPLATES", "REPLY_ADDRESSES",
}  # fmt: skip


def load_settings(environ: Mapping[str, str] | None = None, env_file: Path | None = None) -> Settings:
    """Read ``.env`` (of the working folder, or ``env_file``) and the environment, which wins; nothing is written.

    Raises ConfigurationError with every fault.
    """
    file = env_file if env_file is not None else Path(".env")
    values = {name: value or "" for name, value in dotenv_values(file).items()} if file.is_file() else {}
    values |= os.environ if environ is None else environ
    return _Reader({name: text.strip() for name, text in values.items() if name.startswith(PREFIX)}).settings()


class _Reader:
    """Turns texts into settings and collects what is wrong with them."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._faults = [
            f"{name} is not a setting of mailgate; correct its spelling or remove it{_nearest(name)}"
            for name in sorted(values)
            if name.removeprefix(PREFIX) not in NAMES
        ]

    def settings(self) -> Settings:
        storage = Path(self._values.get(f"{PREFIX}STORAGE") or "storage")
        listen = self._read("SMTP_LISTEN", "127.0.0.1:8025", _listen, empty=None)
        mailbox = self._read("IMAP_URL", "", _mailbox, empty=None)
        calendar = self._calendar()
        read = {
            "hotline": self._read("HOTLINE", "Hot-line CSIZS <hotline@localhost>", _one_address),
            "storage": storage,
            "database_url": self._read("DATABASE_URL", f"sqlite:///{storage / 'mailgate.db'}", _database_url),
            "smtp_listen": listen,
            "mailbox": mailbox,
            "mailbox_accepted_folder": self._read("IMAP_ACCEPTED_FOLDER", "Przyjęte", _text),
            "imap_poll_seconds": self._read("IMAP_POLL_SECONDS", "60", _number(1, 3600)),
            "smarthost": self._read("SMARTHOST_URL", f"maildir:{storage / 'outgoing'}", _smarthost),
            "consultants": self._read("CONSULTANTS", "", _addresses) or (),
            "trusted_authserv_id": self._read("TRUSTED_AUTHSERV_ID", "", _authserv_id, empty=None),
            "calendar": calendar,
            "max_message_bytes": self._read("MAX_MESSAGE_BYTES", "36700160", _number(65536, 1 << 30)),
            "tls_ca_file": self._read("TLS_CA_FILE", "", _existing_file, empty=None),
            "templates": self._read("TEMPLATES", "", _existing_folder, empty=None),
            "reply_addresses": self._read("REPLY_ADDRESSES", "yes" if mailbox is None else "no", _yes_or_no),
            "secret_key": self._read("SECRET_KEY", "", _secret_key, empty=None),
        }
        if self._faults:
            raise ConfigurationError("\n".join(self._faults))
        return Settings(**read)  # type: ignore[arg-type]  # every None above came with a fault

    def _read(self, name: str, default: str, parse: Callable[[str], T], *, empty: T | None = None) -> T | None:
        """One setting; a fault is collected and None returned.  An empty text means ``empty``."""
        text = self._values.get(PREFIX + name, default)
        if not text:
            return empty
        try:
            return parse(text)
        except ValueError as fault:
            self._faults.append(f"{PREFIX}{name}: {fault}")
            return None

    def _calendar(self) -> WorkCalendar:
        opens = self._read("OPENS", "08:00", _time) or time(8)
        closes = self._read("CLOSES", "16:00", _time) or time(16)
        if not opens < closes:
            self._faults.append(f"{PREFIX}OPENS must be earlier than {PREFIX}CLOSES; 08:00 and 16:00 are usual")
        return WorkCalendar(
            timezone=self._read("TIMEZONE", WARSAW, _timezone) or WARSAW,
            opens=opens,
            closes=closes,
            days_off=self._read("DAYS_OFF", "", _days, empty={}) or {},
            working_days=self._read("WORKING_DAYS", "", _days, empty={}) or {},
        )


def _kept_key(file: Path) -> bytes:
    """The key that was made at the first start; mode 0600 from its first moment, whole or not there at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as out:
            out.write(secrets.token_urlsafe(48))
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(draft, file)
        except FileExistsError:
            pass  # Another process was first; its key stands.
        finally:
            draft.unlink()
    return file.read_text("ascii").strip().encode()


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name.removeprefix(PREFIX), NAMES, 1)
    return f" (did you mean {PREFIX}{near[0]}?)" if near else ""


def _text(text: str) -> str:
    return text


def _number(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ValueError(f"{text!r} is not a whole number from {least} to {most}")
        return int(text)

    return parse


def _yes_or_no(text: str) -> bool:
    if text.lower() not in ("yes", "no"):
        raise ValueError(f"{text!r} is neither yes nor no")
    return text.lower() == "yes"


def _addresses(text: str) -> tuple[Address, ...]:
    found = tuple(Address(name, address) for name, address in getaddresses([text]) if address)
    if not found or any(not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", one.address) for one in found):
        raise ValueError(f"{text!r} does not read as addresses; write: Name <local@domain>, Name <local@domain>")
    if len({one.key for one in found}) < len(found):
        raise ValueError("an address stands twice; remove one")
    return found


def _one_address(text: str) -> Address:
    found = _addresses(text)
    if len(found) != 1:
        raise ValueError("more than one address is given; the hot-line has one: Name <local@domain>")
    return found[0]


def _listen(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError(f"{text!r} is not HOST:PORT, for instance 127.0.0.1:8025 (empty switches the receiver off)")
    return host, int(port)


def _timezone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{text!r} is no time zone; use a name such as Europe/Warsaw") from None
    return text


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time of day; write it as 16:00") from None


def _days(text: str) -> dict[date, str]:
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


def _database_url(text: str) -> str:
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("the database is sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME")
    return text


def _authserv_id(text: str) -> str:
    if not re.fullmatch(r"[\w.-]+", text):
        raise ValueError(f"{text!r} is no authserv-id; it is one word, usually the name of your receiving server")
    return text


def _secret_key(text: str) -> bytes:
    if len(text) < 32:
        raise ValueError("it is too short; give at least 32 characters from a random source")
    return text.encode()


def _existing_file(text: str) -> Path:
    if not Path(text).is_file():
        raise ValueError(f"there is no file {text}")
    return Path(text)


def _existing_folder(text: str) -> Path:
    if not Path(text).is_dir():
        raise ValueError(f"there is no folder {text}")
    return Path(text)


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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


def _mailbox(text: str) -> Mailbox:
    forms = "imaps://USER:PASSWORD@HOST:993/INBOX or imap+starttls://USER:PASSWORD@HOST:143/INBOX"
    scheme, host, port, user, password, folder = _url_parts(text, forms)
    kinds: dict[str, tuple[Tls, int]] = {
        "imaps": ("implicit", 993), "imap+starttls": ("starttls", 143), "imap": ("none", 143),
    }  # fmt: skip
    if scheme not in kinds:
        raise ValueError(f"{scheme}:// is not known; write {forms}")
    tls, usual_port = kinds[scheme]
    if tls == "none" and not _loopback(host):
        raise ValueError("imap:// sends the password in the clear, which is allowed to this machine only; use imaps://")
    if not user or not password:
        raise ValueError(f"user and password are missing; write {forms}")
    return Mailbox(host, port or usual_port, user, password, folder or "INBOX", tls)


def _smarthost(text: str) -> Smarthost | Path:
    if text.startswith("maildir:"):
        return Path(text.removeprefix("maildir:"))
    forms = "smtp+starttls://USER:PASSWORD@HOST:587, smtps://USER:PASSWORD@HOST:465, smtp://HOST:25 or maildir:FOLDER"
    scheme, host, port, user, password, _ = _url_parts(text, forms)
    kinds: dict[str, tuple[Tls, int]] = {
        "smtp": ("none", 25), "smtp+starttls": ("starttls", 587), "smtps": ("implicit", 465),
    }  # fmt: skip
    if scheme not in kinds:
        raise ValueError(f"{scheme}:// is not known; write {forms}")
    tls, usual_port = kinds[scheme]
    if (user is None) != (password is None):
        raise ValueError(f"user and password go together; write {forms}")
    if user and tls == "none" and not _loopback(host):
        raise ValueError("smtp:// would send the password in the clear; use smtp+starttls:// or smtps://")
    return Smarthost(host, port or usual_port, tls, user, password)


def environment_without_settings() -> dict[str, str]:
    """The environment for a child process that must not know our settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
