"""HTML becomes lines and tables; quotes, signatures and attributions of mail clients are told."""

from __future__ import annotations

import time

import pytest

from mailgate.domain.document import Block, Document, Line, Table, lines_of
from mailgate.extract.html.flow import MAX_SPANNING_COLUMNS
from mailgate.extract.html.reader import read_html, read_html_bytes


def texts(html: str) -> list[str]:
    return [line.text for line in lines_of(read_html(html, "body").blocks)]


def quoted(html: str) -> dict[str, int]:
    return {line.text: line.quoted for line in lines_of(read_html(html, "body").blocks) if line.text}


def cues(html: str) -> dict[str, str]:
    return {line.text: line.cue for line in lines_of(read_html(html, "body").blocks)}


def cells(block: Block) -> list[list[tuple[str, ...]]]:
    assert isinstance(block, Table)
    return [[cell.lines() for cell in row] for row in block.rows]


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("a<br>b", ["a", "b"]),
        ("<div>a<br></div><div>b</div>", ["a", "b"]),
        ("<div>a</div><div><br></div><div>b</div>", ["a", "", "b"]),
        ("<p>a</p><p>b</p>", ["a", "", "b"]),
        (
            "<p class=MsoNormal>a<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>b</p>",
            ["a", "", "b"],
        ),
        ("<p style='margin:0'>a</p><p style='margin-top: 0'>b</p>", ["a", "b"]),
        ("<style>p {margin-top:0}</style><p>a</p><p>b</p>", ["a", "b"]),
        ("<br><br>a<br><br><br>b<br>", ["a", "", "b"]),
        ("  a \n\t b <b> c</b>", ["a b c"]),
        ("a&nbsp;b\u200bc&shy;d", ["a bcd"]),
        ("<pre>a  b\n\nc</pre>", ["a  b", "", "c"]),
        ("<div style='white-space: pre-wrap'>a\nb</div>", ["a", "b"]),
        ("<ul><li>a</li><li><p>b</p></li></ul>", ["- a", "- b"]),
        ("<ol start=3><li>a<li>b</ol>", ["3. a", "4. b"]),
        ("<ul><li>a<ul><li>b</ul></ul>", ["- a", "- b"]),
        ("a<ul><li>b</ul>c", ["a", "", "- b", "", "c"]),
        (
            "<p class=MsoListParagraph><![if !vml]><span style='mso-list:Ignore'>·<i>&nbsp; </i></span><![endif]>a</p>",
            ["- a"],
        ),
        ("<p class=MsoListParagraph><span style='mso-list:Ignore'>2.<span>&nbsp; </span></span>a</p>", ["2. a"]),
        ("z<!-- a --><script>b</script><style>c</style><!--[if mso]>d<![endif]--><title>e</title>", ["z"]),
        ("a<span style='display: none'>b</span><span style='mso-hide:all'>c</span><i hidden>d</i>", ["a"]),
        ("<textarea>a\nb</textarea>", ["a", "b"]),
        ("Imię: <input value='Jan'><input type=hidden value=x><input type=checkbox checked> tak", ["Imię: Jan[x] tak"]),
        ("<select><option>a<option selected>b</select>", ["b"]),
        ("", []),
        ("<!-- nic -->", []),
        ("tekst bez znaczników", ["tekst bez znaczników"]),
    ],
)
def test_lines_are_those_that_a_person_sees(html: str, lines: list[str]) -> None:
    assert texts(html) == lines


@pytest.mark.parametrize(
    ("html", "line"),
    [
        ("<a href='mailto:a@b.example'>a@b.example</a>", "a@b.example"),
        ("<a href='mailto:A@B.example?subject=x'>Jan</a>", "Jan <A@B.example>"),
        ("<a href='https://ug.example/'>ug.example</a>", "ug.example"),
        ("<a href='https://ug.example/a'>tutaj</a>.", "tutaj <https://ug.example/a>."),
        ("<a href='tel:+48242614021'>24 261 40 21</a>", "24 261 40 21"),
        ("<a href='javascript:x()'>a</a><a href='#b'>c</a>", "ac"),
        (
            "<a href='https://eur.safelinks.protection.outlook.com/?url=https%3A%2F%2Fug.example&data=x'>ug.example</a>",
            "ug.example",
        ),
        ("<a href='https://x.example'><img src=y></a>z", "z"),
    ],
)
def test_a_link_shows_its_address_where_it_says_more(html: str, line: str) -> None:
    assert texts(html) == [line]


def test_a_table_keeps_rows_and_cells_and_a_merged_cell_stands_once() -> None:
    html = "<table><tr><td rowspan=2>a<td colspan=2>b<br>c</tr><tr><th>d<td>e</table>"
    (table,) = read_html(html, "body").blocks
    assert cells(table) == [[("a",), ("b", "c")], [(), ("d",), ("e",)]]


def test_a_page_of_cells_that_span_rows_makes_no_cells_without_end() -> None:
    html = "<table><tr>" + "<td rowspan=60000>a" * 2000 + "</tr>" + "<tr><td>b" * 2000 + "</table>"
    (table,) = read_html(html, "body").blocks
    assert isinstance(table, Table)
    assert max(map(len, table.rows[1:])) <= MAX_SPANNING_COLUMNS + 1


def test_below_a_cell_that_spans_rows_an_empty_one_keeps_its_column() -> None:
    html = (
        "<table><tr><td>a<td rowspan=3 colspan=2>b<td>c</tr><tr><td>d<td>e</tr><tr><td>f<td rowspan=x>g</tr>"
        "<tr><td>h<td>i<td>j</table>"
    )
    (table,) = read_html(html, "body").blocks
    assert cells(table) == [
        [("a",), ("b",), ("c",)],
        [("d",), (), ("e",)],
        [("f",), (), ("g",)],
        [("h",), ("i",), ("j",)],
    ]


def test_a_table_in_a_cell_is_a_table_in_a_cell() -> None:
    html = "<table><tr><td>a<td><table><tr><td>b<td>c</table></table>"
    (table,) = read_html(html, "body").blocks
    assert isinstance(table, Table)
    (inner,) = table.rows[0][1].blocks
    assert cells(inner) == [[("b",), ("c",)]]


def test_a_table_that_only_lays_out_the_page_gives_way() -> None:
    html = "<table><tr><td><p>a</p><table><tr><td>b<td>c</table></td></tr><tr><td>d</table>"
    line, table, last = read_html(html, "body").blocks
    assert (line, last) == (Line("a"), Line("d"))
    assert cells(table) == [[("b",), ("c",)]]


def test_text_between_the_rows_is_not_lost() -> None:
    assert set("".join(texts("<table>x<tr>y<td>a<td>b</tr>z</table>"))) == set("xyzab")


GMAIL = (
    "<div>nowe</div><div class='gmail_quote'><div class=gmail_attr>Jan napisał(a):</div>"
    "<blockquote class=gmail_quote>stare<blockquote>starsze</blockquote></blockquote><div>dopisek</div></div>"
)
OUTLOOK = (
    "<p>nowe</p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt'>"
    "<p><b>Od:</b> Jan<br><b>Do:</b> Ewa</p></div></div>"
    "<p>stare</p>"
)
OUTLOOK_WEB = (
    "<div>nowe</div><div id=appendonsend></div><hr><div id='{}divRplyFwdMsg'><b>Od:</b> Jan</div><div>stare</div>"
)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (GMAIL, {"nowe": 0, "Jan napisał(a):": 0, "stare": 1, "starsze": 2, "dopisek": 0}),
        (OUTLOOK, {"nowe": 0, "Od: Jan": 0, "Do: Ewa": 0, "stare": 1}),
        (OUTLOOK_WEB.format(""), {"nowe": 0, "Od: Jan": 0, "stare": 1}),
        (OUTLOOK_WEB.format("x_"), {"nowe": 0, "Od: Jan": 0, "stare": 1}),
        ("a<blockquote type=cite>b</blockquote>c", {"a": 0, "b": 1, "c": 0}),
        ("<div>a</div><div class='ydp12yahoo_quoted'>b</div>", {"a": 0, "b": 1}),
        ("<div>a</div><div class=protonmail_quote>Jan:<blockquote>b</blockquote></div>", {"a": 0, "Jan:": 0, "b": 1}),
        ("a<hr id=zwchr><div data-marker=__HEADERS__>Od: Jan</div><div>b</div>", {"a": 0, "Od: Jan": 1, "b": 1}),
        ("<blockquote style='margin:0 0 0 40px;border:none;padding:0'>a</blockquote>", {"a": 0}),
        ("<div class=gmail_quote><div class=gmail_attr>---------- Forwarded message ---------</div>a</div>",
         {"---------- Forwarded message ---------": 0, "a": 0}),
        ("<div class=gmail_quote><div>Jan pisze</div>a</div>", {"Jan pisze": 1, "a": 1}),
    ],
)  # fmt: skip
def test_depth_of_quotation(html: str, expected: dict[str, int]) -> None:
    assert quoted(html) == expected


def test_a_border_without_a_header_block_opens_no_quote() -> None:
    assert quoted("<div style='border:none;border-top:solid 1pt'>Uwaga: Jan</div><p>b</p>") == {"Uwaga: Jan": 0, "b": 0}


@pytest.mark.parametrize(
    ("html", "line", "cue"),
    [
        (GMAIL, "Jan napisał(a):", "attribution"),
        (GMAIL, "stare", "text"),
        (OUTLOOK, "Od: Jan", "attribution"),
        (OUTLOOK_WEB.format(""), "Od: Jan", "attribution"),
        (OUTLOOK_WEB.format(""), "", "rule"),
        ("<div class=moz-cite-prefix>W dniu pisze:<br></div>", "W dniu pisze:", "attribution"),
        ("<p id=reply-intro>W dniu Jan napisał(a):</p>", "W dniu Jan napisał(a):", "attribution"),
        (
            "a<br><span class=gmail_signature_prefix>-- </span><br><div class=gmail_signature>Jan</div>",
            "--",
            "signature",
        ),
        ("<pre class=moz-signature cols=72>-- \nJan</pre>", "Jan", "signature"),
        ("<div id=ms-outlook-mobile-signature>Pobierz</div>", "Pobierz", "signature"),
        ("<div id=Signature><p>Jan</p></div>", "Jan", "signature"),
        ("a<hr>b", "", "rule"),
    ],
)
def test_containers_of_clients_are_named(html: str, line: str, cue: str) -> None:
    assert cues(html)[line] == cue


def test_text_far_below_what_the_parser_allows_is_kept() -> None:
    document = read_html("<div>" * 1500 + "głęboko" + "</div>" * 1500 + "<p>dalej</p>", "body")
    assert [line.text for line in lines_of(document.blocks)] == ["głęboko", "", "dalej"]
    assert document.notes == ()


def test_what_is_deeper_still_comes_as_bare_lines_with_a_note() -> None:
    document = read_html("<div>" * 20_000 + "głęboko", "body")
    assert [line.text for line in lines_of(document.blocks)] == ["głęboko"]
    assert "bare lines" in document.notes[0]


def test_tables_nested_without_end_are_read_as_lines() -> None:
    document = read_html("<table><tr><td>a<td>" * 60 + "b", "body")
    assert {line.text for line in lines_of(document.blocks)} == {"a", "b"}
    assert "read as lines" in document.notes[0]


@pytest.mark.parametrize(
    "html",
    ["<b>" * 50_000 + "</x>" * 100_000, "<" * 1_000_000, "p{" * 400_000, "<p><i>" * 40_000 + "</b>" * 40_000,
     "&nbsp;" * 400_000, "<div style='border-top:solid 1pt'>" * 1_900 + "Od: x", "<div class=gmail_quote>" * 1_900,
     "<td>x" * 100_000, "<select><option>" * 900],
    ids=["ends", "brackets", "rules", "crossed", "entities", "headers", "wrappers", "cells", "selects"],
)  # fmt: skip
def test_hostile_pages_take_linear_time(html: str) -> None:
    started = time.process_time()
    assert isinstance(read_html(html, "body"), Document)
    assert time.process_time() - started < 4


@pytest.mark.parametrize(
    ("raw", "charset"),
    [
        ("<meta charset=iso-8859-2>łódź".encode("iso-8859-2"), None),
        ("<?xml version='1.0' encoding='windows-1250'?><html>łódź</html>".encode("windows-1250"), None),
        ("<meta charset=iso-8859-2>łódź".encode(), "utf-8"),
        ("<meta charset=utf-16>łódź".encode(), None),
        ("łódź".encode("utf-16"), None),
        ("<meta charset=iso-8859-1>łódź".encode("windows-1250"), None),
    ],
)
def test_bytes_are_decoded_by_mime_then_by_the_page_then_by_themselves(raw: bytes, charset: str | None) -> None:
    (line,) = read_html_bytes(raw, "attachment:a.html", charset).blocks
    assert line == Line("łódź")


@pytest.mark.parametrize(
    "style",
    [
        "font-size:0", "font-size: 0px; color: #fff", "font-size:0.0em !important", "max-height:0; overflow:hidden",
        "height:0px;overflow:hidden", "opacity:0", "opacity: .0", "opacity:0.00;color:red",
        "color:#fff;background:#ffffff", "color: white; background-color: #FFF", "background:rgb(0,0,0);color:black",
    ],
)  # fmt: skip
def test_what_a_style_makes_invisible_is_no_text(style: str) -> None:
    assert texts(f"a<div style='{style}'>b<span>c</span></div>") == ["a"]


@pytest.mark.parametrize(
    "style",
    [
        "font-size:0.9em", "font-size:10px", "max-height:0", "max-height:0.5em;overflow:hidden", "opacity:0.5", "opacity:1",
        "fill-opacity:0", "color:#fff;background:#000", "color:#fff", "border-color:#fff;background:#fff", "line-height:0",
    ],
)  # fmt: skip
def test_what_a_style_makes_small_or_pale_stays_text(style: str) -> None:
    assert texts(f"<div style='{style}'>b</div>") == ["b"]


def test_a_frame_without_size_or_colour_shows_texts_that_set_their_own() -> None:
    assert texts("<div style='font-size:0'><p><span style='font-size:14px'>b</span></p></div>") == ["b"]
    assert texts("<div style='color:#fff;background:#fff'><font color=black>b</font></div>") == ["b"]


def test_frames_in_frames_without_size_cost_nothing() -> None:
    started = time.process_time()
    texts("<div style='font-size:0'>" * 1900 + "<b>x</b>" * 20_000)
    assert time.process_time() - started < 10
