"""A table in a terminal: what identifies a row is whole, whatever the width."""

from __future__ import annotations

import io
import re

import pytest

from mailgate.cli.drawing import Column, draw

COLUMNS = (
    Column("NUMBER"),
    Column("KIND", spare=2),
    Column("RECEIVED", spare=1),
    Column("OFFICE", cut=True),
    Column("SUBJECT", cut=True),
)
ROWS = [
    ("HOT-01/2026/000123", "unformalised", "2026-11-23 11:00", "Urząd Gminy Dębowa nad Wisłą", "Sprawozdanie " * 5),
    ("HOT-01/2026/000124", "question", "2026-11-23 11:00", "[bold]漢字漢字漢字漢字漢字漢字", "Krótko"),
]


class Terminal(io.StringIO):
    """A screen."""

    def isatty(self) -> bool:
        return True


def drawn(width: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lines that a terminal of this width shows."""
    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setenv("COLUMNS", str(width))
    # Rich takes a "dumb" terminal, or none, for 80 columns wide.
    monkeypatch.setenv("TERM", "xterm")
    draw(COLUMNS, ROWS)
    return re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue()).splitlines()


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 120, 300])
def test_a_number_is_never_cut(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = drawn(width, monkeypatch)
    assert [number for number, *_ in ROWS] == [line.split()[1] for line in lines if "HOT-01" in line]
    assert len(lines) == 4 + len(ROWS)


@pytest.mark.parametrize("width", [52, 80, 120, 300])
def test_no_line_is_longer_than_the_terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(len(line) <= width for line in drawn(width, monkeypatch))


def test_offices_and_subjects_give_way_before_a_column_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    at_100 = "\n".join(drawn(100, monkeypatch))
    assert ("KIND" in at_100, "RECEIVED" in at_100, "…" in at_100) == (True, True, True)
    at_80 = "\n".join(drawn(80, monkeypatch))
    assert ("KIND" in at_80, "RECEIVED" in at_80, "Urząd Gminy" in at_80) == (False, True, True)


def test_where_there_is_room_nothing_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    at_300 = "\n".join(drawn(300, monkeypatch))
    assert ROWS[0][4].strip() in at_300
    assert ROWS[1][3] in at_300
    assert "…" not in at_300
