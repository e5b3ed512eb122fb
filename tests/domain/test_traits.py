"""Traits are weighed together, and weak ones alone are never a verdict."""

from __future__ import annotations

from mailgate.domain.machines.traits import DECISIVE, Trait, weight_of


def test_many_weak_traits_weigh_no_more_than_one() -> None:
    assert weight_of([Trait("weak", 1, weak=True)] * 9) == 1


def test_a_weak_trait_helps_a_strong_one() -> None:
    assert weight_of([Trait("text", 2), Trait("weak", 1, weak=True)]) == DECISIVE


def test_what_speaks_for_a_person_is_subtracted() -> None:
    assert weight_of([Trait("text", 2), Trait("asks", -2)]) == 0
