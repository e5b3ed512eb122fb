"""What an outcome proves, and what of a reply may be told."""

from __future__ import annotations

import pytest

from mailgate.delivery.outcome import Accepted, Deferred, Outcome, Refused, Uncertain, Withheld, answered, codes_of


@pytest.mark.parametrize(
    ("reply", "codes"),
    [
        ("250 2.0.0 queued as 4711", "250 2.0.0"),
        ("550 5.1.1 <anna@urzad.example> unknown", "550 5.1.1"),
        ("450-4.2.0 anna@urzad.example", "450-4.2.0"),
        ("550 anna@urzad.example", "550"),
        ("421", "421"),
        ("-1 anna@urzad.example", "-1"),
        ("999 anna@urzad.example", "999"),
        ("the letter cannot be addressed: not an address", "the letter cannot be addressed: not an address"),
    ],
)
def test_a_servers_words_are_left_out_and_ours_are_kept(reply: str, codes: str) -> None:
    assert codes_of(reply) == codes


@pytest.mark.parametrize(
    ("outcome", "spoke"),
    [
        (Accepted("250 ok"), True),
        (Deferred("450 later"), True),
        (Deferred("connection refused", unreachable=True), False),
        (Deferred("something unexpected", answered=False), False),
        (Refused("550 never"), True),
        (Refused("no address", answered=False), False),
        (Uncertain("connection lost"), True),
        (Withheld(), True),
    ],
)
def test_only_what_the_smarthost_said_proves_that_it_is_there(outcome: Outcome, spoke: bool) -> None:
    assert answered(outcome) is spoke
