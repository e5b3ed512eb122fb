"""Backups are made beside whoever writes, verified, kept in order; what is no good backup never looks like one."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import pwd
import shutil
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from servers.entries import registered
from servers.machines import KEY, Machine, cut, turn_a_bit

from mailgate.backup import archive, inspector, maker, sqlitecopy
from mailgate.backup import shelf as shelves
from mailgate.backup.fault import BackupFault
from mailgate.register.database import unit_of_work

NOW = datetime(2026, 11, 23, 20, 15, tzinfo=UTC)
Machines = Callable[[str], Machine]


def made(machine: Machine, folder: Path, *, keep: int = 14, now: datetime = NOW) -> maker.Made:
    return maker.make(machine.installation, folder, keep=keep, now=now)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_backup_holds_register_and_keys_and_tells_what_it_holds(machine: Machines, shelf: Path) -> None:
    one = machine("one")
    one.fill()
    (one.storage / "oauth2-refresh-token.json").write_text("{}")
    backup = made(one, shelf)
    assert backup.path == shelf / "mailgate-2026-11-23T201500Z.tar"
    assert stat.S_IMODE(backup.path.stat().st_mode) == 0o600
    with tarfile.open(backup.path) as tar:
        first, database, *keys = tar.getmembers()
        manifest = json.load(tar.extractfile(first))  # type: ignore[arg-type]
        assert [tar.extractfile(key).read() for key in keys] == [KEY, b"{}"]  # type: ignore[union-attr]
    assert (first.name, [key.name for key in keys]) == ("manifest.json", ["secret.key", "oauth2-refresh-token.json"])
    assert database.name in ("mailgate.db.gz", "mailgate.dump")
    assert manifest["stock"]["counts"] == {
        "questions": 3,
        "mails": 3,
        "letters": 3,
        "events": backup.manifest.stock.counts["events"],
    }
    assert manifest["stock"]["numbers"] == {"2026": 3}
    assert manifest["made_at"] == "2026-11-23T20:15:00+00:00"
    assert set(manifest["members"]) == {database.name, "secret.key", "oauth2-refresh-token.json"}
    # Nothing else is left in the folder.
    assert names(shelf) == [backup.path.name]


def test_a_writer_goes_on_while_the_copy_is_taken_and_the_copy_is_of_one_moment(machine: Machines, shelf: Path) -> None:
    """Each question is numbered and inserted in one transaction: a copy between the two would have a gap."""
    one = machine("one")
    one.fill()
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        while not stop.is_set():
            with unit_of_work(one.engine) as session:
                written.extend(registered(session, 2))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        backups = [made(one, shelf, now=NOW + timedelta(seconds=n)) for n in range(3)]
    finally:
        stop.set()
        writer.join()
    counts = [backup.manifest.stock.counts["questions"] for backup in backups]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1] <= 3 + len(written)


def test_the_newest_are_kept_and_the_one_just_made_whatever_the_clock_says(machine: Machines, shelf: Path) -> None:
    one = machine("one")
    one.fill()
    (shelf / "sub").mkdir(parents=True)
    (shelf / "mailgate-notes.txt").touch()
    for day in range(1, 4):
        made(one, shelf, keep=2, now=NOW + timedelta(days=day))
    assert names(shelf) == [
        "mailgate-2026-11-25T201500Z.tar",
        "mailgate-2026-11-26T201500Z.tar",
        "mailgate-notes.txt",
        "sub",
    ]
    # The clock was set back: the oldest by its name is the newest, and the only one that was just verified.
    early = made(one, shelf, keep=2, now=NOW)
    assert early.path.exists()
    assert early.removed == ()


def test_only_backups_are_counted_and_removed_whatever_else_is_named_like_one(machine: Machines, shelf: Path) -> None:
    """A folder, a foreign file, a link; and those that were made while the clock was ahead push out nothing."""
    one = machine("one")
    one.fill()
    ahead = made(one, shelf, now=NOW + timedelta(days=3650)).path
    (shelf / "mailgate-2020-01-01T000000Z.tar").mkdir()
    (shelf / "mailgate-2020-01-02T000000Z.tar").write_text("somebody else's")
    (shelf / "mailgate-2020-01-03T000000Z.tar").symlink_to(ahead)
    foreign = names(shelf)
    mine = [made(one, shelf, keep=2, now=NOW + timedelta(days=day)).path.name for day in range(4)]
    assert names(shelf) == sorted([*foreign, *mine[2:]])
    assert ahead.exists()


def test_a_backup_is_good_though_an_older_one_cannot_be_removed(
    machine: Machines, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = machine("one")
    one.fill()
    first = made(one, shelf).path

    remove = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path == first:
            raise PermissionError(1, "Operation not permitted", str(path))
        remove(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    second = made(one, shelf, keep=1, now=NOW + timedelta(days=1))
    assert second.removed == ()
    assert names(shelf) == [first.name, second.path.name]


def test_a_second_backup_of_the_same_second_does_not_replace_the_first(machine: Machines, shelf: Path) -> None:
    one = machine("one")
    one.fill()
    first = made(one, shelf).path.read_bytes()
    with pytest.raises(BackupFault, match="is there already"):
        made(one, shelf)
    assert [path.read_bytes() for path in shelf.iterdir()] == [first]


@pytest.mark.parametrize("broken", ["cut", "bit", "gap"])
def test_what_cannot_be_verified_never_gets_the_name_of_a_backup(
    machine: Machines, shelf: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """A disk that loses the end of a file or turns a bit, and a register whose numbers have a gap."""
    one = machine("one")
    one.fill()
    made(one, shelf)
    before = names(shelf)
    whole = archive.write
    if broken == "gap":
        with unit_of_work(one.engine) as session:
            session.connection().exec_driver_sql("UPDATE number SET last = 4")

    def damaged(path: Path, *rest: object) -> None:
        whole(path, *rest)  # type: ignore[arg-type]
        if broken == "cut":
            cut(path)
        elif broken == "bit":
            turn_a_bit(path)

    monkeypatch.setattr(archive, "write", damaged)
    with pytest.raises(BackupFault, match="is not good and was not kept"):
        made(one, shelf, keep=1, now=NOW + timedelta(hours=1))
    assert names(shelf) == before


@pytest.mark.only_on("sqlite", "the copy is of a SQLite file")
def test_a_damaged_database_is_told_and_not_backed_up(machine: Machines, shelf: Path) -> None:
    one = machine("one")
    one.fill(200)
    one.engine.dispose()
    sqlitecopy.settle(one.database)
    with closing(sqlite3.connect(one.database)) as database:
        [(page,)] = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_event_question_id'")
        [(size,)] = database.execute("PRAGMA page_size")
    with one.database.open("r+b") as file:
        file.seek((page - 1) * size + 100)
        file.write(b"\xff" * 600)
    with pytest.raises(BackupFault, match=r"damaged|cannot be read"):
        made(one, shelf)
    assert names(shelf) == []


def test_what_a_killed_process_left_unfinished_is_removed_and_what_a_living_one_does_is_not(
    machine: Machines, shelf: Path
) -> None:
    one = machine("one")
    one.fill()
    shelf.mkdir()
    abandoned = shelf / ".mailgate-unfinished-dead"
    abandoned.mkdir()
    (abandoned / "mailgate.db").touch()
    with shelves.workspace(shelf) as alive:
        made(one, shelf)
        assert alive.exists()
    assert not abandoned.exists()
    assert names(shelf) == ["mailgate-2026-11-23T201500Z.tar"]


def test_where_there_is_no_room_nothing_is_begun(
    machine: Machines, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = machine("one")
    one.fill()
    monkeypatch.setattr(shelves, "_MARGIN", 1 << 60)
    with pytest.raises(BackupFault, match=r"MiB free, and .* may be needed"):
        made(one, shelf)
    assert names(shelf) == []


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(machine: Machines, shelf: Path) -> None:
    one = machine("one")
    one.fill()
    shelf.write_text("a file")
    with pytest.raises(BackupFault, match="cannot be written"):
        made(one, shelf)


def test_the_command_prints_one_screen_without_anything_personal(machine: Machines, shelf: Path) -> None:
    one = machine("one")
    one.fill()
    said = one.shell.run("backup", shelf, "--keep", 3).output
    assert "3 questions, 3 mails, 3 letters" in said
    assert "up to HOT-01/2026/000003, no gap" in said
    assert len(said.splitlines()) < 10
    assert "urzad.example" not in said
    [path] = shelf.iterdir()
    told = json.loads(one.shell.run("verify", path, "--json").output)
    assert told["good"] is True
    assert (told["questions"], told["last_number"]) == (3, "HOT-01/2026/000003")


def test_verify_tells_what_is_wrong_and_ends_with_1(machine: Machines, shelf: Path) -> None:
    one = machine("one")
    one.fill()
    path = made(one, shelf).path
    assert "good" in one.shell.run("verify", path).output
    copy = shelf / "copy.tar"
    shutil.copyfile(path, copy)
    turn_a_bit(copy)
    assert "checksum differs" in one.shell.run("verify", copy, status=1).output
    cut(copy)
    assert "wrong" in one.shell.run("verify", copy, status=1).output
    copy.write_text("no backup at all")
    assert "no backup of mailgate" in one.shell.run("verify", copy, status=1).output


def test_a_file_that_the_services_user_cannot_read_is_told_with_the_user(machine: Machines, tmp_path: Path) -> None:
    """And not as one that does not exist, which is the last thing to read after a loss."""
    one = machine("one")
    for name in ("verify", "restore"):
        for path in (tmp_path / "gone.tar", tmp_path):
            said = " ".join(one.shell.run(name, path, status=2).output.replace("│", " ").split())
            assert f"the user {pwd.getpwuid(os.geteuid()).pw_name} cannot read it" in said


def _rewritten(source: Path, target: Path, change: Callable[[dict[str, object]], object]) -> None:
    """The same backup with another manifest."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for entry in old:
            content = old.extractfile(entry).read()  # type: ignore[union-attr]
            if entry.name == "manifest.json":
                told = json.loads(content)
                change(told)
                content = json.dumps(told).encode()
                entry.size = len(content)
            new.addfile(entry, io.BytesIO(content))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda one: one["stock"]["counts"].update(questions=4), "holds 3 questions, and the manifest says 4"),
        (lambda one: one["stock"]["numbers"].update({"2026": 4}), "last numbers are not those"),
        (lambda one: one["stock"].update(revision="0001"), "manifest says 0001"),
        (lambda one: one["members"].update({"more": {"bytes": 1, "sha256": "x"}}), "more is missing"),
        (lambda one: one["members"].pop("secret.key"), "does not name: 'secret.key'"),
        (lambda one: one.update(format=2), "does not know yet"),
        (lambda one: one.pop("stock"), "manifest cannot be read"),
        (lambda one: one.update(unpacked=-5), "manifest cannot be read"),
        (lambda one: one.update(unpacked=float("inf")), "manifest cannot be read"),
        (lambda one: one.update(unpacked=10**30), "manifest cannot be read"),
        (lambda one: one.update(made_at="0001-01-01T00:00:00+14:00"), "manifest cannot be read"),
        (lambda one: one.update(program=["x"]), "manifest cannot be read"),
        (lambda one: one.update(stock=[]), "manifest cannot be read"),
        (lambda one: one["stock"].update(counts=[]), "manifest cannot be read"),
        (lambda one: one["stock"].update(counts={"mails": "3"}), "manifest cannot be read"),
        (lambda one: one["stock"].update(numbers=None), "manifest cannot be read"),
        (lambda one: one["stock"].update(numbers={"MMXXVI": 3}), "manifest cannot be read"),
        (lambda one: one["stock"].update(revision=[1]), "manifest cannot be read"),
        (lambda one: one.update(members=[1]), "manifest cannot be read"),
        (lambda one: one["members"]["secret.key"].update(bytes=-(10**9)), "manifest cannot be read"),
        (lambda one: one["members"]["secret.key"].update(bytes=1), "secret.key is not what was put in: its length"),
    ],
)
def test_a_backup_that_is_not_what_it_says_is_not_good(
    machine: Machines, shelf: Path, change: Callable[[dict[str, object]], object], told: str
) -> None:
    one = machine("one")
    one.fill()
    path = made(one, shelf).path
    _rewritten(path, shelf / "other.tar", change)
    assert told in "; ".join(faults_of(one, shelf / "other.tar"))


def faults_of(machine: Machine, path: Path) -> tuple[str, ...]:
    with shelves.workspace(path.parent) as workspace:
        return inspector.inspect(path, workspace, machine.installation.environment).faults


def test_a_manifest_of_any_depth_is_one_that_cannot_be_read(tmp_path: Path) -> None:
    told = b'{"format": 1, "a": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    with tarfile.open(tmp_path / "deep.tar", "w") as tar:
        tar.addfile(_entry("manifest.json", len(told)), io.BytesIO(told))
    with pytest.raises(BackupFault, match="manifest cannot be read"):
        archive.read_manifest(tmp_path / "deep.tar")


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size = size
    return entry


@pytest.mark.only_on("sqlite", "the database is packed by us")
def test_a_member_in_the_place_of_the_unpacked_database_is_told(machine: Machines, shelf: Path) -> None:
    one = machine("one")
    one.fill()
    member = {"bytes": 2, "sha256": hashlib.sha256(b"zz").hexdigest()}
    _rewritten(made(one, shelf).path, shelf / "other.tar", lambda told: told["members"].update({"mailgate.db": member}))  # type: ignore[attr-defined]
    with tarfile.open(shelf / "other.tar", "a") as tar:
        tar.addfile(_entry("mailgate.db", 2), io.BytesIO(b"zz"))
    assert "holds mailgate.db beside" in "; ".join(faults_of(one, shelf / "other.tar"))


def test_a_sparse_file_in_a_backup_is_not_unpacked(machine: Machines, shelf: Path) -> None:
    """Two blocks in the archive that would be gigabytes in the folder, with the length that the manifest says."""
    one = machine("one")
    one.fill()
    size = 1 << 30
    other = shelf / "other.tar"
    _rewritten(made(one, shelf).path, other, lambda told: told["members"]["secret.key"].update(bytes=size))  # type: ignore[index]
    with tarfile.open(other) as whole:
        others = [(entry, whole.extractfile(entry).read()) for entry in whole if entry.name != "secret.key"]  # type: ignore[union-attr]
    with tarfile.open(other, "w", format=tarfile.GNU_FORMAT) as tar:
        for entry, content in others:
            tar.addfile(entry, io.BytesIO(content))
        tar.fileobj.write(_sparse("secret.key", size))  # type: ignore[union-attr]
    with tarfile.open(other) as whole:
        assert whole.getmember("secret.key").size == size
    with shelves.workspace(shelf) as workspace:
        inspection = inspector.inspect(other, workspace, one.installation.environment)
        assert not (workspace / "secret.key").exists()
    assert "does not name: 'secret.key'" in "; ".join(inspection.faults)


def _sparse(name: str, size: int) -> bytes:
    """An entry of GNU's old format: one empty piece, and the real size."""
    block = bytearray(tarfile.TarInfo(name).tobuf(tarfile.GNU_FORMAT))
    block[156:157] = tarfile.GNUTYPE_SPARSE
    block[386:410] = b"%011o " % 0 * 2
    block[483:495] = b"%011o " % size
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


@pytest.mark.only_on("sqlite", "the database is packed by us")
def test_a_bomb_is_not_unpacked_beyond_what_the_manifest_says(tmp_path: Path) -> None:
    packed = tmp_path / "bomb.gz"
    packed.write_bytes(gzip.compress(bytes(50_000_000)))
    with pytest.raises(BackupFault, match="does not hold as much"):
        archive.decompress(packed, tmp_path / "out", 1000)
    assert (tmp_path / "out").stat().st_size <= 1000


def test_names_sort_as_their_instants_do() -> None:
    instants = [NOW, NOW + timedelta(seconds=1), NOW + timedelta(days=40)]
    assert [shelves.name_of(one) for one in instants] == sorted(shelves.name_of(one) for one in instants)
