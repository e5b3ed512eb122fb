"""mbox files are taken apart as the programs wrote them that exist, one message in memory at a time."""

from __future__ import annotations

import io
import mailbox
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailgate.intake.mbox import MboxMail, from_line, split_mbox

FROM = b"From jan@urzad.example Fri Nov 20 15:00:01 2026\n"


def split(content: bytes, limit: int = 10_000) -> list[MboxMail]:
    return list(split_mbox(io.BytesIO(content), limit))


def raws(content: bytes, limit: int = 10_000) -> list[bytes | None]:
    return [mail.raw for mail in split(content, limit)]


def test_messages_are_parted_at_from_lines_and_lose_the_parting_line() -> None:
    assert raws(FROM + b"A: 1\n\nx\n\n" + FROM + b"A: 2\n\ny\n") == [b"A: 1\n\nx\n", b"A: 2\n\ny\n"]


def test_line_ends_stay_as_they_are() -> None:
    content = (FROM + b"A: 1\n\nx\n\n" + FROM + b"A: 2\n\ny\n\n").replace(b"\n", b"\r\n")
    assert raws(content) == [b"A: 1\r\n\r\nx\r\n", b"A: 2\r\n\r\ny\r\n"]


def test_quoted_from_lines_lose_one_mark() -> None:
    assert raws(FROM + b"A: 1\n\n>From a\n>>From b\n>Front\n") == [b"A: 1\n\nFrom a\n>From b\n>Front\n"]


@pytest.mark.parametrize(
    "line", [b"From here on it is text.\n", b"From Fri Nov 20 on\n", FROM.replace(b"2026", b"")], ids=str
)
def test_a_sentence_that_begins_with_from_parts_nothing(line: bytes) -> None:
    assert raws(FROM + b"A: 1\n\n" + line + b"x\n") == [b"A: 1\n\n" + line + b"x\n"]


def test_a_from_line_within_a_paragraph_parts_nothing() -> None:
    assert len(raws(FROM + b"A: 1\n\nx\n" + FROM + b"y\n")) == 1


def test_a_message_over_the_limit_is_named_and_the_next_is_read() -> None:
    mails = split(FROM + b"A: 1\n\n" + b"x" * 500 + b"\n\n" + FROM + b"A: 2\n\ny\n", limit=100)
    assert [(mail.raw, mail.size) for mail in mails] == [(None, 508), (b"A: 2\n\ny\n", 8)]


def test_a_message_of_just_the_limit_is_taken() -> None:
    assert raws(FROM + b"A: 1\r\n\r\nx\r\n\r\n" + FROM + b"A: 2\n", limit=11)[0] == b"A: 1\r\n\r\nx\r\n"


def test_a_large_file_is_never_whole_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        for number in range(200):
            file.write(FROM + b"A: %d\n\n" % number + b"x" * 70 * 1000 + b"\n\n")
        file.write(FROM + b"A: endless\n\n" + b"y" * 5_000_000)
    tracemalloc.start()
    with path.open("rb") as file:
        sizes = [mail.size for mail in split_mbox(file, 100_000)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(sizes) == 201
    assert peak < 2_000_000


def test_pythons_own_mbox_files_are_read(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    for text in ("a", "From the beginning\n"):
        box.add(f"Subject: x\n\n{text}\n".encode())
    box.close()
    with (tmp_path / "box").open("rb") as file:
        mails = list(split_mbox(file, 1000))
    assert [mail.raw for mail in mails] == [b"Subject: x\n\na\n", b"Subject: x\n\nFrom the beginning\n\n"]
    assert mails[0].sender == ""
    assert mails[0].delivered_at is not None


AT = datetime(2026, 11, 20, 15, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (FROM, ("jan@urzad.example", AT)),
        (b"From MAILER-DAEMON Fri Nov 20 15:00:01 2026\r\n", ("", AT)),
        (b"From - Fri Nov 20 15:00:01 2026\n", (None, AT)),
        (b"From ???@??? Fri Nov 20 15:00:01 2026\n", ("???@???", AT)),
        (b"From jan@urzad.example Fri Nov 20 16:00:01 +0100 2026\n", ("jan@urzad.example", AT)),
        (b"From jan@urzad.example Fri Nov 20 16:00:01 2026 +0100\n", ("jan@urzad.example", AT)),
        (b"From jan@urzad.example  Fri Nov  6 15:00 2026\n",
         ("jan@urzad.example", datetime(2026, 11, 6, 15, 0, tzinfo=UTC))),
        (b"From jan@urzad.example Fri Nov 31 15:00:01 2026\n", ("jan@urzad.example", None)),
        (b"From jan@urzad.example Fri Xxx 20 15:00:01 2026\n", ("jan@urzad.example", None)),
        (b"From jan@urzad.example Fri Nov 20 15:00:01 +9900 2026\n", ("jan@urzad.example", AT)),
        (b"From the desk of the director\n", (None, None)),
    ],
)  # fmt: skip
def test_a_from_line_tells_sender_and_date(line: bytes, expected: tuple[str | None, datetime | None]) -> None:
    assert from_line(line) == expected
