"""The refresh token that is in force, kept on disk: an endpoint may replace it with each token that it gives.

What was replaced may be worth nothing any more, so the new one is on disk before the access token is used.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mailgate.login.credentials import NoToken
from mailgate.login.grant import Grant

FILE_NAME = "oauth2-refresh-token.json"
"""In the storage folder, mode 0600; to be backed up like the key beside it."""
_LOCK_NAME = "oauth2.lock"
_LOCK_SECONDS = 40.0
"""Longer than one request may take."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A refresh token, and the moment of its end where the endpoint told one (aware)."""

    refresh_token: str = field(repr=False)
    ends: datetime | None = None


class KeptGrant:
    """The one file in a storage folder; ``holding`` lets one process at a time read, renew and write.

    A kept token belongs to the configured one from which it descends: when the administrator sets another, that counts.
    """

    def __init__(self, storage: Path, grant: Grant) -> None:
        self._folder = storage
        self._file = storage / FILE_NAME
        self._origin = hashlib.sha256(
            "\0".join((grant.token_url, grant.client_id, grant.refresh_token or "")).encode()
        ).hexdigest()

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Keep other processes (``doctor`` beside the daemon) out.  Raises NoToken where that cannot be had."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._folder / _LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as fault:
            raise NoToken(f"the refresh token cannot be kept in {self._folder}: {fault.strerror}") from fault
        try:
            _lock(descriptor)
            yield
        finally:
            os.close(descriptor)

    def read(self) -> Kept | None:
        """What was kept; None where nothing was, or of another origin, or where the file is damaged.

        Raises NoToken where the file is there and cannot be read: the configured token may be long replaced.
        """
        try:
            text = self._file.read_text("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as fault:
            raise NoToken(
                f"{self._file} cannot be read ({type(fault).__name__}): make it readable, or remove it"
            ) from None
        try:
            told = json.loads(text)
            ends = datetime.fromisoformat(told["ends"]) if told["ends"] else None
            return Kept(str(told["refresh_token"]), ends) if told["origin"] == self._origin else None
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, kept: Kept) -> None:
        """Whole and on disk, or not at all.  Raises OSError."""
        ends = kept.ends.isoformat() if kept.ends else None
        text = json.dumps({"origin": self._origin, "refresh_token": kept.refresh_token, "ends": ends})
        draft = self._file.with_name(f".{FILE_NAME}.new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        draft.rename(self._file)
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _lock(descriptor: int) -> None:
    end = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise NoToken("another mailgate has been renewing the token for too long") from None
            time.sleep(0.05)
        else:
            return
