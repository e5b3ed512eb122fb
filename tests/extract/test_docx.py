"""Word documents, piece by piece as Word writes them."""

from __future__ import annotations

import pytest
from forms.word import STRICT, R, cell, control, package, par, run, simple_field

from mailgate.domain.document import Document, Line, Table, lines_of
from mailgate.extract.safezip import UnsafeContainer
from mailgate.extract.word.docx import read_docx


def read(body: str, **parts: str) -> Document:
    return read_docx(package(body, **parts), "attachment:a.docx")


def texts(body: str, **parts: str) -> list[str]:
    return [line.text for line in lines_of(read(body, **parts).blocks)]


def test_runs_of_a_paragraph_are_one_line_and_breaks_begin_new_ones() -> None:
    assert texts(par(run("Imię "), run("i nazwisko"), "<w:r><w:br/></w:r>", run("Jan"))) == ["Imię i nazwisko", "Jan"]


def test_tabs_hyphens_and_wide_spaces_are_what_a_person_sees() -> None:
    body = par(
        run("a"),
        "<w:r><w:tab/></w:r>",
        run("b\u00a0c\u00add"),
        "<w:r><w:noBreakHyphen/><w:softHyphen/></w:r>",
        run("e"),
    )
    assert texts(body) == ["a\tb cd-e"]


def test_symbols_of_symbol_fonts_are_left_out() -> None:
    assert texts(par('<w:r><w:sym w:font="Wingdings" w:char="F0A8"/><w:sym w:font="Arial" w:char="2013"/></w:r>')) == [
        "–"
    ]


@pytest.mark.parametrize("prompt", [False, True])
def test_content_controls_hold_text_unless_they_show_their_prompt(prompt: bool) -> None:
    inline = par(run("a: "), control(run("b"), prompt=prompt))
    block = control(par(run("c")), prompt=prompt)
    in_row = f"<w:tbl><w:tr>{cell(par(run('d')))}{control(cell(par(run('e'))), prompt=prompt)}</w:tr></w:tbl>"
    rows = f"<w:tbl>{control('<w:tr>' + cell(par(run('f'))) + '</w:tr>')}</w:tbl>"
    expected = ["a:", "d", "f"] if prompt else ["a: b", "c", "d", "e", "f"]
    assert texts(inline + block + in_row + rows) == expected


def test_a_prompt_s_cell_stays_as_an_empty_cell() -> None:
    table = read(
        f"<w:tbl><w:tr>{cell(par(run('d')))}{control(cell(par(run('e'))), prompt=True)}</w:tr></w:tbl>"
    ).blocks[0]
    assert isinstance(table, Table)
    assert [cell.lines() for cell in table.rows[0]] == [("d",), ()]


def test_insertions_are_kept_and_deletions_and_moved_text_are_not() -> None:
    deleted = '<w:del w:id="1"><w:r><w:delText>stare</w:delText></w:r></w:del>'
    moved = f"<w:moveFrom>{run('tam')}</w:moveFrom><w:moveTo>{run(' tu')}</w:moveTo>"
    assert texts(par(deleted, f"<w:ins>{run('nowe')}</w:ins>", moved)) == ["nowe tu"]


def test_a_paragraph_whose_end_is_deleted_joins_the_next_one() -> None:
    assert texts(par(run("a"), properties="<w:rPr><w:del/></w:rPr>") + par(run("b"))) == ["ab"]


def test_a_deleted_row_is_left_out() -> None:
    rows = f"<w:tr><w:trPr><w:del/></w:trPr>{cell(par(run('a')))}</w:tr><w:tr>{cell(par(run('b')))}</w:tr>"
    assert texts(f"<w:tbl>{rows}</w:tbl>") == ["b"]


def test_hidden_text_is_left_out_also_by_style() -> None:
    styles = '<w:style w:styleId="H"><w:rPr><w:vanish/></w:rPr></w:style>'
    body = par(run("a"), run("b", "<w:vanish/>"), run("c", '<w:rStyle w:val="H"/>'), run("d", '<w:vanish w:val="0"/>'))
    assert texts(body, styles=styles) == ["ad"]


def test_text_boxes_count_once() -> None:
    box = f"<w:txbxContent>{par(run('w polu'))}</w:txbxContent>"
    drawn = f"<mc:Choice Requires='wps'><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
    fallback = f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
    body = par(run("przed"), f"<w:r><mc:AlternateContent>{drawn}{fallback}</mc:AlternateContent></w:r>")
    assert texts(body) == ["przed", "w polu"]


def test_form_fields_show_their_result() -> None:
    assert texts(par(run("Urząd: "), simple_field(run("OPS"), run(" Łąck")))) == ["Urząd: OPS Łąck"]


def test_the_blank_of_a_form_field_is_nothing() -> None:
    assert texts(par(run("Urząd: "), simple_field(run("\u2002" * 5)))) == ["Urząd:"]


def test_a_drop_down_field_shows_the_entry_chosen() -> None:
    entries = '<w:listEntry w:val="OPS"/><w:listEntry w:val="MOPS"/>'
    begin = f'<w:ffData><w:ddList><w:result w:val="1"/>{entries}</w:ddList></w:ffData>'
    assert texts(par(simple_field(begin=begin))) == ["MOPS"]


def test_merged_cells_stand_once_and_keep_their_column_below() -> None:
    first = cell(par(run("a")), properties='<w:gridSpan w:val="2"/>')
    second = cell(par(run("b")), properties='<w:vMerge w:val="restart"/>') + cell(par(run("c")))
    third = cell(par(), properties="<w:vMerge/>") + cell(par(run("d")))
    rows = "".join(f"<w:tr>{row}</w:tr>" for row in (first, second, third))
    table = read(f"<w:tbl>{rows}</w:tbl>").blocks[0]
    assert isinstance(table, Table)
    assert [[cell.lines() for cell in row] for row in table.rows] == [[("a",)], [("b",), ("c",)], [(), ("d",)]]


def test_a_table_in_a_cell_stays_there() -> None:
    inner = f"<w:tbl><w:tr>{cell(par(run('b')))}</w:tr></w:tbl>"
    table = read(f"<w:tbl><w:tr>{cell(par(run('a')), inner, par(run('c')))}</w:tr></w:tbl>").blocks[0]
    assert isinstance(table, Table)
    assert [type(block) for block in table.rows[0][0].blocks] == [Line, Table, Line]


def test_lists_show_their_numbers_and_bullets() -> None:
    levels = '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{}"/><w:lvlText w:val="{}"/></w:lvl>'
    numbering = "".join(
        f'<w:abstractNum w:abstractNumId="{number}">{levels.format(kind, text)}</w:abstractNum>'
        for number, (kind, text) in enumerate([("decimal", "%1."), ("bullet", "·"), ("lowerLetter", "%1)")])
    ) + "".join(f'<w:num w:numId="{n + 1}"><w:abstractNumId w:val="{n}"/></w:num>' for n in range(3))

    def item(text: str, number: int) -> str:
        return par(run(text), properties=f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>')

    body = item("a", 1) + item("b", 1) + item("c", 2) + item("d", 3) + item("e", 3)
    assert texts(body, numbering=numbering) == ["1. a", "2. b", "- c", "a) d", "b) e"]


def test_headers_and_footers_are_marked_as_the_page_s_and_come_first_and_last() -> None:
    section = f'<w:sectPr><w:headerReference w:type="default" r:id="header1" xmlns:r="{R}"/><w:footerReference r:id="footer1"/></w:sectPr>'
    document = read(par(run("treść")) + section, header1=par(run("góra")), footer1=par(run("dół")))
    assert [(line.text, line.cue) for line in lines_of(document.blocks)] == [
        ("góra", "page"),
        ("treść", "text"),
        ("dół", "page"),
    ]


@pytest.mark.parametrize(("switch", "expected"), [("", ["treść"]), ("<w:titlePg/>", ["góra", "treść"])])
def test_the_first_page_s_header_counts_where_it_is_switched_on(switch: str, expected: list[str]) -> None:
    section = f'<w:sectPr><w:headerReference w:type="first" r:id="header1"/>{switch}</w:sectPr>'
    assert texts(par(run("treść")) + section, header1=par(run("góra"))) == expected


def test_footnotes_come_after_the_text_as_the_page_s() -> None:
    notes = f'<w:footnote w:type="separator">{par(run("---"))}</w:footnote><w:footnote w:id="1">{par(run("przypis"))}</w:footnote>'
    assert [(line.text, line.cue) for line in lines_of(read(par(run("a")), footnotes=notes).blocks)] == [
        ("a", "text"),
        ("przypis", "page"),
    ]


def test_the_strict_kind_is_read_too() -> None:
    assert list(lines_of(read_docx(package(par(run("a")), STRICT), "x").blocks)) == [Line("a")]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a zip", package("")[:-40]])
def test_a_damaged_file_is_refused(content: bytes) -> None:
    with pytest.raises(UnsafeContainer):
        read_docx(content, "x")


def test_a_document_nested_a_thousand_levels_deep_is_refused() -> None:
    deep = "<w:ins>" * 1000 + "</w:ins>" * 1000
    with pytest.raises(UnsafeContainer):
        read_docx(package(f"<w:p>{deep}</w:p>"), "x")
