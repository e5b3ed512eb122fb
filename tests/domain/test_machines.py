"""Mails by programs and by people, each an ``.eml`` with what it is beside it: both kinds of error are judged."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mailgate.domain.autoreply import automation_of
from mailgate.domain.bounce import Bounce, bounce_of
from mailgate.domain.classify import kind_of
from mailgate.domain.machines.absence import absence_of
from mailgate.domain.mail import read_mail
from mailgate.reader import read

MAILS = Path(__file__).parent.parent / "mails" / "machines"
RECEIVED = date(2026, 11, 24)
PEOPLE = ("person", "unformalised", "blank_form", "question")


def mails(*kinds: str, telling: str | None = None) -> list[Path]:
    """The mails of these kinds, or those of them whose expectation tells something."""
    paths = [path for path in sorted(MAILS.glob("*.eml")) if expectation(path)["kind"] in kinds]
    return [path for path in paths if telling is None or telling in expectation(path)]


def expectation(path: Path) -> dict[str, Any]:
    """What a mail is, as written beside it."""
    read_: dict[str, Any] = json.loads(path.with_suffix(".json").read_text("utf-8"))
    return read_


def bounce_in(path: Path) -> Bounce:
    """The notification that a mail is."""
    bounce = bounce_of(read_mail(path.read_bytes()), None)
    assert bounce is not None
    return bounce


@pytest.mark.parametrize("path", mails("auto_reply", "bulk", "bounce"), ids=lambda path: path.stem)
def test_what_a_program_sent_is_told_from_mail_by_people(path: Path) -> None:
    assert kind_of(read(path.read_bytes())) == expectation(path)["kind"]


@pytest.mark.parametrize("path", mails(*PEOPLE), ids=lambda path: path.stem)
def test_what_a_person_wrote_is_never_taken_for_a_programs(path: Path) -> None:
    kind, expected = kind_of(read(path.read_bytes())), expectation(path)["kind"]

    assert kind in PEOPLE if expected == "person" else kind == expected


@pytest.mark.parametrize("path", mails("bounce", telling="recipients"), ids=lambda path: path.stem)
def test_a_notification_tells_all_of_its_recipients(path: Path) -> None:
    assert [asdict(recipient) for recipient in bounce_in(path).recipients] == expectation(path)["recipients"]


@pytest.mark.parametrize("path", mails("bounce", telling="addresses"), ids=lambda path: path.stem)
def test_a_notification_tells_whom_it_is_about_and_why_they_did_not_get_it(path: Path) -> None:
    bounce, expected = bounce_in(path), expectation(path)

    assert [recipient.address for recipient in bounce.recipients] == expected["addresses"]
    assert bounce.reason == expected["reason"]


@pytest.mark.parametrize("path", mails("bounce"), ids=lambda path: path.stem)
def test_a_notification_tells_which_letter_it_is_about_and_whether_that_has_failed(path: Path) -> None:
    bounce, expected = bounce_in(path), expectation(path)

    assert list(bounce.message_ids) == expected["message_ids"]
    assert bounce.failed is expected["failed"]


@pytest.mark.parametrize("path", mails("auto_reply", telling="absent_until"), ids=lambda path: path.stem)
def test_a_vacation_note_tells_the_last_day_of_the_absence(path: Path) -> None:
    absence = absence_of(read_mail(path.read_bytes()), RECEIVED)

    assert absence is not None
    assert absence.until == date.fromisoformat(expectation(path)["absent_until"])


@pytest.mark.parametrize("path", mails("auto_reply", "bulk"), ids=lambda path: path.stem)
def test_every_verdict_names_its_traits(path: Path) -> None:
    automation = automation_of(read_mail(path.read_bytes()), None)

    assert automation is not None
    assert all(automation.traits)
