"""Whatever a file is packed in, the form in it is found, named by its way, and nothing costs more than it may."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterable

import pytest
from packing import pgp
from packing.mails import (
    BLANK,
    FORM,
    HEAD,
    PAGE_FORM,
    QUESTION,
    TEXT,
    UTF8,
    apple_single,
    attached,
    multipart,
    with_file,
    xades,
    zipped,
)
from packing.outlook import compound, message, text
from packing.signed import enveloped, opaque, streamed
from packing.tnef import BINARY, File, attached_message, rtf, winmail

from mailgate.containers import MAX_DEPTH, FileRead, files_of
from mailgate.domain.classify import kind_of
from mailgate.domain.document import Document
from mailgate.domain.mail import Attachment
from mailgate.domain.reading import Reading
from mailgate.extract.opened import Allowance
from mailgate.extract.wrapping import open_mail
from mailgate.reader import read

LETTER = HEAD + TEXT
OUTLOOK = compound(message({0x1000: text("-")}, [{0x3707: text("HOT-01.txt"), 0x3701: (BINARY, FORM)}]))
OUTLOOK_IN_OUTLOOK = compound(
    message({0x1000: text("-")}, messages=[("Pytanie", message({0x1000: text(FORM.decode())}))])
)
RICH = b"{\\rtf1\\ansi\\ansicpg1250 " + b"\\par ".join(
    b"".join(bytes([byte]) if byte < 128 else b"\\'%02x" % byte for byte in line.encode("cp1250"))
    for line in FORM.decode().split("\r\n")
) + b"}"  # fmt: skip


def sources(reading: Reading) -> list[str]:
    return [form.source for form in reading.forms.forms]


@pytest.mark.parametrize(
    ("name", "content", "content_type", "source"),
    [
        ("a.zip", zipped({"HOT-01.txt": FORM}), "application/zip", "a.zip/HOT-01.txt"),
        ("a.bin", zipped({"b/HOT-01.txt": FORM}), "text/plain", "a.bin/HOT-01.txt"),
        ("a.zip", zipped({"b.zip": zipped({"HOT-01.txt": FORM})}), "application/zip", "a.zip/b.zip/HOT-01.txt"),
        ("a.zip", zipped({"pismo.eml": LETTER}), "application/zip", "a.zip/pismo.eml"),
        ("pismo.eml", with_file("HOT-01.txt", FORM), "application/octet-stream", "pismo.eml/HOT-01.txt"),
        ("pismo.eml", LETTER, "text/plain", "pismo.eml"),
        ("pismo", LETTER, "application/octet-stream", "pismo"),
        ("pismo.eml", LETTER, "message/rfc822", "pismo.eml"),
        ("pismo.eml", with_file("a.zip", zipped({"HOT-01.txt": FORM})), "message/rfc822", "pismo.eml/a.zip/HOT-01.txt"),
        ("pismo.eml", HEAD + attached("smime.p7m", opaque(TEXT)), "message/rfc822", "pismo.eml"),
        ("HOT-01.txt.p7m", opaque(FORM), "application/pkcs7-mime", "HOT-01.txt.p7m/HOT-01.txt"),
        ("HOT-01.txt.sig", streamed(FORM), "application/octet-stream", "HOT-01.txt.sig/HOT-01.txt"),
        ("a.gpg", pgp.signed(FORM, "HOT-01.txt"), "application/octet-stream", "a.gpg/HOT-01.txt"),
        ("a.asc", pgp.armour(pgp.signed(FORM)), "text/plain", "a.asc/wiadomość.txt"),
        ("HOT-01.txt.xades", xades(FORM), "application/xml", "HOT-01.txt.xades/HOT-01.txt"),
        ("pismo.msg", OUTLOOK, "application/vnd.ms-outlook", "pismo.msg/HOT-01.txt"),
        ("pismo.msg", OUTLOOK_IN_OUTLOOK, "application/octet-stream", "pismo.msg/Pytanie.msg"),
        ("HOT-01.txt", apple_single(FORM), "application/applefile", "HOT-01.txt/HOT-01.txt"),
    ],
)
def test_a_form_is_found_in_whatever_it_is_packed(name: str, content: bytes, content_type: str, source: str) -> None:
    reading = read(with_file(name, content, content_type))
    assert sources(reading) == [f"attachment:{source}"]
    assert reading.forms.forms[0].question == QUESTION
    assert kind_of(reading) == "question"


@pytest.mark.parametrize(
    ("packed", "source"),
    [
        (winmail(files=[File("HOT-01.txt", FORM)]), "attachment:HOT-01.txt"),
        (winmail({0x1009: (BINARY, rtf(RICH))}), "body"),
        (winmail({0x1013: (BINARY, PAGE_FORM.encode() + b"\0")}), "body"),
        (
            winmail(files=[attached_message("Pytanie", winmail(files=[File("a.txt", FORM)]))]),
            "attachment:Pytanie/a.txt",
        ),
    ],
)
def test_a_form_in_a_winmail_is_a_form_of_the_mail(packed: bytes, source: str) -> None:
    reading = read(with_file("winmail.dat", packed, "application/ms-tnef"))
    assert sources(reading) == [source]
    assert reading.forms.forms[0].question == QUESTION


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + attached("smime.p7m", opaque(TEXT), "application/pkcs7-mime; smime-type=signed-data"),
        multipart(TEXT, attached("smime.p7s", b"0\x80", "application/pkcs7-signature"), subtype="signed"),
        multipart(TEXT, attached("signature.asc", b"-----BEGIN PGP SIGNATURE-----"), subtype="signed"),
        HEAD + UTF8 + b"\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\n" + FORM
        + b"-----BEGIN PGP SIGNATURE-----\r\n\r\niQEzBAEB\r\n-----END PGP SIGNATURE-----\r\n",
        HEAD + UTF8 + b"\r\n" + pgp.armour(pgp.signed(FORM)),
    ],
)  # fmt: skip
def test_a_signed_form_in_the_text_is_in_the_body(raw: bytes) -> None:
    reading = read(raw)
    assert sources(reading) == ["body"]
    assert reading.forms.forms[0].question == QUESTION


def test_a_signed_text_file_is_read_without_its_signature() -> None:
    signed = (
        b"-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\n"
        + FORM
        + b"-----BEGIN PGP SIGNATURE-----\r\n\r\niQ"
    )
    reading = read(with_file("HOT-01.txt.asc", signed))
    assert [form.question for form in reading.forms.forms] == [QUESTION]


def test_an_attached_message_in_base64_is_opened() -> None:
    part = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(LETTER)
    assert len(sources(read(multipart(UTF8 + b"\r\n-", part)))) == 1


def test_the_letter_that_a_receipt_gives_back_is_not_asked_again() -> None:
    notification = (
        b"Content-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822;a@b.example\r\n"
        b"Disposition: manual-action/MDN-sent-manually; displayed\r\n"
    )
    returned = b"Content-Type: message/rfc822\r\n\r\n" + LETTER
    subtype = "report; report-type=disposition-notification"
    reading = read(multipart(UTF8 + b"\r\nPrzeczytano.", notification, returned, subtype=subtype))
    assert (kind_of(reading), sources(reading)) == ("auto_reply", [])


@pytest.mark.parametrize(
    ("name", "content", "note"),
    [
        ("a.rar", b"Rar!\x1a\x07\x01\0" + bytes(50), "RAR, which a person must open"),
        ("a.p7m", enveloped(TEXT), "encrypted"),
        ("HOT-01.docx.pgp", b"\x85\x01\x0c" + bytes(50), "encrypted"),
        ("a.p7m", opaque(TEXT)[:80], "damaged S/MIME"),
    ],
)
def test_what_cannot_be_opened_is_a_remark(name: str, content: bytes, note: str) -> None:
    reading = read(with_file(name, content))
    assert any(note in remark for remark in reading.mail.notes)
    assert kind_of(reading) == "unformalised"


def zips_in_zips(depth: int) -> bytes:
    content = FORM
    name = "HOT-01.txt"
    for _ in range(depth):
        content, name = zipped({name: content}), "a.zip"
    return with_file("a.zip", content)


def test_archives_are_opened_down_to_the_fifth_level() -> None:
    assert sources(read(zips_in_zips(MAX_DEPTH))) == ["attachment:a.zip/a.zip/a.zip/a.zip/a.zip/HOT-01.txt"]
    deeper = read(zips_in_zips(MAX_DEPTH + 1))
    assert sources(deeper) == []
    assert any("nested deeper than 5 levels" in note for note in deeper.mail.notes)


def documents_in(files: Iterable[FileRead]) -> list[Document]:
    return [document for file in files for document in file.documents]


def test_files_are_counted_over_the_whole_message() -> None:
    mail = open_mail(multipart(*(attached(f"{one}.zip", zipped({"a.txt": FORM})) for one in range(6))))
    documents = documents_in(files_of(mail, Allowance(files=9)))
    assert sum(bool(document.blocks) for document in documents) == 4
    assert sum("too many files" in " ".join(document.notes) for document in documents) == 2


def test_when_the_time_is_up_the_rest_is_left() -> None:
    mail = open_mail(with_file("a.txt", FORM))
    (document,) = documents_in(files_of(mail, Allowance(seconds=-1.0)))
    assert document.notes == ("not read: the files before it took too long",)


def test_bytes_are_counted_over_the_whole_message() -> None:
    mail = open_mail(multipart(*(attached(f"{one}.zip", zipped({"a.txt": b"x" * 500})) for one in range(4))))
    documents = documents_in(files_of(mail, Allowance(size=1_200)))
    assert sum(bool(document.blocks) for document in documents) == 2


def test_an_encrypted_part_beside_a_readable_form_leaves_it_a_question() -> None:
    reading = read(multipart(TEXT, attached("smime.p7m", enveloped(TEXT), "application/pkcs7-mime")))
    assert kind_of(reading) == "question"


def test_a_blank_form_in_an_archive_is_a_blank_form() -> None:
    assert kind_of(read(with_file("a.zip", zipped({"HOT-01.txt": BLANK})))) == "blank_form"


def test_a_calendar_part_is_no_form() -> None:
    reading = read(multipart(UTF8 + b"\r\n-", attached("invite.ics", FORM, "text/calendar")))
    assert kind_of(reading) == "unformalised"


def nested(levels: int) -> bytes:
    head = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(levels))
    return HEAD + head + TEXT


HOSTILE = {
    "20,000 parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 20_000,
    "20,000 attached messages": multipart(*[b"Content-Type: message/rfc822\r\n\r\n" + HEAD + b"\r\nx"] * 20_000),
    "1,000 levels of parts": nested(1_000),
    "1,000 levels of messages": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 1_000 + LETTER,
    "5,000 zips": multipart(*[attached("a.zip", zipped({"a.txt": b"x"}))] * 5_000),
    "a zip of 2,000 zips": with_file("a.zip", zipped({f"{n}.zip": zipped({"a.txt": FORM}) for n in range(2_000)})),
    "wide and deep zips": with_file("a.zip", zipped({f"{n}.zip": zipped({f"{m}.zip": zipped({f"{k}.zip": zipped(
        {"a.txt": b"x"}) for k in range(12)}) for m in range(12)}) for n in range(12)})),
    "an endless signature": HEAD + attached("smime.p7m", b"0\x80\x06\x09*\x86H\x86\xf7\r\x01\x07\x02\xa0\x80" * 50_000),
    "winmail in winmail": with_file("winmail.dat", winmail(files=[attached_message("a", winmail())] * 400)),
}  # fmt: skip


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_structure_costs_little(raw: bytes) -> None:
    began = time.process_time()
    reading = read(raw)
    assert time.process_time() - began < 12
    assert kind_of(reading) in {"unformalised", "question"}


def test_a_file_that_holds_itself_ends_at_the_depth(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quine (r.zip) cannot be written in a few lines; a reader of archives that gives back what it got is one."""
    quine = zipped({"r.zip": b"PK\x03\x04"})

    def itself(content: bytes, _allowance: Allowance):
        from mailgate.extract.opened import Opened

        return Opened(files=(Attachment("r.zip", "application/zip", content),))

    monkeypatch.setattr("mailgate.containers.open_archive", itself)
    (document,) = documents_in(files_of(open_mail(with_file("r.zip", quine))))
    assert document.source == "attachment:" + "/".join(["r.zip"] * 6)
    assert "nested deeper" in document.notes[0]
