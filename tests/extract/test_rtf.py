"""RTF files as Word, WordPad, LibreOffice and small programs write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.domain.document import Document, Line, Table, lines_of
from mailgate.domain.message.charset import tidy
from mailgate.extract.rtf.reader import is_rtf, read_rtf
from mailgate.extract.safezip import UnsafeContainer
from mailgate.extract.word.celltables import CUT

HEAD = r"{\rtf1\ansi\ansicpg1250\deff0{\fonttbl{\f0\fnil\fcharset238 Arial;}{\f1\fnil\fcharset0 Calibri;}{\f2\fnil\fcharset2 Symbol;}{\f3\froman\fcharset204 Times New Roman Cyr;}{\f4\fmodern\fcharset128 MS Gothic;}}"


def read(body: str, head: str = HEAD) -> Document:
    return read_rtf((head + body + "}").encode("latin-1"), "x")


def texts(body: str, head: str = HEAD) -> list[str]:
    return [line.text for line in lines_of(read(body, head).blocks)]


def grid(document: Document) -> list[list[str]]:
    (found,) = [block for block in document.blocks if not isinstance(block, Line) or block.text]
    assert isinstance(found, Table)
    return [["\n".join(cell.lines()) for cell in cells] for cells in found.rows]


def test_bytes_are_read_in_the_charset_of_their_font() -> None:
    body = r"\f0 za\'bf\'f3\'b3\'e6 \f1 g\'eane {\f3 \'c4\'e0}{\f4 \'93\'fa}\plain  \'b9"
    assert texts(body) == ["zażółć gęne Да日 ą"]


def test_a_font_without_a_charset_of_its_own_has_the_document_s() -> None:
    fonts = r"{\fonttbl{\f0\fnil Arial;}{\f1\fnil Arial CE;}}"
    assert texts(r"\f0\'b9\f1\'b9", r"{\rtf1\ansi\ansicpg1252\deff0" + fonts) == ["¹ą"]
    assert texts(r"\f0\'b9\f1\'b9", r"{\rtf1\ansi\ansicpg1252\deff0\deflang1045" + fonts) == ["ąą"]
    assert texts(r"\'b9", r"{\rtf1\pca\deff0") == ["╣"]
    assert texts(r"\'b9", r"{\rtf1\ansi\ansicpg1250") == ["ą"]


def test_unicode_characters_take_the_place_of_as_many_others_as_the_file_says() -> None:
    body = r"Zg\u322\'3foszenie \uc0\u261 \uc2\u281\'3f\'3fx{\uc0\u322}\u324?? \u-3913\'3f\uc1\u55357?\u56832?"
    assert texts(body) == ["Zgłoszenie ąęxłń 😀"]


def test_characters_by_name_and_line_breaks() -> None:
    body = r"a\tab b\line c\~d\-e\_f\endash\emdash\lquote\rquote\ldblquote\rdblquote\{\}\\" + "\r\n g\\par h\\\ni"
    assert texts(body) == ["a\tb", "c de-f–—‘’“”{}\\ g", "h", "i"]


def test_hidden_and_deleted_text_and_field_codes_are_left_out() -> None:
    body = (
        r"a{\v ukryte}\v x\v0 b{\deleted stare}{\revised nowe} \deleted y\plain z\par "
        r"{\field{\*\fldinst HYPERLINK x}{\fldrslt c}}{\field{\fldinst { PAGE }}{\fldrslt {d}}}"
    )
    assert texts(body) == ["abnowe z", "cd"]


def test_a_paragraph_whose_end_is_deleted_joins_the_next_one() -> None:
    assert texts(r"a{\deleted\par}b\par") == ["ab"]


def test_a_drop_down_field_shows_the_entry_chosen_and_a_text_field_its_result() -> None:
    field = r"{\field{\*\fldinst {FORMDROPDOWN}{\*\formfield{\fftype2\ffres%d\ffdefres0{\*\ffl GOPS}{\*\ffl \f0 \'afory}}}}{\fldrslt }}"
    text = r"{\field{\*\fldinst {FORMTEXT}{\*\formfield{\fftype0{\*\ffname T}}}}{\fldrslt wpisane}}"
    assert texts(field % 1 + " " + field % 25 + " " + text) == ["Żory GOPS wpisane"]


def test_pictures_objects_and_what_is_unknown_are_passed_over() -> None:
    body = (
        r"a{\pict\wmetafile8 0123}{\*\nieznane x{\b y}}{\object{\*\objdata 01}{\result b}}{\pict\bin5 }}}}}c}"
        r"{\*\bkmkstart z}{\xe\v indeks}d"
    )
    assert texts(body) == ["abd"]


def test_lists_show_the_numbers_that_the_file_carries_and_bullets_as_dashes() -> None:
    body = (
        r"{\listtext\pard\plain 1.\tab}raz\par{\listtext\f2 \'b7\tab}dwa\par{\pntext\f2\u-3913?\tab}trzy\par"
        r"{\listtext 2.\tab}\par"
    )
    assert texts(body) == ["1. raz", "- dwa", "- trzy", ""]


def test_a_table_has_rows_and_cells_with_paragraphs() -> None:
    row = r"\trowd\cellx1000\cellx2000\pard\intbl %s\cell %s\cell\row "
    document = read(r"przed\par" + row % ("a", r"b\par c") + row % ("", "d") + r"\pard po\par")
    before, found, after = document.blocks
    assert (before, after) == (Line("przed"), Line("po"))
    assert grid(Document("x", (found,))) == [["a", "b\nc"], ["", "d"]]


def test_merged_cells_stand_once_and_keep_their_column_below() -> None:
    rows = (
        r"\trowd\clvmgf\cellx1\cellx2\intbl a\cell b\cell\row"
        r"\trowd\clvmrg\cellx1\cellx2\intbl\cell c\cell\row"
        r"\trowd\clmgf\cellx1\clmrg\cellx2\intbl d\cell\cell\row"
    )
    assert grid(read(rows)) == [["a", "b"], ["", "c"], ["d"]]


def test_a_table_in_a_cell_stays_there() -> None:
    nested = (
        r"\pard\intbl\itap2 n1\nestcell n2\nestcell{\*\nesttableprops\trowd\cellx1\cellx2\nestrow}{\nonesttables\par}"
    )
    document = read(rf"\trowd\cellx1\cellx2\pard\intbl a\cell przed\par{nested}\pard\intbl\itap1 po\cell\row\pard")
    (table,) = document.blocks
    assert isinstance(table, Table)
    assert [type(block) for block in table.rows[0][1].blocks] == [Line, Table, Line]
    assert table.rows[0][1].lines() == ("przed", "n1", "n2", "po")


def test_cells_count_also_where_a_program_forgets_to_say_that_they_are_in_a_table() -> None:
    assert grid(read(r"\trowd\cellx1\cellx2 a\par b\cell c\cell\row\trowd\cellx1\cellx2 d\cell e")) == [
        ["a\nb", "c"],
        ["d", "e"],
    ]


def test_headers_footers_and_notes_are_the_page_s() -> None:
    body = (
        r"{\header góra\par}{\headerf pierwsza}{\footerr stopka}".replace("ó", r"\'f3")
        + r"tekst{\super 1{\footnote\pard przypis}} dalej{\*\footnote drugi}\par"
    )
    assert [(line.text, line.cue) for line in lines_of(read(body).blocks)] == [
        ("góra", "page"),
        ("tekst1 dalej", "text"),
        ("przypis", "page"),
        ("drugi", "page"),
        ("stopka", "page"),
    ]
    assert texts(r"\titlepg" + body)[:2] == ["góra", "pierwsza"]


def test_text_boxes_come_after_their_paragraph_and_once() -> None:
    box = r"{\shp{\*\shpinst{\sp{\sn x}{\sv 1}}{\shptxt w polu\par drugi\par}}{\shprslt{\*\do{\dptxbxtext w polu}}}}"
    shape = r"{\shp{\*\shpinst{\sp{\sn gtextUNICODE}{\sv kszta\u322\'3ft}}}}"
    assert texts(f"a{box}b{shape}\\par c") == ["ab", "w polu", "drugi", "kształt", "c"]


def test_the_unicode_half_of_a_text_in_two_charsets_is_read() -> None:
    assert texts(r"{\upr{a?}{\*\ud{a\u261?}}}b") == ["aąb"]


@pytest.mark.parametrize(
    "body", ["a}}}b", "a{{{b", "a\\", "a\\'z", "a{\\*", "a\\u", "\\cell\\row\\nestrow\\itap99 a\\cell"]
)
def test_broken_files_are_read_as_far_as_they_go(body: str) -> None:
    assert is_rtf((HEAD + body).encode())
    assert "a" in "".join(texts(body))


@pytest.mark.parametrize("content", [b"", b"{\\rt", b"Szanowni", b"{\\rtf1" + b"{" * 5000])
def test_what_is_no_rtf_or_nested_too_deeply_is_refused(content: bytes) -> None:
    with pytest.raises(UnsafeContainer):
        read_rtf(content, "x")


def test_a_file_of_too_many_lines_is_cut_with_a_note() -> None:
    document = read(r"\par" * 60_000)
    assert len(document.blocks) == 50_000
    assert document.notes == (CUT,)


def test_a_file_of_nothing_but_control_words_is_cut_with_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailgate.extract.rtf.reader.MAX_TOKENS", 1000)
    document = read("a" + r"\b" * 2000 + " z")
    assert document.notes == (CUT,)
    assert [line.text for line in lines_of(document.blocks)] == ["a"]


VALUES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=30)


def written(text: str) -> str:
    """A text as Word writes it: ASCII as it is, everything else by its UTF-16 units."""
    units = memoryview(text.encode("utf-16-le")).cast("H")
    return "".join(
        "\\" + chr(unit) if chr(unit) in "\\{}" else chr(unit) if unit < 128 else f"\\u{unit - (unit >> 15 << 16)}\\'3f"
        for unit in units
    )


@given(st.lists(st.lists(VALUES, min_size=2, max_size=2), min_size=1, max_size=5), st.booleans())
@settings(max_examples=100, deadline=None)
def test_any_text_put_into_a_table_comes_back(values: list[list[str]], definition_behind: bool) -> None:
    definition = r"\trowd\cellx1000\cellx2000"
    rows = ""
    for one in values:
        cells = "".join(rf"\pard\plain\intbl {{{written(value)}}}\cell" for value in one)
        rows += rf"{definition}{cells}{definition if definition_behind else ''}\row"
    assert grid(read(rows)) == [[tidy(value) for value in one] for one in values]


@given(st.text(st.sampled_from("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ abc-/@"), max_size=40))
@settings(max_examples=50, deadline=None)
def test_polish_text_in_windows_1250_comes_back(text: str) -> None:
    body = "".join(chr(byte) if byte < 128 else f"\\'{byte:02x}" for byte in text.encode("cp1250"))
    assert " ".join(texts(rf"\f0 {body}\par")) == text.strip()
