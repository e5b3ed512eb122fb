"""Pictures of forms, read, and what stops their reading."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from mailgate.domain.addresses.choice import address_for
from mailgate.domain.document import Document, Line, lines_of
from mailgate.domain.hot01 import find_forms
from mailgate.domain.mail import Address
from mailgate.extract.formats import read_file
from mailgate.extract.page.shapes import Box
from mailgate.extract.safezip import UnsafeContainer
from mailgate.extract.scan import tesseract
from mailgate.extract.scan.addresses import agreed, as_on_page, whole_addresses
from mailgate.extract.scan.dashes import with_dashes
from mailgate.extract.scan.glyphs import accented
from mailgate.extract.scan.links import agreed_link
from mailgate.extract.scan.picture import is_page_like, is_picture, made_ready
from mailgate.extract.scan.reader import ILLEGIBLE, UNREAD, Recogniser
from mailgate.extract.scan.references import as_pictured, likelier_reference
from mailgate.extract.scan.slant import lies_sideways

SCANS = sorted(path for path in (Path(__file__).parent.parent / "files" / "scans").iterdir() if path.suffix != ".json")
FIELDS = ("date", "reference", "user_name", "office", "phone", "email", "question")

with_tesseract = pytest.mark.usefixtures("polish_tesseract")
with_fonts = pytest.mark.usefixtures("liberation_fonts")


def written(picture: Image.Image, kind: str = "PNG", **more: object) -> bytes:
    raw = io.BytesIO()
    picture.save(raw, kind, **more)
    return raw.getvalue()


def read(content: bytes, recogniser: Recogniser | None = None) -> Document:
    (document,) = read_file("skan", "application/octet-stream", content, "attachment:skan", recogniser)
    return document


def form_in(document: Document) -> dict[str, object]:
    (form,) = find_forms([document]).forms
    assert form.by_ocr
    return {
        name: " ".join(str(value).split()) if (value := getattr(form, name)) is not None else None for name in FIELDS
    }


def expected(path: Path) -> dict[str, object]:
    told = json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
    return {name: " ".join(value.split()) if value else None for name, value in told.items()}


@with_tesseract
@pytest.mark.parametrize("path", SCANS, ids=lambda path: path.name)
def test_a_scan_says_what_the_form_said(path: Path) -> None:
    assert form_in(read(path.read_bytes())) == expected(path)


@with_tesseract
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_scan_that_lies_on_its_side_or_head_is_turned(turn: int) -> None:
    path = next(path for path in SCANS if path.suffix == ".png")
    with Image.open(path) as picture:
        found = form_in(read(written(picture.convert("L").rotate(turn, expand=True, fillcolor=255))))
    assert found == expected(path)


@with_tesseract
def test_a_photograph_is_turned_as_its_camera_says() -> None:
    path = next(path for path in SCANS if path.suffix == ".png")
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(path) as picture:
        turned = picture.convert("L").transpose(Image.Transpose.ROTATE_90)
    assert form_in(read(written(turned, "JPEG", exif=exif, quality=85))) == expected(path)


@with_tesseract
def test_a_picture_without_text_gives_no_text() -> None:
    assert list(lines_of(read(written(Image.new("L", (1600, 2200), 255))).blocks)) == []


def test_logos_icons_and_ribbons_are_no_pages() -> None:
    assert read_file("logo.png", "image/png", written(Image.new("L", (300, 120), 200)), "x") == ()
    assert not is_page_like(4000, 600)
    assert is_page_like(1240, 1754)
    assert is_page_like(4000, 3000)


def test_a_recogniser_that_is_off_leaves_a_note() -> None:
    document = read(written(Image.new("L", (1600, 2200), 255)), Recogniser(off=True))
    assert document.notes == (UNREAD,)
    assert document.blocks == ()


def test_without_the_program_a_picture_is_a_note(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    tesseract.missing.cache_clear()
    try:
        assert read(written(Image.new("L", (1600, 2200), 255))).notes == ("OCR is not installed",)
    finally:
        tesseract.missing.cache_clear()


def test_without_the_polish_language_a_picture_is_a_note(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "tesseract"
    program.write_text("#!/bin/sh\necho eng\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    tesseract.missing.cache_clear()
    try:
        assert read(written(Image.new("L", (1600, 2200), 255))).notes == ("OCR is not installed: no language 'pol'",)
    finally:
        tesseract.missing.cache_clear()


@pytest.mark.parametrize(
    ("script", "reason"),
    [("exec sleep 60", "OCR took longer than 1 seconds"), ("exit 3", "OCR failed with status 3")],
)
def test_a_program_that_fails_or_hangs_is_a_note(
    script: str, reason: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "tesseract"
    program.write_text(f'#!/bin/sh\nif [ "$1" = --list-langs ]; then echo pol; exit 0; fi\n{script}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    tesseract.missing.cache_clear()
    page = Image.new("L", (1600, 2200), 255)
    ImageDraw.Draw(page).text((200, 200), "Tresc pytania", font_size=60, fill=0)
    try:
        assert read(written(page), Recogniser(seconds=1.05)).notes == (reason,)
    finally:
        tesseract.missing.cache_clear()


@with_tesseract
def test_no_more_pages_are_read_than_one_message_may_cost() -> None:
    pages = [Image.new("L", (1600, 2200), 255) for _ in range(3)]
    raw = written(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert read(raw, Recogniser(pages=2)).notes == ("not read: enough pictures were",)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    raw = bytearray(written(Image.new("1", (1000, 1000))))
    raw[16:24] = (60_000).to_bytes(4, "big") * 2
    (document,) = read_file("bomba.png", "image/png", bytes(raw), "x")
    assert document.notes[0].startswith("picture not read: ")


@pytest.mark.parametrize("cut", [9, 60, 400])
def test_a_damaged_picture_is_a_note(cut: int) -> None:
    raw = written(Image.effect_noise((900, 1200), 80), "PNG")
    (document,) = read_file("skan.png", "image/png", raw[:cut], "x")
    assert document.notes[0].startswith("picture not read: ")


def test_pictures_are_known_by_their_first_bytes() -> None:
    page = Image.new("RGB", (500, 700), "white")
    for kind in ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP"):
        assert is_picture(written(page, kind)), kind
    assert not is_picture(b"BM to skr\xc3\xb3t od nazwy")


def test_drawn_lines_are_found_and_taken_out_and_letters_stay() -> None:
    page = Image.new("L", (2480, 3508), 255)
    pen = ImageDraw.Draw(page)
    pen.rectangle((300, 300, 2100, 500), outline=0, width=4)
    pen.text((340, 360), "Illi Jan", font_size=60, fill=0)
    ready = made_ready(page)
    assert sum(rule.is_horizontal for rule in ready.rules) == 2
    assert sum(not rule.is_horizontal for rule in ready.rules) == 2
    assert ready.image.crop((280, 280, 2120, 320)).getextrema() == (255, 255)
    assert ready.image.crop((330, 350, 700, 450)).getextrema()[0] < 30


@pytest.mark.parametrize(
    ("polish", "english", "address"),
    [
        ("j.kowalQurzad.example", "j.kowal@urzad.example", "j.kowal@urzad.example"),
        ("k.zielinskaQ©mops.example", "k.ziclinska@mops.example", "k.zielinska@mops.example"),
        ("|.zrebiec©pcpr.example,", "|.zrebiec@pcpr.example,", "l.zrebiec@pcpr.example,"),
        ("t.jozwiak(QQug.example", "t.jjozwiak@ug.example", "t.jozwiak@ug.example"),
        ("k.leckaQ", "k.lecka@", "k.lecka@"),
        ("....b.nowak©ug.example........", "b.nowak@ug.example........", "b.nowak@ug.example"),
        ("powiat.example", "powiat.example", None),
    ],
)
def test_an_address_is_what_both_models_agree_on(polish: str, english: str, address: str | None) -> None:
    assert agreed(polish, english) == address


@pytest.mark.parametrize(
    ("polish", "english", "reference"),
    [
        ("SO-5023.1.2026.MŁ", "SO-5023.1.2026.ME", "SO-5023.1.2026.MŁ"),
        ("S0-5023.1.2026", "S0-5023.1.2026", "SO-5023.1.2026"),
        ("$R.1572.61.2026", "SR.1572.61.2026", "SR.1572.61.2026"),
        ("SR.5716./5.2026", "SR.5716.75.2026", "SR.5716.75.2026"),
        ("5012.3.2026", "5012.3.2026", "5012.3.2026"),
        ("DŚR/3/2026", "DSR/3/2026", "DŚR/3/2026"),
        ("OPS.1.2026", "", "OPS.1.2026"),
    ],
)
def test_a_reference_is_the_reading_with_fewer_odd_signs(polish: str, english: str, reference: str) -> None:
    assert likelier_reference(polish, english) == reference


def test_the_error_of_a_broken_picture_is_the_package_s_own() -> None:
    with pytest.raises(UnsafeContainer):
        Recogniser().read_picture(b"\x89PNG\r\n\x1a\n nothing", "x")


# --- what the picture itself settles


def line_of(text: str, font: str = "LiberationSans-Regular.ttf") -> Image.Image:
    picture = Image.new("L", (900, 90), 255)
    ImageDraw.Draw(picture).text((20, 20), text, font=ImageFont.truetype(font, 44), fill=0)
    return picture


@with_fonts
@pytest.mark.parametrize("font", ["LiberationSans-Regular.ttf", "LiberationSerif-Regular.ttf"])
@pytest.mark.parametrize(
    ("written_so", "read_so"),
    [
        ("SO-I.5023.1.2026", "SO-1.5023.1.2026"),
        ("OŚ.II.12.2026", "OŚ.11.12.2026"),
        ("OŚ.II.12.2026", "OS.IL.12.2026"),
        ("OPS.1.2026", "OPS.1.2026"),
        ("OR.11.4.2026", "OR.11.4.2026"),
        ("DŚ/188/2026", "DS/188/2026"),
        ("PCPR-ZO.3.2026", "PCPR-ŻO.3.2026"),
        ("PCPR-ZO.3.2026", "PCPRZO.3.2026."),
        ("SO.8.2026.DO", "SO.8.2026.D0"),
    ],
)
def test_a_reference_is_mended_by_what_its_picture_shows(written_so: str, read_so: str, font: str) -> None:
    assert as_pictured(read_so, line_of(written_so, font)) == written_so


@with_fonts
@pytest.mark.parametrize(("read_so", "left"), [("PCPR-I.1057.3.2026", "PCPRI.1057.3.2026"), ("SP.14.2026", "SP142026")])
def test_a_dot_or_hyphen_that_was_read_is_kept_where_the_picture_lost_it(read_so: str, left: str) -> None:
    assert as_pictured(read_so, line_of(left)) == read_so


@with_fonts
def test_a_capital_gets_the_accent_that_its_picture_shows_and_no_other() -> None:
    assert accented("Cmielów", line_of("Ćmielów")) == "Ćmielów"
    assert accented("„Swidnica”", line_of("„Świdnica”")) == "„Świdnica”"
    assert accented("(Cmielów)", line_of("(Ćmielów)")) == "(Ćmielów)"
    assert accented("Sanok", line_of("Sanok")) == "Sanok"


@pytest.mark.parametrize(
    ("address", "words", "mended"),
    [
        ("biuro@ug-siesin.example", ["Urząd", "Gminy", "w", "Ślesinie"], "biuro@ug-slesin.example"),
        ("biuro@moprcmielow.example", ["w", "Ćmielowie"], "biuro@moprcmielow.example"),
        ("biuro@mopremielow.example", ["w", "Ćmielowie"], "biuro@moprcmielow.example"),
        ("biuro@siesin.example", ["Urząd", "Gminy", "w", "Sanoku"], "biuro@siesin.example"),
    ],
)
def test_an_address_is_mended_where_a_name_on_the_page_stands_in_it(
    address: str, words: list[str], mended: str
) -> None:
    assert as_on_page(address, words) == mended


# --- addresses that were read by half


def recognised(*texts: str) -> list[tesseract.Recognised]:
    return [tesseract.Recognised(text, Box(100.0 * n, 0, 100.0 * n + 90, 20), 90) for n, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("read_as", "told"),
    [
        (("sekretariat@umig.bych", "awa.example"), ["sekretariat@umig.bychawa.example"]),
        (("sekretariat@umig.bychawa.exa", "mple,", "22"), ["sekretariat@umig.bychawa.example,", "22"]),
        (("biuro@ug.lack.pl", "oraz"), ["biuro@ug.lack.pl", "oraz"]),
        (("biuro@ug.lack.pl;", "22"), ["biuro@ug.lack.pl;", "22"]),
        (("sekretariat@umig.bych", "telefon"), ["sekretariat@?umig.bych", "telefon"]),
    ],
)
def test_half_an_address_is_made_whole_or_marked_as_doubtful(read_as: tuple[str, ...], told: list[str]) -> None:
    assert [word.text for word in whole_addresses(recognised(*read_as))] == told


def test_half_an_address_on_a_picture_is_no_address_and_nobody_is_written_to_but_the_sender() -> None:
    clerk = Address("Anna Lis", "a.lis@umig.bychawa.example")
    labels = ("Imię i nazwisko: Anna Lis", "Urząd: UG", "Telefon, e-mail: {}, 22 517 33 40", "Treść pytania: Jak?")
    for shown, email in (("sekretariat@?umig.bych", None), ("sekretariat@umig.bych", "sekretariat@umig.bych")):
        lines = tuple(Line(label.format(shown)) for label in labels)
        (form,) = find_forms([Document("attachment:skan.png", lines, by_ocr=True)]).forms
        assert (form.email, form.phone) == (email, "+48225173340")
        assert address_for(clerk, form.email).to == clerk


# --- links, dashes, sparse pages


@pytest.mark.parametrize(
    ("polish", "english"),
    [
        ("https://a.example/wnioski?id=9608tryb=2fzakladka", "https://a.example/wnioski?id=960&tryb=2#zakladka"),
        ("https://a.example/wnioski?id=960&tryb=2#zakladka", "https://a.example/wnioski7id=960&tryb=2#zakladka"),
        ("https://a.examplelwnioski?id=9608tryb=2#zakladka", "https://a.example/wnioski7id=960&tryb=2#zakiadka"),
    ],
)
def test_a_link_has_the_signs_that_either_model_saw(polish: str, english: str) -> None:
    assert agreed_link(polish, english) == "https://a.example/wnioski?id=960&tryb=2#zakladka"


def test_a_link_stands_where_the_other_model_read_something_else() -> None:
    assert agreed_link("https://a.example/wnioski", "Sprawa & reszta") == "https://a.example/wnioski"


@pytest.mark.parametrize(("read", "width", "told"), [("-", 11, "–"), ("—", 11, "–"), ("–", 20, "—"), ("–", 6, "-")])
def test_a_dash_is_as_long_as_its_ink(read: str, width: float, told: str) -> None:
    words = [
        tesseract.Recognised("trakcie", Box(0, 0, 70, 18), 90),
        tesseract.Recognised(read, Box(80, 8, 80 + width, 10), 90),
        tesseract.Recognised("oczekuje", Box(110, 0, 190, 18), 90),
    ]
    assert [word.text for word in with_dashes(words)] == ["trakcie", told, "oczekuje"]


def test_a_bullet_opens_its_line_and_a_quotation_mark_does_not() -> None:
    words = [
        tesseract.Recognised("»", Box(0, 4, 8, 12), 80),
        tesseract.Recognised("pierwszy", Box(20, 0, 90, 18), 90),
        tesseract.Recognised("»", Box(100, 4, 108, 12), 80),
    ]
    assert [word.text for word in with_dashes(words)] == ["•", "pierwszy", "»"]


def lined(size: tuple[int, int], lines: int) -> Image.Image:
    """Rows of short strokes, as wide as the page, like lines of text."""
    picture = Image.new("L", size, 255)
    draw = ImageDraw.Draw(picture)
    for number in range(lines):
        for x in range(150 + 5 * number * number % 24, size[0] - 150, 24):
            draw.rectangle((x, 200 + 40 * number, x + 14, 218 + 40 * number), fill=0)
    return picture


@pytest.mark.parametrize("angle", [0.0, 1.2, -1.2])
def test_a_page_of_wide_lines_that_rise_a_little_does_not_lie_on_its_side(angle: float) -> None:
    page = lined((3400, 2400), 12).rotate(angle, fillcolor=255)
    assert not lies_sideways(page)
    assert lies_sideways(page.transpose(Image.Transpose.ROTATE_90))


def test_the_grain_of_a_page_with_a_single_line_stays_white() -> None:
    grain = Image.effect_noise((2400, 3400), 20)
    page = Image.blend(lined((2400, 3400), 1), grain, 0.08)
    dark = sum(made_ready(page).image.crop((0, 1000, 2400, 3400)).histogram()[:128])
    assert dark < 200


def a_scan_of(longer_side: int) -> bytes:
    """The template's scan made smaller."""
    with Image.open(Path(__file__).parent.parent / "files" / "scans" / "bw.tif") as scan:
        grey = scan.convert("L")
    factor = longer_side / max(grey.size)
    return written(grey.resize((round(grey.width * factor), round(grey.height * factor)), Image.Resampling.LANCZOS))


@with_tesseract
@pytest.mark.parametrize("longer_side", [650, 500, 320])
def test_a_scan_too_small_to_be_read_has_a_remark(longer_side: int) -> None:
    (note,) = read(a_scan_of(longer_side)).notes
    assert note.startswith(ILLEGIBLE)
    assert note.endswith(f"x {longer_side} pixels")


@with_tesseract
def test_a_scan_that_was_read_has_no_such_remark() -> None:
    assert read(a_scan_of(1000)).notes == ()


def test_a_small_scan_is_left_for_later_as_any_other() -> None:
    assert read(a_scan_of(500), Recogniser(off=True)).notes == (UNREAD,)


@pytest.mark.parametrize(
    "picture",
    [
        Image.new("L", (355, 500), "white"),
        Image.new("L", (355, 500), 90),
        Image.new("L", (150, 212), 250),
        Image.radial_gradient("L").resize((600, 200)),
    ],
)
def test_a_small_picture_that_is_no_page_has_no_remark(picture: Image.Image) -> None:
    assert read_file("logo.png", "image/png", written(picture), "attachment:logo.png") == ()
