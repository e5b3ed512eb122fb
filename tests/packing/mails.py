"""Messages as people send them, put together from parts."""

from __future__ import annotations

import base64
import struct
import zipfile
from io import BytesIO

HEAD = (
    b"From: Jan <jan@ug.example>\r\nTo: hotline@csizs.example\r\nSubject: pytanie\r\nMessage-ID: <1@ug.example>\r\n"
    b"MIME-Version: 1.0\r\n"
)
LABELS = (
    "CSIZS  Zgłoszenie pytania HOT-1  data: 20.11.2026  znak: OPS.1.2026\r\n"
    "Imię i nazwisko Użytkownika: Jan Łoś\r\nNazwa Urzędu: Urząd Gminy Łąck\r\n"
    "Zwrotny nr telefonu, e-mail: 24 261 40 21, jan@ug.example\r\nTreść pytania:\r\n"
)
QUESTION = "Dlaczego wniosek jest roboczy?"
FORM = f"{LABELS}{QUESTION}\r\n".encode()
BLANK = LABELS.replace("Jan Łoś", "").encode()
PAGE_FORM = (
    "<table><tr><td>Imię i nazwisko Użytkownika</td><td>Jan Łoś</td></tr><tr><td>Nazwa Urzędu</td><td>Urząd Gminy Łąck"
    "</td></tr><tr><td>Zwrotny nr telefonu, e-mail</td><td>24 261 40 21, jan@ug.example</td></tr><tr><td>Treść pytania"
    f"</td><td>{QUESTION}</td></tr></table>"
)
UTF8 = b"Content-Type: text/plain; charset=utf-8\r\n"
TEXT = UTF8 + b"\r\n" + FORM


def entity(subtype: str, *parts: bytes, boundary: bytes = b"b") -> bytes:
    """A multipart without the headers of a message."""
    head = b"Content-Type: multipart/" + subtype.encode() + b"; boundary=" + boundary + b"\r\n\r\n"
    return head + b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + boundary + b"--\r\n"


def multipart(*parts: bytes, subtype: str = "mixed", boundary: bytes = b"b") -> bytes:
    return HEAD + entity(subtype, *parts, boundary=boundary)


def attached(name: str, content: bytes, content_type: str = "application/octet-stream") -> bytes:
    head = f'Content-Type: {content_type}\r\nContent-Disposition: attachment; filename="{name}"\r\n'
    return head.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(content)


def with_file(name: str, content: bytes, content_type: str = "application/octet-stream", text: bytes = b"-") -> bytes:
    """A mail of a few words with one file."""
    return multipart(UTF8 + b"\r\n" + text, attached(name, content, content_type))


def apple_single(content: bytes, start: int = 38) -> bytes:
    head = struct.pack(">II16xH", 0x00051600, 0x00020000, 1)
    return head + struct.pack(">III", 1, start, len(content)) + content


def zipped(members: dict[str, bytes]) -> bytes:
    raw = BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return raw.getvalue()


def xades(content: bytes, before: str = "") -> bytes:
    """An enveloping signature, as podpis zaufany writes it."""
    text = base64.b64encode(content).decode()
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="s">'
        '<ds:SignedInfo/><ds:Object><q xmlns="http://uri.etsi.org/01903/v1.3.2#"/></ds:Object><ds:Object Id="o" '
        f'Encoding="http://www.w3.org/2000/09/xmldsig#base64">{text}</ds:Object></ds:Signature>'
    ).encode()
