"""What letters say of a mail beside its form: words outside of it, files that nobody could read, letters held back."""

from __future__ import annotations

import io
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfWriter
from servers.deployment import ANNA, Deployment, form_text, mail, reply_to, text_of

from mailgate.resources import blank_forms

pytestmark = pytest.mark.only_on("sqlite", "what letters say has nothing to do with the database")

CLERK = "j.bak@ug.debowa.example"
FROM = f"Jan Bąk <{CLERK}>"
URGENT = "Sprawa pilna: stoi wypłata zasiłków. Proszę dzwonić na 600 700 800, bo w formularzu jest stary numer."
SCANS = Path(__file__).parent.parent / "files" / "scans"


def with_form(text: str, name: str = "HOT-01.txt") -> EmailMessage:
    """A mail with a filled form as a file."""
    message = mail(text)
    message.add_attachment(form_text().encode(), maintype="text", subtype="plain", filename=name)
    return message


def to_clerk(letters: list[EmailMessage]) -> EmailMessage:
    (letter,) = [one for one in letters if CLERK in one["To"]]
    return letter


def to_anna(letters: list[EmailMessage]) -> EmailMessage:
    (letter,) = [one for one in letters if "anna.nowak" in one["To"]]
    return letter


def html_of(letter: EmailMessage) -> str:
    body = letter.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def locked_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.encrypt("tajne", algorithm="RC4-128")
    raw = io.BytesIO()
    writer.write(raw)
    return raw.getvalue()


def damaged_docx() -> bytes:
    content = blank_forms()[0].content
    middle = len(content) // 2
    return content[: middle - 400] + b"\x00" * 800 + content[middle + 400 :]


def small_scan() -> bytes:
    raw = io.BytesIO()
    with Image.open(SCANS / "bw.tif") as scan:
        scan.convert("L").resize((355, 500), Image.Resampling.LANCZOS).save(raw, "PNG")
    return raw.getvalue()


def test_words_outside_the_form_reach_the_consultants_and_the_record_only(gate: Deployment) -> None:
    gate.send(with_form(f"Dzień dobry,\n\n{URGENT}\n\nPozdrawiam\nJan Bąk"))
    letters = gate.letters(3)
    assert f"Treść wiadomości poza formularzem:\n\n    Dzień dobry,\n\n    {URGENT}\n" in text_of(to_anna(letters))
    assert URGENT in html_of(to_anna(letters))
    assert "600 700 800" not in text_of(to_clerk(letters))
    gate.settled()
    assert gate.register()[0]["question"] == "Jak wycofać zatwierdzone sprawozdanie?"
    (note,) = gate.events("note")
    assert URGENT in note.detail["text"]


def test_a_mail_that_only_hands_a_form_over_says_nothing_more(gate: Deployment) -> None:
    gate.send(with_form("Dzień dobry, w załączeniu przesyłam formularz. Pozdrawiam\nJan Bąk"))
    assert "poza formularzem" not in text_of(to_anna(gate.letters(3)))
    assert gate.events("note") == []


@pytest.mark.parametrize(
    ("name", "content", "sentence", "reason"),
    [
        ("HOT-01.pdf", locked_pdf(), "plik jest zabezpieczony hasłem", "zabezpieczony hasłem lub zaszyfrowany"),
        ("HOT-01.docx", damaged_docx(), "plik jest uszkodzony", "uszkodzony"),
        ("skan.png", small_scan(), "300 dpi", "nieczytelny skan"),
    ],
)
@pytest.mark.usefixtures("polish_tesseract")
def test_a_file_that_cannot_be_read_is_named_to_clerk_and_consultant(
    gate: Deployment, name: str, content: bytes, sentence: str, reason: str
) -> None:
    message = mail("W załączeniu formularz.")
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    gate.send(message)
    letters = gate.letters(3)
    told = text_of(to_clerk(letters))
    assert f"„{name}” – " in told
    assert sentence in told
    assert f"prosimy je przejrzeć: {name} ({reason})." in text_of(to_anna(letters))


def test_a_picture_beside_a_form_is_named_in_the_receipt(gate: Deployment) -> None:
    message = mail(form_text())
    message.add_attachment((SCANS / "clean.png").read_bytes(), maintype="image", subtype="png", filename="skan.png")
    gate.send(message)
    told = text_of(to_clerk(gate.letters(3)))
    assert "Pliku „skan.png” nie odczytywaliśmy" in told
    assert "przesłać go w osobnej wiadomości" in told


def test_a_consultant_is_not_told_of_a_blank_form_that_the_brake_held_back(gate: Deployment) -> None:
    for number in range(4):
        gate.send(mail(f"Dzień dobry, pytanie {number}: jak nadać uprawnienie o nazwie {chr(97 + number) * 9}?"))
        last = gate.letters(3 if number < 3 else 2)
        told = text_of(to_anna(last))
        assert ("Nadawca otrzymał pusty formularz" in told) is (number < 3)
    assert "nie wysłaliśmy do niego żadnej" in told


def test_a_blank_form_is_not_shown_again_in_its_follow_up(gate: Deployment) -> None:
    blank = form_text(question="", office="").rstrip()
    gate.send(mail(f"Proszę o pilny kontakt.\n\n{blank}\n\n-- \nJan Bąk\nwarsztaty i szkolenia\n"))
    gate.send(reply_to(to_clerk(gate.letters(3)), "Czy formularz doszedł?", "Ewa Lis <e.lis@ug.debowa.example>"))
    told = text_of(to_anna(gate.letters(2)))
    below = told.partition("Treść pytania: nie wpisano")[2]
    assert "Proszę o pilny kontakt." in below
    assert "Nazwa Urzędu" not in below
    assert "warsztaty" not in below


def test_the_clerk_is_reminded_of_the_question_line_by_line(gate: Deployment) -> None:
    gate.send(mail(form_text(question="Kto zmienia operatora?\n- raz\n- dwa")))
    gate.send(reply_to(to_anna(gate.letters(3)), "Administrator lokalny.", ANNA))
    (answer,) = gate.letters(1)
    assert "Państwa pytanie:\n    Kto zmienia operatora?\n    - raz\n    - dwa\n" in text_of(answer)
    assert "- raz<br>" in html_of(answer)


def test_a_reply_that_holds_only_the_quotation_is_no_news(gate: Deployment) -> None:
    gate.send(mail(form_text()))
    gate.send(reply_to(to_anna(gate.letters(3)), "Proszę użyć przycisku Wycofaj.", ANNA))
    (answer,) = gate.letters(1)
    gate.send(reply_to(answer, "", FROM))
    told = text_of(to_anna(gate.letters(2)))
    gate.settled()
    assert "nie zawiera nowego tekstu" in told
    assert "przycisku Wycofaj" not in told
    assert gate.register()[0]["status"] == "finished"
