"""PDF files, read: fields, typed text, pages, and what must not be read."""

from __future__ import annotations

import io
import json
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from forms.pdfform import Widget, form, written
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from mailgate.domain.document import Document, Field, Line, Table, lines_of
from mailgate.domain.hot01 import Hot01, find_forms
from mailgate.domain.message.charset import tidy
from mailgate.extract.page.lines import TextLine
from mailgate.extract.page.shapes import Box, Ending, Word
from mailgate.extract.page.wraps import texts_of
from mailgate.extract.pdf.reader import is_pdf, read_pdf
from mailgate.extract.safezip import UnsafeContainer
from mailgate.extract.scan.reader import UNREAD, Recogniser

LABELS = (
    (50, 790, "CSIZS    Zgloszenie pytania HOT-1"),
    (50, 740, "Imie i nazwisko Uzytkownika:"),
    (50, 710, "Nazwa Urzedu:"),
    (50, 680, "Zwrotny nr telefonu, e-mail:"),
    (50, 650, "Tresc pytania:"),
)
QUESTION = "Dlaczego wniosek ma stan roboczy?\nPonowne zalogowanie nic nie zmienia.\n\nProszę o instrukcję."
VALUES = ("Janina Żółkiewska", "Ośrodek Pomocy Społecznej w Łącku", "24 261 40 21, j.z@ops.lack.example", QUESTION)
BOXES = ((220, 735, 540, 753), (220, 705, 540, 723), (220, 675, 540, 693), (50, 400, 540, 645))


def read(content: bytes) -> Document:
    return read_pdf(content, "attachment:HOT-01.pdf", Recogniser(off=True))


def only_form(document: Document) -> Hot01:
    (found,) = find_forms([document]).forms
    return found


def texts(document: Document) -> list[str]:
    return [line.text for line in lines_of(document.blocks) if line.text]


def widgets(*names: str, tooltips: tuple[str | None, ...] = (None,) * 4) -> list[Widget]:
    return [Widget(name, value, box, tip) for name, value, box, tip in zip(names, VALUES, BOXES, tooltips, strict=True)]


def assert_read(found: Hot01) -> None:
    assert found.user_name == VALUES[0]
    assert found.office == VALUES[1]
    assert found.phone == "+48242614021"
    assert found.email == "j.z@ops.lack.example"
    assert (found.question or "").split() == QUESTION.split()


# --- forms with fields


@pytest.mark.parametrize(
    "names",
    [
        ("imie_nazwisko", "urzad", "kontakt", "pytanie"),
        ("Imię i nazwisko Użytkownika", "Nazwa Urzędu", "Zwrotny nr telefonu e-mail", "Treść pytania"),
        ("uzytkownik", "nazwa_urzedu", "telefon", "tresc"),
        ("Text1", "Text2", "Text3", "Text4"),
        ("formularz.imie_nazwisko", "formularz.urzad", "formularz.kontakt", "formularz.tresc_pytania"),
    ],
)
def test_values_that_nothing_draws_are_read_by_the_field_s_name_or_its_place(names: tuple[str, ...]) -> None:
    assert_read(only_form(read(form(widgets(*names), LABELS))))


def test_fields_without_any_label_on_the_page_are_read_by_their_tooltips() -> None:
    tips = ("Imię i nazwisko Użytkownika", "Nazwa Urzędu", "Zwrotny nr telefonu, e-mail", "Treść pytania")
    assert_read(only_form(read(form(widgets("a1", "a2", "a3", "a4", tooltips=tips)))))


def test_text_typed_on_top_of_a_page_belongs_to_the_label_beside_it() -> None:
    typed = widgets("", "", "", "")
    assert_read(only_form(read(form([], LABELS, typed=typed))))


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_fields_of_a_page_that_is_turned_stay_beside_their_labels(rotate: int) -> None:
    assert_read(only_form(read(form(widgets("Text1", "Text2", "Text3", "Text4"), LABELS, rotate=rotate))))


def test_names_of_fields_are_in_the_document_with_their_values() -> None:
    document = read(form(widgets("imie_nazwisko", "urzad", "kontakt", "pytanie"), LABELS))
    assert document.fields == tuple(
        Field(name, value) for name, value in zip(("imie_nazwisko", "urzad", "kontakt", "pytanie"), VALUES, strict=True)
    )


def test_an_empty_form_is_a_blank_form() -> None:
    blank = [Widget(name, None, box) for name, box in zip(("a", "b", "c", "pytanie"), BOXES, strict=True)]
    found = find_forms([read(form(blank, LABELS))])
    assert len(found.forms) == 1
    assert not found.filled


def test_hidden_fields_passwords_and_buttons_give_no_value() -> None:
    document = read(
        form(
            [
                Widget("ukryte", "tajne", BOXES[0], shown=2),
                Widget("haslo", "tajne", BOXES[1], flags=1 << 13),
                Widget("zgoda", "/Tak", BOXES[2], kind="/Btn"),
            ]
        )
    )
    assert "tajne" not in " ".join(texts(document))
    assert [field.value for field in document.fields] == ["", ""]


def test_a_list_gives_what_it_shows_and_not_its_code() -> None:
    choice = Widget(
        "urzad", "17", BOXES[1], kind="/Ch", options=(("16", "Urząd Gminy Łąck"), ("17", "Starostwo w Płocku"))
    )
    assert read(form([choice])).fields == (Field("urzad", "Starostwo w Płocku"),)


def test_a_value_in_utf_8_with_its_mark_is_read() -> None:
    # PDF 2.0 allows it, and some programs write it since long (ISO 32000-2, section 7.9.2.2).
    (field,) = read(form([Widget("urzad", b"\xef\xbb\xbf" + "Żółć".encode(), BOXES[1])])).fields
    assert field.value == "Żółć"


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=60))
def test_whatever_was_typed_into_a_field_comes_out(value: str) -> None:
    (field,) = read(form([Widget("pytanie", value, BOXES[3])])).fields
    assert field.value == tidy(value).strip()


# --- pages


def page_of(commands: str, **more: int) -> bytes:
    """A page with drawing commands in Helvetica."""
    raw = form([], ())
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(raw)))
    stream = DecodedStreamObject()
    stream.set_data(commands.encode("cp1252"))
    writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)
    for name, value in more.items():
        writer.pages[0][NameObject("/" + name)] = NumberObject(value)
    return written(writer)


def at(x: float, y: float, text: str, size: int = 10) -> str:
    return f"BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET\n"


def test_words_on_one_line_are_one_line_and_a_wide_gap_stays_one() -> None:
    document = read(
        page_of(at(50, 700, "Nazwa Urzedu") + at(260, 700, "Gmina") + at(292, 700, "Lack") + at(50, 680, "Koniec"))
    )
    assert texts(document) == ["Nazwa Urzedu   Gmina Lack", "Koniec"]


def test_a_wrapped_line_goes_on_and_a_short_one_ends() -> None:
    full = "Opisujemy dokladnie i po kolei wszystkie czynnosci jakie wykonal pracownik przed wystapieniem bledu w tym"
    document = read(page_of(at(50, 700, full) + at(50, 688, "systemie dziedzinowym.") + at(50, 676, "Co robic?")))
    assert texts(document) == [f"{full} systemie dziedzinowym.", "Co robic?"]


def test_a_drawn_table_becomes_rows_and_cells() -> None:
    lines = "50 720 m 500 720 l S 50 690 m 500 690 l S 50 640 m 500 640 l S 50 720 m 50 640 l S 500 720 m 500 640 l S 200 720 m 200 690 l S\n"
    document = read(
        page_of(
            lines
            + at(55, 700, "Nazwa Urzedu:")
            + at(205, 700, "Gmina Lack")
            + at(55, 675, "Tresc pytania")
            + at(55, 660, "Jak?")
        )
    )
    (table,) = document.blocks
    assert isinstance(table, Table)
    assert [[cell.lines() for cell in row] for row in table.rows] == [
        [("Nazwa Urzedu:",), ("Gmina Lack",)],
        [("Tresc pytania", "Jak?")],
    ]


def test_printed_dots_do_not_mix_with_what_is_written_on_them() -> None:
    document = read(page_of(at(50, 700, "Nazwa Urzedu: " + "." * 80) + at(130, 700.5, "Gmina Lack")))
    assert texts(document) == ["Nazwa Urzedu: Gmina Lack"]


def test_letters_drawn_twice_to_look_bold_are_read_once() -> None:
    assert texts(read(page_of(at(50, 700, "Tresc pytania") + at(50.3, 700, "Tresc pytania")))) == ["Tresc pytania"]


def test_text_drawn_sideways_is_turned_upright() -> None:
    sideways = "BT /F1 10 Tf 0 1 -1 0 300 100 Tm (Nazwa Urzedu: Gmina) Tj ET\nBT /F1 10 Tf 0 1 -1 0 320 100 Tm (Tresc pytania: Jak?) Tj ET"
    assert texts(read(page_of(sideways))) == ["Nazwa Urzedu: Gmina", "Tresc pytania: Jak?"]


def test_headers_and_page_numbers_stand_aside_and_a_paragraph_goes_on_over_the_page() -> None:
    first, second = (
        page_of(at(50, 820, "Urzad Gminy - pismo") + body + at(280, 20, f"Strona {number} z 2"))
        for number, body in (
            (1, at(50, 700, "Tresc pytania:") + at(50, 680, "Pierwsze zdanie.")),
            (2, at(50, 780, "Drugie zdanie.")),
        )
    )
    writer = PdfWriter()
    for raw in (first, second):
        writer.append(PdfReader(io.BytesIO(raw)))
    document = read(written(writer))
    assert [(block.text, block.cue) for block in document.blocks if isinstance(block, Line)] == [
        ("Urzad Gminy - pismo", "page"),
        ("Tresc pytania:", "text"),
        ("Pierwsze zdanie.", "text"),
        ("Drugie zdanie.", "text"),
        ("Strona 1 z 2", "page"),
    ]


# --- what must not be read, and what it may cost


def test_a_file_is_a_pdf_by_its_mark_within_the_first_kilobyte() -> None:
    assert is_pdf(b"\r\n\r\n%PDF-1.4 ...")
    assert not is_pdf(b"x" * 1024 + b"%PDF-1.4")


def test_an_encrypted_file_without_a_password_opens_and_one_with_a_password_says_so() -> None:
    for password, opens in (("", True), ("tajne", False)):
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(form(widgets("a", "b", "c", "d"), LABELS))))
        writer.encrypt(password, "wlasciciel", algorithm="AES-256")
        raw = written(writer)
        if opens:
            assert_read(only_form(read(raw)))
        else:
            with pytest.raises(UnsafeContainer, match="protected by a password"):
                read(raw)


@pytest.mark.parametrize("cut", [10, 200, 700, 1500])
def test_a_file_cut_short_is_read_or_refused_as_damaged(cut: int) -> None:
    try:
        read(form(widgets("a", "b", "c", "d"), LABELS)[:-cut])
    except UnsafeContainer:
        return


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_broken_bytes_raise_nothing_but_the_documented_error(data: st.DataObject) -> None:
    raw = bytearray(form(widgets("a", "b", "c", "d"), LABELS))
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(raw))
    except UnsafeContainer:
        return


def test_a_stream_that_inflates_beyond_measure_is_refused() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(form([]))))
    bomb = StreamObject()
    bomb._data = zlib.compress(zlib.compress(b" " * 300_000_000, 9), 9)
    bomb[NameObject("/Filter")] = ArrayObject([NameObject("/FlateDecode"), NameObject("/FlateDecode")])
    writer.pages[0][NameObject("/Contents")] = writer._add_object(bomb)
    with pytest.raises(UnsafeContainer):
        read(written(writer))


def test_a_page_of_too_many_commands_is_left_out_and_the_others_are_read() -> None:
    writer = PdfWriter()
    for commands in (at(50, 700, "x") * 120_000, at(50, 700, "Nazwa Urzedu: Gmina")):
        writer.append(PdfReader(io.BytesIO(page_of(commands))))
    document = read(written(writer))
    assert texts(document) == ["Nazwa Urzedu: Gmina"]
    assert document.notes == ("page 1 not read: too much is drawn on it",)


def test_forms_that_draw_each_other_many_times_or_in_a_circle_are_left_out() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(form([]))))
    inner = None
    for _ in range(8):
        drawn = DecodedStreamObject()
        drawn.set_data(b"/X Do " * 10 if inner is not None else b"0 0 m 1 1 l S ")
        drawn[NameObject("/Subtype")] = NameObject("/Form")
        if inner is not None:
            drawn[NameObject("/Resources")] = DictionaryObject(
                {NameObject("/XObject"): DictionaryObject({NameObject("/X"): inner})}
            )
        inner = writer._add_object(drawn)
    writer.pages[0][NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({NameObject("/X"): inner})}
    )
    stream = DecodedStreamObject()
    stream.set_data(b"/X Do")
    writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)
    assert read(written(writer)).notes == ("page 1 not read: too much is drawn on it",)


def test_fields_whose_parents_go_round_in_a_circle_are_read() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(form([Widget("pytanie", "Jak?", BOXES[3])]))))
    widget = writer.pages[0]["/Annots"][0]
    widget.get_object()[NameObject("/Parent")] = widget
    (field,) = read(written(writer)).fields
    assert field.value == "Jak?"


def test_more_pages_than_any_form_has_are_refused_or_cut() -> None:
    writer = PdfWriter()
    for _ in range(30):
        writer.append(PdfReader(io.BytesIO(page_of(at(50, 700, "Strona")))))
    assert read(written(writer)).notes == ("only the first 20 of 30 pages were read",)


def manual(*, form_on: int | None = None) -> bytes:
    """Eight pages of plain text, a form on one of them."""
    text = "Organ wydaje decyzje w terminie siedmiu dni od dnia doreczenia wniosku."
    fields = at(50, 700, "Nazwa Urzedu: Gmina") + at(50, 680, "Tresc pytania: Jak?")
    writer = PdfWriter()
    for number in range(8):
        writer.append(PdfReader(io.BytesIO(page_of(fields if number == form_on else at(50, 700, text)))))
    return written(writer)


def test_a_long_document_without_a_form_is_read_by_its_first_pages() -> None:
    document = read(manual())
    assert document.notes == ("6 of 8 pages only skimmed: no form is on them",)
    assert len(texts(document)) == 2


@pytest.mark.parametrize("page", [0, 1, 2, 5, 7])
def test_a_form_behind_a_long_letter_is_found(page: int) -> None:
    assert only_form(read(manual(form_on=page))).office == "Gmina"


def test_a_picture_of_too_many_pixels_is_refused() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(form([]))))
    picture = DecodedStreamObject()
    picture.set_data(b"")
    for name, value in (
        ("/Subtype", NameObject("/Image")),
        ("/Width", NumberObject(90_000)),
        ("/Height", NumberObject(90_000)),
    ):
        picture[NameObject(name)] = value
    resources = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({NameObject("/I"): writer._add_object(picture)})}
    )
    writer.pages[0][NameObject("/Resources")] = resources
    with pytest.raises(UnsafeContainer, match="pixels"):
        read(written(writer))


def test_a_form_of_xfa_alone_says_that_it_cannot_be_read() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(page_of(at(50, 700, "Please wait...")))))
    data = DecodedStreamObject()
    data.set_data(b"<xdp/>")
    xfa = ArrayObject([TextStringObject("template"), writer._add_object(data)])
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/XFA"): xfa})
    assert "a form of XFA, which only Adobe's reader shows" in read(written(writer)).notes


# --- files of real producers

FILES = sorted((Path(__file__).parent.parent / "files" / "pdf").glob("*.pdf"))
FIELDS = ("date", "reference", "user_name", "office", "phone", "email", "question")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_a_program_wrote_is_what_is_read(path: Path) -> None:
    told = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
    found = only_form(read(path.read_bytes()))
    assert {name: " ".join(str(getattr(found, name) or "").split()) for name in FIELDS} == {
        name: " ".join((told[name] or "").split()) for name in FIELDS
    }


# The other files are older than the rules on paragraphs, and their questions were written down with folded lines.
WITH_PARAGRAPHS = [
    path
    for path in FILES
    if path.stem.endswith(("narrow-cell", "narrow-columns", "tabs-footer", "sheet-bottom", "fpdf2-middle", "pango"))
]


@pytest.mark.parametrize("path", WITH_PARAGRAPHS, ids=lambda path: path.stem)
def test_lines_that_a_program_wrapped_are_joined_and_those_that_the_writer_ended_are_not(path: Path) -> None:
    told = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
    question = only_form(read(path.read_bytes())).question or ""
    assert [line for line in question.split("\n") if line] == [line for line in told["question"].split("\n") if line]


def test_every_producer_has_a_file() -> None:
    assert {
        "libreoffice",
        "libreoffice-tagged",
        "libreoffice-two-pages",
        "chromium",
        "reportlab",
        "fpdf2",
        "pango",
    } <= {path.stem for path in FILES}


# --- forms of XFA

TEMPLATE = (
    '<template xmlns="http://www.xfa.org/schema/xfa-template/3.3/"><subform name="form1">'
    '<field name="TextField1"><caption><value><text>Imię i nazwisko Użytkownika</text></value></caption></field>'
    '<field name="urzad"/><field name="telefonEmail"/><field name="trescPytania"/></subform></template>'
)
DATA = (
    '<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><form1>'
    f"<TextField1>{VALUES[0]}</TextField1><urzad>{VALUES[1]}</urzad><telefonEmail>{VALUES[2]}</telefonEmail>"
    '<trescPytania><body xmlns="http://www.w3.org/1999/xhtml">{}</body></trescPytania></form1></xfa:data></xfa:datasets>'
).format("".join(f"<p>{line}</p>" for line in QUESTION.split("\n") if line))


def xfa_form(*packets: tuple[str, str]) -> bytes:
    """A dynamic form of XFA: its only page asks to wait, and its packets stand in an array, or all in one stream."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(page_of(at(50, 700, "Please wait...")))))

    def stream(text: str) -> object:
        data = DecodedStreamObject()
        data.set_data(text.encode())
        return writer._add_object(data)

    parts = [part for name, text in packets for part in (TextStringObject(name), stream(text))]
    held = ArrayObject(parts) if len(packets) > 1 else parts[1]
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/XFA"): held})
    return written(writer)


WHOLE = f'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/">{TEMPLATE}{DATA}</xdp:xdp>'
IN_PARTS = (
    ("preamble", '<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/">'),
    ("template", TEMPLATE),
    ("datasets", DATA),
    ("postamble", "</xdp:xdp>"),
)


@pytest.mark.parametrize("packets", [(("xdp", WHOLE),), IN_PARTS], ids=["one-stream", "array"])
def test_a_form_of_xfa_is_read_by_its_captions_and_the_names_of_its_data(packets: tuple[tuple[str, str], ...]) -> None:
    document = read(xfa_form(*packets))
    assert_read(only_form(document))
    assert document.notes == ()


@pytest.mark.parametrize("data", ["<datasets", '<!DOCTYPE x [<!ENTITY a "b">]><datasets><data>&a;</data></datasets>'])
def test_a_form_of_xfa_whose_data_is_damaged_or_hostile_says_that_it_cannot_be_read(data: str) -> None:
    assert "a form of XFA, which only Adobe's reader shows" in read(xfa_form(("datasets", data))).notes


# --- labels, fonts and layers that mislead


def test_a_label_beside_the_middle_of_its_value_has_all_of_the_value() -> None:
    rows = (
        at(50, 720, "Imie i nazwisko:") + at(220, 720, "Jan Lis"),
        at(50, 700, "Nazwa Urzedu:") + at(220, 700, "Gmina Lack"),
        at(220, 680, "Pierwszy wiersz pytania, ktory jest na tyle dlugi, ze trzeba"),
        at(50, 673, "Tresc pytania:"),
        at(220, 666, "go dokonczyc w drugim."),
    )
    (table,) = read(page_of("".join(rows))).blocks
    assert isinstance(table, Table)
    assert [tuple(" ".join(cell.lines()) for cell in row) for row in table.rows] == [
        ("Imie i nazwisko:", "Jan Lis"),
        ("Nazwa Urzedu:", "Gmina Lack"),
        ("Tresc pytania:", "Pierwszy wiersz pytania, ktory jest na tyle dlugi, ze trzeba go dokonczyc w drugim."),
    ]


@pytest.mark.parametrize(("shift", "where"), [(0, "top"), (7, "middle"), (14, "bottom")])
def test_rows_without_lines_are_told_by_how_their_labels_stand(shift: int, where: str) -> None:
    rows = (("Imie i nazwisko:", "Jan", "Lis"), ("Nazwa Urzedu:", "Gmina", "Lack"), ("Tresc pytania:", "Jak", "dlugo?"))
    drawn = at(50, 760, "Znak sprawy:") + at(220, 760, "SO.1.2026")
    drawn += at(50, 740, "Zwrotny nr telefonu, e-mail:") + at(220, 740, "22 517 33 40")
    for number, (label, first, second) in enumerate(rows):
        top = 700 - 42 * number
        drawn += at(50, top - shift, label) + at(220, top, first) + at(220, top - 14, second)
    found = only_form(read(page_of(drawn)))
    assert (found.user_name, found.office, found.phone, found.question) == (
        "Jan Lis",
        "Gmina Lack",
        "+48225173340",
        "Jak\ndlugo?",
    ), where


def test_a_line_goes_on_where_the_file_wrote_a_space_at_its_end_and_ends_where_it_wrote_none() -> None:
    # The space at a wrap is the file's own word for it: with it lines go on, without it they end.
    lines = [TextLine((replace(Word(text, Box(50, y, 150, y + 10)), ending=ending),)) for text, y, ending in WRAPPED]
    assert texts_of(lines, 400) == ("Pierwszy wiersz konczy sie tutaj", "Drugi")


WRAPPED: tuple[tuple[str, int, Ending], ...] = (
    ("Pierwszy wiersz", 0, "wraps"),
    ("konczy sie tutaj", 12, "closed"),
    ("Drugi", 24, "closed"),
)


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("wykaz uprawnie-", "niami lokalnymi", "wykaz uprawnieniami lokalnymi"),
        ("sprawy spoleczno-", "ekonomicznych spraw", "sprawy spoleczno-ekonomicznych spraw"),
        ("pisac: wisniewska-", "kowalska_a@ug.lack.pl", "pisac: wisniewska-kowalska_a@ug.lack.pl"),
        ("biuro@gops.ruda-", "slaska.pl", "biuro@gops.ruda-slaska.pl"),
        ("w dniach 01.09–", "30.09.2026 r.", "w dniach 01.09–30.09.2026 r."),
        ("GOPS.9684.860.202", "6.MK", "GOPS.9684.860.2026.MK"),
    ],
)
def test_what_was_broken_within_a_word_is_whole_again(first: str, second: str, whole: str) -> None:
    def line(text: str, y: int) -> TextLine:
        parts = text.split()
        width = 100 / len(parts)
        words = (Word(part, Box(50 + n * width, y, 48 + (n + 1) * width, y + 10)) for n, part in enumerate(parts))
        return TextLine(tuple(words))

    assert texts_of([line(first, 0), line(second, 12)], 150) == (whole,)


def test_a_row_cut_by_the_page_above_its_centred_label_is_one_row() -> None:
    def box(top: float, low: float) -> str:
        across = "".join(f"50 {y} m 500 {y} l S " for y in (top, low))
        return across + "".join(f"{x} {top} m {x} {low} l S " for x in (50, 200, 500))

    writer = PdfWriter()
    for commands in (
        box(160, 130) + box(130, 60) + at(55, 140, "Nazwa Urzedu:") + at(205, 140, "Gmina") + at(205, 100, "Pierwsze."),
        box(800, 700) + at(55, 780, "Tresc pytania:") + at(205, 780, "Drugie."),
    ):
        writer.append(PdfReader(io.BytesIO(page_of(commands))))
    (table,) = read(written(writer)).blocks
    assert isinstance(table, Table)
    assert [cell.lines() for cell in table.rows[-1]] == [("Tresc pytania:",), ("Pierwsze.", "Drugie.")]


def test_a_page_whose_font_names_its_letters_wrongly_is_left_to_recognition() -> None:
    words = ("Zglr$", "N#zw%", "7re$c", "py7@n!a", "wn!0$3k", "j3$7", "n!e", "d0$7&p", "pr0$z%", "0dp*w")
    document = read(page_of("".join(at(50, 700 - 20 * n, f"{word} {word}") for n, word in enumerate(words))))
    assert document.notes == (f"page 1: {UNREAD}",)


@pytest.mark.parametrize("within_a_form", [False, True], ids=["page", "form"])
def test_text_that_a_scanner_hid_in_a_page_is_marked_as_recognised(within_a_form: bool) -> None:
    commands = "q 595 0 0 842 0 0 cm /I Do Q\n" + ("/L Do" if within_a_form else "BT 3 Tr ET " + at(50, 700, "Pytanie"))
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(page_of(commands))))
    drawn = writer.pages[0]["/Resources"].setdefault(NameObject("/XObject"), DictionaryObject())
    picture = DecodedStreamObject()
    picture.set_data(b"\xff")
    for name, value in (("Width", 1), ("Height", 1), ("BitsPerComponent", 8)):
        picture[NameObject("/" + name)] = NumberObject(value)
    picture[NameObject("/Subtype")], picture[NameObject("/ColorSpace")] = (
        NameObject("/Image"),
        NameObject("/DeviceGray"),
    )
    drawn[NameObject("/I")] = writer._add_object(picture)
    layer = DecodedStreamObject()
    layer.set_data(("BT 3 Tr ET " + at(50, 700, "Pytanie")).encode())
    layer[NameObject("/Subtype")] = NameObject("/Form")
    layer[NameObject("/BBox")] = ArrayObject([NumberObject(n) for n in (0, 0, 595, 842)])
    layer[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): writer.pages[0]["/Resources"]["/Font"]})
    drawn[NameObject("/L")] = writer._add_object(layer)
    document = read(written(writer))
    assert document.by_ocr
    assert texts(document) == ["Pytanie"]
