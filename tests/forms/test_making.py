"""The blank forms that people get: made the same at every run, complete, and open to people who cannot see them."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from forms.layouts import Filled
from lxml import etree
from pikepdf import Name

from forms import filling
from mailgate import resources

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"HOT-01.docx", "HOT-01.odt", "HOT-01.pdf", "HOT-01.txt"}
LABELS = [
    "CSIZS",
    "Zgłoszenie pytania HOT-1",
    "data:",
    "znak:",
    "Imię i nazwisko Użytkownika:",
    "Nazwa Urzędu:",
    "Zwrotny nr telefonu, e-mail:",
    "Treść pytania",
]
POLISH = "ĄĆĘŁŃÓŚŹŻąćęłńóśźż„”–€"
FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"


def test_the_forms_in_the_checkout_are_those_that_the_script_makes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "scripts" / "make-forms", tmp_path], check=True)
    assert {made.name for made in tmp_path.iterdir()} == NAMES
    for made in tmp_path.iterdir():
        assert made.read_bytes() == (resources.forms_folder() / made.name).read_bytes(), made.name


@pytest.mark.parametrize("suffix", ["docx", "odt"])
def test_a_package_is_stored_so_that_no_version_of_zlib_changes_it(suffix: str) -> None:
    with zipfile.ZipFile(io.BytesIO(filling.blank(suffix))) as package:
        assert {entry.compress_type for entry in package.infolist()} == {zipfile.ZIP_STORED}
        assert {entry.date_time for entry in package.infolist()} == {(2026, 1, 1, 0, 0, 0)}


def test_all_forms_together_are_small_enough_to_go_with_every_letter() -> None:
    assert sum(len(form.content) for form in resources.blank_forms()) < 100_000


def test_the_text_form_has_the_labels_of_the_procedure() -> None:
    text = filling.blank("txt").decode()
    places = [text.index(label) for label in LABELS]
    assert places == sorted(places)


# Word


def word_controls() -> list[etree._Element]:
    with zipfile.ZipFile(io.BytesIO(filling.blank("docx"))) as package:
        return list(etree.fromstring(package.read("word/document.xml")).iter(f"{filling.W}sdt"))


def test_the_word_form_has_the_labels_of_the_procedure_in_their_order() -> None:
    tables = Document(io.BytesIO(filling.blank("docx"))).tables
    cells = [cell.text for table in tables for row in table.rows for cell in row.cells]
    # python-docx does not see what stands in content controls, so labels are all that is left.
    found = [line.strip() for text in cells for line in text.split("\n") if line.strip()]
    assert found == LABELS


def test_each_field_of_the_word_form_is_a_named_control_that_cannot_be_deleted_and_shows_a_prompt() -> None:
    shown = []
    for control in word_controls():
        properties = control.find(f"{filling.W}sdtPr")
        assert properties.find(f"{filling.W}lock").get(f"{filling.W}val") == "sdtLocked"
        assert properties.find(f"{filling.W}showingPlcHdr") is not None
        names = [properties.find(f"{filling.W}{kind}").get(f"{filling.W}val") for kind in ("tag", "alias")]
        shown.append((*names, "".join(control.itertext())))
    prompt = "Kliknij lub naciśnij tutaj, aby wprowadzić tekst."
    assert shown == [
        ("data", "data", "Kliknij lub naciśnij, aby wprowadzić datę."),
        ("znak", "znak", prompt),
        ("imie_i_nazwisko", "Imię i nazwisko Użytkownika", prompt),
        ("nazwa_urzedu", "Nazwa Urzędu", prompt),
        ("kontakt", "Zwrotny nr telefonu, e-mail", prompt),
        ("tresc_pytania", "Treść pytania", prompt),
    ]


def test_the_date_is_picked_from_a_calendar_and_the_question_takes_lines_and_pictures() -> None:
    kinds = [
        {kind for kind in ("date", "text") if control.find(f"{filling.W}sdtPr/{filling.W}{kind}") is not None}
        for control in word_controls()
    ]
    assert kinds == [{"date"}, {"text"}, {"text"}, {"text"}, {"text"}, set()]


def test_the_tables_of_the_word_form_stand_exactly_below_each_other() -> None:
    """Word puts a table of another alignment a little to the left, and lets a column grow where widths are not fixed."""
    tables = Document(io.BytesIO(filling.blank("docx"))).tables
    widths = {sum(column.width for column in table.columns) for table in tables}
    assert len(widths) == 1
    assert {(table.alignment, table.autofit) for table in tables} == {(WD_TABLE_ALIGNMENT.CENTER, False)}


def test_the_word_form_says_its_title_and_that_it_is_in_polish() -> None:
    document = Document(io.BytesIO(filling.blank("docx")))
    assert (document.core_properties.title, document.core_properties.language) == ("HOT-01 Zgłoszenie pytania", "pl-PL")
    languages = document.styles.element.findall(f".//{filling.W}docDefaults//{filling.W}lang")
    assert [language.get(f"{filling.W}val") for language in languages] == ["pl-PL"]
    captions = document.element.findall(f".//{filling.W}tblCaption")
    assert len(captions) == len(document.tables)


# OpenDocument


def opendocument_part(name: str) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(filling.blank("odt"))) as package:
        return etree.fromstring(package.read(name))


def test_an_opendocument_file_begins_with_its_type() -> None:
    assert filling.blank("odt")[30:85] == b"mimetypeapplication/vnd.oasis.opendocument.textPK\x03\x04\x14\x00\x00\x00"


def test_the_opendocument_form_has_the_labels_of_the_procedure_and_a_described_placeholder_after_each() -> None:
    body = opendocument_part("content.xml")
    placeholders = list(body.iter(f"{filling.TEXT}placeholder"))
    descriptions = [one.get(f"{filling.TEXT}description") for one in placeholders]
    assert len(descriptions) == len(set(descriptions)) == len(filling.KEYS)
    for placeholder in placeholders:
        assert (placeholder.text or "").startswith("<Kliknij lub naciśnij")
        placeholder.text = ""
    paragraphs = ["".join(each.itertext()).strip() for each in body.iter(f"{filling.TEXT}p", f"{filling.TEXT}h")]
    assert [text for text in paragraphs if text] == LABELS


def test_the_opendocument_form_says_its_title_and_that_it_is_in_polish() -> None:
    meta = "".join(opendocument_part("meta.xml").itertext())
    assert "HOT-01 Zgłoszenie pytania" in meta
    (properties,) = [each for each in opendocument_part("styles.xml").iter() if each.get(f"{FO}language")]
    assert (properties.get(f"{FO}language"), properties.get(f"{FO}country")) == ("pl", "PL")
    (heading,) = opendocument_part("content.xml").iter(f"{filling.TEXT}h")
    assert heading.text == LABELS[1]


# PDF


@pytest.fixture
def pdf() -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(filling.blank("pdf")))


def test_the_pdf_is_one_page_without_scripts_and_draws_what_is_typed_by_itself(pdf: pikepdf.Pdf) -> None:
    """Gateways stop mail with scripts; ``NeedAppearances`` changes a form when it is opened, also one that is signed."""
    assert len(pdf.pages) == 1
    form = pdf.Root.AcroForm
    assert Name.NeedAppearances not in form
    assert not [
        key for holder in (pdf.Root, form, *form.Fields) for key in ("/OpenAction", "/AA", "/A") if key in holder
    ]
    for field in form.Fields:
        _, _, width, height = (float(edge) for edge in field.AP.N.BBox)
        left, bottom, right, top = (float(edge) for edge in field.Rect)
        assert (width, height) == pytest.approx((right - left, top - bottom), abs=0.02)


def test_the_fields_of_the_pdf_are_walked_through_in_the_order_of_the_form(pdf: pikepdf.Pdf) -> None:
    page = pdf.pages[0].obj
    assert page.Tabs == Name.S
    assert [str(field.T) for field in page.Annots] == list(filling.KEYS)
    assert list(page.Annots) == list(pdf.Root.AcroForm.Fields)
    places = [(round(-float(field.Rect[3])), float(field.Rect[0])) for field in page.Annots]
    assert places == sorted(places)


def test_each_field_of_the_pdf_tells_a_screen_reader_what_it_is_for(pdf: pikepdf.Pdf) -> None:
    starts = (
        "Data dokumentu",
        "Znak sprawy",
        "Imię i nazwisko",
        "Nazwa Urzędu",
        "Zwrotny numer telefonu",
        "Treść pytania",
    )
    for field, start in zip(pdf.Root.AcroForm.Fields, starts, strict=True):
        assert str(field.TU).startswith(start)
        assert field.F == 4


def test_the_question_takes_many_lines_and_shrinks_rather_than_hiding_one(pdf: pikepdf.Pdf) -> None:
    question = pdf.Root.AcroForm.Fields[-1]
    assert int(question.Ff) & 1 << 12
    assert " 0 Tf" in str(question.DA)
    assert "/MaxLen" not in question


def test_the_pdf_is_tagged_in_polish_and_shows_its_title(pdf: pikepdf.Pdf) -> None:
    root = pdf.Root
    assert str(root.Lang) == "pl-PL"
    assert root.MarkInfo.Marked is True
    assert root.ViewerPreferences.DisplayDocTitle is True
    with pdf.open_metadata() as metadata:
        assert metadata["dc:title"] == "HOT-01 Zgłoszenie pytania"
        assert metadata["pdfuaid:part"] == "1"
    assert str(pdf.docinfo.Title) == "HOT-01 Zgłoszenie pytania"


def test_a_screen_reader_meets_each_label_before_its_field(pdf: pikepdf.Pdf) -> None:
    (document,) = [pdf.Root.StructTreeRoot.K]
    kinds = [str(element.S) for element in document.K]
    assert kinds == ["/P", "/H1", *("/P", "/Form") * len(filling.KEYS)]
    objects = [element.K.Obj for element in document.K if element.S == Name.Form]
    assert objects == list(pdf.pages[0].Annots)


def test_everything_on_the_page_is_in_the_structure_or_an_artifact_and_can_be_found_from_the_page(
    pdf: pikepdf.Pdf,
) -> None:
    """What a viewer draws leads to its element by the tree of parents (ISO 32000-1, 14.7.4.4)."""
    tree = pdf.Root.StructTreeRoot.ParentTree.Nums
    parents = {int(tree[at]): tree[at + 1] for at in range(0, len(tree), 2)}
    depth, marks, drawn = 0, [], []
    for instruction in pikepdf.parse_content_stream(pdf.pages[0]):
        name = str(instruction.operator)
        if name in ("BDC", "BMC"):
            depth += 1
            if name == "BDC":
                marks.append(int(instruction.operands[1].MCID))
        elif name == "EMC":
            depth -= 1
        else:
            drawn.append(depth)
    assert marks == list(range(len(LABELS)))
    assert set(drawn) == {1}
    assert [int(element.K) for element in parents[int(pdf.pages[0].obj.StructParents)]] == marks
    for field in pdf.pages[0].Annots:
        assert parents[int(field.StructParent)].K.Obj == field


def test_the_fonts_of_the_pdf_are_embedded_and_the_fields_font_has_the_polish_letters(pdf: pikepdf.Pdf) -> None:
    fonts = [*pdf.pages[0].obj.Resources.Font.values(), *pdf.Root.AcroForm.DR.Font.values()]
    assert all(len(font.FontDescriptor.FontFile2.read_bytes()) > 5_000 for font in fonts)
    (font,) = pdf.Root.AcroForm.DR.Font.values()
    for letter in POLISH:
        (code,) = letter.encode("cp1250")
        assert font.Widths[code - int(font.FirstChar)] > 0, letter


def test_what_is_typed_in_a_browser_is_seen_letter_for_letter_in_the_font_of_the_form(pdf: pikepdf.Pdf) -> None:
    form = Filled("23.11.2026", POLISH, POLISH, POLISH, POLISH, POLISH)
    typed = pikepdf.open(io.BytesIO(filling.pdf_typed_in_a_browser(form)))
    (font,) = pdf.Root.AcroForm.DR.Font
    for field in typed.Root.AcroForm.Fields:
        used = {
            str(step.operands[0]) for step in pikepdf.parse_content_stream(field.AP.N) if str(step.operator) == "Tf"
        }
        assert used == {font}
    drawn = pypdfium2.PdfDocument(filling.pdf_printed_by_a_browser(form))
    text = drawn[0].get_textpage().get_text_bounded()
    drawn.close()
    assert text.count(POLISH) == 5
