"""Single rules of reading a form, each with the shape that needs it and the one that only looks alike."""

from __future__ import annotations

import pytest

from mailgate.domain.document import Document, Field, Line
from mailgate.domain.form.date import date_and_rest
from mailgate.domain.form.labels import label_at_start
from mailgate.domain.form.lostletters import LostLetters
from mailgate.domain.form.titles import title_weight
from mailgate.domain.hot01 import Hot01, find_forms
from mailgate.extract.html.reader import read_html
from mailgate.extract.text import read_text

HEAD = "Zgłoszenie pytania HOT-01\n"
NAME = "Imię i nazwisko: Igor Li\n"
REST = "Nazwa Urzędu: UG Hel\nKontakt: 58 675 05 38\n"
QUESTION = "Treść pytania: Gdzie jest wydruk?\n"


def form_in(text: str) -> Hot01:
    (form,) = find_forms([read_text(text, "body")]).forms
    return form


@pytest.mark.parametrize(
    ("header", "date", "reference"),
    [
        ("Data i znak: 20.11.2026, DSP.1.2026", "2026-11-20", "DSP.1.2026"),
        ("Data/znak: DSP.1.2026 z dnia 20.11.2026 r.", "2026-11-20", "DSP.1.2026"),
        ("Znak i data: 20 listopada 2026 r. / OPS/12/2026", "2026-11-20", "OPS/12/2026"),
        ("Data, znak sprawy:\n20.11.2026\nOPS.1.2", "2026-11-20", "OPS.1.2"),
        ("(znak: A.1.2026; data: 20.11.2026 r.)", "2026-11-20", "A.1.2026"),
        ("znak: A.1.2026 data: 20.11.2026", "2026-11-20", "A.1.2026"),
        ("Data i znak: ............", None, None),
        ("data: [data]  znak: A.1.2026", None, "A.1.2026"),
    ],
)
def test_date_and_reference_stand_on_one_line_in_any_order(
    header: str, date: str | None, reference: str | None
) -> None:
    form = form_in(f"{HEAD}{header}\n{NAME}{REST}{QUESTION}")
    assert (str(form.date) if form.date else None, form.reference) == (date, reference)


def test_what_holds_no_date_is_all_rest() -> None:
    assert date_and_rest("DSP.1.2026") == ("", "DSP.1.2026")


@pytest.mark.parametrize("sign", ["?", "??", "\ufffd", "\ufffd\ufffd"])
@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("Imię i nazwisko Użytkownika", "user_name"),
        ("Nazwa Urzędu", "office"),
        ("Treść pytania", "question"),
        ("Treść zgłoszenia", "question"),
    ],
)
def test_a_label_whose_letters_were_lost_is_known(label: str, field: str, sign: str) -> None:
    lost = "".join(char if char.isascii() else sign for char in label)
    found = label_at_start(f"{lost}: tekst")
    assert found is not None
    assert found.field == field
    assert f"{lost}: tekst"[found.value_start :] == "tekst"


def test_a_title_whose_letters_were_lost_is_known() -> None:
    assert title_weight("Zg?oszenie pytania") == title_weight("Zgłoszenie pytania")


@pytest.mark.parametrize("text", ["Jaka data?", "Pytanie?", "Co to?", "a?b", "Kto? Kiedy?"])
def test_a_question_mark_stays_one(text: str) -> None:
    assert LostLetters({"tresc", "znak", "imie", "pytania"})(text) == text


@pytest.mark.parametrize(
    "end",
    [
        "Z góry dziękuję",
        "Z góry dziękujemy za szybką odpowiedź.",
        "Dziękuję,\nIgor Li",
        "Dziękuję za pomoc\nIgor Li\ninspektor\ntel. 58 675 05 00",
        "Z g?ry dzi?kuj?",
    ],
)
def test_thanks_after_which_nothing_is_said_end_the_question(end: str) -> None:
    assert form_in(f"{HEAD}{NAME}{REST}{QUESTION}\n{end}\n").question == "Gdzie jest wydruk?"


@pytest.mark.parametrize(
    "more",
    [
        "Dziękuję za odpowiedź.\nMam jednak jeszcze jedno pytanie: kto go podpisuje?",
        "Z góry dziękuję.\nDodatkowo proszę o wskazanie podstawy prawnej takiego wydruku.",
        "Dziękuję system wyświetla po zapisaniu, czy to znaczy, że wniosek poszedł?",
    ],
)
def test_thanks_in_the_middle_do_not_end_the_question(more: str) -> None:
    assert form_in(f"{HEAD}{NAME}{REST}{QUESTION}{more}").question == f"Gdzie jest wydruk?\n{more}"


def test_two_near_misses_are_the_name_of_a_person_and_one_is_a_label() -> None:
    assert label_at_start("Maria Zwrotek") is None
    assert label_at_start("Nazwa Urzdu: UG Hel") is not None


@pytest.mark.parametrize(
    "label", ["Nazwa urzędu / Office name", "Treść pytania (Question)", "Imię i nazwisko / Full name"]
)
def test_a_label_in_two_languages_is_one(label: str) -> None:
    found = label_at_start(f"{label}: x")
    assert found is not None
    assert found.end == len(label)


def test_a_label_on_the_next_line_of_the_question_is_not_joined_to_its_label() -> None:
    text = f"{HEAD}{NAME}{REST}Treść pytania\nUżytkownik: brak uprawnień – co to znaczy?"
    assert form_in(text).question == "Użytkownik: brak uprawnień – co to znaczy?"


def test_a_bar_at_the_left_of_every_line_is_no_part_of_the_text() -> None:
    text = f"{HEAD}{NAME}{REST}Treść pytania:\nPierwszy wiersz.\n\nDrugi wiersz."
    barred = "".join(f"| {line}\n" for line in text.split("\n"))
    assert form_in(barred).question == "Pierwszy wiersz.\n\nDrugi wiersz."


def test_one_bar_alone_belongs_to_the_text() -> None:
    assert form_in(f"{HEAD}{NAME}{REST}Treść pytania:\n| to znak, którego nie ma\nCo to?").question is not None
    assert str(form_in(f"{HEAD}{NAME}{REST}Treść pytania:\n| to znak\nCo to?").question).startswith("|")


@pytest.mark.parametrize("table", ["<table border=1>", "<table style='border:1px solid black'>", "<table>"])
def test_what_stands_below_a_framed_box_is_not_in_it(table: str) -> None:
    lines = f"{HEAD}{NAME}{REST}{QUESTION}".replace("\n", "<br>")
    page = f"<p>Dzień dobry</p>{table}<tr><td>{lines}</td></tr></table><p>Proszę o odpowiedź dziś.</p>"
    (form,) = find_forms([read_html(page, "body")]).forms
    below = "\n\nProszę o odpowiedź dziś."
    assert form.question == "Gdzie jest wydruk?" + ("" if "border" in table else below)


def test_the_labels_of_a_signature_are_not_those_of_a_form_whose_question_stands_first() -> None:
    form = form_in(
        f"{HEAD}{QUESTION}{NAME}Nazwa Urzędu: UG Hel\nKontakt: wew. 4\n\nZ poważaniem\nIgor Li\ntel. 58 675 05 00"
    )
    assert (form.office, form.phone) == ("UG Hel", None)


def test_what_follows_an_empty_label_in_the_page_s_header_is_not_its_value() -> None:
    header = tuple(Line(text, cue="page") for text in ("Zgłoszenie pytania HOT-01", "znak:"))
    text = read_text(f"Załącznik nr 2 do procedury\n{NAME}{REST}{QUESTION}", "x").blocks
    (form,) = find_forms([Document("attachment:a.docx", (*header, *text))]).forms
    assert form.reference is None


def test_named_controls_tell_values_whose_labels_stand_elsewhere() -> None:
    values = {"imie_nazwisko": "Igor Li", "Nazwa Urzędu": "UG Hel", "kontakt": "58 675 05 38", "Treść pytania": "Kto?"}
    labels = "Imię i nazwisko:\nNazwa Urzędu:\nKontakt:\nTreść pytania:\n"
    text = read_text(HEAD + labels + "\n".join(reversed(values.values())), "x").blocks
    fields = tuple(Field(name, value, in_text=True) for name, value in values.items())
    (form,) = find_forms([Document("attachment:a.docx", text, fields)]).forms
    assert (form.user_name, form.office, form.phone, form.question) == ("Igor Li", "UG Hel", "+48586750538", "Kto?")


def test_a_control_that_agrees_with_its_page_leaves_what_was_written_beside_it() -> None:
    text = read_text(f"{HEAD}{NAME}{REST}{QUESTION}Proszę pilnie.", "x").blocks
    fields = (Field("user_name", "Igor Li", in_text=True), Field("question", "Gdzie jest wydruk?", in_text=True))
    (form,) = find_forms([Document("attachment:a.docx", text, fields)]).forms
    assert form.question == "Gdzie jest wydruk?\nProszę pilnie."


def test_a_value_filled_in_from_another_copy_says_where_it_was_found() -> None:
    body = read_text(f"{HEAD}{NAME}{REST}{QUESTION}", "body")
    file = read_text(f"{HEAD}{NAME}Nazwa Urzędu: ......\nKontakt: 58 675 05 38\n{QUESTION}", "attachment:a.txt")
    (form,) = find_forms([body, file]).forms
    found = {finding.field: (finding.value, finding.source) for finding in form.findings}
    assert found["office"] == ("UG Hel", "body")
    assert found["user_name"] == ("Igor Li", "attachment:a.txt")


def test_a_difference_in_a_word_of_a_long_question_is_shown_with_the_words_around_it() -> None:
    long = " ".join(f"słowo{number}" for number in range(60))
    texts = [f"{HEAD}{NAME}{REST}Treść pytania: {words}\n" for words in (long, long.replace("słowo30", "inne"))]
    found = find_forms([read_text(texts[0], "body"), read_text(texts[1], "attachment:a.txt")])
    (difference,) = found.differences
    assert difference.field == "question"
    assert difference.taken == "… słowo27 słowo28 słowo29 inne słowo31 słowo32 słowo33 …"
    assert difference.other == "… słowo27 słowo28 słowo29 słowo30 słowo31 słowo32 słowo33 …"


def test_a_reply_that_is_attached_does_not_ask_again_what_it_quotes() -> None:
    quoted = "".join(f"> {line}\n" for line in f"{HEAD}{NAME}{REST}{QUESTION}".split("\n"))
    text = read_text(f"Wszystko jasne.\n\n{quoted}", "attachment:a.eml")
    assert find_forms([Document(text.source, text.blocks, subject="Odp: HOT-01")]).forms == ()
    assert len(find_forms([Document(text.source, text.blocks, subject="PD: HOT-01")]).forms) == 1
