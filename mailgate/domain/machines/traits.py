"""One sign that a machine wrote a mail, and how much it weighs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

AutomationKind = Literal["auto_reply", "bulk"]

DECISIVE = 3
"""Signs that weigh this much together are a verdict."""


@dataclass(frozen=True, slots=True)
class Trait:
    """A sign: ``words`` tell it in English, ``kind`` is what it points at, if at one kind at all.

    ``weak`` marks what mail by people often bears as well: many of these weigh no more than one (osTicket 5320, 3975).
    ``soft`` marks what a question or a wish in the text takes back; ``of_list`` what every mail bears that went through
    a group address, be it a person's.  A negative weight speaks for a person.
    """

    words: str
    weight: int
    kind: AutomationKind | None = None
    weak: bool = False
    soft: bool = False
    of_list: bool = False


def weight_of(traits: Iterable[Trait]) -> int:
    """What the traits weigh together: all weak ones count as one, the heaviest."""
    strong = weak = 0
    for trait in traits:
        if trait.weak:
            weak = max(weak, trait.weight)
        else:
            strong += trait.weight
    return strong + weak
