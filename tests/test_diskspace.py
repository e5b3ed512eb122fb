"""How much room there is, and whether a file system takes anything at all."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailgate.diskspace import disks
from mailgate.domain.alarms import alarms
from mailgate.domain.facts import Disk, Outside

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_a_folder_that_can_be_written_is_left_as_it_was(tmp_path: Path) -> None:
    [found] = disks([tmp_path, None, tmp_path / "missing"])
    assert found.is_writable
    assert found.folder == str(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_that_is_read_only_is_told(tmp_path: Path) -> None:
    command = ["mount", "-t", "tmpfs", "-o", "ro,size=1M", "mailgate-test", str(tmp_path)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        assert [one.is_writable for one in disks([tmp_path])] == [False]
    finally:
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def test_where_nothing_can_be_written_that_is_the_one_urgent_thing_to_say_of_the_disk() -> None:
    full, dead = Disk("backup", 0, 1 << 40), Disk("storage", 1 << 40, 1 << 40, is_writable=False)
    [told] = alarms(None, Outside(disks=(full, dead)), NOW)
    assert told.kind == "disk"
    assert told.urgent
    assert told.what.startswith("Nothing can be written to storage: ")
