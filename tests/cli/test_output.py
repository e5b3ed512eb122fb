"""Tables for people, drawn in a terminal and plain elsewhere."""

from __future__ import annotations

import io
import json

import pytest

from mailgate.cli.drawing import Column
from mailgate.cli.output import (
    as_json,
    in_warsaw,
    iso_in_warsaw,
    minute_in_warsaw,
    one_line,
    print_json,
    print_table,
    size_in_words,
)


class Terminal(io.StringIO):
    """A screen."""

    def isatty(self) -> bool:
        return True


def test_a_table_is_drawn_in_a_terminal_without_obeying_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    """What came in a mail is text, whatever brackets it has."""
    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    print_table((Column("A"), Column("B")), [("[red]x[/red]", "ąę")])
    assert "[red]x[/red]" in screen.getvalue()
    assert "┃" in screen.getvalue()


def test_a_table_is_in_plain_columns_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    """Also one without rows."""
    print_table((Column("A"), Column("LONG")), [("longer", "b"), ("c", "")])
    print_table((Column("A"),), [])
    assert capsys.readouterr().out == "A       LONG\nlonger  b\nc\nA\n"


@pytest.mark.parametrize("values", [[], [{"a": "ż"}], [1, 2, 3]])
def test_a_json_array_has_a_value_a_line(values: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    """Valid whatever the number of values."""
    print_json(iter(values))
    printed = capsys.readouterr().out
    assert json.loads(printed) == values
    assert len(printed.splitlines()) == (len(values) + 2 if values else 1)


def test_a_long_text_is_cut_and_folded_into_one_line() -> None:
    """The cut is visible."""
    assert one_line("a\n  b\tc") == "a b c"
    assert one_line("x" * 100, 5) == "xxxx…"
    assert one_line(None) == ""


def test_an_instant_that_is_not_there_is_shown_as_nothing() -> None:
    """An invented time would be worse than none."""
    assert (in_warsaw(None), iso_in_warsaw(None), minute_in_warsaw(None)) == ("", None, "")


def test_a_size_is_told_in_the_unit_that_people_would_take() -> None:
    sizes = (0, 1, 20480, (1 << 20) - 1, 1 << 20, 5 << 19, 3 << 30)
    assert list(map(size_in_words, sizes)) == [
        "0 KiB", "1 KiB", "20 KiB", "1024 KiB", "1.0 MiB", "2.5 MiB", "3.0 GiB",
    ]  # fmt: skip


def test_json_cannot_steer_a_terminal_and_says_the_same() -> None:
    """Control and direction characters stand as escapes, Polish letters as they are."""
    text = "zażółć\x1b[2J\x9b\u202e\u2066\x7f\U000e0041\n"
    printed = as_json({"text": text})
    assert json.loads(printed) == {"text": text}
    assert "zażółć" in printed
    assert not set(printed) & set(text) - set("zażółć[2J")
