"""Files in a ZIP come out under the names that people gave them, and only within the limits."""

from __future__ import annotations

import struct
import time
import zipfile
from io import BytesIO

import pytest
from packing.mails import zipped

from mailgate.extract.archive import MAX_NOTES, is_zip, open_archive, unopened_archive
from mailgate.extract.opened import Allowance, Opened


def opened(raw: bytes, allowance: Allowance | None = None) -> Opened:
    result = open_archive(raw, allowance or Allowance())
    assert result is not None
    return result


def names(raw: bytes) -> list[str]:
    return [file.name for file in opened(raw).files]


def with_raw_name(name: bytes, flag: int = 0) -> bytes:
    """A ZIP whose only file has these very bytes for a name."""
    raw = zipped({"x" * len(name): b"tresc"}).replace(b"x" * len(name), name)
    at = raw.index(b"PK\x01\x02")
    flagged = bytearray(raw)
    for place in (6, at + 8):
        struct.pack_into("<H", flagged, place, flag)
    return bytes(flagged)


def test_files_come_in_their_order_without_folders() -> None:
    result = opened(zipped({"b/": b"", "b/HOT-01.txt": b"1", "a.txt": b"2"}))
    assert [(file.name, file.content) for file in result.files] == [("HOT-01.txt", b"1"), ("a.txt", b"2")]


def test_equal_names_of_different_folders_stay_apart() -> None:
    assert names(zipped({"a/HOT-01.txt": b"1", "b/HOT-01.txt": b"2"})) == ["HOT-01.txt", "HOT-01 (2).txt"]


@pytest.mark.parametrize("codec", ["cp852", "cp1250", "utf-8"])
def test_names_without_a_flag_are_read_in_the_code_page_that_gives_polish(codec: str) -> None:
    assert names(with_raw_name("Zgłoszenie pytań ŻÓŁĆ.txt".encode(codec))) == ["Zgłoszenie pytań ŻÓŁĆ.txt"]


def test_names_with_the_flag_are_utf8() -> None:
    assert names(with_raw_name("Łąck.txt".encode(), 0x800)) == ["Łąck.txt"]


def test_a_name_in_the_old_code_page_of_america_is_read() -> None:
    assert names(with_raw_name("résumé.txt".encode("cp437"))) == ["résumé.txt"]


@pytest.mark.parametrize(
    ("name", "safe"), [("../../etc/passwd", "passwd"), ("C:\\Temp\\HOT-01.txt", "HOT-01.txt"), ("CON.txt", "_CON.txt")]
)
def test_names_lead_nowhere(name: str, safe: str) -> None:
    assert names(zipped({name: b"x"})) == [safe]


def test_what_systems_leave_lying_about_is_no_file() -> None:
    litter = {"__MACOSX/._HOT-01.txt": b"x", ".DS_Store": b"x", "a/Thumbs.db": b"x", "HOT-01.txt": b"1"}
    assert names(zipped(litter)) == ["HOT-01.txt"]


@pytest.mark.parametrize("member", ["[Content_Types].xml", "mimetype"])
def test_an_office_file_is_no_archive(member: str) -> None:
    assert open_archive(zipped({member: b"x", "word/document.xml": b"x"}), Allowance()) is None


def test_a_container_of_a_qualified_signature_holds_peoples_files() -> None:
    raw = BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("mimetype", "application/vnd.etsi.asic-e+zip")
        archive.writestr("HOT-01.txt", "x")
        archive.writestr("META-INF/signatures001.xml", "<x/>")
    assert names(raw.getvalue()) == ["HOT-01.txt"]


def test_a_password_is_for_a_person() -> None:
    locked = bytearray(zipped({"HOT-01.txt": b"1", "a.txt": b"2"}))
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    result = opened(bytes(locked))
    assert result.notes == ("HOT-01.txt: protected by a password: a person must open it",)
    assert [file.name for file in result.files] == ["a.txt"]


def test_a_member_beyond_the_limits_does_not_hide_the_others() -> None:
    result = opened(zipped({"film.mp4": bytes(5_000_000), "HOT-01.txt": b"1"}))
    assert [file.name for file in result.files] == ["HOT-01.txt"]
    assert "packed too tightly" in result.notes[0]


def test_all_that_is_unpacked_is_bounded_over_the_message() -> None:
    allowance = Allowance(size=1_000)
    first = opened(zipped({"a": b"x" * 900}), allowance)
    second = opened(zipped({"b": b"y" * 900}), allowance)
    assert (len(first.files), len(second.files)) == (1, 0)
    assert "larger than 100 bytes" in second.notes[0]


def test_a_directory_that_lies_about_sizes_gains_nothing() -> None:
    honest = zipped({"a": bytes(30_000_000)})
    result = opened(honest.replace((30_000_000).to_bytes(4, "little"), (900).to_bytes(4, "little")))
    assert result.files == ()
    assert result.notes


def test_too_many_members_are_cut_with_a_note() -> None:
    result = opened(zipped({f"{number}.txt": b"x" for number in range(2_100)}))
    assert len(result.files) == 1_001
    assert "1001 of 2100" in result.notes[0]


def test_notes_are_bounded() -> None:
    assert len(opened(zipped({f"{number}": bytes(2_000_000) for number in range(60)})).notes) == MAX_NOTES


def test_overlapping_members_cost_little() -> None:
    """The bomb of one compressed kernel to which every entry of the directory points."""
    kernel = zipped({"a": bytes(900_000)})
    start = kernel.index(b"PK\x01\x02")
    entry, end = kernel[start : kernel.index(b"PK\x05\x06")], bytearray(kernel[kernel.index(b"PK\x05\x06") :])
    count = 2_000
    struct.pack_into("<HHII", end, 8, count, count, len(entry) * count, start)
    began = time.process_time()
    result = opened(kernel[:start] + entry * count + bytes(end))
    assert sum(len(file.content) for file in result.files) <= 128 * 1024 * 1024
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "raw", [b"PK\x03\x04" + bytes(100), zipped({"a": b"1"})[:30], b"PK\x05\x06"], ids=lambda raw: f"{len(raw)} bytes"
)
def test_a_damaged_archive_is_a_note(raw: bytes) -> None:
    assert is_zip(raw)
    result = opened(raw)
    assert (result.files, len(result.notes)) == ((), 1)


def test_a_damaged_member_is_a_note() -> None:
    raw = bytearray(zipped({"a.txt": b"tresc" * 100, "b.txt": b"1"}))
    raw[40] ^= 0xFF
    result = opened(bytes(raw))
    assert [file.name for file in result.files] == ["b.txt"]
    assert "damaged" in result.notes[0]


def test_zip64_is_read() -> None:
    raw = BytesIO()
    with zipfile.ZipFile(raw, "w") as archive, archive.open("HOT-01.txt", "w", force_zip64=True) as member:
        member.write(b"tresc")
    assert names(raw.getvalue()) == ["HOT-01.txt"]


def test_an_archive_that_might_have_been_split_is_read() -> None:
    whole = b"PK00" + zipped({"a.txt": b"1"})
    assert is_zip(whole)
    assert names(whole) == ["a.txt"]


@pytest.mark.parametrize(
    ("raw", "kind"),
    [(b"Rar!\x1a\x07\x01\0", "RAR"), (b"7z\xbc\xaf\x27\x1c", "7z"), (bytes(257) + b"ustar\0", "tar"), (b"tekst", None)],
)
def test_archives_that_nobody_opens_are_known(raw: bytes, kind: str | None) -> None:
    assert unopened_archive(raw) == kind
