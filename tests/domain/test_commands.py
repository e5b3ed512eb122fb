"""A command out of its place is known as one, so that a private note is never sent as text."""

from __future__ import annotations

import pytest

from mailgate.domain.quotation.commands import looks_like_command


@pytest.mark.parametrize(
    "line",
    [
        "#notatka", "# notatka", "#  Notatka: tekst", "*#notatka*", "* #notatka", "**#notatka**", "_#notatka_", "- #notatka",
        "– #notatka", "• #notatka", "1. #notatka", "a) #notatka", "＃notatka", "﹟notatka", "„#notatka” tekst", '"#notatka" x',
        "> #notatka", "| #notatka", "\ufeff#notatka", "\u200b#\u2060notatka", "\xa0#notatka", "#*notatka*", "#NOTATKA",
        "#notatki", "#dokumentację", "#dokum. rozdz. 3", "[#notatka]", "##notatka",
    ],
)  # fmt: skip
def test_a_known_word_behind_a_hash_at_the_start_of_a_line_was_meant_as_a_command(line: str) -> None:
    assert looks_like_command(line)


@pytest.mark.parametrize(
    "line",
    [
        "", "notatka", "Proszę użyć #notatka w programie", "#2 na liście", "# 2", "#pole", "Zgłoszenie nr #123",
        "W polu # notatka jest pusta", "C# dokumentacja", "#", "- ", "##- Proszę pisać odpowiedź powyżej tej linii -##",
    ],
)  # fmt: skip
def test_other_lines_are_text(line: str) -> None:
    assert not looks_like_command(line)


def test_a_long_line_costs_nothing() -> None:
    assert not looks_like_command("- " * 500_000)
