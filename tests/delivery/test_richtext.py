"""A consultant's plain text as HTML: what a person sees in it, and nothing that was not written."""

from __future__ import annotations

import re
import time

import pytest

from mailgate.delivery.richtext import plain_lines, rich


def bare(html: str) -> str:
    return re.sub(r' (?:style|class|cellpadding|cellspacing|border|valign)="[^"]*"', "", html)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb\n\nc", "<p>a<br>\nb</p>\n<p>c</p>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("x:\n- a\n  dalej\ny", "<p>x:</p>\n<ul><li>a<br>\ndalej</li></ul>\n<p>y</p>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("1. a\n3. b", "<p>1. a<br>\n3. b</p>"),
        ("20. listopada", "<p>20. listopada</p>"),
        ("<b>&", "<p>&lt;b&gt;&amp;</p>"),
        ("a | b\nc | <d>", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>&lt;d&gt;</td></tr></table>"),
        (
            "x:\na | b\nc | d\ny",
            "<p>x:</p>\n<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>\n<p>y</p>",
        ),
        ("a | b\nc", "<p>a | b<br>\nc</p>"),
        ("a | b\nc | d | e", "<p>a | b<br>\nc | d | e</p>"),
        ("cat a|b\ncat c|d", "<p>cat a|b<br>\ncat c|d</p>"),
        ("  wcięcie", "<p>&nbsp;&nbsp;wcięcie</p>"),
        ("", ""),
    ],
)
def test_paragraphs_and_lists_are_seen(text: str, expected: str) -> None:
    assert bare(rich(text)) == expected


@pytest.mark.parametrize(
    ("text", "address", "after"),
    [
        ("https://a.example/x?y=1&z=2.", "https://a.example/x?y=1&amp;z=2", "."),
        ("(https://a.example/x)", "https://a.example/x", ")"),
        ("https://a.example/x_(y)", "https://a.example/x_(y)", ""),
        ('https://a.example/"onclick="x', "https://a.example/", "&#34;onclick=&#34;x"),
        ("HTTP://A.example", "HTTP://A.example", ""),
    ],
)
def test_a_link_is_live_and_shows_where_it_leads(text: str, address: str, after: str) -> None:
    assert f'<a href="{address}">{address}</a>{after}</p>' in bare(rich(text))


def test_nothing_but_http_becomes_a_link() -> None:
    assert "<a" not in rich("javascript:alert(1) file:///etc/passwd data:text/html,x mailto:a@b.example")


def test_plain_lines_keep_every_line_and_make_no_link() -> None:
    assert plain_lines("a\n\n  https://x.example <b>") == ("a<br>\n<br>\n&nbsp;&nbsp;https://x.example &lt;b&gt;")


@pytest.mark.parametrize(
    "text",
    [
        "1. " * 20000,
        "- a\n" * 20000,
        "https://" * 20000,
        "\n" * 50000,
        "1. a\n  b\n" * 9000,
        "a | b\n" * 9000,
        "a | b\nc | d | e\n" * 9000,
    ],
)
def test_a_large_text_takes_no_more_than_its_length(text: str) -> None:
    started = time.process_time()
    rich(text)
    assert time.process_time() - started < 3.0
