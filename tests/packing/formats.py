"""Messages with a filled form in each format that people send: as many different ones as are wanted."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from forms.layouts import Filled
from packing.corpus import HTML, quoted_printable
from packing.mails import HEAD, PAGE_FORM, UTF8, attached, entity, with_file, zipped
from packing.signed import opaque
from packing.tnef import File, winmail

from forms import filling

TESTS = Path(__file__).resolve().parents[1]
OFFICE = TESTS / "extract" / "office"
SCAN = TESTS / "files" / "scans" / "clean.png"


def filled(number: int) -> Filled:
    """A form whose values all bear the number."""
    return Filled(
        date="20.11.2026",
        reference=f"OPS.{number}.2026",
        user_name="Janina Żółkiewska",
        office=f"Ośrodek Pomocy Społecznej nr {number}",
        contact=f"24 261 {number // 100 % 100:02} {number % 100:02}, j.zolkiewska@ops{number}.example",
        question=f"Dlaczego po zatwierdzeniu wniosku nr {number} jego stan nadal pokazuje się jako roboczy?\n"
        "Wylogowanie i ponowne zalogowanie nic nie zmienia.",
    )


def _text(number: int) -> bytes:
    return filling.text(filled(number))


def _plain(number: int) -> bytes:
    return HEAD + UTF8 + b"\r\n" + _text(number)


def _page(number: int) -> bytes:
    form = PAGE_FORM.replace("Łąck", f"Łąck nr {number}").replace("wniosek", f"wniosek nr {number}")
    return HEAD + HTML + quoted_printable(f"<html><body><p>Dzień dobry</p>{form}</body></html>")


def _attached(name: str, made: Callable[[int], bytes]) -> Callable[[int], bytes]:
    return lambda number: with_file(name, made(number))


def _office(name: str, printed: str) -> Callable[[int], bytes]:
    """A file that an office program wrote, with another number in place of the ``printed`` one of four digits."""
    content = (OFFICE / name).read_bytes()

    def numbered(number: int) -> bytes:
        written = f"{number % 10_000:04}"
        return _repacked(content, printed, written) if content[:2] == b"PK" else _replaced(content, printed, written)

    return numbered


def _replaced(content: bytes, old: str, new: str) -> bytes:
    """Digits of equal number replaced, as single bytes and as UTF-16."""
    for encoding in ("ascii", "utf-16-le"):
        content = content.replace(old.encode(encoding), new.encode(encoding))
    return content


def _repacked(content: bytes, old: str, new: str) -> bytes:
    raw = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(entry, _replaced(source.read(entry), old, new))
    return raw.getvalue()


def _packed(number: int) -> bytes:
    return zipped(
        {"Zgłoszenie/HOT-01.docx": filling.word(filled(number)), "Zgłoszenie/uwagi.txt": b"Prosze o pilna odpowiedz."}
    )


def _signed(number: int) -> bytes:
    inner = entity("mixed", UTF8 + b"\r\n-", attached("HOT-01.txt", _text(number)))
    return HEAD + attached("smime.p7m", opaque(inner), "application/pkcs7-mime; smime-type=signed-data")


def _winmail(number: int) -> bytes:
    packed = winmail(files=[File("HOT-01.docx", filling.word(filled(number)))])
    return with_file("winmail.dat", packed, "application/ms-tnef")


def _scan(number: int) -> bytes:
    """A scanned page; bytes after a picture's end say nothing and make it another file."""
    return with_file("skan.png", SCAN.read_bytes() + str(number).encode())


MAKERS: dict[str, Callable[[int], bytes]] = {
    "text": _plain,
    "HTML": _page,
    "DOCX": _attached("HOT-01.docx", lambda number: filling.word(filled(number))),
    "ODT": _attached("HOT-01.odt", lambda number: filling.opendocument(filled(number))),
    "RTF": _attached("HOT-01.rtf", _office("form-nested.rtf", "2143")),
    "DOC": _attached("HOT-01.doc", _office("form-nested.doc", "2143")),
    "PDF with fields": _attached("HOT-01.pdf", lambda number: filling.pdf(filled(number))),
    "flat PDF": _attached("HOT-01.pdf", lambda number: filling.pdf_flattened(filled(number))),
    "XLSX": _attached("HOT-01.xlsx", _office("form-heading.xlsx", "6009")),
    "XLS": _attached("HOT-01.xls", _office("form-heading.xls", "6009")),
    "ODS": _attached("HOT-01.ods", _office("form-heading.ods", "6009")),
    "ZIP": _attached("HOT-01.zip", _packed),
    "S/MIME": _signed,
    "winmail.dat": _winmail,
    "scan": _scan,
}
"""Format to maker: a number gives a message whose form bears that number."""
