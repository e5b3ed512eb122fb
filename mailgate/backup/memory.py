"""What is remembered of the last backup: a small file in the storage folder, for ``status``, the metrics and the daemon.

A file and no row, for it is read also when the database is what hangs, and a restored register tells nothing of its own
backup.  It stands with the daemon of the machine that makes the backups.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from mailgate import keptjson
from mailgate.backup import shelf
from mailgate.domain.lastbackup import MOST_DAYS, LastBackup

FILE_NAME = "last-backup.json"
"""In the storage folder."""


def read(storage: Path) -> LastBackup | None:
    """What is remembered; None where nothing is, or nothing that this program can read."""
    try:
        return _from_plain(keptjson.read(storage / FILE_NAME))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write(storage: Path, last: LastBackup) -> None:
    """Replace the file as a whole, on disk, readable by the folder's owner alone.  Raises OSError."""
    draft = storage / f".{FILE_NAME}.{os.getpid()}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(asdict(last), out, ensure_ascii=False, default=datetime.isoformat)
        out.flush()
        os.fsync(out.fileno())
    shelf.give_to_owner_of(storage, draft)
    draft.replace(storage / FILE_NAME)
    shelf.sync_folder(storage)


def _from_plain(values: dict[str, Any]) -> LastBackup:
    """What ``write`` made.  Raises ValueError, TypeError or KeyError for anything else."""
    file, trouble = values["file"], values["trouble"]
    return LastBackup(
        made_at=_instant(values["made_at"]),
        file=None if file is None else str(file),
        bytes=keptjson.number(values["bytes"], 1 << 60),
        every=keptjson.number(values["every"], MOST_DAYS),
        failing_since=_instant(values["failing_since"]),
        trouble=None if trouble is None else str(trouble),
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else keptjson.instant(text)
