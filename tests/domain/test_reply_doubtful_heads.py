"""Odd marks of quotation, heads that name no address, and letters of ours as files: nothing of them goes out unseen."""

from __future__ import annotations

import pytest
from replyshapes import LETTERS, QUESTION, Bodies, mail_of

from mailgate.domain.mail import Attachment
from mailgate.domain.quotation.marks import MARKER_LINE
from mailgate.domain.reply import ReplyText, read_reply

LETTER = LETTERS["own"]
ANSWER = ["Dzień dobry,", "", "* proszę wybrać Plik,", "* proszę wybrać Drukuj.", "", "| a | b |", "| 1 | 2 |"]


def _read(lines: list[str], *files: Attachment) -> ReplyText:
    return read_reply(mail_of(Bodies("\n".join(lines), None), files), None, None)


@pytest.mark.parametrize("mark", ["| ", "% ", "HL> ", "» ", "＞ ", "* ", "- ", "# "])
@pytest.mark.parametrize("start", [0, 2], ids=["whole", "without its marker"])
def test_a_letter_of_ours_behind_odd_marks_is_quoted(mark: str, start: int) -> None:
    reply = _read([*ANSWER, "", *(mark + line for line in LETTER[start:])])
    assert reply.new_text == "\n".join(ANSWER)
    assert not reply.in_doubt


@pytest.mark.parametrize("mark", ["| ", "% ", "» ", "* ", "- "])
def test_marks_without_a_letter_of_ours_are_text(mark: str) -> None:
    lines = [mark + line for line in ("Temat: wydruk", "proszę wybrać Plik,", "potem Drukuj.")]
    reply = _read(["Dzień dobry,", *lines])
    assert reply.new_text == "\n".join(["Dzień dobry,", *lines])
    assert not reply.in_doubt


@pytest.mark.parametrize(
    "head",
    [
        "W dniu 2026-11-23 09:12, Piotr Zając napisał(a):",
        "W dniu 23.11.2026 o 09:12, Piotr Zając pisze:",
        "On 23.11.2026 09:12, Piotr Zając wrote:",
        ">>> Piotr Zając 23.11.2026 09:12 >>>",
        "-----Wiadomość oryginalna-----",
        "-----Original Message-----",
    ],
)
@pytest.mark.parametrize("tail", [[], ["", "W dniu 23.11.2026 o 09:00, hotline@csizs.example pisze:", *LETTER]])
def test_unmarked_text_below_a_head_without_an_address_is_in_doubt_and_kept(head: str, tail: list[str]) -> None:
    reply = _read(["Proszę wybrać Plik.", "", head, "", "Nie mów tego Użytkownikowi.", *tail])
    assert reply.in_doubt
    assert "Proszę wybrać Plik." in (reply.new_text or "")
    assert QUESTION not in (reply.new_text or "")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1250", "iso-8859-2", "utf-16"])
@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("orig.eml", "message/rfc822"),
        ("orig.msg", "application/vnd.ms-outlook"),
        ("orig.txt", "text/plain"),
        ("orig.htm", "text/html"),
        ("orig.bin", "application/octet-stream"),
    ],
)
def test_our_own_letter_as_a_file_never_goes_along(name: str, content_type: str, encoding: str) -> None:
    content = b" " * 70_000 + "\n".join(["Temat: x", MARKER_LINE, *LETTER]).encode(encoding)
    assert _read(["Tak."], Attachment(name, content_type, content)).attachments == ()


@pytest.mark.parametrize("name", ["winmail.dat", "att0001.dat"])
def test_a_file_of_outlooks_own_never_goes_along(name: str) -> None:
    tnef = Attachment(name, "application/octet-stream", b"\x78\x9f\x3e\x22" + bytes(100))
    assert _read(["Tak."], tnef).attachments == ()


def test_a_consultants_own_files_go_along() -> None:
    files = [
        Attachment("uwagi.txt", "text/plain", "Termin potwierdzenia: jutro".encode("cp1250")),
        Attachment("wzor.docx", "application/octet-stream", b"PK\x03\x04 wzor"),
        Attachment("list.eml", "message/rfc822", b"Subject: x\n\nDokumentacja"),
    ]
    assert _read(["Tak."], *files).attachments == ("uwagi.txt", "wzor.docx", "list.eml")
