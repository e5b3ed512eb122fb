"""The settings: the only reader of the environment and of ``.env``.

They stop at ``daemon`` and ``cli``: every other room is given plain values.  All faults are reported at once, each
naming the setting and the cure; a value that holds a secret is never shown.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from mailgate.domain.mail import Address
from mailgate.domain.workcalendar import WARSAW, WorkCalendar
from mailgate.endpoints import Mailbox, Smarthost
from mailgate.errors import ConfigurationError
from mailgate.login.grant import Grant
from mailgate.settings import readers
from mailgate.settings.logins import LogIns
from mailgate.settings.secretsources import PREFIX, Gathered, gather, holds_secret
from mailgate.settings.signingkey import KEY_NAME, kept_key
from mailgate.settings.smtp import NAMES as SMTP_NAMES
from mailgate.settings.smtp import SmtpSettings, missing_partners

ENV_FILE = f"{PREFIX}ENV_FILE"
"""Names the settings' file where it is not ``.env`` of the working folder; stands in the environment only."""
T = TypeVar("T")
_DEFAULT: Any = object()


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an administrator can set, checked; DESIGN section 7 has the names and their meaning."""

    hotline: Address
    storage: Path
    database_url: str = field(repr=False)
    smtp_listen: tuple[str, int] | None
    smtp: SmtpSettings
    mailbox: Mailbox | None
    mailbox_accepted_folder: str
    imap_poll_seconds: int
    smarthost: Smarthost | Path
    """A path is a Maildir to look at."""
    consultants: tuple[Address, ...]
    admins: tuple[Address, ...]
    """Who is told of what needs a person."""
    trusted_authserv_id: str | None
    secret_key: bytes | None = field(repr=False)
    """None: the one that is made at the first start; see ``signing_key``."""
    calendar: WorkCalendar
    max_message_bytes: int
    tls_ca_file: Path | None
    templates: Path | None
    metrics_listen: tuple[str, int] | None
    """Where Prometheus may ask for figures; None: nowhere."""
    oauth2: Grant | None
    """By what right tokens are fetched; None where nobody logs in by OAuth2."""
    secret_files: tuple[Path, ...]
    """The files in which secrets were found, the settings' own among them where it holds one."""
    reply_addresses: bool
    """Whether letters ask for replies to ``hotline+r.TOKEN@...`` and come back to ``hotline+b.TOKEN@...``.

    Needs a server that takes plus-addresses.
    """

    @property
    def database_file(self) -> Path | None:
        """SQLite's file, or None for another database."""
        prefix = "sqlite:///"
        return Path(self.database_url[len(prefix) :]) if self.database_url.startswith(prefix) else None

    @property
    def folders(self) -> tuple[Path, ...]:
        """Those that must not fill up: the storage folder, and that of the database where it is a file."""
        return (self.storage, self.database_file.parent) if self.database_file else (self.storage,)

    def signing_key(self) -> bytes:
        """The secret that signs tokens; made in the storage folder at the first start.  Raises ConfigurationError."""
        try:
            return self.secret_key or kept_key(self.storage / KEY_NAME)
        except OSError as fault:
            raise ConfigurationError(
                f"{PREFIX}STORAGE: {self.storage} cannot be used ({fault.strerror}); "
                "name a folder that mailgate may write"
            ) from fault


NAMES = {
    "HOTLINE", "STORAGE", "DATABASE_URL", "SMTP_LISTEN", "IMAP_URL", "IMAP_ACCEPTED_FOLDER", "IMAP_POLL_SECONDS",
    "SMARTHOST_URL", "CONSULTANTS", "ADMINS", "TRUSTED_AUTHSERV_ID", "SECRET_KEY", "TIMEZONE", "OPENS", "CLOSES", "DAYS_OFF",
    "WORKING_DAYS", "MAX_MESSAGE_BYTES", "TLS_CA_FILE", "TEMPLATES", "REPLY_ADDRESSES", "METRICS_LISTEN",
    "IMAP_PASSWORD", "SMARTHOST_PASSWORD", "OAUTH2_TOKEN_URL", "OAUTH2_CLIENT_ID", "OAUTH2_CLIENT_SECRET",
    "OAUTH2_REFRESH_TOKEN", "OAUTH2_SCOPE", "OAUTH2_EXPIRES", *SMTP_NAMES,
}  # fmt: skip


def load_settings(environ: Mapping[str, str] | None = None, env_file: Path | None = None) -> Settings:
    """Read the settings' file and the environment, which wins; nothing is written.

    The file is ``env_file``, else the one that ``MAILGATE_ENV_FILE`` names, else ``.env`` of the working folder.
    Secrets may stand in files of their own, too (``settings.secretsources``).  Raises ConfigurationError with every fault.
    """
    environment = dict(os.environ if environ is None else environ)
    file = _settings_file(env_file, environment.pop(ENV_FILE, ""))
    in_file = _values_of(file) if file is not None else {}
    ours = {name: text.strip() for name, text in (in_file | environment).items() if name.startswith(PREFIX)}
    credentials = environment.get("CREDENTIALS_DIRECTORY")
    gathered = gather(ours, Path(credentials) if credentials else None)
    return _Reader(gathered, (file,) if file is not None and holds_secret(in_file) else ()).settings()


def _settings_file(file: Path | None, named: str) -> Path | None:
    """One that is named must be there, the usual one need not."""
    if file is None and named:
        return Path(named)
    file = file or Path(".env")
    return file if file.exists() else None


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
    # Nothing is expanded: a password may hold ${.
    return {name: value or "" for name, value in dotenv_values(stream=StringIO(text), interpolate=False).items()}


class _Reader:
    """Turns texts into settings and collects what is wrong with them."""

    def __init__(self, gathered: Gathered, secret_files: tuple[Path, ...]) -> None:
        self._values = values = gathered.values
        self._unread = gathered.unread
        self._secret_files = (*secret_files, *gathered.files)
        self._faults = [
            f"{name} is not a setting of mailgate; correct its spelling or remove it{_nearest(name)}"
            for name in sorted(values)
            if name.removeprefix(PREFIX) not in NAMES
        ]
        self._faults += gathered.faults

    def settings(self) -> Settings:
        storage = Path(self._values.get(f"{PREFIX}STORAGE") or "storage")
        listen = self._read("SMTP_LISTEN", "127.0.0.1:8025", readers.listening_place, empty=None)
        logins = self._logins(storage)
        mailbox = logins.joined_mailbox()
        calendar = self._calendar()
        read = {
            "hotline": self._read("HOTLINE", "Hot-line CSIZS <hotline@localhost>", readers.one_address),
            "storage": storage,
            "database_url": self._read("DATABASE_URL", f"sqlite:///{storage / 'mailgate.db'}", readers.database_url),
            "smtp_listen": listen,
            "smtp": self._smtp(),
            "mailbox": mailbox,
            "mailbox_accepted_folder": self._read("IMAP_ACCEPTED_FOLDER", "Przyjęte", readers.any_text),
            "imap_poll_seconds": self._read("IMAP_POLL_SECONDS", "60", readers.whole_number(1, 3600)),
            "smarthost": logins.joined_smarthost(),
            "oauth2": self._grant(),
            "secret_files": self._secret_files,
            "consultants": self._read("CONSULTANTS", "", readers.addresses) or (),
            "admins": self._read("ADMINS", "", readers.addresses) or (),
            "trusted_authserv_id": self._read("TRUSTED_AUTHSERV_ID", "", readers.authserv_id, empty=None),
            "calendar": calendar,
            "max_message_bytes": self._read("MAX_MESSAGE_BYTES", "36700160", readers.whole_number(65536, 1 << 30)),
            "tls_ca_file": self._read("TLS_CA_FILE", "", readers.authorities, empty=None),
            "templates": self._read("TEMPLATES", "", readers.existing_folder, empty=None),
            "metrics_listen": self._read("METRICS_LISTEN", "", readers.metrics_place, empty=None),
            "reply_addresses": self._read("REPLY_ADDRESSES", "yes" if mailbox is None else "no", readers.yes_or_no),
            "secret_key": self._read("SECRET_KEY", "", readers.long_secret, empty=None),
        }
        self._faults += logins.faults()
        if self._faults:
            raise ConfigurationError("\n".join(self._faults))
        return Settings(**read)  # type: ignore[arg-type]  # every None above came with a fault

    def _read(self, name: str, default: str, parse: Callable[[str], T], *, empty: T | None = _DEFAULT) -> T | None:
        """One setting; a fault is collected and None returned.  An empty text means ``empty``, or else the default."""
        text = self._values.get(PREFIX + name, default)
        if not text and empty is _DEFAULT:
            text, empty = default, None
        if name in self._unread:
            return None  # It came with a fault.
        if not text:
            return empty
        try:
            return parse(text)
        except ValueError as fault:
            self._faults.append(f"{PREFIX}{name}: {fault}")
            return None

    def _logins(self, storage: Path) -> LogIns:
        return LogIns(
            {name.removeprefix(PREFIX) for name, text in self._values.items() if text} | self._unread,
            self._read("IMAP_URL", "", readers.mailbox, empty=None),
            self._read("SMARTHOST_URL", f"maildir:{storage / 'outgoing'}", readers.smarthost),
            self._read("IMAP_PASSWORD", "", readers.any_text, empty=None),
            self._read("SMARTHOST_PASSWORD", "", readers.any_text, empty=None),
        )

    def _grant(self) -> Grant | None:
        grant = Grant(
            token_url=self._read("OAUTH2_TOKEN_URL", "", readers.token_url, empty=None) or "",
            client_id=self._read("OAUTH2_CLIENT_ID", "", readers.any_text, empty=None) or "",
            client_secret=self._read("OAUTH2_CLIENT_SECRET", "", readers.any_text, empty=None),
            refresh_token=self._read("OAUTH2_REFRESH_TOKEN", "", readers.any_text, empty=None),
            scope=self._read("OAUTH2_SCOPE", "", readers.any_text, empty=None),
            expires=self._read("OAUTH2_EXPIRES", "", readers.last_day, empty=None),
        )
        return grant if grant.token_url and grant.client_id else None

    def _smtp(self) -> SmtpSettings:
        # What is optional needs no other setting.
        given = {name for name in SMTP_NAMES if self._values.get(PREFIX + name, "").lower() not in ("", "optional")}
        self._faults += missing_partners(given)
        a_minute = self._read("SMTP_CLIENT_MAILS_PER_MINUTE", "600", readers.whole_number(1, 6000))
        return SmtpSettings(
            certificate=self._read("SMTP_CERTIFICATE", "", readers.existing_file, empty=None),
            key=self._read("SMTP_KEY", "", readers.existing_file, empty=None),
            tls_required=self._read("SMTP_TLS", "optional", readers.is_required, empty=False) or False,
            users=self._read("SMTP_USERS", "", readers.existing_file, empty=None),
            login_required=self._read("SMTP_AUTH", "optional", readers.is_required, empty=False) or False,
            proxies=self._read("SMTP_PROXY_FROM", "", readers.networks, empty=()) or (),
            client_connections=self._read("SMTP_CLIENT_CONNECTIONS", "128", readers.whole_number(1, 512)) or 0,
            client_mails_per_minute=a_minute or 0,
        )

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


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name.removeprefix(PREFIX), NAMES, 1)
    return f" (did you mean {PREFIX}{near[0]}?)" if near else ""


def environment_without_settings() -> dict[str, str]:
    """The environment for a child process that must not know our settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
