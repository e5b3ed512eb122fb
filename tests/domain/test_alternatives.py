"""Two texts of one question: what clients leave out of one of them makes no second question."""

from __future__ import annotations

import pytest

from mailgate.domain.form.alternatives import lacks_a_paragraph, lost_letters, shared_words
from mailgate.domain.hot01 import FormsFound, find_forms
from mailgate.extract.html.reader import read_html
from mailgate.extract.text import read_text

HEAD = """Zgłoszenie pytania HOT-01
data: 20.11.2026  znak: DK.1.2026
Imię i nazwisko: Igor Li
Nazwa Urzędu: UG Hel
Kontakt: 58 675 05 38
Treść pytania:
"""
LINK = '<a href="https://a.example/x">instrukcji</a>'


def found(plain: str, html: str, head: str = HEAD) -> FormsFound:
    page = HEAD.replace("\n", "<br>") + html
    return find_forms([read_text(head + plain, "body"), read_html(page, "body")])


@pytest.mark.parametrize(
    ("plain", "html", "standing"),
    [
        (
            "Widzę:\n[cid:image001.png@01DC.5A7B]\nCo robić?",
            "Widzę:<br><img src='cid:x'>Co robić?",
            "Widzę:\nCo robić?",
        ),
        ("Widzę:\n[image: image.png]\nCo robić?", "Widzę:<br><img src='cid:x'>Co robić?", "Widzę:\nCo robić?"),
        ("Co to?\nZrzut ekranu", "Co to?<br><img src='cid:x' alt='Zrzut ekranu'>", "Co to?"),
        ("Pisze jan@k.example<mailto:jan@k.example>?", "Pisze jan@k.example?", "Pisze jan@k.example?"),
        ("Czy www.gov.pl<http://www.gov.pl/> działa?", "Czy www.gov.pl działa?", "Czy www.gov.pl działa?"),
        (
            "Z instrukcji [1]?\n\nLinks:\n------\n[1] https://a.example/x",
            f"Z {LINK}?",
            "Z instrukcji <https://a.example/x>?",
        ),
        ("Co z instrukcji?", f"Co z {LINK}?", "Co z instrukcji <https://a.example/x>?"),
        ("Jak cofn?? list? wyp?at?", "Jak cofnąć listę wypłat?", "Jak cofnąć listę wypłat?"),
        ("Co to?\n\nDrugi akapit jest tylko tutaj.", "Co to?", "Co to?\n\nDrugi akapit jest tylko tutaj."),
        ("Co to?", "Co to?<p>Drugi akapit jest tylko tutaj.</p>", "Co to?\n\nDrugi akapit jest tylko tutaj."),
    ],
)
def test_alternatives_that_differ_by_a_mark_or_a_paragraph_are_one_form_with_the_better_text(
    plain: str, html: str, standing: str
) -> None:
    (form,) = found(plain, html).forms
    assert (form.question or "").replace("\n\n", "\n") == standing.replace("\n\n", "\n")


def test_a_signature_that_only_html_marks_does_not_bring_back_the_plain_text() -> None:
    html = '<p>Kto podpisuje?</p><div class="gmail_signature">Urząd Gminy ulica Długa</div>'
    (form,) = found("Kto podpisuje?\nUrząd Gminy ulica Długa", html).forms
    assert form.question == "Kto podpisuje?"


def test_alternatives_with_nothing_in_common_are_two_questions() -> None:
    assert len(found("Kiedy będzie szkolenie?", "Jak cofnąć zatwierdzenie listy wypłat?").forms) == 2


def test_alternatives_that_differ_in_the_sign_and_mostly_in_the_question_are_two_questions() -> None:
    other = HEAD.replace("DK.1.2026", "DK.2.2026")
    assert len(found("Jak wydrukować listę?", "Jak cofnąć listę wypłat zatwierdzoną wczoraj?", other).forms) == 2


def test_footnotes_and_targets_are_no_words() -> None:
    assert shared_words("Z instrukcji [1] w systemie", "Z instrukcji <https://a.example/x> w systemie") == 1


def test_lost_letters_are_told_from_question_marks() -> None:
    assert [lost_letters(text) for text in ("cofn?? i wyp?at", "Kto? Kiedy?", "wyp\ufffdat")] == [2, 0, 1]


def test_a_paragraph_that_only_one_has_is_noticed() -> None:
    assert lacks_a_paragraph("Jeden wiersz.", "Jeden wiersz.\nDrugi jest nowy.")
    assert not lacks_a_paragraph("Jeden wiersz. Drugi jest nowy.", "Jeden wiersz.\nDrugi jest nowy.")
