"""A mail that is encrypted as a whole is unreadable; one that merely carries something encrypted is not."""

from __future__ import annotations

import pytest
from packing.mails import HEAD, UTF8, attached, multipart
from packing.signed import enveloped, opaque

from mailgate.domain.message.legibility import encryption
from mailgate.extract.wrapping import open_mail

ARMOUR = b"-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA0000000\r\n-----END PGP MESSAGE-----\r\n"
READABLE = b"-----BEGIN PGP MESSAGE-----\r\n\r\nowGbwMvMwMH\r\n-----END PGP MESSAGE-----\r\n"
HTML = b"Content-Type: text/html; charset=utf-8\r\n"
SECRET = enveloped(b"x")


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + attached("smime.p7m", SECRET, "application/x-pkcs7-mime; smime-type=enveloped-data"),
        HEAD + attached("smime.p7m", SECRET, "application/octet-stream"),
        HEAD + attached("x", SECRET, "application/pkcs7-mime"),
        multipart(attached("smime.p7m", SECRET, "application/pkcs7-mime"), UTF8 + "\r\nTreść poufna.".encode()),
        HEAD + attached("smime.p7m", opaque(attached("smime.p7m", SECRET)), "application/pkcs7-mime"),
        multipart(attached("v", b"Version: 1", "application/pgp-encrypted"), subtype="encrypted"),
        multipart(UTF8 + b"\r\n", attached("v", b"Version: 1", "application/pgp-encrypted")),
        HEAD + b"\r\n" + ARMOUR,
        HEAD + UTF8 + "\r\nDzień dobry, szyfruję:\r\n".encode() + ARMOUR,
        HEAD + HTML + b"\r\n<html><body><pre>" + ARMOUR + b"</pre></body></html>",
        HEAD + HTML + b"\r\n<div>" + ARMOUR.replace(b"\r\n", b"<br>\r\n") + b"</div>",
        multipart(UTF8 + b"\r\n", attached("wiadomosc.gpg", b"\x85\x01\x0c" + bytes(50))),
    ],
)
def test_an_encrypted_mail_is_known(raw: bytes) -> None:
    assert encryption(open_mail(raw)) is not None


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"\r\nTekst.",
        HEAD + b"\r\n> " + ARMOUR.replace(b"\r\n", b"\r\n> "),
        HEAD + b"\r\n" + READABLE,
        HEAD + HTML + b"\r\n<p>Tak.</p><blockquote>" + ARMOUR + b"</blockquote>",
        multipart(UTF8 + b"\r\nTekst.", attached("umowa.pdf.p7m", SECRET)),
        multipart(UTF8 + b"\r\nTekst.", attached("plik.pgp", ARMOUR)),
        multipart(UTF8 + b"\r\n", attached("key.asc", b"-----BEGIN PGP PUBLIC KEY BLOCK-----", "application/pgp-keys")),
        multipart(UTF8 + b"\r\n", attached("zdjecie.jpg", b"\xff\xd8\xff\xe0" + bytes(20))),
    ],
)
def test_a_mail_that_can_be_read_is_not_encrypted(raw: bytes) -> None:
    assert encryption(open_mail(raw)) is None
