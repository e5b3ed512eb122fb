"""What gives away two machines that write to each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailgate.delivery.specimen import CLERK, SOUND
from mailgate.domain.letters import Acknowledgement, Letter, NoForm, NotRelayed, Thread
from mailgate.domain.looping import (
    MOST_OF_OFFICE,
    Asked,
    Before,
    Sent,
    Stopped,
    correspondent,
    is_watched,
    nearly_equal,
    repeats_itself,
    stopped,
)
from mailgate.domain.mail import Address

RECEIPT = "Państwa zgłoszenie nr {} z dnia {}.11.2026 zostało zarejestrowane i czeka na rozpatrzenie."


@pytest.mark.parametrize(
    ("first", "second", "equal"),
    [
        (RECEIPT.format(1, 20), RECEIPT.format(2, 21), True),
        (RECEIPT.format(1, 20), RECEIPT.format(2, 21) + " Pozdrawiamy.", True),
        (RECEIPT.format(1, 20), "Jak wycofać zatwierdzone sprawozdanie?", False),
        ("", "", True),
        ("1 2 3", "4 5 6", True),
        ("", "Jak wycofać sprawozdanie?", False),
        ("Jak wycofać sprawozdanie?", "Jak zatwierdzić sprawozdanie?", False),
    ],
)
def test_texts_are_nearly_equal_but_for_numbers_and_dates(first: str, second: str, equal: bool) -> None:
    assert nearly_equal(first, second) is equal


def test_the_third_of_nearly_equal_texts_is_a_repetition() -> None:
    three = [RECEIPT.format(number, 20) for number in range(3)]
    assert repeats_itself(three[-1], three)
    assert not repeats_itself(three[-1], three[1:])
    assert not repeats_itself("Jak wycofać sprawozdanie?", [*three, "Jak wycofać sprawozdanie?"])


NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
OFFICE = CLERK.domain
FREE = replace(SOUND, kind="unformalised", form=None, text=RECEIPT.format(9, 23))


def before(letters: int, to_office: int, same: int, address: str = CLERK.address, text: str = RECEIPT) -> Before:
    """So many letters to the correspondent, so many receipts to his office, and so many texts that it asked."""
    sent = (Sent("no_form", NOW - timedelta(minutes=1)),) * letters
    return Before(sent, tuple(Asked(address, text.format(number, 20)) for number in range(same)), to_office)


@pytest.mark.parametrize(
    ("address", "whom"),
    [
        ("Pomoc+ID1@IT.example", "pomoc@it.example"),
        ("pomoc@it.example", "pomoc@it.example"),
        ("+48601@it.example", "+48601@it.example"),
        ("a+b+c@it.example", "a@it.example"),
    ],
)
def test_a_correspondent_is_a_mailbox_whatever_stands_behind_a_plus_sign(address: str, whom: str) -> None:
    assert correspondent(address) == whom


@pytest.mark.parametrize(
    ("went_before", "whom"),
    [
        (before(2, 2, 9), None),
        (before(3, 3, 3), CLERK.address),
        (before(0, MOST_OF_OFFICE, 6, "x7@" + OFFICE), "@" + OFFICE),
        (before(0, MOST_OF_OFFICE, 4, "x7@" + OFFICE), None),
        (before(0, MOST_OF_OFFICE - 1, 6, "x7@" + OFFICE), None),
        (before(0, MOST_OF_OFFICE, 6, "x7@" + OFFICE, "Jak wycofać sprawozdanie?"), None),
        (before(0, MOST_OF_OFFICE, 6, "x7@" + OFFICE, ""), None),
    ],
)
def test_e76_who_says_the_same_again_and_again_is_stopped_under_whatever_address(
    went_before: Before, whom: str | None
) -> None:
    stop = stopped(NoForm(CLERK, Thread(), FREE), went_before, NOW, automatic=False)
    assert (stop.whom if stop else None) == whom


def test_the_customers_of_a_public_provider_are_no_office() -> None:
    customer = Address("", "jan@gmail.com")
    went_before = before(0, 50, 50, "ktos@gmail.com")
    assert stopped(NoForm(customer, Thread(), FREE), went_before, NOW, automatic=False) is None


def test_mails_of_an_office_that_say_nothing_do_not_stop_it() -> None:
    """Its scanner sends files alone."""
    letter = NoForm(CLERK, Thread(), replace(FREE, text=""))
    assert stopped(letter, before(0, 9, 9, "skaner@" + OFFICE, ""), NOW, automatic=False) is None


@pytest.mark.parametrize(
    ("letter", "automatic", "watched"),
    [
        (NoForm(CLERK, Thread(), FREE), False, True),
        (NotRelayed(CLERK, Thread(), None, "", None, "", ""), False, True),
        (Acknowledgement(CLERK, Thread(), (SOUND,)), False, False),
        (Acknowledgement(CLERK, Thread(), (SOUND,)), True, True),
    ],
)
def test_a_persons_filled_form_is_acknowledged_whatever_went_before(
    letter: Letter, automatic: bool, watched: bool
) -> None:
    assert is_watched(letter, automatic=automatic) is watched


def test_the_limit_of_a_day_counts_what_the_limit_of_an_hour_forgot() -> None:
    sent = tuple(Sent("no_form", NOW - timedelta(hours=hours)) for hours in range(2, 7))
    stop = stopped(NoForm(CLERK, Thread(), FREE), Before(sent), NOW, automatic=False)
    assert stop == Stopped(CLERK.address, 5)
