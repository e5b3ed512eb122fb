"""Whatever shape a letter of ours takes in an answer or its files, it is found before it leaves."""

from __future__ import annotations

import base64
import quopri
import time
import zipfile
from collections.abc import Callable
from html import escape
from io import BytesIO

import pytest

from mailgate.domain.mail import Attachment
from mailgate.domain.quotation.leaks import leak_in
from mailgate.domain.quotation.marks import LAST_LINE, MARKER_LINE

TOKEN = "gq4n8554abcdefgh234567ab".replace("8", "2")
LETTER = f"""{MARKER_LINE}

Nowe pytanie HOT-01/2026/000123

Od: Jan Bąk <j.bak@ug.example>
Wpłynęło: piątek, 20 listopada 2026, 10:30
Liczy się od: piątek, 20 listopada 2026, 10:30

Treść pytania:

    Jak wycofać zatwierdzone sprawozdanie?

Termin potwierdzenia: poniedziałek, 23 listopada 2026, 16:00
Kod wiadomości: {TOKEN}
{LAST_LINE}
"""
WITHOUT_MARKER = LETTER.partition("\n\n")[2].partition("Kod wiad")[0]


def _file(content: bytes, name: str = "plik.bin") -> Attachment:
    return Attachment(name, "application/octet-stream", content)


def _zipped(content: bytes) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pytanie.eml", content)
    return made.getvalue()


@pytest.mark.parametrize("mark", ["", "| ", "% ", "HL> ", "» ", "* ", "\t", "> > "])
@pytest.mark.parametrize("letter", [LETTER, WITHOUT_MARKER, MARKER_LINE, LAST_LINE, f"Kod wiadomości:\n{TOKEN}"])
def test_a_letter_of_ours_is_found_in_a_text_behind_any_mark(letter: str, mark: str) -> None:
    assert leak_in("Proszę.\n" + "\n".join(mark + line for line in letter.splitlines()), ()) is not None


@pytest.mark.parametrize(
    "change",
    [
        lambda text: " ".join(text.split()),
        lambda text: text.replace(" ", "\n> "),
        lambda text: text.replace(" ", "\nHL> "),
        lambda text: text.replace(" ", "\xa0"),
        lambda text: text.replace("e", "e\u200b"),
        str.upper,
        lambda text: text.encode().decode("latin-1"),
        lambda text: text.encode("ascii", "replace").decode(),
        lambda text: text.translate(str.maketrans("ąćęłńóśźż", "acelnoszz")),
    ],
)
def test_a_letter_of_ours_is_found_however_its_text_was_spoilt(change: Callable[[str], str]) -> None:
    assert leak_in(change(LETTER), ()) is not None
    assert leak_in(change(MARKER_LINE), ()) is not None


@pytest.mark.parametrize(
    "text", [f"<hot01.17.{TOKEN}@csizs.example>", f"hotline+r.{TOKEN}@csizs.example", f"HOT01.17.{TOKEN.upper()}@x"]
)
def test_a_token_is_found_in_a_text(text: str) -> None:
    assert leak_in(f"Proszę pisać: {text}", ()) is not None


@pytest.mark.parametrize("encoding", ["utf-8", "cp1250", "iso-8859-2", "utf-16-le", "utf-16-be", "utf-16"])
@pytest.mark.parametrize("letter", [LETTER, WITHOUT_MARKER, MARKER_LINE])
def test_a_letter_of_ours_is_found_in_a_file_of_any_encoding(letter: str, encoding: str) -> None:
    content = b"\xd0\xcf\x11\xe0 " * 20_000 + letter.encode(encoding)
    assert leak_in("Proszę.", [_file(b"nic"), _file(content)]) is not None


@pytest.mark.parametrize(
    "pack",
    [
        lambda raw: b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(raw),
        lambda raw: b"Content-Transfer-Encoding: BASE64\n\n" + base64.b64encode(raw),
        quopri.encodestring,
        lambda raw: escape(raw.decode()).encode("ascii", "xmlcharrefreplace"),
        _zipped,
        lambda raw: _zipped(_zipped(raw)),
        lambda raw: _zipped(b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(raw)),
    ],
)
def test_a_letter_of_ours_is_found_in_a_file_however_it_is_packed(pack: Callable[[bytes], bytes]) -> None:
    found = leak_in(None, [_file(pack(LETTER.encode()), "pytanie.dat")])
    assert found is not None
    assert "pytanie.dat" in found


@pytest.mark.parametrize(
    "text",
    [
        "Dzień dobry,\n\nproszę wybrać Plik > Drukuj.\n\nZ poważaniem\nAnna Nowak",
        "Termin potwierdzenia: do 16:00 następnego dnia.",
        "Imię i nazwisko Użytkownika: Jan Bąk\nNazwa Urzędu: UG\nTreść pytania:\nJak wydrukować?",
        "Odpowiedź na pytanie HOT-01/2026/000123: wystarczy odpowiedzieć na tę wiadomość.",
        "Wpłynęło: 20.11.2026\nLiczy się od: 20.11.2026",
        "Kod wiadomości: E-1234",
        "",
    ],
)
def test_an_ordinary_answer_holds_nothing_of_ours(text: str) -> None:
    assert leak_in(text, [_file(text.encode()), _file(_zipped(text.encode())), _file(b"PK\x03\x04 broken")]) is None


def test_large_files_and_packed_bombs_are_looked_at_within_seconds() -> None:
    bomb = _zipped(_zipped(bytes(100_000_000)))
    spoilt = [
        b"prosz" * 2_000_000,
        b"kod wiadomosci " * 1_000_000,
        b"wplynelo : " * 500_000,
        b"base64" + b"QUJD" * 5_000_000,
    ]
    started = time.process_time()
    assert leak_in("proszę pisać " * 100_000, [_file(content) for content in (bomb, *spoilt)]) is None
    assert time.process_time() - started < 20
