"""One daemon for one storage folder: a lock that the kernel keeps, and lets go of however the daemon ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailgate.errors import MailgateError

LOCK_NAME = "daemon.lock"
"""In the storage folder; held while a daemon runs."""


class AlreadyRunning(MailgateError):
    """Another daemon works in this storage folder."""


@contextmanager
def only_one(storage: Path) -> Iterator[None]:
    """Hold the storage folder; the kernel lets go of it when the process ends, however it ends.

    Raises AlreadyRunning where somebody else holds it, MailgateError where the folder cannot be used.
    """
    try:
        storage.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(storage / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise MailgateError(
            f"MAILGATE_STORAGE: {storage} cannot be used ({fault.strerror}); name a folder that mailgate may write"
        ) from fault
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise AlreadyRunning(
            f"another mailgate works in {storage} already; stop it, or set MAILGATE_STORAGE to another folder"
        ) from None
    try:
        yield
    finally:
        os.close(descriptor)


def daemon_runs(storage: Path) -> bool:
    """Whether a daemon holds the storage folder; the kernel knows, whatever became of the process."""
    try:
        file = (storage / LOCK_NAME).open("rb")
    except OSError:
        return False
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False
