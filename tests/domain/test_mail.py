"""The bytes of a message become one bounded value, and a fingerprint that relays do not change."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.domain.mail import Address, fingerprint, message_id_of, read_mail

HEAD = (
    b"From: Jan <jan@ug.example>\r\nSubject: x\r\nMessage-ID: <1@ug.example>\r\n"
    b"Date: Fri, 20 Nov 2026 11:17:00 +0100\r\n"
)


def mail(headers: str = "", body: bytes = b"tekst\r\n") -> bytes:
    return headers.encode("utf-8", "surrogateescape") + b"\r\n" + body


def multipart(*parts: bytes, subtype: str = "mixed") -> bytes:
    head = HEAD + f"Content-Type: multipart/{subtype}; boundary=b\r\n\r\n".encode()
    return head + b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"


def file_part(disposition: bytes, content: bytes = b"abc", content_type: bytes = b"application/octet-stream") -> bytes:
    head = b"Content-Type: " + content_type + b"\r\nContent-Transfer-Encoding: base64\r\n"
    return (
        head
        + (b"Content-Disposition: " + disposition + b"\r\n" if disposition else b"")
        + b"\r\n"
        + base64.b64encode(content)
    )


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        ("=?utf-8?q?Za=C5=BC=C3=B3=C5=82=C4=87?=", "Zażółć"),
        ("=?utf-8?b?xb0=?= =?utf-8?b?w7PFgnc=?=", "Žółw"),
        ("=?iso-8859-1?q?Za=BF=F3=B3=E6_g=EA=9Cl=B9?=", "Zażółć gęślą"),
        ("=?utf-8?q?=C5?= =?utf-8?q?=82=C3=B3d=C5=BA?=", "łódź"),
        ("PD:=?utf-8?q?=C5=82?=", "PD:ł"),
        ("=?x-unknown?q?=B9=BF?= reszta", "ąż reszta"),
        ("=?utf-8?q?a=0D=0ABcc:_x@y?=", "a Bcc: x@y"),
        ("a\r\n b", "a b"),
        ("=?utf-8?b?x", "=?utf-8?b?x"),
    ],
)
def test_a_subject_is_decoded(raw: str, subject: str) -> None:
    assert read_mail(mail(f"Subject: {raw}\r\n")).subject == subject


@pytest.mark.parametrize("codec", ["utf-8", "windows-1250", "iso-8859-2"])
def test_raw_eight_bit_headers_are_guessed(codec: str) -> None:
    raw = "Subject: Zażółć gęślą jaźń\r\nFrom: Żaneta Ścibor <z@ug.example>\r\n".encode(codec)
    read = read_mail(raw + b"\r\n")
    assert read.subject == "Zażółć gęślą jaźń"
    assert read.sender == Address("Żaneta Ścibor", "z@ug.example")


@pytest.mark.parametrize(
    ("value", "sender"),
    [
        ('"Kowalski, Jan" <jan@ug.example>', Address("Kowalski, Jan", "jan@ug.example")),
        ("=?iso-8859-2?q?=A3ucja?= <l@ug.example>", Address("Łucja", "l@ug.example")),
        ("jan@ug.example (Jan)", Address("Jan", "jan@ug.example")),
        ("Urząd: jan@ug.example, ewa@ug.example;", Address("", "jan@ug.example")),
        ("undisclosed-recipients:;", None),
        ("<a@x.example> <b@y.example>", None),
        ("", None),
        ("((((((", None),
    ],
)
def test_a_sender_is_what_the_header_settles(value: str, sender: Address | None) -> None:
    assert read_mail(mail(f"From: {value}\r\n")).sender == sender


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("Fri, 20 Nov 2026 11:17:00 +0100", datetime(2026, 11, 20, 10, 17, tzinfo=UTC)),
        ("Mon, 20 Jul 2026 11:17:00 CEST", datetime(2026, 7, 20, 9, 17, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 11:17:00 +0100 (CET)", datetime(2026, 11, 20, 10, 17, tzinfo=UTC)),
        ("20 Nov 2026 11:17:00 GMT", datetime(2026, 11, 20, 11, 17, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 11:17:00", None),
        ("Fri, 20 Nov 2026 11:17:00 XYZ", None),
        ("Fri, 20 Nov 2026 11:17:00 +9900", None),
        ("pt, 20 lis 2026 11:17:00 +0100", None),
        ("Fri, 31 Feb 2026 11:17:00 +0100", None),
        ("wczoraj", None),
    ],
)
def test_a_date_is_an_aware_instant_or_nothing(value: str, instant: datetime | None) -> None:
    assert read_mail(mail(f"Date: {value}\r\n")).date == instant


def test_a_date_keeps_the_senders_offset() -> None:
    date = read_mail(mail("Date: Fri, 20 Nov 2026 11:17:00 -0230\r\n")).date
    assert date is not None
    assert date.utcoffset() == -timedelta(hours=2, minutes=30)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<a@b>", ("<a@b>",)),
        ("<a@b> <c@d>\r\n <a@b>", ("<a@b>", "<c@d>")),
        ("<a@b>,<c@d>", ("<a@b>", "<c@d>")),
        ("a@b, c@d", ("<a@b>", "<c@d>")),
        ("< a @b >", ("<a@b>",)),
        ("Twoja wiadomość z wtorku", ()),
    ],
)
def test_references_are_read_in_all_their_shapes(value: str, expected: tuple[str, ...]) -> None:
    assert read_mail(mail(f"References: {value}\r\n")).references == expected


def test_an_oversized_message_id_is_replaced_by_its_digest() -> None:
    first, second = (message_id_of(mail(f"Message-ID: <{'x' * 1000}{end}@b>\r\n")) for end in "12")
    assert first is not None
    assert first != second
    assert len(first) < 100


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"\r\n",
        HEAD.replace(b"\r\n", b"\n") + b"\n",
        b"\xef\xbb\xbf\r\n" + HEAD,
        HEAD.replace(b": <1@", b":\r\n <1@"),
        HEAD.replace(b"Message-ID: <1@ug.example>", b"message-id:1@ug.example"),
    ],
)
def test_the_cheap_message_id_is_that_of_the_mail(raw: bytes) -> None:
    assert message_id_of(raw) == read_mail(raw).message_id == "<1@ug.example>"


def test_a_message_id_in_the_body_is_none_of_the_mail() -> None:
    assert message_id_of(b"Subject: x\r\n\r\nMessage-ID: <a@b>\r\n") is None


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b'attachment; filename="HOT-01.docx"', "HOT-01.docx"),
        (b"attachment; filename=moj plik.docx", "moj plik.docx"),
        (b"attachment; filename*=UTF-8''Zg%C5%82oszenie.docx", "Zgłoszenie.docx"),
        (b"attachment; filename*=iso-8859-2''Zg%B3oszenie.docx", "Zgłoszenie.docx"),
        (b"attachment; filename*0*=UTF-8''Zg%C5;\r\n filename*1*=%82oszenie;\r\n filename*2=.docx", "Zgłoszenie.docx"),
        (b"attachment; filename=\"plain.docx\"; filename*=UTF-8''%C5%82.docx", "ł.docx"),
        (b'attachment; filename="=?UTF-8?B?WmfFgm9zemVuaWUuZG9jeA==?="', "Zgłoszenie.docx"),
        ('attachment; filename="Zgłoszenie.docx"'.encode("windows-1250"), "Zgłoszenie.docx"),
        ('attachment; filename="Zgłoszenie.docx"'.encode(), "Zgłoszenie.docx"),
        (b'attachment; filename="../../etc/passwd"', "passwd"),
        (b'attachment; filename="C:\\Moje dokumenty\\plik.doc"', "plik.doc"),
        (b'attachment; filename="CON.docx"', "_CON.docx"),
        ('attachment; filename="a\u202excod.exe"'.encode(), "axcod.exe"),
        (b'attachment; filename="a\0b<c>.docx"', "ab_c_.docx"),
        (b"attachment; filename=" + b"x" * 300 + b".docx", "x" * 145 + ".docx"),
        (b"attachment", "część-1.bin"),
        (b'attachment; filename=".."', "część-1.bin"),
    ],
)
def test_a_name_is_decoded_and_safe(disposition: bytes, name: str) -> None:
    assert [file.name for file in read_mail(multipart(file_part(disposition))).attachments] == [name]


def test_an_unnamed_file_is_named_by_its_bytes() -> None:
    read = read_mail(multipart(b"\r\ntekst", file_part(b"", b"%PDF-1.4", b"application/msword")))
    assert [(file.name, file.content_type) for file in read.attachments] == [("część-2.pdf", "application/msword")]


def test_two_files_of_one_name_are_told_apart() -> None:
    part = file_part(b"attachment; filename=a.docx")
    assert [file.name for file in read_mail(multipart(part, part)).attachments] == ["a.docx", "a (2).docx"]


def test_an_attached_text_is_no_text_of_the_mail() -> None:
    read = read_mail(
        multipart(b"\r\ntekst", file_part(b"attachment; filename=a.txt", b"plik", b"text/plain; charset=cp852"))
    )
    assert read.plain == ("tekst",)
    assert [(file.name, file.content, file.charset) for file in read.attachments] == [("a.txt", b"plik", "cp852")]


def test_a_word_file_declared_as_text_is_a_file() -> None:
    read = read_mail(multipart(file_part(b"", b"PK\x03\x04word/document.xml", b"text/plain")))
    assert read.plain == ()
    assert read.attachments[0].name == "część-1.docx"


def test_of_alternatives_both_are_given() -> None:
    html = b"Content-Type: text/html\r\n\r\n<p>a</p>"
    read = read_mail(multipart(b"\r\na", html, subtype="alternative"))
    assert (read.plain, read.html, read.attachments) == (("a",), ("<p>a</p>",), ())


@pytest.mark.parametrize("encoding", ["7bit", "base64", "quoted-printable"])
def test_an_attached_message_is_one_file_with_its_bytes(encoding: str) -> None:
    inner = HEAD + b"\r\nw =C5=82rodku\r\n"
    written = {"base64": base64.encodebytes(inner), "quoted-printable": inner.replace(b"=", b"=3D")}.get(
        encoding, inner
    )
    part = f"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + written
    read = read_mail(multipart(b"\r\ntekst", part))
    assert read.plain == ("tekst",)
    assert [file.name for file in read.attachments] == ["część-2.eml"]
    assert read_mail(read.attachments[0].content).message_id == "<1@ug.example>"
    assert "=C5=82rodku" in read_mail(read.attachments[0].content).plain[0]


def test_a_missing_boundary_is_found_in_the_body() -> None:
    raw = HEAD + b"Content-Type: multipart/mixed\r\n\r\n--abc\r\n\r\ntekst\r\n--abc--\r\n"
    assert read_mail(raw).plain == ("tekst",)


def test_flowed_text_is_joined_and_its_signature_is_not() -> None:
    head = HEAD + b"Content-Type: text/plain; format=flowed\r\n"
    read = read_mail(head + b"\r\nimie i \r\nnazwisko\r\n> a \r\n> b\r\n> > c\r\n-- \r\nJan\r\n")
    assert read.plain == ("imie i nazwisko\n> a b\n> > c\n-- \nJan\n",)


def test_flowed_text_with_delsp_is_joined_without_the_space() -> None:
    head = HEAD + b"Content-Type: text/plain; format=flowed; delsp=yes\r\n"
    assert read_mail(head + b"\r\nPrzenie \r\nsienie\r\n").plain == ("Przeniesienie\n",)


def test_a_file_uuencoded_in_the_text_is_a_file() -> None:
    read = read_mail(HEAD + b"\r\nprzed\r\nbegin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\npo\r\n")
    assert read.plain == ("przed\npo\n",)
    assert [(file.name, file.content) for file in read.attachments] == [("a.txt", b"Cat")]


def test_text_that_only_begins_like_uuencode_is_text() -> None:
    text = b"begin 644 times\r\nand never\r\nend\r\n"
    assert read_mail(HEAD + b"\r\n" + text).plain == (text.decode().replace("\r\n", "\n"),)


def test_the_page_itself_says_its_charset_where_mime_does_not() -> None:
    page = '<html><head><meta charset="iso-8859-2"></head>łódź</html>'.encode("iso-8859-2")
    assert "łódź" in read_mail(HEAD + b"Content-Type: text/html\r\n\r\n" + page).html[0]


def nested(depth: int) -> bytes:
    opened = (
        f"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n".encode() for level in range(depth)
    )
    return HEAD + b"".join(opened) + b"\r\ntekst\r\n"


@pytest.mark.parametrize(
    ("raw", "note"),
    [
        (HEAD + b"X: y\r\n" * 60_000 + b"\r\ntekst", "headers cut"),
        (HEAD + b"X: " + b"y" * 70_000 + b"\r\n\r\ntekst", "a header cut"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 2_000, "too many parts"),
        (nested(60), "nested deeper than 50"),
        (nested(990), "nested too deeply"),
        (nested(5_000), "MIME parts not opened"),
        (HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 300 + b"x", "RecursionError"),
        (b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\r\nFrom: a@b.example\r\n\r\nx", "headers cut"),
        (b"To: " + b"(" * 60_000 + b"\r\n\r\nx", "address header to"),
    ],
)
def test_over_a_limit_there_is_a_note_and_no_fault(raw: bytes, note: str) -> None:
    started = time.process_time()
    read = read_mail(raw)
    assert any(note in remark for remark in read.notes), read.notes
    assert time.process_time() - started < 5


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([
    b"Content-Type: multipart/mixed; boundary=b\r\n", b'Content-Type: text/plain; charset="\0x"\r\n', b"--b\r\n",
    b"--b--\r\n", b"\r\n", b"\n", b"Content-Type: message/rfc822\r\n", b"Content-Transfer-Encoding: base64\r\n", b"\0",
    b"From: =?utf-8?b?\xff?= <a@b>, (\r\n", b"=?utf-8?q?=C5?=", b"\xb9\xff", b"Subject: x\r\n", b"; name*0*=''%", b"x",
]), max_size=30))  # fmt: skip
def test_no_bytes_make_it_raise_and_all_text_can_be_stored(pieces: list[bytes]) -> None:
    read = read_mail(b"".join(pieces))
    str((read.subject, read.headers, read.plain, read.html, read.sender)).encode("utf-8")
    assert "\0" not in "".join((read.subject, *read.plain, *read.html))
    assert all(file.name for file in read.attachments)


RELAYED = [
    HEAD + b"\r\ntekst\r\n",
    b"Received: from x by y; Fri, 20 Nov 2026 11:17:04 +0100\r\nReturn-Path: <a@b>\r\n" + HEAD + b"\r\ntekst\r\n",
    HEAD + b"Authentication-Results: mx; spf=pass\r\nX-Spam-Score: 1\r\nDKIM-Signature: v=1\r\n\r\ntekst\r\n",
    HEAD.replace(b"\r\n", b"\n") + b"\ntekst\n",
    HEAD + b"\r\ntekst\r\n\r\n\r\n",
    HEAD.replace(b"Subject: x\r\n", b"Subject:\r\n\tx\r\n") + b"\r\ntekst\r\n",
    HEAD.replace(b"Subject", b"SUBJECT") + b"\r\ntekst",
]


@pytest.mark.parametrize("raw", RELAYED[1:])
def test_a_relay_does_not_change_the_fingerprint(raw: bytes) -> None:
    assert fingerprint(raw) == fingerprint(RELAYED[0])


@pytest.mark.parametrize(
    "raw", [HEAD + b"\r\ninny\r\n", HEAD.replace(b"Subject: x", b"Subject: y") + b"\r\ntekst\r\n", HEAD, b""]
)
def test_different_mails_with_one_message_id_have_different_fingerprints(raw: bytes) -> None:
    assert fingerprint(raw) != fingerprint(RELAYED[0])


def test_the_headers_that_are_there_are_told_in_the_order_asked() -> None:
    found = read_mail(mail("X-Loop: a\r\nFrom: a@b.example\r\nX-LOOP: b\r\nEmpty:\r\n"))
    assert found.present(("list-id", "from", "x-loop", "empty")) == ["from", "x-loop", "empty"]


def test_a_fault_of_mail_parser_costs_the_structure_of_one_header_and_not_the_mail(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fault(value: str, **_options: object) -> list[tuple[str, str]]:
        raise RecursionError(value)

    monkeypatch.setattr("mailgate.domain.message.headers.get_addresses", fault)
    found = read_mail(mail("From: Ewa <ewa@fault.example>\r\nSubject: x\r\n"))
    assert found.sender == Address("", "ewa@fault.example")
    assert "address header from: read without mail-parser: RecursionError" in found.notes


def test_an_address_that_is_its_own_name_has_no_name() -> None:
    found = read_mail(mail('From: "jan@ug.example" <jan@ug.example>\r\n'))
    assert found.sender == Address("", "jan@ug.example")
