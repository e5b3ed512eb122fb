"""Who may log in to the SMTP receiver: a file of names and hashed passwords, and the brake on guessing.

Knows nothing of SMTP; the dialogue stands in ``smtp_auth``.  A password is never kept, logged or shown.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from mailgate.errors import ConfigurationError
from mailgate.intake.watched import Watched

LONGEST_PASSWORD = 1024
SHORTEST_PASSWORD = 12
"""Both in bytes of UTF-8; a machine types it, so it need not be short."""

# 32 MiB and about a tenth of a second a guess.  OWASP's cheat sheet on storing passwords names N=2^15, r=8, p=3 as one
# of its equal choices.
_LOG_N, _R, _P = 15, 8, 3
_MOST_MEMORY = 256 * 1024 * 1024
_HASH = re.compile(
    r"\$scrypt\$ln=(?P<ln>\d{1,2}),r=(?P<r>\d{1,2}),p=(?P<p>\d{1,2})"
    r"\$(?P<salt>[A-Za-z0-9+/]{16,88})\$(?P<key>[A-Za-z0-9+/]{22,88})"
)
_NAME = re.compile(r"[^\s:]{1,255}")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client brings; the password does not show."""

    name: str
    password: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """A password by scrypt (RFC 7914), in the notation ``$scrypt$ln=15,r=8,p=3$SALT$HASH`` that passlib has as well."""

    log_n: int
    r: int
    p: int
    salt: bytes
    key: bytes = field(repr=False)

    @classmethod
    def of(cls, password: bytes) -> PasswordHash:
        """Hash a password with a fresh salt; takes about a tenth of a second."""
        salt = secrets.token_bytes(16)
        return cls(_LOG_N, _R, _P, salt, _scrypt(password, salt, _LOG_N, _R, _P, 32))

    @classmethod
    def read(cls, text: str) -> PasswordHash:
        """Read the notation.  Raises ValueError, without the text, where it is none or needs too much memory."""
        found = _HASH.fullmatch(text)
        if found is None:
            raise ValueError("it is no hash by scrypt")
        log_n, r, p = int(found["ln"]), int(found["r"]), int(found["p"])
        if not (1 <= log_n <= 20 and r and p and 128 * r * (1 << log_n) <= _MOST_MEMORY // 2):
            raise ValueError("its hash needs too much memory or none")
        try:
            return cls(log_n, r, p, _unpadded(found["salt"]), _unpadded(found["key"]))
        except binascii.Error:
            raise ValueError("it is no hash by scrypt") from None

    def matches(self, password: bytes) -> bool:
        """Whether this is the password; takes as long for a wrong one."""
        made = _scrypt(password, self.salt, self.log_n, self.r, self.p, len(self.key))
        return hmac.compare_digest(made, self.key)

    def __str__(self) -> str:
        salt, key = (base64.b64encode(part).decode().rstrip("=") for part in (self.salt, self.key))
        return f"$scrypt$ln={self.log_n},r={self.r},p={self.p}${salt}${key}"


Users = Mapping[str, PasswordHash]


def is_user_name(text: str) -> bool:
    """Whether a text can be the name of a user."""
    return _NAME.fullmatch(text) is not None and text.isprintable() and not text.startswith("#")


def users_of(file: Path) -> Watched[Users]:
    """The users of a file that is read anew when it changes; one ``NAME:HASH`` a line, ``#`` begins a comment.

    Raises ConfigurationError, which names line and cure.
    """
    return Watched("list of users for SMTP", [file], lambda: _read_users(file))


class LoginDesk:
    """Checks credentials: one at a time, slowly after a failure, and not at all after too many from one client.

    An unknown name costs as much time as a wrong password, and nobody is told which of the two it was.  Names are not
    locked, or anybody could lock a clerk out; that one guess is checked at a time bounds those who have many addresses.
    """

    MOST_FAILURES = 10
    """Of one client, within ``FORGET_SECONDS`` of the first."""
    FORGET_SECONDS = 600.0
    LONGEST_DELAY_FACTOR = 5
    MOST_CLIENTS = 10_000

    def __init__(self, users: Watched[Users], delay_seconds: float, seconds: Callable[[], float]) -> None:
        """``delay_seconds`` for the first failure of a client, more for later ones; ``seconds`` only goes forward."""
        self._users = users
        self._delay = delay_seconds
        self._seconds = seconds
        self._failures: dict[str, tuple[int, float]] = {}
        self._one_at_a_time = ThreadPoolExecutor(1, "log-in")
        self._nobody = PasswordHash(_LOG_N, _R, _P, secrets.token_bytes(16), secrets.token_bytes(32))

    def is_closed_to(self, client: str) -> bool:
        """Whether a client has failed so often that it must wait."""
        return self._failures_of(client) >= self.MOST_FAILURES

    async def admits(self, credentials: Credentials, client: str) -> bool:
        """Whether name and password belong together; a failure is answered late."""
        users = self._users.current()
        known = users.get(credentials.name)
        # Where there is no such name, somebody's hash is computed all the same, for the time that it takes.
        checked = known or next(iter(users.values()), self._nobody)
        # Counted before it is known, lest many tries at once, or clients that do not wait, go uncounted.
        failures = self._count_failure(client)
        loop = asyncio.get_running_loop()
        matches = await loop.run_in_executor(self._one_at_a_time, checked.matches, credentials.password)
        if known is not None and matches:
            self._failures.pop(client, None)
            return True
        await asyncio.sleep(self._delay * min(failures, self.LONGEST_DELAY_FACTOR))
        return False

    def _failures_of(self, client: str) -> int:
        count, since = self._failures.get(client, (0, 0.0))
        return count if self._seconds() - since < self.FORGET_SECONDS else 0

    def _count_failure(self, client: str) -> int:
        count = self._failures_of(client) + 1
        if len(self._failures) >= self.MOST_CLIENTS:
            self._failures.clear()
        since = self._failures[client][1] if count > 1 else self._seconds()
        self._failures[client] = (count, since)
        return count


def _read_users(file: Path) -> Users:
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "it is not written in UTF-8"
        raise ConfigurationError(f"MAILGATE_SMTP_USERS: {file} cannot be read ({reason})") from None
    users: dict[str, PasswordHash] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, _, text = line.strip().partition(":")
        try:
            if not is_user_name(name) or name in users:
                raise ValueError("its name is none that can be, or stands twice")
            users[name] = PasswordHash.read(text)
        except ValueError as fault:
            raise ConfigurationError(
                f"MAILGATE_SMTP_USERS: {file}, line {number}: {fault}; make the line with: mailgate smtp-user NAME"
            ) from None
    return users


def _scrypt(password: bytes, salt: bytes, log_n: int, r: int, p: int, size: int) -> bytes:
    return hashlib.scrypt(password, salt=salt, n=1 << log_n, r=r, p=p, maxmem=_MOST_MEMORY, dklen=size)


def _unpadded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
