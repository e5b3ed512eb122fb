"""What a page of a scanner or a fax needs beside plain recognition: its shape, its dotted lines, and a second look."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from PIL import Image, ImageDraw, ImageFont

from mailgate.domain.hot01 import find_forms
from mailgate.extract.formats import read_file
from mailgate.extract.page.shapes import Box, Rule
from mailgate.extract.scan.addresses import agreed
from mailgate.extract.scan.dashes import with_quotation_marks
from mailgate.extract.scan.dottedlines import without_dotted_lines
from mailgate.extract.scan.drawnlines import streaks
from mailgate.extract.scan.glyphs import in_its_case
from mailgate.extract.scan.misreadings import mended
from mailgate.extract.scan.picture import Ready, pictures_in
from mailgate.extract.scan.references import as_pictured, likelier_reference
from mailgate.extract.scan.secondlook import is_surer, missed_lines, with_second_look
from mailgate.extract.scan.strangers import without_strangers
from mailgate.extract.scan.tesseract import Recognised

PAGE = (2480, 3508)


def line(text: str, top: float, x: float = 200, confidence: float = 95) -> list[Recognised]:
    """Words on one line, twenty points a letter and forty high."""
    words: list[Recognised] = []
    for word in text.split():
        words.append(Recognised(word, Box(x, top, x + 20 * len(word), top + 40), confidence))
        x += 20 * len(word) + 15
    return words


def texts(words: Sequence[Recognised]) -> str:
    return " ".join(word.text for word in words)


def font(size: int = 44, name: str = "LiberationSans-Regular.ttf") -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(name, size)


# --- the shape of a fax


@pytest.mark.parametrize(
    ("dots", "size"),
    [((204, 98), (1728, 2384)), ((204, 391), (3312, 1145)), ((300, 299), (1728, 1145)), ((0, 98), (1728, 1145))],
)
def test_a_fax_of_half_the_lines_gets_the_shape_of_its_paper(dots: tuple[int, int], size: tuple[int, int]) -> None:
    raw = io.BytesIO()
    Image.new("1", (1728, 1145), 1).save(raw, "TIFF", compression="group4", dpi=dots)
    (picture,) = pictures_in(raw.getvalue())
    assert picture.size == pytest.approx(size, abs=3)


# --- dotted lines and streaks


@pytest.mark.usefixtures("liberation_fonts")
@pytest.mark.parametrize("name", ["LiberationSans-Regular.ttf", "LiberationMono-Regular.ttf"])
def test_a_dotted_line_goes_and_the_letters_on_it_stay(name: str) -> None:
    page = Image.new("L", (1800, 160), 255)
    pen = ImageDraw.Draw(page)
    pen.text((40, 40), "Imię i nazwisko: minimum ilustracji, wójt...", font=font(name=name), fill=0)
    dotted = page.copy()
    for x in range(60, 1700, 14):
        ImageDraw.Draw(dotted).rectangle((x, 112, x + 3, 115), fill=0)
    assert without_dotted_lines(page).tobytes() == page.tobytes()
    left = without_dotted_lines(dotted)
    assert left.crop((1300, 100, 1700, 130)).getextrema() == (255, 255)
    assert left.crop((0, 0, 1800, 88)).tobytes() == page.crop((0, 0, 1800, 88)).tobytes()


def test_an_upright_line_to_the_edge_of_the_page_is_dirt_and_the_side_of_a_table_is_none() -> None:
    side, slanted = Rule(Box(300, 400, 303, 3200)), [Rule(Box(700, 0, 703, 1500)), Rule(Box(709, 1500, 712, 3400))]
    assert streaks([side, *slanted], 3400) == slanted


# --- a second look


@pytest.mark.parametrize(
    ("first", "second", "stands"),
    [
        (("Ludmiła Mielniczuk", 55), ("Ludmiła Mielniczuk", 95), True),
        (("znak: OPS.1.2026", 80), ("znak: OPS.7.2026", 85), False),
        (("znak: OPS.1.2026", 50), ("z", 95), False),
        (("Zwrotny nr telefonu, e-mail: 1660 207 397", 93), ("Zwrotny nr telefonu, e-mail: 160 207 397", 90), True),
        (("Zwrotny nr telefonu, e-mail: 160 207 397", 70), ("Zwrotny nr telefonu, e-mail: 1660 207 397", 90), False),
        (("data: 31.02.2026", 90), ("data: 21.02.2026", 85), True),
        (("pPpa", 0), ("znak: OPS/23/2026", 92), True),
        (("", 0), ("Zwrotny nr telefonu", 95), True),
        (("", 0), ("jAl ii", 70), False),
    ],
)
def test_a_second_reading_stands_only_where_it_is_surer(
    first: tuple[str, float], second: tuple[str, float], stands: bool
) -> None:
    assert is_surer(line(first[0], 0, confidence=first[1]), line(second[0], 0, confidence=second[1])) is stands


@pytest.mark.usefixtures("liberation_fonts")
def test_a_line_that_was_passed_over_and_one_in_doubt_are_read_by_themselves() -> None:
    page = Image.new("L", PAGE, 255)
    pen = ImageDraw.Draw(page)
    pen.text((200, 400), "Nazwa Urzędu: Urząd Gminy", font=font(), fill=0)
    pen.text((200, 600), "Zwrotny nr telefonu: 22 517 33 40", font=font(), fill=0)
    words = [*line("Nazwa Urzędu:", 403), Recognised("Urzg.d", Box(460, 403, 800, 443), 20)]
    (missed,) = missed_lines(page, words)
    assert missed.holds((300, 625))
    assert not missed.holds((300, 420))

    def read(cuttings: Sequence[Image.Image]) -> list[list[Recognised]]:
        assert len(cuttings) == 2
        return [line("Nazwa Urzędu: Urząd", 5), line("Zwrotny nr telefonu:", 5)]

    assert texts(with_second_look(words, Ready(page, ()), read)) == "Nazwa Urzędu: Urząd Zwrotny nr telefonu:"


# --- stamps and scribbles

FORM = [*line("Treść pytania: Jak cofnąć decyzję?", 400), *line("Wpłynęło kilka skarg w tej sprawie.", 460)]
STAMP = [*line("WPŁYNĘŁO", 2600, 1400), *line("dnia 21. 11. 2026", 2670, 1400), *line("L.dz. 439", 2740, 1400)]


def test_the_stamp_of_a_registry_below_the_text_is_no_part_of_the_question() -> None:
    assert without_strangers([*FORM, *STAMP]) == FORM


def test_what_a_person_writes_of_things_received_stays() -> None:
    asked = [*FORM, *line("WPŁYNĘŁO", 700), *line("dwanaście wniosków rodziny z czwórką dzieci naraz", 770)]
    assert without_strangers(asked) == asked


def test_a_scribble_below_the_text_goes_and_writing_by_hand_under_its_label_stays() -> None:
    scribble = line("MYVW jAII", 1500, confidence=20)
    assert without_strangers([*FORM, *scribble]) == FORM
    by_hand = [*line("Treść pytania:", 400), *scribble]
    assert without_strangers(by_hand) == by_hand


def test_what_a_scanner_left_of_the_side_of_a_table_is_no_text() -> None:
    pieces = [word for top in range(400, 800, 60) for word in line("I", top, 243)]
    assert without_strangers([*FORM, *pieces]) == FORM


# --- single signs


@pytest.mark.usefixtures("liberation_fonts")
@pytest.mark.parametrize(
    ("read_so", "drawn"),
    [
        ("zdzisława", "Zdzisława"),
        ("Wiesław", "Wiesław"),
        ("„Oczekuje”", "„oczekuje”"),
        ("wniosek,", "wniosek,"),
    ],
)
def test_the_case_of_a_letter_of_one_shape_is_told_by_its_height(read_so: str, drawn: str) -> None:
    picture = Image.new("L", (700, 90), 255)
    ImageDraw.Draw(picture).text((20, 20), drawn, font=font(name="LiberationMono-Regular.ttf"), fill=0)
    assert in_its_case(read_so, picture) == drawn


@pytest.mark.parametrize(
    ("read_so", "meant"),
    [
        ("rozdział 5.2, Ss. 61", "rozdział 5.2, s. 61"),
        ("wew. 22]", "wew. 221"),
        ("rysunek [str. 22]", "rysunek [str. 22]"),
        ("do 2026!", "do 2026!"),
        ("Pomocy 5połecznej", "Pomocy Społecznej"),
        ("5zt.", "5zt."),
    ],
)
def test_a_stutter_goes_and_words_are_in_letters_and_numbers_in_digits(read_so: str, meant: str) -> None:
    blank = Image.new("L", (1200, 200), 255)
    assert texts(mended(line(read_so, 50), blank, lambda cuttings: [[] for _ in cuttings])) == meant


def test_a_quotation_opens_once() -> None:
    assert texts(with_quotation_marks(line('„„Dalej"', 0))) == "„Dalej”"


@pytest.mark.parametrize(
    ("polish", "english", "meant"),
    [
        ("DO.1457.35.2026.0L", "DO.1457.35.2026.0L", "DO.1457.35.2026.OL"),
        ("PCPR.II.5027.170.2026.K5", "", "PCPR.II.5027.170.2026.KS"),
        ("OPS.12.2026.10", "OPS.12.2026.10", "OPS.12.2026.10"),
        ("S072/50/2026", "SOZ/50/2026", "SOZ/50/2026"),
        ("WSO2.512.1.2026", "WSOZ.513.1.2026", "WSO2.512.1.2026"),
    ],
)
def test_initials_and_the_sign_of_an_office_are_in_letters(polish: str, english: str, meant: str) -> None:
    assert likelier_reference(polish, english) == meant


@pytest.mark.usefixtures("liberation_fonts")
@pytest.mark.parametrize("name", ["LiberationSans-Regular.ttf", "LiberationSerif-Regular.ttf"])
@pytest.mark.parametrize("drawn", ["OPS.12.2026.IO", "OPS.12.2026.10", "OPS.12.2026.OI", "OPS.12.2026.01"])
def test_initials_are_told_from_a_number_by_their_strokes(drawn: str, name: str) -> None:
    picture = Image.new("L", (700, 90), 255)
    ImageDraw.Draw(picture).text((20, 20), drawn, font=font(name=name), fill=0)
    assert as_pictured(drawn.replace("IO", "10").replace("OI", "01"), picture) == drawn


@pytest.mark.usefixtures("liberation_fonts")
def test_a_letter_of_a_reference_that_was_read_twice_stands_there_once() -> None:
    picture = Image.new("L", (700, 90), 255)
    ImageDraw.Draw(picture).text((20, 20), "SP/188/2026", font=font(), fill=0)
    assert as_pictured("SSP/188/2026", picture) == "SP/188/2026"


@pytest.mark.parametrize(
    ("polish", "english", "address"),
    [
        ("iokon8Q©umwielun.arg.pl", "iokon8@umwielun.org.p!", "iokon8@umwielun.org.pl"),
        ("biuro©ops.zywiecinfo.pl", "biuro@ops.zywiec.info,pl", "biuro@ops.zywiec.info.pl"),
    ],
)
def test_the_ending_of_a_host_is_one_that_there_is(polish: str, english: str, address: str) -> None:
    assert agreed(polish, english) == address


# --- all of it


@pytest.mark.usefixtures("polish_tesseract", "liberation_fonts")
def test_a_coarse_fax_of_a_form_with_dotted_lines_is_read() -> None:
    page = Image.new("L", PAGE, 255)
    pen = ImageDraw.Draw(page)
    filled = (
        "Zgłoszenie pytania HOT-01",
        "data: 21.11.2026    znak: OPS.4102.7.2026",
        "Imię i nazwisko Użytkownika: Janina Kowalska",
        "Nazwa Urzędu: Urząd Gminy w Lipnie",
        "Zwrotny nr telefonu, e-mail: 22 517 33 40",
        "Treść pytania: Jak wycofać decyzję?",
    )
    for number, text in enumerate(filled):
        pen.text((250, 300 + 110 * number), text, font=font(52), fill=0)
        for x in range(250, 2200, 15):
            pen.rectangle((x, 364 + 110 * number, x + 4, 367 + 110 * number), fill=0)
    raw = io.BytesIO()
    fax = page.resize((1728, 1145), Image.Resampling.BOX).point([0] * 150 + [255] * 106).convert("1")
    fax.save(raw, "TIFF", compression="group4", dpi=(204, 98))
    (form,) = find_forms(read_file("fax.tif", "image/tiff", raw.getvalue(), "attachment:fax.tif")).forms
    assert (form.user_name, form.office, form.phone) == ("Janina Kowalska", "Urząd Gminy w Lipnie", "+48225173340")
    assert (str(form.date), form.question) == ("2026-11-21", "Jak wycofać decyzję?")
