"""A mail comes out of its signature or winmail.dat as its sender wrote it."""

from __future__ import annotations

import pytest
from packing.mails import FORM, HEAD, TEXT, UTF8, attached, entity, multipart, with_file
from packing.pgp import armour, signed
from packing.signed import compressed, detached, enveloped, opaque, streamed
from packing.tnef import BINARY, File, rtf, winmail

from mailgate.domain.mail import InboundMail
from mailgate.extract.wrapping import open_mail

INNER = entity("mixed", UTF8 + "\r\nDzień dobry".encode(), attached("HOT-01.txt", FORM))
FROM_HTML = b"{\\rtf1\\ansi\\ansicpg1250\\fromhtml1 {\\*\\htmltag64 <p>}Za\\'bf\\'f3\\'b3\\'e6}"


def names(mail: InboundMail) -> list[str]:
    return [attachment.name for attachment in mail.attachments]


@pytest.mark.parametrize("sign", [opaque, streamed, compressed])
@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("smime.p7m", "application/pkcs7-mime; smime-type=signed-data"),
        ("smime.p7m", "application/x-pkcs7-mime"),
        ("smime.p7m", "application/octet-stream"),
        ("wiadomosc", "application/octet-stream"),
    ],
)
def test_a_signed_mail_has_the_text_and_files_that_were_signed(sign, name: str, content_type: str) -> None:
    mail = open_mail(HEAD + attached(name, sign(INNER), content_type))
    assert [text.strip() for text in mail.plain] == ["Dzień dobry"]
    assert names(mail) == ["HOT-01.txt"]
    assert any("the signature was not checked" in note for note in mail.notes)


def test_a_notice_of_a_relay_stands_below_the_signed_text() -> None:
    mail = open_mail(multipart(UTF8 + b"\r\nPoufne.", attached("smime.p7m", opaque(INNER))))
    assert [text.strip() for text in mail.plain] == ["Dzień dobry", "Poufne."]


def test_signatures_in_signatures_come_off_down_to_the_fifth() -> None:
    raw = TEXT
    for _ in range(5):
        raw = attached("smime.p7m", opaque(raw))
    assert "Treść pytania" in open_mail(HEAD + raw).plain[0]
    deeper = open_mail(HEAD + attached("smime.p7m", opaque(raw)))
    assert deeper.plain == ()


@pytest.mark.parametrize("write", [enveloped, detached])
def test_what_holds_nothing_to_read_stays_a_file(write) -> None:
    assert names(open_mail(HEAD + attached("smime.p7m", write(INNER), "application/pkcs7-mime"))) == ["smime.p7m"]


def test_a_signed_file_stays_a_file_of_the_mail() -> None:
    assert names(open_mail(with_file("HOT-01.txt.p7m", opaque(FORM)))) == ["HOT-01.txt.p7m"]


def test_a_detached_signature_leaves_the_text_beside_it() -> None:
    signature = attached("smime.p7s", detached(TEXT), "application/pkcs7-signature")
    assert "Treść pytania" in open_mail(multipart(TEXT, signature, subtype="signed")).plain[0]


@pytest.mark.parametrize("name", ["winmail.dat", "win.dat", "ATT00001.bin"])
def test_a_winmail_gives_its_files_and_formatted_text(name: str) -> None:
    packed = winmail({0x1009: (BINARY, rtf(FROM_HTML))}, [File("HOT-01.txt", FORM)], body=b"inny")
    mail = open_mail(with_file(name, packed, "application/ms-tnef", text=b"tekst"))
    assert [text.strip() for text in mail.plain] == ["tekst"]
    assert mail.html == ("<p>Zażółć",)
    assert [(one.name, one.content) for one in mail.attachments] == [("HOT-01.txt", FORM)]


def test_the_text_in_a_winmail_is_taken_where_the_mail_has_none() -> None:
    mail = open_mail(with_file("winmail.dat", winmail(body=b"tekst"), text=b""))
    assert mail.plain == ("tekst",)


def test_files_of_equal_names_stay_apart() -> None:
    packed = winmail(files=[File("a.txt", b"1")])
    mail = open_mail(multipart(attached("a.txt", b"2"), attached("winmail.dat", packed), attached("c.txt", b"3")))
    assert [(one.name, one.content) for one in mail.attachments] == [
        ("a.txt", b"2"), ("a (2).txt", b"1"), ("c.txt", b"3")
    ]  # fmt: skip


def test_a_signed_winmail_is_opened_through() -> None:
    inner = entity("mixed", attached("winmail.dat", winmail(files=[File("HOT-01.txt", FORM)])))
    assert names(open_mail(HEAD + attached("smime.p7m", opaque(inner)))) == ["HOT-01.txt"]


def test_a_cleartext_signature_comes_off_the_text() -> None:
    signed = "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\n- - Tak.\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\niQ\r\n"
    mail = open_mail(HEAD + UTF8 + b"\r\n" + signed.encode() + b"-----END PGP SIGNATURE-----\r\n")
    assert [text.strip() for text in mail.plain] == ["- Tak."]


def test_a_signed_message_in_armour_comes_out_where_it_stood() -> None:
    mail = open_mail(HEAD + UTF8 + b"\r\nPrzed\r\n" + armour(signed("Zażółć".encode())) + b"Po")
    assert mail.plain == ("Przed\nZażółć\nPo",)


def test_of_a_macintosh_file_the_file_stays_under_its_name() -> None:
    fork = attached("HOT-01.txt", b"\0\x05\x16\x07" + bytes(40), "application/applefile")
    both = entity("appledouble", fork, attached("HOT-01.txt", FORM), boundary=b"c")
    mail = open_mail(multipart(UTF8 + b"\r\n-", both))
    assert [(one.name, one.content) for one in mail.attachments] == [("HOT-01.txt", FORM)]
