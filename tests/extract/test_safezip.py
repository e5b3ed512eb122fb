"""Containers that are made to grow are refused before they do."""

from __future__ import annotations

import pytest
from packing.mails import zipped

from mailgate.extract import safezip
from mailgate.extract.safezip import UnsafeContainer, open_zip, parse_xml


def test_members_are_read_by_name() -> None:
    with open_zip(zipped({"a.txt": b"1", "b/c.txt": b"2"})) as archive:
        assert archive.names() == ("a.txt", "b/c.txt")
        assert archive.read("b/c.txt") == b"2"


def test_a_member_packed_more_than_a_hundred_times_is_refused() -> None:
    with pytest.raises(UnsafeContainer, match="more than 100 times"), open_zip(zipped({"a": bytes(5_000_000)})):
        pass


def test_a_small_member_may_be_packed_tightly() -> None:
    with open_zip(zipped({"a": bytes(500_000)})) as archive:
        assert len(archive.read("a")) == 500_000


def test_too_many_members_are_refused() -> None:
    members = {f"{number}": b"" for number in range(safezip.MAX_MEMBERS + 1)}
    with pytest.raises(UnsafeContainer, match="members"), open_zip(zipped(members)):
        pass


def test_a_directory_that_lies_about_sizes_does_not_help() -> None:
    honest = zipped({"a": bytes(30_000_000)})
    lying = honest.replace((30_000_000).to_bytes(4, "little"), (900).to_bytes(4, "little"))
    with open_zip(lying) as archive, pytest.raises(UnsafeContainer):
        archive.read("a")


def test_all_members_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safezip, "MAX_TOTAL_BYTES", 1000)
    with pytest.raises(UnsafeContainer, match="unpacked"), open_zip(zipped({"a": b"x" * 600, "b": b"y" * 600})):
        pass


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x05\x06", b"PK\x03\x04" + bytes(100), zipped({"a": b"1"})[:30]],
    ids=lambda raw: f"{len(raw)} bytes",
)
def test_what_is_no_zip_is_refused(content: bytes) -> None:
    with pytest.raises(UnsafeContainer), open_zip(content):
        pass


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a>",
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b"<!DOCTYPE a><a/>",
        b"<a>&unknown;</a>",
    ],
)
def test_xml_that_is_broken_or_declares_a_document_type_is_refused(content: bytes) -> None:
    with pytest.raises(UnsafeContainer):
        parse_xml(content)
