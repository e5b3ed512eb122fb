"""Files come out of signatures in XML under their own names."""

from __future__ import annotations

import pytest
from packing.mails import xades

from mailgate.domain.mail import Attachment
from mailgate.extract.signed.xades import signed_in_xml


def opened(name: str, content: bytes) -> tuple[Attachment, ...] | None:
    return signed_in_xml(Attachment(name, "application/xml", content))


@pytest.mark.parametrize(
    ("name", "inner"),
    [("HOT-01.docx.xades", "HOT-01.docx"), ("HOT-01.docx.xml", "HOT-01.docx"), ("HOT-01.xml", "HOT-01.zip")],
)
def test_the_signed_file_comes_out_under_its_own_name(name: str, inner: str) -> None:
    files = opened(name, xades(b"PK\x03\x04tresc"))
    assert files is not None
    assert [(file.name, file.content) for file in files] == [(inner, b"PK\x03\x04tresc")]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<x/>",
        xades(b""),
        xades(b"x")[:-20],
        xades(b"x", "<!DOCTYPE x [<!ENTITY a 'b'>]>"),
        b"tekst " + xades(b"x"),
    ],
)
def test_what_is_none_or_damaged_gives_none(content: bytes) -> None:
    assert opened("a.xml", content) is None
