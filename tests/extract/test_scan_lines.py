"""The drawn lines of scanned pages: pale ones, dotted ones, ones beside dark areas, and letters that look like lines."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image, ImageDraw, ImageFont

from mailgate.extract.page.grid import grids_of
from mailgate.extract.pdf.render import render
from mailgate.extract.scan.drawnlines import drawn_lines
from mailgate.extract.scan.picture import made_ready

PAGE = (2480, 3508)
TEXT_HEIGHT = 40.0
SEED = 7


def table(shade: int) -> Image.Image:
    """Three rows of a label and a value, between thin lines of a shade of grey."""
    page = Image.new("L", PAGE, 255)
    pen = ImageDraw.Draw(page)
    font = ImageFont.load_default(40)
    for row in range(4):
        pen.line((300, 400 + 120 * row, 2200, 400 + 120 * row), fill=shade, width=3)
    for x in (300, 900, 2200):
        pen.line((x, 400, x, 760), fill=shade, width=3)
    for row in range(3):
        pen.text((330, 435 + 120 * row), "Nazwa Urzedu", font=font, fill=0)
        pen.text((930, 435 + 120 * row), "Urzad Gminy", font=font, fill=0)
    return page


def cells(page: Image.Image) -> list[int]:
    """How many cells each row of each table of a page has."""
    return [len(row) for grid in grids_of(drawn_lines(page), TEXT_HEIGHT) for row in grid.rows]


def dotted(page: Image.Image, share: float) -> Image.Image:
    """The page in two colours, of whose grey points only a share is black."""
    chance = random.Random(SEED)
    points = (v if v in (0, 255) else 0 if chance.random() < share else 255 for v in page.tobytes())
    return Image.frombytes("L", page.size, bytes(points))


@pytest.mark.parametrize("shade", [0, 120, 190])
def test_a_table_is_found_by_its_lines_however_pale(shade: int) -> None:
    assert cells(table(shade)) == [2, 2, 2]


def test_a_table_is_found_where_a_scanner_of_two_colours_left_dots_of_its_lines() -> None:
    page = dotted(table(180), 0.45)
    pen = ImageDraw.Draw(page)
    for row in range(4):
        pen.line((300, 400 + 120 * row, 500, 400 + 120 * row), fill=0, width=3)
    for x in (300, 900, 2200):
        pen.line((x, 400, x, 520), fill=0, width=3)
    assert cells(page) == [2, 2, 2]


def test_a_dark_area_at_a_line_hides_neither_it_nor_the_others() -> None:
    page = table(0)
    ImageDraw.Draw(page).rectangle((300, 400, 560, 520), fill=0)
    assert cells(page) == [2, 2, 2]


def test_a_line_between_columns_does_not_go_on_through_letters_below() -> None:
    page = table(0)
    pen = ImageDraw.Draw(page)
    pen.rectangle((895, 645, 905, 757), fill=255)
    pen.text(
        (330, 675),
        "Zwrotny nr telefonu, e-mail: 22 441 59 38, ilona@ug.example",
        font=ImageFont.load_default(44),
        fill=0,
    )
    assert cells(page) == [2, 2, 1]


# --- specks


def test_specks_of_a_page_in_two_colours_go_and_full_stops_stay() -> None:
    page = Image.new("L", (1654, 2339), 255)
    pen = ImageDraw.Draw(page)
    for n in range(12):
        pen.rectangle((200 + 60 * n, 300, 202 + 60 * n, 302), fill=0)
        pen.point((230 + 60 * n, 320), fill=0)
    found = made_ready(page).image
    factor = found.width / page.width
    stops, specks = (
        found.crop(tuple(int(v * factor) for v in area)) for area in ((190, 290, 930, 310), (190, 314, 930, 330))
    )
    assert stops.getextrema()[0] < 60
    assert specks.getextrema() == (255, 255)


# --- a scan in a PDF


def scan_in_pdf(page: Image.Image, dots: float) -> bytes:
    raw = io.BytesIO()
    page.save(raw, "PDF", resolution=dots)
    return raw.getvalue()


@pytest.mark.parametrize("dots", [200.0, 240.0])
def test_a_scan_in_a_pdf_is_drawn_point_for_point(dots: float) -> None:
    page = table(0).resize((round(8.27 * dots), round(11.69 * dots))).point([0] * 128 + [255] * 128).convert("1")
    drawn = render(scan_in_pdf(page, dots), 0)
    assert drawn.size == page.size
    assert drawn.tobytes() == page.convert("L").tobytes()


@pytest.mark.parametrize("dots", [30.0, 900.0])
def test_a_scan_of_no_usual_resolution_is_drawn_at_300_dpi(dots: float) -> None:
    page = Image.new("L", (round(4 * dots), round(6 * dots)), 255)
    width, height = render(scan_in_pdf(page, dots), 0).size
    assert (width, height) == pytest.approx((1200, 1800), abs=1)
