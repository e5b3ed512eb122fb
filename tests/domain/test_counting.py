"""A number of things is told as people say it."""

from __future__ import annotations

import pytest

from mailgate.domain.counting import counted


@pytest.mark.parametrize(
    ("count", "noun", "said"),
    [(0, "mail", "0 mails"), (1, "mail", "1 mail"), (2, "held reply", "2 held replies"), (1, "try", "1 try")],
)
def test_only_one_thing_is_named_in_the_singular(count: int, noun: str, said: str) -> None:
    assert counted(count, noun) == said
