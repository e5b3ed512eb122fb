"""Short texts are looked at once; long ones are not kept."""

from __future__ import annotations

from mailgate.domain.remembered import remembered


def counted() -> tuple[list[str], object]:
    asked: list[str] = []

    @remembered(most=2, longest=5)
    def length(text: str) -> int:
        """Its length."""
        asked.append(text)
        return len(text)

    return asked, length


def test_a_short_text_is_looked_at_once() -> None:
    asked, length = counted()
    assert [length("abc"), length("abc")] == [3, 3]
    assert asked == ["abc"]


def test_a_long_text_is_looked_at_each_time() -> None:
    asked, length = counted()
    assert [length("abcdef"), length("abcdef")] == [6, 6]
    assert asked == ["abcdef"] * 2


def test_only_the_last_answers_are_kept() -> None:
    asked, length = counted()
    for text in ("a", "b", "c", "a"):
        length(text)
    assert asked == ["a", "b", "c", "a"]


def test_the_function_keeps_its_name_and_words() -> None:
    _, length = counted()
    assert (length.__name__, length.__doc__) == ("length", "Its length.")
