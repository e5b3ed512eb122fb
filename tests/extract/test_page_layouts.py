"""Layouts without drawn lines: what stands at which place of a page tells what belongs together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from mailgate.domain.document import Document, lines_of
from mailgate.domain.hot01 import Hot01, find_forms
from mailgate.extract.page.lines import lines_of_words
from mailgate.extract.page.pages import blocks_of_pages
from mailgate.extract.page.shapes import Box, Page, Rule, Word
from mailgate.extract.page.wraps import texts_of

_HEIGHT = 10.0
_LETTER = 5.0
Placed = tuple[float, float, str]
"""Where a text begins from the left and from the top, and the text."""
HEAD: tuple[Placed, ...] = ((50, 50, "CSIZS Zgłoszenie pytania HOT-01"),)
ASKED: tuple[Placed, ...] = ((50, 400, "Treść pytania:"), (50, 412, "Dlaczego wniosek ma stan roboczy?"))


def words(x: float, top: float, text: str) -> list[Word]:
    found = []
    for part in text.split(" "):
        found.append(Word(part, Box(x, top, x + _LETTER * len(part), top + _HEIGHT)))
        x += _LETTER * (len(part) + 1)
    return found


def page(*texts: Placed, width: float = 595, height: float = 842, rules: Sequence[Rule] = ()) -> Page:
    return Page(width, height, tuple(word for text in texts for word in words(*text)), tuple(rules))


def form_on(*pages: Page) -> Hot01:
    (form,) = find_forms([Document("attachment:a.pdf", blocks_of_pages(pages))]).forms
    return form


def joined(*texts: Placed, right: float) -> str:
    return "\n".join(texts_of(lines_of_words(page(*texts).words), right))


def test_labels_in_a_row_have_their_values_below_them() -> None:
    row: tuple[Placed, ...] = (
        (50, 100, "1. Zgłaszający"),
        (300, 100, "2. Nazwa Urzędu"),
        (50, 112, "Jerzy Źrebiec"),
        (300, 112, "Urząd Miejski w Grójcu,"),
        (300, 124, "Referat Spraw Społecznych"),
        (50, 150, "3. Kontakt: 883 117 914"),
    )
    form = form_on(page(*HEAD, *row, *ASKED))
    assert (form.user_name, form.phone) == ("Jerzy Źrebiec", "+48883117914")
    assert form.office == "Urząd Miejski w Grójcu, Referat Spraw Społecznych"


def test_labels_in_a_row_may_go_on_in_the_next_line() -> None:
    row: tuple[Placed, ...] = (
        (50, 100, "1. Osoba zgłaszająca (imię i"),
        (300, 100, "2. Nazwa jednostki:"),
        (50, 112, "nazwisko):"),
        (300, 112, "PUP w Iłży"),
        (50, 124, "Ewa Dąb"),
    )
    form = form_on(page(*HEAD, *row, *ASKED))
    assert (form.user_name, form.office) == ("Ewa Dąb", "PUP w Iłży")


def test_a_header_in_three_columns_is_read_column_by_column() -> None:
    header: tuple[Placed, ...] = (
        (50, 50, "CSIZS"),
        (150, 50, "HOT-01 Zgłoszenie"),
        (350, 50, "Data dokumentu: 19"),
        (150, 62, "pytania"),
        (350, 62, "czerwca 2026 r."),
        (350, 74, "znak: PS.7.2026"),
        (50, 100, "Imię i nazwisko Użytkownika: Ewa Dąb"),
    )
    form = form_on(page(*header, *ASKED))
    assert (form.date and form.date.isoformat(), form.reference, form.user_name) == (
        "2026-06-19",
        "PS.7.2026",
        "Ewa Dąb",
    )
    assert form.question == "Dlaczego wniosek ma stan roboczy?"


def test_a_value_at_the_middle_of_its_label_belongs_to_it() -> None:
    rows: tuple[Placed, ...] = (
        (50, 100, "Nazwisko i imię"),
        (200, 106, "Ignacy Rębacz"),
        (50, 112, "Użytkownika:"),
        (200, 130, "Miejski Ośrodek Pomocy Rodzinie,"),
        (50, 136, "Urząd:"),
        (200, 142, "Dział Świadczeń"),
    )
    form = form_on(page(*HEAD, *rows, *ASKED))
    assert form.user_name == "Ignacy Rębacz"
    assert form.office == "Miejski Ośrodek Pomocy Rodzinie, Dział Świadczeń"


def test_two_whole_labels_one_below_the_other_are_two() -> None:
    rows: tuple[Placed, ...] = (
        (50, 100, "Imię i nazwisko"),
        (200, 100, "Ewa Dąb"),
        (50, 112, "Urząd"),
        (200, 112, "PUP w Iłży"),
        (50, 124, "Telefon / e-mail"),
        (200, 124, "883 117 914"),
    )
    form = form_on(page(*HEAD, *rows, *ASKED))
    assert (form.office, form.phone) == ("PUP w Iłży", "+48883117914")


def test_a_remark_below_a_label_belongs_to_the_label() -> None:
    rows: tuple[Placed, ...] = (
        (50, 100, "Imię i nazwisko"),
        (50, 112, "(kto zgłasza)"),
        (200, 100, "Ewa Dąb"),
        (50, 130, "Urząd"),
        (200, 130, "PUP w Iłży"),
    )
    form = form_on(page(*HEAD, *rows, *ASKED))
    assert (form.user_name, form.office) == ("Ewa Dąb", "PUP w Iłży")


def test_a_question_at_the_middle_of_which_its_label_stands_is_whole() -> None:
    lines = ["Po zatwierdzeniu wniosku jego stan nie zmienia się,", "choć lista wypłat jest już zatwierdzona, a nawet"]
    lines += ["wysłana do banku. Tak samo jest po ponownym", "zalogowaniu w innej przeglądarce."]
    rows: list[Placed] = [(50, 100, "Imię i nazwisko:"), (200, 100, "Ewa Dąb"), (50, 120, "Telefon:")]
    rows += [(200, 120, "883 117 914"), *((200, 140 + 12 * n, line) for n, line in enumerate(lines))]
    form = form_on(page(*HEAD, *rows, (50, 158, "Treść pytania:")))
    assert (form.phone, form.question) == ("+48883117914", " ".join(lines))


def test_a_shade_around_a_label_is_no_table() -> None:
    box = [Rule(Box(45, 95, 550, 95)), Rule(Box(45, 112, 550, 112))]
    box += [Rule(Box(45, 95, 45, 112)), Rule(Box(550, 95, 550, 112))]
    form = form_on(page(*HEAD, (50, 98, "Nazwa Urzędu"), (50, 116, "PUP w Iłży"), *ASKED, rules=box))
    assert form.office == "PUP w Iłży"


@pytest.mark.parametrize(("width", "height"), [(595, 842), (842, 595)])
def test_a_footer_is_known_on_a_page_that_lies_on_its_side(width: float, height: float) -> None:
    footer = (50, height - 50, "Formularz HOT-01, druk wewnętrzny CSIZS")
    form = form_on(page(*HEAD, (50, 100, "Telefon: 883 117 914"), *ASKED, footer, width=width, height=height))
    assert form.question == "Dlaczego wniosek ma stan roboczy?"


def test_a_footer_of_every_page_is_known_where_text_reaches_down_to_it() -> None:
    footer = (50, 780, "Druk wewnętrzny CSIZS")
    first = page(*HEAD, *ASKED, (50, 765, "Tak jest od wczoraj i nic"), footer)
    form = form_on(first, page((50, 50, "nie pomaga."), footer))
    assert "Druk" not in (form.question or "")
    assert (form.question or "").split()[-2:] == ["nie", "pomaga."]


def test_a_link_that_was_broken_at_its_sign_is_whole() -> None:
    link = ("https://csizs.example/wnioski?", "id=7&tryb=2")
    assert joined((50, 50, f"Adres: {link[0]}"), (50, 62, link[1]), right=300) == f"Adres: {''.join(link)}"


def test_a_sentence_below_a_link_that_fills_its_line_is_not_glued_to_it() -> None:
    link = "https://csizs.example/portal/wnioski?id=7#zakladka-2"
    right = 50 + _LETTER * len(link)
    assert joined((50, 50, link), (50, 62, "Sprawa jest pilna."), right=right) == f"{link} Sprawa jest pilna."


def test_a_bracket_behind_an_address_ends_it() -> None:
    above = "(pomoc@csizs.instytucja)"
    right = 50 + _LETTER * len(above)
    assert joined((50, 50, above), (50, 62, "odesłała nas"), right=right) == f"{above} odesłała nas"


@pytest.mark.parametrize("pieces", [("Jednostka", "organizac", "yjna:"), ("Adres poczty", "elektron", "icznej:")])
def test_a_label_is_whole_where_its_column_broke_it_anywhere(pieces: tuple[str, ...]) -> None:
    texts: list[Placed] = [(50, 50 + 12 * n, piece) for n, piece in enumerate(pieces)]
    found = joined(*texts, right=50 + _LETTER * max(map(len, pieces)))
    assert found in ("Jednostka organizacyjna:", "Adres poczty elektronicznej:")


@pytest.mark.parametrize(
    ("above", "below"), [("PCPR.", "XII.4012.7.2026"), ("SR.I.071.43", "5.2026"), ("ORz", ".366.1")]
)
def test_a_reference_alone_behind_its_label_is_whole(above: str, below: str) -> None:
    right = 50 + _LETTER * len(f"znak: {above}")
    assert joined((50, 50, f"znak: {above}"), (50, 62, below), right=right) == f"znak: {above}{below}"


def test_an_address_longer_than_its_column_is_whole() -> None:
    above, below = "883117914 / dzi", "al.swiadczen.rodzinnych.i.alimentacyjnych@rops.example"
    assert joined((50, 50, above), (50, 62, below), right=50 + 80) == above + below


def test_the_year_s_abbreviation_begins_no_list() -> None:
    assert joined((50, 50, "z dnia 21.04.2026"), (50, 62, "r. (Dz. U. poz. 7)"), right=140) == (
        "z dnia 21.04.2026 r. (Dz. U. poz. 7)"
    )


def test_every_word_of_a_page_is_read_once() -> None:
    texts: tuple[Placed, ...] = ((50, 100, "Telefon"), (300, 100, "Urząd"), (50, 112, "883 117 914"), (300, 112, "PUP"))
    blocks = blocks_of_pages([page(*HEAD, *texts, *ASKED)])
    read = " ".join(line.text for line in lines_of(blocks)).split()
    assert sorted(read) == sorted(" ".join(text for _, _, text in (*HEAD, *texts, *ASKED)).split())


def in_lines(*lines: str, x: float = 50, top: float = 400, step: float = 12) -> tuple[Placed, ...]:
    return tuple((x, top + step * number, line) for number, line in enumerate(lines))


ABOVE: tuple[Placed, ...] = in_lines("HOT-01", "Imię i nazwisko: Jan Lis", "Nazwa Urzędu: Urząd Gminy Łąck", top=50)


def test_of_two_columns_of_a_newspaper_the_left_one_is_read_first() -> None:
    left = in_lines(
        "Po aktualizacji wydruk decyzji ma za", "mały margines i nie mieści się na", "kartce, a dane osoby", top=412
    )
    right = in_lines("są ucięte na każdej drukarce, którą", "mamy. Jak to poprawić?", x=320, top=412)
    form = form_on(page(*ABOVE, (50, 400, "Treść pytania:"), *left, *right))
    assert (form.question or "").split() == " ".join(text for _, _, text in (*left, *right)).split()


def test_one_line_beside_a_column_of_prose_is_its_end() -> None:
    left = in_lines("Po aktualizacji wydruk decyzji ma za", "mały margines i nie mieści się na", top=412)
    form = form_on(page(*ABOVE, (50, 400, "Treść pytania:"), *left, (320, 412, "kartce.")))
    assert (form.question or "").split()[-3:] == ["się", "na", "kartce."]


def test_rows_of_a_list_are_read_row_by_row() -> None:
    left = in_lines("Kowal Anna Maria", "Nowak Jan Adam", "Lis Ewa Teresa", top=412)
    right = in_lines(
        "zasiłek rodzinny z dodatkiem", "zasiłek pielęgnacyjny od maja", "świadczenie dobry start", x=320, top=412
    )
    form = form_on(page(*ABOVE, (50, 400, "Treść pytania:"), *left, *right))
    assert " ".join((form.question or "").split()).startswith("Kowal Anna Maria zasiłek rodzinny z dodatkiem Nowak")


@pytest.mark.parametrize(
    "lines",
    [
        ("adres sekretariatu@gops-nowe-skalmierzy", "ce.example"),
        ("adres https", "://csizs.example/pomoc"),
        ("pisać: jadwiga.brzek+", "hot@gops.example"),
    ],
)
def test_an_address_broken_at_the_end_of_a_line_is_whole_again(lines: tuple[str, str]) -> None:
    assert joined(*in_lines(*lines), right=300) == "".join(lines)


def test_a_line_of_the_text_that_two_pages_end_with_is_no_footer() -> None:
    steps = in_lines(*(f"Krok {number}. System zgłasza błąd." for number in range(30)), top=440)
    first = page(*ABOVE, (50, 400, "Treść pytania:"), *steps)
    form = form_on(first, page(*steps))
    assert (form.question or "").count("Krok 29.") == 2


def test_a_number_alone_at_the_bottom_of_a_page_is_no_text() -> None:
    form = form_on(page(*ABOVE, *ASKED, *in_lines("Wydruk jest ucięty, a kwoty są złe.", top=770), (290, 800, "2")))
    assert (form.question or "").endswith("kwoty są złe.")


def test_a_number_wrapped_in_the_title_does_not_number_the_label_far_below_it() -> None:
    head: tuple[Placed, ...] = (
        (50, 50, "CSIZS"),
        (150, 50, "Zgłoszenie pytania HOT-"),
        (270, 50, "data: 20.11.2026"),
        (150, 62, "1"),
        (300, 62, "znak: DS.1.2026"),
    )
    below = in_lines("Imię i nazwisko Użytkownika:", "Jan Lis", "Nazwa Urzędu:", "Urząd Gminy Łąck", top=100, step=24)
    form = form_on(page(*head, *below, *ASKED))
    assert (form.reference, form.user_name, form.office) == ("DS.1.2026", "Jan Lis", "Urząd Gminy Łąck")


@pytest.mark.parametrize("spaces", [1, 3])
def test_several_written_spaces_part_a_label_from_its_value_however_narrow(spaces: int) -> None:
    name = [
        replace(word, gapped=spaces > 2 and word.text == "imię") for word in words(50, 100, "Nazwisko i imię Anna Lis")
    ]
    asked = words(50, 112, "Treść pytania:") + words(50, 124, "Jak zrobić to?")
    form = form_on(Page(595, 842, (*words(50, 50, "HOT-01"), *name, *asked)))
    assert form.user_name == ("Anna Lis" if spaces > 2 else None)


def test_a_gap_of_written_spaces_makes_no_newspaper_of_a_page() -> None:
    line = [
        replace(word, gapped=word.text == "się")
        for word in words(50, 100, "ten wiersz dzieli się tutaj na dwie części")
    ]
    below = words(50, 112, "i nic w nim nie stoi obok siebie")
    found = blocks_of_pages((Page(595, 842, (*line, *below)),))
    assert [one.text for one in lines_of(found) if one.text][-1].endswith("obok siebie")
