"""Mail is found in files, folders, mbox files and Maildirs, and what is no mail is told apart."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest

from mailgate.intake.importer import Found, Refused, messages, single_message

MAIL = b"Return-Path: <jan@urzad.example>\r\nDelivered-To: hotline@csizs.example\r\nSubject: x\r\n\r\nTre\xb6\xe6\r\n"
FROM = b"From box@urzad.example Fri Nov 20 15:00:01 2026\n"
EPOCH = datetime.fromtimestamp(1795186801, UTC)


def found(path: Path, limit: int = 10_000) -> list[Found]:
    mails = list(messages(path, limit))
    assert all(isinstance(mail, Found) for mail in mails), mails
    return [mail for mail in mails if isinstance(mail, Found)]


def test_a_file_is_a_mail_with_its_exact_bytes_and_its_envelope(tmp_path: Path) -> None:
    path = tmp_path / "pytanie"
    path.write_bytes(MAIL)
    assert found(path) == [Found(str(path), MAIL, None, "jan@urzad.example", ("hotline@csizs.example",))]


def test_a_mail_after_a_byte_order_mark_or_empty_lines_is_a_mail(tmp_path: Path) -> None:
    for number, start in enumerate((b"\xef\xbb\xbf", b"\r\n\r\n")):
        path = tmp_path / f"{number}.eml"
        path.write_bytes(start + MAIL)
        assert found(path)[0].raw == start + MAIL


def test_an_mbox_gives_its_mails_by_number(tmp_path: Path) -> None:
    path = tmp_path / "box.mbox"
    path.write_bytes(FROM + b"Subject: 1\n\na\n\n" + FROM + MAIL)
    first, second = found(path)
    assert (first.origin, first.sender) == (f"{path}:1", "box@urzad.example")
    assert (second.origin, second.sender, second.raw) == (f"{path}:2", "jan@urzad.example", MAIL)
    assert first.delivered_at == datetime(2026, 11, 20, 15, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "nothing in it"),
        (b" \r\n", "nothing in it"),
        (b"%PDF-1.7\n", "does not begin as a mail"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Outlook"),
        (MAIL + b"x" * 10_000, "larger than 10000 bytes"),
        (FROM + b"Subject: x\n\n" + b"x" * 20_000, "larger than 10000 bytes"),
        (FROM, "nothing in it"),
    ],
)
def test_what_cannot_be_taken_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "file.eml"
    path.write_bytes(content)
    [refused] = messages(path, 10_000)
    assert isinstance(refused, Refused)
    assert reason in refused.reason


def test_a_folder_is_read_in_order_of_names_and_other_files_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name in ("b.eml", "a/2.eml", "a/Inbox", ".hidden/c.eml"):
        (tmp_path / name).write_bytes(MAIL)
    (tmp_path / "a/1.mbox").write_bytes(FROM + b"Subject: 1\n\na\n")
    for name in ("README.txt", "a/Inbox.msf", "picture.png"):
        (tmp_path / name).write_bytes(b"Uwaga: to nie jest list\n")
    (tmp_path / "a/empty").touch()
    names = [mail.origin.removeprefix(f"{tmp_path}/") for mail in found(tmp_path)]
    assert names == ["b.eml", "a/1.mbox:1", "a/2.eml", "a/Inbox"]


def test_a_maildir_is_read_by_time_of_delivery_without_drafts(tmp_path: Path) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    for name in ("new/1795186802.M2P1.host", "cur/1795186801.M1P1.host,S=9:2,S", "cur/1795186803.M3P1.host:2,DS",
                 "tmp/1795186804.M4P1.host", "cur/1795186800.M0P1.host:2,RS"):  # fmt: skip
        (tmp_path / "box" / name).write_bytes(MAIL)
    mails = found(tmp_path)
    assert [Path(mail.origin).name[:10] for mail in mails] == ["1795186800", "1795186801", "1795186802"]
    assert mails[1].delivered_at == EPOCH


def test_a_maildir_entry_that_a_client_has_just_marked_is_found_again(tmp_path: Path) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    for number in (1, 2):
        (tmp_path / f"new/179518680{number}.M1P1.host").write_bytes(MAIL)
    mails = messages(tmp_path, 10_000)
    next(mails)
    (tmp_path / "new/1795186802.M1P1.host").rename(tmp_path / "cur/1795186802.M1P1.host:2,S")
    [second] = mails
    assert isinstance(second, Found)
    assert second.raw == MAIL


def test_a_maildir_entry_that_is_gone_is_told(tmp_path: Path) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    for number in (1, 2):
        (tmp_path / f"new/179518680{number}.M1P1.host").write_bytes(MAIL)
    mails = messages(tmp_path, 10_000)
    next(mails)
    (tmp_path / "new/1795186802.M1P1.host").unlink()
    [second] = mails
    assert isinstance(second, Refused)
    assert "No such file" in second.reason


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(messages(tmp_path / "missing.eml", 100))


def test_a_named_pipe_can_be_read_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = Thread(target=path.write_bytes, args=(MAIL,))
    writer.start()
    assert found(path)[0].raw == MAIL
    writer.join()


def test_one_mail_from_a_pipe_is_taken_whatever_it_looks_like() -> None:
    assert single_message(io.BytesIO(b"no header at all"), 100) == Found("-", b"no header at all")


def test_a_from_line_before_a_piped_mail_is_its_sender_and_no_part_of_it() -> None:
    mail = single_message(io.BytesIO(FROM + b"Subject: x\n\nFrom us\n" + FROM), 1000)
    assert mail == Found("-", b"Subject: x\n\nFrom us\n" + FROM, None, "box@urzad.example")


@pytest.mark.parametrize(("content", "too_large"), [(b"", False), (b"\n \n", False), (b"x" * 101, True)])
def test_a_pipe_with_nothing_or_too_much_is_refused(content: bytes, too_large: bool) -> None:
    refused = single_message(io.BytesIO(content), 100)
    assert isinstance(refused, Refused)
    assert refused.too_large is too_large


def test_the_null_sender_of_a_return_path_wins_over_a_from_line(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(FROM + b"Return-Path: <>\nSubject: x\n\nx\n")
    assert found(path)[0].sender == ""
