"""A message is read as a whole: texts, files, forms, the reply, and whether anybody can read it."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from mailgate import containers
from mailgate.domain.reading import Reading
from mailgate.extract.scan import tesseract
from mailgate.extract.scan.reader import ENOUGH, UNREAD, Recogniser
from mailgate.reader import MAX_TEXT, read
from mailgate.sandbox import Sandbox

HEAD = b"From: Jan <jan@ug.example>\r\nTo: hotline@csizs.example\r\nSubject: pytanie\r\nMessage-ID: <1@ug.example>\r\n"
FORM = (
    "CSIZS  Zgłoszenie pytania HOT-1  data: 20.11.2026  znak: OPS.1.2026\r\n"
    "Imię i nazwisko Użytkownika: Jan Łoś\r\nNazwa Urzędu: Urząd Gminy Łąck\r\n"
    "Zwrotny nr telefonu, e-mail: 24 261 40 21, jan@ug.example\r\nTreść pytania:\r\nDlaczego?\r\n"
).encode()
UTF8 = b"Content-Type: text/plain; charset=utf-8\r\n"
ENVELOPED = bytes.fromhex("308006092a864886f70d010703a0803080")
SIGNED = bytes.fromhex("308006092a864886f70d010702a0803080")


def multipart(*parts: bytes, subtype: str = "mixed") -> bytes:
    head = HEAD + f"Content-Type: multipart/{subtype}; boundary=b\r\n\r\n".encode()
    return head + b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"


def attached(name: str, content: bytes, content_type: str = "application/octet-stream") -> bytes:
    head = f'Content-Type: {content_type}\r\nContent-Disposition: attachment; filename="{name}"\r\n'
    return head.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(content)


def sources(reading: Reading) -> list[str]:
    return [form.source for form in reading.forms.forms]


def test_a_form_in_the_text_is_found_in_the_body() -> None:
    reading = read(HEAD + UTF8 + b"\r\n" + FORM)
    assert sources(reading) == ["body"]
    assert reading.forms.forms[0].user_name == "Jan Łoś"
    assert reading.text.startswith("CSIZS")


def test_a_form_in_a_file_is_found_there() -> None:
    assert sources(read(multipart(b"\r\nw zalaczeniu", attached("HOT-01.txt", FORM)))) == ["attachment:HOT-01.txt"]


@pytest.mark.parametrize("content_type", ["message/rfc822", "application/octet-stream", "text/plain"])
def test_a_form_in_an_attached_message_is_found_whatever_its_type(content_type: str) -> None:
    inner = HEAD + UTF8 + b"\r\n" + FORM
    assert sources(read(multipart(b"\r\n-", attached("dalej.eml", inner, content_type)))) == ["attachment:dalej.eml"]


def test_a_file_in_an_attached_message_is_named_by_its_way() -> None:
    inner = multipart(b"\r\n-", attached("HOT-01.txt", FORM))
    outer = read(
        HEAD + b"Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n" + attached("a.eml", inner) + b"\r\n--c--\r\n"
    )
    assert sources(outer) == ["attachment:a.eml/HOT-01.txt"]


def messages_in_messages(depth: int) -> bytes:
    raw = HEAD + UTF8 + b"\r\n" + FORM
    for _ in range(depth):
        raw = multipart(b"\r\n-", attached("a.eml", raw))
    return raw


def test_messages_are_opened_down_to_the_fifth_level() -> None:
    assert sources(read(messages_in_messages(5))) == ["attachment:" + "/".join(["a.eml"] * 5)]
    deeper = read(messages_in_messages(6))
    assert sources(deeper) == []
    assert any("nested deeper than 5 levels" in note for note in deeper.mail.notes)


def test_the_text_of_a_mail_in_html_alone_is_its_lines() -> None:
    page = "<p>Dzień dobry</p><table><tr><td>a<td>b</table>".encode()
    assert read(HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + page).text == "Dzień dobry\na | b"


@pytest.mark.parametrize("header", [b"In-Reply-To: <a@b>\r\n", b"References: <a@b>\r\n"])
def test_a_mail_that_answers_has_a_reply_text(header: bytes) -> None:
    reading = read(HEAD + header + b"\r\nTak.\r\n\r\nW dniu 19.11.2026 o 10:12, Hot-line CSIZS pisze:\r\n> stare\r\n")
    assert reading.reply is not None
    assert reading.reply.new_text == "Tak."


def test_a_mail_that_answers_nothing_has_one_only_on_demand() -> None:
    assert read(HEAD + b"\r\nTak.\r\n").reply is None
    assert read(HEAD + b"\r\nTak.\r\n", as_reply=True).reply is not None


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "empty"),
        (b"\r\n \n", "empty"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01" + bytes(range(256)) * 8, "no e-mail message"),
        (b"PK\x03\x04\x14\0\x06\0\x08\0" + b"word/document.xml" * 40, "no e-mail message"),
        (b"%PDF-1.4\n1 0 obj\n<< /Title: x >>\nendobj\n", "no e-mail message"),
        (b"Dzien dobry, to zwykly tekst.\n", "no e-mail message"),
        (b"<html><body>strona</body></html>", "no e-mail message"),
        (HEAD + b"\0" * 100 + b"\r\n\r\nx", "binary"),
        (multipart(attached("smime.p7m", ENVELOPED, "application/pkcs7-mime; smime-type=enveloped-data")), "S/MIME"),
        (HEAD + attached("smime.p7m", ENVELOPED), "S/MIME"),
        (multipart(attached("x", b"Version: 1", "application/pgp-encrypted"), subtype="encrypted"), "PGP/MIME"),
        (HEAD + b"\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQ\r\n-----END PGP MESSAGE-----\r\n", "PGP in the text"),
        (multipart(attached("a.asc", b"-----BEGIN PGP MESSAGE-----\n")), "PGP"),
    ],
)
def test_what_nobody_can_read_says_why(raw: bytes, why: str) -> None:
    reading = read(raw)
    assert reading.unreadable is not None
    assert why in reading.unreadable


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"\r\n",
        b"Subject: x\n\nx",
        HEAD + attached("smime.p7m", SIGNED, "application/pkcs7-mime"),
        multipart(b"\r\nDzie\xf1 dobry", attached("a.p7m", ENVELOPED)),
        HEAD + b"\r\n> -----BEGIN PGP MESSAGE-----\r\n",
    ],
)
def test_what_can_be_read_is_not_unreadable(raw: bytes) -> None:
    assert read(raw).unreadable is None


def test_a_form_beside_an_encrypted_file_is_a_form() -> None:
    reading = read(multipart(UTF8 + b"\r\n" + FORM, attached("smime.p7m", ENVELOPED)))
    assert (reading.unreadable, sources(reading)) == (None, ["body"])


def test_the_form_that_a_bounce_gives_back_is_not_asked_again() -> None:
    status = (
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        b"Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    )
    original = b"Content-Type: message/rfc822\r\n\r\n" + HEAD + UTF8 + b"\r\n" + FORM
    reading = read(multipart(b"\r\nfailed", status, original, subtype="report; report-type=delivery-status"), "")
    assert reading.bounce is not None
    assert reading.forms.forms == ()


def test_what_a_file_reader_remarks_stands_with_the_mail() -> None:
    reading = read(multipart(b"\r\n-", attached("a.txt", "Zażółć".encode("windows-1250"))))
    assert "attachment:a.txt: charset guessed: windows-1250" in reading.mail.notes


def test_a_text_that_is_longer_than_a_letter_may_be_ends_with_a_sign_that_it_was_cut() -> None:
    reading = read(HEAD + UTF8 + b"\r\n" + FORM + b"A dalej? " * 200_000)
    assert len(reading.text) < MAX_TEXT + 10
    assert reading.text.endswith("\n[…]")
    assert any("forms are looked for" in note for note in reading.mail.notes)
    assert reading.forms.forms[0].user_name == "Jan Łoś"


def many_forms(count: int) -> bytes:
    return b"\r\n\r\n".join(FORM.replace("Łoś".encode(), f"Łoś {n}".encode()) for n in range(count))


@pytest.mark.parametrize(("count", "too_many"), [(20, False), (21, True), (500, True)])
def test_of_more_than_twenty_forms_the_first_twenty_are_given_and_the_reading_says_so(
    count: int, too_many: bool
) -> None:
    forms = read(HEAD + UTF8 + b"\r\n" + many_forms(count)).forms
    assert len(forms.forms) == 20
    assert forms.too_many is too_many


def test_an_answer_too_long_to_be_looked_at_whole_is_in_doubt() -> None:
    answer = HEAD + b"In-Reply-To: <9@csizs.example>\r\n" + UTF8 + b"\r\nPo aktualizacji.\r\n"
    usual, endless = read(answer).reply, read(answer + b"\r\n" * 500_000 + b"I to.\r\n").reply
    assert usual is not None
    assert endless is not None
    assert (usual.new_text, usual.in_doubt) == ("Po aktualizacji.", False)
    assert (endless.new_text, endless.in_doubt) == ("Po aktualizacji.", True)


# --- scans: read only where no text holds the form, and within what one message may cost

TESSERACT = '#!/bin/sh\nif [ "$1" = --list-langs ]; then echo pol; echo eng; exit 0; fi\necho started >> "$0.calls"\n'


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[], int]]:
    """A program in tesseract's place that finds no words; what it gives tells how often it was started."""
    program = tmp_path / "tesseract"
    program.write_text(TESSERACT)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    tesseract.missing.cache_clear()
    calls = tmp_path / "tesseract.calls"
    yield lambda: len(calls.read_text().splitlines()) if calls.exists() else 0
    tesseract.missing.cache_clear()


def picture(written: str = "") -> bytes:
    page = Image.new("L", (1000, 1400), 255)
    ImageDraw.Draw(page).text((100, 100), written, font_size=40, fill=0)
    raw = io.BytesIO()
    page.save(raw, "PNG")
    return raw.getvalue()


def test_a_picture_is_not_recognised_where_a_text_holds_the_form_and_a_person_is_told(
    counted: Callable[[], int],
) -> None:
    reading = read(multipart(UTF8 + b"\r\n" + FORM, attached("skan.png", picture("Tresc"), "image/png")))
    assert sources(reading) == ["body"]
    assert counted() == 0
    assert reading.mail.notes == (f"attachment:skan.png: {UNREAD}",)


def test_a_picture_is_recognised_where_the_mail_holds_no_other_form(counted: Callable[[], int]) -> None:
    reading = read(multipart(b"\r\nw zalaczeniu", attached("skan.png", picture("Tresc"), "image/png")))
    assert counted() > 0
    assert reading.mail.notes == ()


def test_all_pictures_of_a_mail_are_read_out_of_one_purse_and_the_others_are_named() -> None:
    scans = [attached(f"{number}.png", picture(), "image/png") for number in range(40)]
    notes = read(multipart(b"\r\nw zalaczeniu", *scans)).mail.notes
    assert notes == tuple(f"attachment:{number}.png: {ENOUGH}" for number in range(Recogniser().pages, 40))


def test_the_files_of_a_mail_that_need_no_recognition_are_read_once(
    counted: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []
    known = containers.read_file
    monkeypatch.setattr(containers, "read_file", lambda name, *more: names.append(name) or known(name, *more))
    read(multipart(b"\r\n-", attached("a.txt", b"Dzien dobry"), attached("skan.png", picture("Tresc"))))
    assert names == ["a.txt", "skan.png", "skan.png"]


@pytest.mark.soak
@pytest.mark.usefixtures("polish_tesseract")
def test_a_mail_of_many_scanned_pages_comes_back_within_the_sandbox_s_limits() -> None:
    pages = 40 if os.environ.get("MAILGATE_TEST_SOAK") == "full" else 2
    scan = (Path(__file__).parent / "files" / "scans" / "clean.png").read_bytes()
    raw = multipart(b"\r\nw zalaczeniu", *(attached(f"{n}.png", scan, "image/png") for n in range(pages)))
    with Sandbox() as sandbox:
        assert sandbox.read(raw).forms.filled


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        (b"Auto-Submitted: auto-replied\r\nIn-Reply-To: <a@b.example>\r\n", []),
        (b"Auto-Submitted: auto-replied\r\n", ["body"]),
        (b"Auto-Submitted: auto-generated\r\nIn-Reply-To: <a@b.example>\r\n", ["body"]),
        (b"In-Reply-To: <a@b.example>\r\n", ["body"]),
    ],
)
def test_a_form_that_an_automatic_answer_repeats_is_not_asked_again(headers: bytes, found: list[str]) -> None:
    told = "Zgłoszenie przyjęto, treść zgłoszenia:\r\n\r\n".encode()
    assert sources(read(HEAD + headers + UTF8 + b"\r\n" + told + FORM)) == found


def test_a_form_quoted_below_new_words_is_old_where_the_headers_name_the_mail_it_answers() -> None:
    quoted = b"Kiedy odpowiedz?\r\n\r\n" + b"".join(b"> " + line + b"\r\n" for line in FORM.splitlines())
    assert sources(read(HEAD + b"In-Reply-To: <a@b.example>\r\n" + UTF8 + b"\r\n" + quoted)) == []
    assert sources(read(HEAD + UTF8 + b"\r\n" + quoted)) == ["body"]
    assert sources(read(HEAD + b"In-Reply-To: <a@b.example>\r\n" + UTF8 + b"\r\n" + FORM + quoted)) == ["body"]


NOTICE = (
    b"Dziekujemy za wiadomosc. Jestem na urlopie do 7.12.2026. Ta wiadomosc zostala wygenerowana automatycznie.\r\n\r\n"
)


def test_no_wording_makes_a_machine_of_the_first_mail_of_somebody_who_asks_by_a_form() -> None:
    assert read(HEAD + UTF8 + b"\r\n" + NOTICE).automation is not None
    assert read(HEAD + UTF8 + b"\r\n" + NOTICE + FORM).automation is None


def test_a_machines_subject_counts_beside_a_form() -> None:
    head = HEAD.replace(b"pytanie", b"Odpowiedz automatyczna: pytanie")
    assert read(head + UTF8 + b"\r\n" + NOTICE + FORM).automation is not None


def test_a_form_quoted_by_an_automatic_answer_that_names_no_mail_is_old() -> None:
    quoted = "Zgłoszenie przyjęto.\r\n\r\n".encode() + b"".join(b"> " + line + b"\r\n" for line in FORM.splitlines())
    assert sources(read(HEAD + b"Auto-Submitted: auto-replied\r\n" + UTF8 + b"\r\n" + quoted)) == []
