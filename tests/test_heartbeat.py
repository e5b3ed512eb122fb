"""The daemon's sign of life tells how it did, also when it hangs; it never costs the daemon anything."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

from servers.entries import NOW

from mailgate import __version__, heartbeat
from mailgate.heartbeat import FILE_NAME, Heart, Heartbeat, MailboxSeen
from mailgate.intake.poller import PollerStatus


class Clock:
    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def heart(folder: Path, clock: Clock, **stages: tuple[float, float]) -> Heart:
    look = PollerStatus("waiting", NOW, 3, NOW - timedelta(hours=1), 1, "zażółć")
    return Heart(folder, lambda: NOW, lambda: stages, lambda: look, clock)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """With instants, letters and all."""
    heart(tmp_path, Clock(), mailbox=(1.5, 360.0)).beat()
    beat = heartbeat.read(tmp_path)
    assert beat is not None
    assert (beat.version, beat.started_at, beat.beaten_at, beat.stopped_at) == (__version__, NOW, NOW, None)
    assert beat.stages == {"mailbox": (1.5, 360.0)}
    assert beat.mailbox == MailboxSeen("waiting", NOW, 3, NOW - timedelta(hours=1), 1, "zażółć")
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == [FILE_NAME]


def test_where_the_service_manager_opened_a_port_is_told_and_a_daemon_of_before_need_not(tmp_path: Path) -> None:
    Heart(tmp_path, lambda: NOW, dict, seconds=Clock(), opened=lambda: [("::", 25)]).beat()
    beat = heartbeat.read(tmp_path)
    assert beat is not None and beat.opened == (("::", 25),)
    file = tmp_path / FILE_NAME
    file.write_text(file.read_text("utf-8").replace(', "opened": [["::", 25]]', ""), "utf-8")
    beat = heartbeat.read(tmp_path)
    assert beat is not None and beat.opened == ()


def test_since_when_the_database_is_silent_is_told_and_a_daemon_of_before_need_not(tmp_path: Path) -> None:
    Heart(tmp_path, lambda: NOW, dict, seconds=Clock(), database_since=lambda: NOW - timedelta(hours=1)).beat()
    beat = heartbeat.read(tmp_path)
    assert beat is not None and beat.database_since == NOW - timedelta(hours=1)
    file = tmp_path / FILE_NAME
    told = json.loads(file.read_text("utf-8"))
    del told["database_since"]
    file.write_text(json.dumps(told), "utf-8")
    beat = heartbeat.read(tmp_path)
    assert beat is not None and beat.database_since is None


def test_rounds_that_follow_each_other_quickly_are_one_beat(tmp_path: Path) -> None:
    clock = Clock()
    beating = heart(tmp_path, clock)
    beating.beat()
    (tmp_path / FILE_NAME).unlink()
    clock.seconds += 2.9
    beating.beat()
    assert heartbeat.read(tmp_path) is None
    clock.seconds += 0.2
    beating.beat()
    assert heartbeat.read(tmp_path) is not None


def test_the_end_is_written_down_and_nothing_after_it(tmp_path: Path) -> None:
    clock = Clock()
    beating = heart(tmp_path, clock)
    beating.stop()
    clock.seconds += 100
    beating.beat()
    beat = heartbeat.read(tmp_path)
    assert beat is not None and beat.stopped_at == NOW


def test_the_stage_that_was_late_first_is_the_one_that_hangs() -> None:
    """While it hangs nothing is written, so the others only seem to be late."""
    stages = {"pipeline": (10.0, 60.0), "mailbox": (50.0, 90.0)}
    beat = Heartbeat(1, "1", NOW, NOW, 1000.0, stages)
    assert beat.hanging(1000.0 + 45) is None
    assert beat.hanging(1000.0 + 47) == "mailbox"
    assert beat.hanging(1000.0 + 9000) == "mailbox"


def test_a_daemon_that_was_silent_for_no_longer_than_it_may_be_does_not_hang() -> None:
    assert Heartbeat(1, "1", NOW, NOW, 1000.0, {"pipeline": (0.0, 960.0)}).hanging(1960.0) is None
    assert Heartbeat(1, "1", NOW, NOW, 1000.0, {}).hanging(9999.0) is None


def test_a_folder_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    heart(tmp_path / "gone", Clock()).beat()
    assert heartbeat.read(tmp_path / "gone") is None


def test_who_reads_the_mailbox_is_written_and_a_daemon_of_before_that_was_known_is_read_too(tmp_path: Path) -> None:
    look = PollerStatus("standby", NOW, holder="other:/var/lib/mailgate")
    Heart(tmp_path, lambda: NOW, dict, lambda: look, Clock()).beat()
    beat = heartbeat.read(tmp_path)
    assert beat is not None and beat.mailbox == MailboxSeen("standby", NOW, holder="other:/var/lib/mailgate")
    written = json.loads((tmp_path / FILE_NAME).read_text("utf-8"))
    del written["mailbox"]["holder"]
    (tmp_path / FILE_NAME).write_text(json.dumps(written))
    beat = heartbeat.read(tmp_path)
    assert beat is not None and beat.mailbox == MailboxSeen("standby", NOW)


def test_a_file_of_another_kind_is_no_sign_of_life(tmp_path: Path) -> None:
    heart(tmp_path, Clock(), mailbox=(1.5, 360.0)).beat()
    good = json.loads((tmp_path / FILE_NAME).read_text("utf-8"))
    spoiled = [
        good | {"started_at": "0001-01-01T00:00:00+14:00"},
        good | {"stopped_at": "9999-12-31T23:59:59-14:00"},
        good | {"beaten_at": "2026-11-23T10:00:00"},
        good | {"pid": 10**30},
        good | {"beaten_on": 10**400},
        good | {"stages": {"mailbox": [1]}},
    ]
    deep = "[" * 300_000 + "]" * 300_000
    for content in ("", "{}", "[1]", '{"pid": 1}', '{"mailbox": 3}', "\x00", deep, *map(json.dumps, spoiled)):
        (tmp_path / FILE_NAME).write_text(content)
        assert heartbeat.read(tmp_path) is None, content[:100]


def test_what_is_no_plain_file_is_no_sign_of_life_and_holds_up_nobody(tmp_path: Path) -> None:
    """A pipe to which nobody writes, and a file without end."""
    os.mkfifo(tmp_path / FILE_NAME)
    assert heartbeat.read(tmp_path) is None
    (tmp_path / FILE_NAME).unlink()
    (tmp_path / FILE_NAME).symlink_to("/dev/zero")
    assert heartbeat.read(tmp_path) is None
