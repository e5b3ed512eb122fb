"""The folder of run-time data: there, writable by whoever owns it, with room left, on a disk that SQLite can use."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from mailgate.checkup.finding import Finding, or_well
from mailgate.config import Settings
from mailgate.diskspace import disks
from mailgate.domain.alarms import alarms
from mailgate.domain.facts import Outside

_FEW_INODES = 1000
_OF_A_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "fuse.glusterfs")
_MOST_NAMED = 3
_TO_WRITE = "give the user of the service the right to write there, or set MAILGATE_STORAGE."


def storage(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Whether mail can be kept there."""
    folder = settings.storage
    if not folder.is_dir():
        yield _to_be_made(folder)
        return
    database = settings.database_file
    well = f"{folder} can be written and has {_free(folder) >> 20} MiB free."
    yield from or_well(_faults(folder, database, now), "storage", well)


def _to_be_made(folder: Path) -> Finding:
    """Whether the first start can make it, tried where it will lie."""
    above = next((place for place in folder.absolute().parents if place.is_dir()), Path("/"))
    try:
        with tempfile.TemporaryDirectory(dir=above):
            pass
    except OSError as fault:
        return Finding("storage", "fault", f"{folder} cannot be made in {above} ({fault.strerror}): {_TO_WRITE}")
    return Finding("storage", "warning", f"{folder} is not there yet; the first start makes it.")


def _faults(folder: Path, database: Path | None, now: datetime) -> Iterator[Finding]:
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as fault:
        yield Finding("storage", "fault", f"{folder} cannot be written ({fault.strerror}): {_TO_WRITE}")
    yield from _strangers_files(folder)
    yield from _room(folder, database, now)
    kind = _file_system(database) if database is not None and database.exists() else ""
    if kind in _OF_A_NETWORK:
        cure = "move it to a disk of this machine (MAILGATE_STORAGE, MAILGATE_DATABASE_URL), or use PostgreSQL."
        yield Finding("storage", "fault", f"{database} lies on a network's disk ({kind}), which loses locks: {cure}")


def _strangers_files(folder: Path) -> Iterator[Finding]:
    """A mailgate that was once started as root leaves files that the service cannot write."""
    owner = folder.stat().st_uid
    strange = sorted(file.name for file in folder.iterdir() if file.lstat().st_uid != owner)
    if strange:
        named = ", ".join(strange[:_MOST_NAMED]) + (", ..." if len(strange) > _MOST_NAMED else "")
        cure = f"stop mailgate, then chown -R --reference={folder} {folder}"
        yield Finding("storage", "fault", f"Not all in {folder} belongs to its owner ({named}): {cure}")


def _room(folder: Path, database: Path | None, now: datetime) -> Iterator[Finding]:
    found = disks((folder, database.parent if database else None))
    for alarm in alarms(None, Outside(disks=found), now):
        cure = "make room before mail is refused (the SMTP receiver answers 452, mail stays in the mailbox)."
        if not all(one.is_writable for one in found):
            cure = "mend the file system (`dmesg` tells what happened to it), and mount it again."
        yield Finding("storage", "fault" if alarm.urgent else "warning", f"{alarm.what.rstrip('.')}: {cure}")
    space = os.statvfs(folder)
    # Some file systems count no inodes at all.
    if space.f_files and space.f_favail < _FEW_INODES:
        cure = "remove files that nobody needs from that disk."
        yield Finding("storage", "fault", f"{folder} can hold only {space.f_favail} more files (inodes): {cure}")


def _free(folder: Path) -> int:
    space = os.statvfs(folder)
    return space.f_bavail * space.f_frsize


def _file_system(path: Path) -> str:
    """The kind of file system on which something lies; "" where the kernel does not say."""
    try:
        lines = Path("/proc/self/mountinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    device = path.stat().st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    # proc(5): the third field is the device, the kind stands after the lone hyphen.
    kinds = [line.partition(" - ")[2].split()[0] for line in lines if line.split()[2] == wanted]
    return kinds[-1] if kinds else ""
