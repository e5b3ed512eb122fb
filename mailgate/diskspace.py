"""How much room there is where we write, and whether anything can be written at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from mailgate.domain.facts import Disk

_DEAD = frozenset({errno.EROFS, errno.EIO})
"""What a file system says that the kernel has made read-only after a fault, and one whose disk fails."""


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
            free, total = space.f_bavail * space.f_frsize, space.f_blocks * space.f_frsize
            disk = Disk(str(folder), free, total, is_writable=_is_writable(folder))
            found.setdefault(folder.stat().st_dev, disk)
    return tuple(found.values())


def _is_writable(folder: Path) -> bool:
    """Whether the file system takes files, tried by one without a name; who asks may lack the right, which is no fault.

    Its flags do not tell: a file system that the kernel has stopped after a fault may go on to call itself writable.
    """
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o600))
    except OSError as fault:
        return fault.errno not in _DEAD
    return True
