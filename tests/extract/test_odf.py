"""OpenDocument files, piece by piece as LibreOffice and Word write them."""

from __future__ import annotations

import zipfile
from html import escape
from io import BytesIO

import pytest
from forms.opendocument import COVERED, SPACES, cell, fodt, ods, odt, p, row, table
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.domain.document import Document, Field, Line, Table, lines_of
from mailgate.domain.message.charset import tidy
from mailgate.extract.odf.reader import read_odf
from mailgate.extract.safezip import UnsafeContainer
from mailgate.extract.sheet.grid import CUT, MAX_ROWS


def texts(body: str, styles: str = "", masters: str = "") -> list[str]:
    return [line.text for line in lines_of(read_odf(odt(body, styles, masters), "x").blocks)]


def grid(document: Document) -> list[list[str]]:
    (found,) = document.blocks
    assert isinstance(found, Table)
    return [["\n".join(cell.lines()) for cell in cells] for cells in found.rows]


def test_white_space_of_the_file_is_one_space_and_elements_are_the_rest() -> None:
    body = p(
        "\n  Imię<text:span>\n i  </text:span> nazwisko:<text:s text:c='3'/>Jan<text:tab/>x<text:line-break/>y\u00a0z"
    )
    assert texts(body) == ["Imię i nazwisko:   Jan\tx", "y z"]


def test_deleted_text_is_left_out_where_it_stands_apart_and_where_it_stands_in_its_place() -> None:
    changes = (
        "<text:tracked-changes><text:changed-region text:id='d'><text:deletion><office:change-info/>"
        f"{p('stare')}</text:deletion></text:changed-region>"
        "<text:changed-region text:id='i'><text:insertion/></text:changed-region></text:tracked-changes>"
    )
    marks = "<text:change-{} text:change-id='{}'/>"
    inserted = marks.format("start", "i") + "nowe" + marks.format("end", "i")
    deleted = marks.format("start", "d") + "<text:span>sta" + marks.format("end", "d") + "x</text:span>"
    assert texts(changes + p("a ", "<text:change text:change-id='d'/>", inserted, deleted)) == ["a nowex"]
    joined = p("początek ", marks.format("start", "d"), "stare") + p("stare", marks.format("end", "d"), "koniec")
    assert texts(changes + joined) == ["początek koniec"]
    between = marks.format("start", "d") + p("stary akapit") + marks.format("end", "d") + p("nowy")
    assert texts(changes + between) == ["nowy"]


def test_comments_notes_and_prompts_are_no_text_of_their_paragraph() -> None:
    note = f"<text:note><text:note-citation>1</text:note-citation><text:note-body>{p('przypis')}</text:note-body></text:note>"
    body = p(
        f"a<office:annotation>{p('uwaga')}</office:annotation>",
        "<text:placeholder>&lt;Imię&gt;</text:placeholder>",
        '<loext:content-control loext:showing-place-holder="true">Kliknij</loext:content-control>',
        "<loext:content-control>b</loext:content-control>",
        note,
        "<text:text-input text:description='Podaj'>c</text:text-input>",
    )
    document = read_odf(odt(body), "x")
    assert [(line.text, line.cue) for line in lines_of(document.blocks)] == [("abc", "text"), ("przypis", "page")]


def test_hidden_text_is_left_out_by_style_field_section_and_paragraph() -> None:
    styles = (
        '<style:style style:name="H" style:family="text"><style:text-properties text:display="none"/></style:style>'
        '<style:style style:name="H2" style:family="text" style:parent-style-name="H"/>'
        '<style:style style:name="PH" style:family="paragraph"><style:text-properties text:display="none"/></style:style>'
    )
    body = (
        p('a<text:span text:style-name="H">b</text:span><text:span text:style-name="H2">c</text:span>d')
        + p('e<text:hidden-text text:is-hidden="true">f</text:hidden-text>')
        + p("g", style="PH")
        + f'<text:section text:display="none">{p("h")}</text:section>'
        + p('i<text:hidden-paragraph text:is-hidden="true"/>')
        + f"<text:section>{p('j')}</text:section>"
    )
    assert texts(body, styles) == ["ad", "e", "j"]


def test_fields_show_what_they_show() -> None:
    entries = "".join(
        f'<field:param field:name="{name}" field:value="{value}"/>'
        for name, value in [("Dropdown_ListEntry", "GOPS"), ("Dropdown_ListEntry", "MOPS"), ("Dropdown_Selected", "1")]
    )
    body = (
        p('<text:user-field-get text:name="u">wartość</text:user-field-get> <text:date>20.11.2026</text:date>')
        + p("<field:fieldmark-start/>wpisane<field:fieldmark-end/>")
        + p(f"<field:fieldmark>{entries}</field:fieldmark>")
        + p('<text:drop-down><text:label text:value="A"/><text:label text:value="B"/>B</text:drop-down>')
    )
    assert texts(body) == ["wartość 20.11.2026", "wpisane", "MOPS", "B"]


def test_controls_show_what_was_typed_and_are_fields_by_their_names() -> None:
    controls = (
        '<form:fixed-text form:id="l" form:label="Urząd"/><form:text form:id="t" form:name="Imię" '
        'form:current-value="Jan"/>'
        f'<form:textarea form:id="a" form:name="Treść">{p("raz")}{p("dwa")}</form:textarea>'
        '<form:listbox form:id="b" form:name="L"><form:option form:label="X"/>'
        '<form:option form:label="Y" form:current-selected="true"/></form:listbox>'
        '<form:text form:id="e" form:name="Puste"/><form:button form:id="c" form:label="Wyślij"/>'
    )
    used = "".join(
        p(f'<draw:control text:anchor-type="as-char" draw:control="{name}"/>')
        for name in ("l", "t", "a", "b", "e", "c")
    )
    document = read_odf(odt(f"<office:forms><form:form>{controls}</form:form></office:forms>{used}"), "x")
    assert [line.text for line in lines_of(document.blocks)] == ["Urząd", "Jan", "raz", "dwa", "Y", "", ""]
    assert document.fields == (
        Field("Imię", "Jan"),
        Field("Treść", "raz\ndwa"),
        Field("L", "Y"),
        Field("Puste", ""),
    )


def test_frames_and_shapes_come_after_their_paragraph_and_on_their_page() -> None:
    frame = f"<draw:frame><draw:text-box>{p('w ramce')}</draw:text-box></draw:frame>"
    shape = f"<draw:g><draw:custom-shape>{p('w kształcie')}</draw:custom-shape></draw:g>"
    picture = "<draw:frame><draw:image/><svg:title>tytuł</svg:title></draw:frame>"
    assert texts(frame + p(f"a{shape}b{picture}")) == ["w ramce", "ab", "w kształcie"]


def test_lists_show_their_numbers_and_bullets() -> None:
    styles = (
        '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-suffix="." '
        'style:num-format="1"/><text:list-level-style-number text:level="2" style:num-suffix=")" '
        'style:num-format="a" text:display-levels="2"/></text:list-style><text:list-style style:name="B">'
        '<text:list-level-style-bullet text:level="1" text:bullet-char="•"/></text:list-style>'
    )

    def items(style: str, *content: str, more: str = "") -> str:
        inner = "".join(f"<text:list-item>{one}</text:list-item>" for one in content)
        return f'<text:list text:style-name="{style}" {more}>{inner}</text:list>'

    nested = f"<text:list><text:list-item>{p('b')}</text:list-item></text:list>"
    body = (
        items("L", p("a") + nested, p("c") + p("dalej"))
        + items("B", p("d"))
        + items("L", p("e"), more='text:continue-numbering="true"')
        + items("L", p("f"))
    )
    assert texts(body, styles) == ["1. a", "1.a) b", "2. c", "dalej", "- d", "3. e", "1. f"]


def test_merged_cells_stand_once_and_keep_their_column_and_tables_in_cells_stay_there() -> None:
    inner = table(row(cell(p("w")), cell(p("x"))))
    heading = row(cell(p("a"), attributes='table:number-columns-spanned="2"'), COVERED)
    body = table(
        f"<table:table-header-rows>{heading}</table:table-header-rows>",
        row(cell(p("b"), inner, p("c")), cell(p("d"))),
        row(cell(p("e"), attributes='table:number-rows-spanned="2"'), cell(p("f"))),
        row(COVERED, cell(p("g"))),
    )
    (found,) = read_odf(odt(body), "x").blocks
    assert isinstance(found, Table)
    assert [[cell.lines() for cell in cells] for cells in found.rows] == [
        [("a",)],
        [("b", "w", "x", "c"), ("d",)],
        [("e",), ("f",)],
        [(), ("g",)],
    ]
    assert [type(block) for block in found.rows[1][0].blocks] == [Line, Table, Line]


def test_headers_and_footers_of_the_pages_in_use_are_marked_as_the_page_s() -> None:
    masters = (
        f'<style:master-page style:name="Standard"><style:header>{p("góra")}</style:header>'
        f'<style:header-left style:display="false">{p("nie")}</style:header-left>'
        f"<style:footer>{p('dół')}</style:footer></style:master-page>"
        f'<style:master-page style:name="Inna"><style:header>{p("nieużyta")}</style:header></style:master-page>'
    )
    expected = [("góra", "page"), ("treść", "text"), ("dół", "page")]
    for content in (odt(p("treść"), masters=masters), fodt(p("treść"), masters=masters)):
        assert [(line.text, line.cue) for line in lines_of(read_odf(content, "x").blocks)] == expected


def test_signs_of_symbol_fonts_are_left_out() -> None:
    assert texts(p("\uf0a8tak")) == ["tak"]


VALUES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=30)


@given(st.lists(st.lists(VALUES, min_size=2, max_size=2), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_any_text_put_into_a_table_comes_back(values: list[list[str]]) -> None:
    body = table(*(row(*(cell(p(escape(value))) for value in one)) for one in values))
    expected = [[tidy(value) for value in one] for one in values]
    assert grid(read_odf(odt(body), "x")) == expected
    assert grid(read_odf(fodt(body), "x")) == expected


# --- spreadsheets


def test_a_sheet_is_a_table_of_its_filled_rows_and_columns() -> None:
    empty = '<table:table-cell table:number-columns-repeated="16000"/>'
    body = table(
        row(cell(), cell(p("Imię")), cell(p("Jan"), attributes='table:number-columns-spanned="2"'), COVERED, empty),
        row(empty, attributes='table:number-rows-repeated="3"'),
        row(cell(), cell(p("Urząd")), cell(p("raz"), p("dwa")), empty),
        row(empty, attributes='table:number-rows-repeated="1048000"'),
    )
    assert grid(read_odf(ods(body), "x")) == [["Imię", "Jan"], ["Urząd", "raz\ndwa"]]


def test_dates_are_taken_by_their_value() -> None:
    date = 'office:value-type="date" office:date-value="{}"'
    body = table(
        row(
            cell(p("11/20/26"), attributes=date.format("2026-11-20")),
            cell(p("x"), attributes=date.format("2026-11-20T14:30:00")),
        )
    )
    assert grid(read_odf(ods(body), "x")) == [["20.11.2026", "20.11.2026 14:30"]]


def test_hidden_sheets_rows_and_columns_are_not_read() -> None:
    styles = '<style:style style:name="off" style:family="table"><style:table-properties table:display="false"/></style:style>'
    body = (
        '<table:table table:style-name="off">' + row(cell(p("ukryty arkusz"))) + "</table:table>"
        "<table:table><table:table-column/><table:table-column table:visibility='collapse'/>"
        + row(cell(p("a")), cell(p("ukryta kolumna")))
        + row(cell(p("ukryty wiersz")), attributes='table:visibility="filter"')
        + "</table:table>"
    )
    assert grid(read_odf(ods(body, styles), "x")) == [["a"]]


def test_a_sheet_of_twenty_thousand_rows_is_cut_with_a_note() -> None:
    document = read_odf(ods(table(row(cell(p("x"))) * 20_000)), "x")
    assert len(grid(document)) == MAX_ROWS
    assert document.notes == (CUT,)


# --- what is no OpenDocument file


def _packed(**members: str) -> bytes:
    raw = BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return raw.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        odt(p("a"))[:-40],
        _packed(content_xml="<x/>"),
        _packed(content_xml="<x"),
        _packed(
            content_xml=f"<!DOCTYPE x [<!ENTITY a 'b'>]><office:document-content {SPACES}>&a;</office:document-content>"
        ),
        _packed(content_xml=f"<office:document-content {SPACES}>{' ' * 21_000_000}</office:document-content>"),
        odt("<text:section>" * 3000 + "</text:section>" * 3000),
        fodt(p("a"))[:-40],
    ],
    ids=["empty", "stub", "cut", "foreign", "broken", "entities", "bomb", "deep", "cut flat"],
)
def test_what_is_damaged_or_dangerous_is_refused(content: bytes) -> None:
    with pytest.raises(UnsafeContainer):
        read_odf(content, "x")


def test_an_encrypted_file_says_so() -> None:
    with pytest.raises(UnsafeContainer, match="encrypted"):
        read_odf(odt("", **{"META-INF__manifest.xml": "<manifest:encryption-data/>"}), "x")
