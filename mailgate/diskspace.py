"""How much room there is where we write."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from mailgate.domain.alarms import Disk


def disks(folders: Iterable[Path | None]) -> tuple[Disk, ...]:
    """The room in each folder, one a file system; a folder that is not there is left out, for others tell of it.

    What is kept for root does not count: we are not root.
    """
    found: dict[int, Disk] = {}
    for folder in folders:
        if folder is None:
            continue
        with suppress(OSError):
            space = os.statvfs(folder)
            disk = Disk(str(folder), space.f_bavail * space.f_frsize, space.f_blocks * space.f_frsize)
            found.setdefault(folder.stat().st_dev, disk)
    return tuple(found.values())
