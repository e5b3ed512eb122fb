"""The settings: the only reader of the environment and of ``.env``.

They stop at ``daemon`` and ``cli``: every other room is given plain values.  All faults are reported at once, each
naming the setting and the cure; a value that holds a secret is never shown.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time
from io import StringIO
from pathlib import Path
from typing import TypeVar

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from mailgate import settingreaders as readers
from mailgate.domain.mail import Address
from mailgate.domain.workcalendar import WARSAW, WorkCalendar
from mailgate.endpoints import Mailbox, Smarthost
from mailgate.errors import ConfigurationError

__all__ = ["NAMES", "PREFIX", "Mailbox", "Settings", "Smarthost", "environment_without_settings", "load_settings"]

PREFIX = "MAILGATE_"
T = TypeVar("T")


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
    values = _values_of(file) if file.is_file() else {}
    values |= os.environ if environ is None else environ
    return _Reader({name: text.strip() for name, text in values.items() if name.startswith(PREFIX)}).settings()


def _values_of(file: Path) -> dict[str, str]:
    """The file's names and values; a line that python-dotenv would pass over with a warning is a fault."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "it is not written in UTF-8"
        raise ConfigurationError(
            f"{file} cannot be read: {reason}; save it as UTF-8 text that mailgate may read"
        ) from None
    wrong = [str(binding.original.line) for binding in parse_stream(StringIO(text)) if binding.error]
    if wrong:
        raise ConfigurationError(f"{file}: line {', '.join(wrong)} cannot be read; write NAME=value, quotes in pairs")
    return {name: value or "" for name, value in dotenv_values(stream=StringIO(text)).items()}


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
        listen = self._read("SMTP_LISTEN", "127.0.0.1:8025", readers.listening_place, empty=None)
        mailbox = self._read("IMAP_URL", "", readers.mailbox, empty=None)
        calendar = self._calendar()
        read = {
            "hotline": self._read("HOTLINE", "Hot-line CSIZS <hotline@localhost>", readers.one_address),
            "storage": storage,
            "database_url": self._read("DATABASE_URL", f"sqlite:///{storage / 'mailgate.db'}", readers.database_url),
            "smtp_listen": listen,
            "mailbox": mailbox,
            "mailbox_accepted_folder": self._read("IMAP_ACCEPTED_FOLDER", "Przyjęte", readers.any_text),
            "imap_poll_seconds": self._read("IMAP_POLL_SECONDS", "60", readers.whole_number(1, 3600)),
            "smarthost": self._read("SMARTHOST_URL", f"maildir:{storage / 'outgoing'}", readers.smarthost),
            "consultants": self._read("CONSULTANTS", "", readers.addresses) or (),
            "trusted_authserv_id": self._read("TRUSTED_AUTHSERV_ID", "", readers.authserv_id, empty=None),
            "calendar": calendar,
            "max_message_bytes": self._read("MAX_MESSAGE_BYTES", "36700160", readers.whole_number(65536, 1 << 30)),
            "tls_ca_file": self._read("TLS_CA_FILE", "", readers.existing_file, empty=None),
            "templates": self._read("TEMPLATES", "", readers.existing_folder, empty=None),
            "reply_addresses": self._read("REPLY_ADDRESSES", "yes" if mailbox is None else "no", readers.yes_or_no),
            "secret_key": self._read("SECRET_KEY", "", readers.long_secret, empty=None),
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
        opens = self._read("OPENS", "08:00", readers.time_of_day) or time(8)
        closes = self._read("CLOSES", "16:00", readers.time_of_day) or time(16)
        if not opens < closes:
            self._faults.append(f"{PREFIX}OPENS must be earlier than {PREFIX}CLOSES; 08:00 and 16:00 are usual")
        return WorkCalendar(
            timezone=self._read("TIMEZONE", WARSAW, readers.time_zone) or WARSAW,
            opens=opens,
            closes=closes,
            days_off=self._read("DAYS_OFF", "", readers.days, empty={}) or {},
            working_days=self._read("WORKING_DAYS", "", readers.days, empty={}) or {},
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
    return _sound_key(file)


def _sound_key(file: Path) -> bytes:
    key = file.read_bytes().strip()
    if len(key) < readers.SHORTEST_SECRET:
        raise ConfigurationError(
            f"{PREFIX}SECRET_KEY: the key in {file} is {'too short' if key else 'missing, the file is empty'}; restore "
            "it from a backup, or remove the file: a new one is made, and replies to letters sent before are not "
            "recognised"
        )
    return key


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name.removeprefix(PREFIX), NAMES, 1)
    return f" (did you mean {PREFIX}{near[0]}?)" if near else ""


def environment_without_settings() -> dict[str, str]:
    """The environment for a child process that must not know our settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
