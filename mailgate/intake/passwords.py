"""Names and hashed passwords, as a file holds them: one ``NAME:HASH`` a line."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
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
    def of_nobody(cls) -> PasswordHash:
        """One that no password has, and that takes as long to check as any."""
        return cls(_LOG_N, _R, _P, secrets.token_bytes(16), secrets.token_bytes(32))

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
