"""Where the pictures of a mail stand in its HTML."""

from __future__ import annotations

from mailgate.domain.document import Line
from mailgate.extract.html.reader import read_html


def test_a_picture_stands_on_its_line_with_the_depth_of_its_place() -> None:
    page = '<p>Pole: <img src="cid:a@1"></p><blockquote type="cite"><img src="CID:b%401"></blockquote>'
    assert [block for block in read_html(page, "body").blocks if isinstance(block, Line) and block.pictures] == [
        Line("Pole:", 0, "text", ("a@1",)),
        Line("", 1, "text", ("b@1",)),
    ]


def test_a_picture_from_elsewhere_leaves_no_line() -> None:
    assert read_html('<p>Tak</p><img src="https://x.example/pixel.gif"><img>', "body").blocks == (Line("Tak"),)
