"""Messages on which the fuzzer broke a reader once, each cut down to what broke it."""

from __future__ import annotations

from packing.mails import HEAD

from mailgate.reader import read

HTML = HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n"


def test_tags_that_do_not_end_are_not_nested_for_ever() -> None:
    reading = read(HTML + "<p>Dzień dobry</p>".encode() + b"<p><bodz. 16:00</p>\n" * 2_600)
    assert "Dzień dobry" in reading.text
    assert "body: HTML nested deeper than 2000 levels, read as bare lines" in reading.mail.notes
