"""HTML that Outlook wrapped into RTF comes out as it was written (MS-OXRTFEX)."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.extract.rtf.encapsulated import unwrapped, wrapped_in

HEAD = (
    b"{\\rtf1\\ansi\\ansicpg1250\\fromhtml1 \\deff0{\\fonttbl\r\n{\\f0\\fswiss Arial;}{\\f1\\fcharset238 Calibri;}"
    b"{\\f2\\fcharset204 Cyr;}}\r\n{\\colortbl\\red0\\green0\\blue0;}\r\n\\uc1\\pard\\plain\\deftab360 \\f0\\fs24 "
)


def html(body: bytes) -> str:
    return unwrapped(HEAD + body + b"}")


@pytest.mark.parametrize(
    ("rtf", "kind"),
    [
        (HEAD, "html"),
        (b"{\\rtf1\\ansi\\fromtext \\deff0", "text"),
        (b"{\\rtf1\\ansi\\deff0 fromhtml", None),
        (b"{\\rtf1\\fromhtmlx}", None),
    ],
)
def test_the_head_says_what_is_wrapped(rtf: bytes, kind: str | None) -> None:
    assert wrapped_in(rtf) == kind


def test_tags_come_from_their_groups_and_text_from_outside() -> None:
    body = b'{\\*\\htmltag64 <p class="a">}Dzie\\\'f1 dobry{\\*\\htmltag72 </p>}'
    assert html(body) == '<p class="a">Dzień dobry</p>'


def test_what_is_for_readers_of_rtf_alone_is_left_out() -> None:
    body = b"{\\*\\htmltag64 <b>}\\htmlrtf {\\b \\htmlrtf0 gruby\\htmlrtf }\\par\\htmlrtf0 {\\*\\htmltag72 </b>}"
    assert html(body) == "<b>gruby</b>"


def test_entities_stand_in_tags() -> None:
    assert html(b"a{\\*\\htmltag84 &lt;}b{\\*\\htmltag84 &nbsp;}\\htmlrtf \\'a0\\htmlrtf0 c") == "a&lt;b&nbsp;c"


def test_letters_are_read_in_the_charset_of_their_font() -> None:
    assert html(b"{\\f1 \\'b3}{\\f2 \\'e6}{\\f0 \\'b9}") == "łжą"


def test_unicode_takes_the_place_of_its_fallback() -> None:
    assert html(b"\\u322?\\u261\\'61{\\uc0\\u380}\\uc2\\u243ab.") == "łążó."


def test_a_letter_beyond_the_basic_plane_is_joined() -> None:
    assert html(b"\\u-10179?\\u-8704?") == "\N{GRINNING FACE}"


def test_other_destinations_are_left_out() -> None:
    assert html(b"{\\*\\generator X;}{\\*\\mhtmltag64 <x>}{\\pntext 1.}{\\info{\\author Jan}}t") == "t"


def test_breaks_and_escapes_are_themselves() -> None:
    assert html(b"a\\par b\\line c\\tab d\\{\\}\\\\e\\~f") == "a\r\nb\r\nc\td{}\\e\N{NO-BREAK SPACE}f"


def test_wrapped_text_is_text() -> None:
    assert unwrapped(b"{\\rtf1\\ansi\\ansicpg1250\\fromtext \\fs20 Za\\'bf\\'f3\\'b3\\'e6\\par -- \\par}") == (
        "Zażółć\r\n-- \r\n"
    )


@given(raw=st.binary(max_size=300))
def test_any_bytes_give_some_text(raw: bytes) -> None:
    unwrapped(HEAD + raw).encode("utf-8")


@pytest.mark.parametrize("piece", [b"{", b"}", b"\\", b"\\u1", b"{\\*\\htmltag <p>}", b"\\'", b"\\f9", b"\\bin9999 "])
def test_fifty_thousand_of_one_thing_takes_a_bounded_time(piece: bytes) -> None:
    began = time.process_time()
    html(piece * 50_000)
    assert time.process_time() - began < 3
