"""Why a letter came back: RFC 3463 digits first, then the words of servers in three languages."""

from __future__ import annotations

import time

import pytest

from mailgate.domain.machines.reasons import Reason, reason_of


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("5.1.1", "unknown_user"), ("5.1.6", "unknown_user"), ("5.1.10", "unknown_user"), ("5.2.1", "unknown_user"),
        ("5.2.2", "mailbox_full"), ("4.2.2", "mailbox_full"), ("5.2.3", "too_large"), ("5.3.4", "too_large"),
        ("5.1.2", "unreachable"), ("4.4.1", "unreachable"), ("5.4.4", "unreachable"), ("4.4.7", "unreachable"),
        ("5.4.300", "unreachable"), ("5.7.1", "refused"), ("5.7.26", "refused"), ("5.6.0", "refused"),
        ("5.0.0", "other"), ("9.9.9", "other"), (None, "other"),
    ],
)  # fmt: skip
def test_the_digits_tell_the_reason_where_they_mean_one(status: str | None, reason: Reason) -> None:
    assert reason_of(status, None) == reason


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("550 User unknown in virtual mailbox table", "unknown_user"),
        ("550 <a@b.example>: Recipient address rejected: User unknown", "unknown_user"),
        ("Konto e-mail nie istnieje w organizacji", "unknown_user"),
        ("550 Brak takiej skrzynki", "unknown_user"),
        ("Nie znaleziono użytkownika ewa.mroz", "unknown_user"),
        ("The email account that you tried to reach is over quota.", "mailbox_full"),
        ("User's mail file has reached its size limit", "mailbox_full"),
        ("Skrzynka odbiorcy jest pełna", "mailbox_full"),
        ("skrzynka przepełniona", "mailbox_full"),
        ("Das Postfach ist voll", "mailbox_full"),
        ("message size 14000000 exceeds size limit 10485760", "too_large"),
        ("Wiadomość jest za duża", "too_large"),
        ("Host or domain name not found. Name service error", "unreachable"),
        ("connect to mx[192.0.2.7]:25: Connection timed out", "unreachable"),
        ("mail for b.example loops back to myself", "unreachable"),
        ("Message rejected as spam", "refused"),
        ("Wiadomość została odrzucona", "refused"),
        ("Blocked by our policy", "refused"),
        ("something entirely new", "other"),
        ("", "other"),
    ],
)
def test_words_tell_it_where_the_digits_do_not(words: str, reason: Reason) -> None:
    assert reason_of("5.0.0", words) == reason
    assert reason_of(None, words) == reason


def test_digits_that_mean_something_are_not_overruled_by_words() -> None:
    assert reason_of("5.7.1", "550 5.7.1 SPF record not found: mailbox unknown") == "refused"
    assert reason_of("5.2.2", "rejected") == "mailbox_full"


def test_an_address_that_is_rejected_is_unknown() -> None:
    assert reason_of("5.1.0", "5.1.0 Address rejected.") == "unknown_user"


@pytest.mark.parametrize("unit", ["user ", "host ", "quota ", "skrzynka ", "konto ", "a"])
def test_hostile_words_are_judged_in_moments(unit: str) -> None:
    started = time.process_time()
    reason_of(None, unit * 100_000)

    assert time.process_time() - started < 1
