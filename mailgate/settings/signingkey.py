"""The secret that signs tokens, as it is made at the first start and kept in the storage folder."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from mailgate.errors import ConfigurationError
from mailgate.settings.readers import SHORTEST_SECRET
from mailgate.settings.secretsources import PREFIX

KEY_NAME = "secret.key"
"""In the storage folder."""


def kept_key(file: Path) -> bytes:
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
    if len(key) < SHORTEST_SECRET:
        raise ConfigurationError(
            f"{PREFIX}SECRET_KEY: the key in {file} is {'too short' if key else 'missing, the file is empty'}; restore "
            "it from a backup, or remove the file: a new one is made, and replies to letters sent before are not "
            "recognised"
        )
    return key
