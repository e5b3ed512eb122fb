"""Mails by programs and by people, each an ``.eml`` with what it is beside it: both kinds of error are judged."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from mailgate.domain.autoreply import automation_of
from mailgate.domain.bounce import bounce_of
from mailgate.domain.mail import read_mail

MAILS = Path(__file__).parent.parent / "mails" / "machines"


def mails(*kinds: str) -> list[Path]:
    """The mails of these kinds."""
    return [path for path in sorted(MAILS.glob("*.eml")) if expectation(path)["kind"] in kinds]


def expectation(path: Path) -> dict[str, object]:
    """What a mail is, as written beside it."""
    read: dict[str, object] = json.loads(path.with_suffix(".json").read_text("utf-8"))
    return read


def kind_of(path: Path) -> str:
    """What the two judges say of a mail, in the order in which they are asked."""
    mail = read_mail(path.read_bytes())
    automation = automation_of(mail, None)
    return "bounce" if bounce_of(mail, None) else automation.kind if automation else "person"


@pytest.mark.parametrize("path", mails("auto_reply", "bulk", "bounce"), ids=lambda path: path.stem)
def test_what_a_program_sent_is_told_from_mail_by_people(path: Path) -> None:
    assert kind_of(path) == expectation(path)["kind"]


@pytest.mark.parametrize("path", mails("person"), ids=lambda path: path.stem)
def test_what_a_person_wrote_is_never_taken_for_a_programs(path: Path) -> None:
    assert kind_of(path) == "person"


@pytest.mark.parametrize("path", mails("bounce"), ids=lambda path: path.stem)
def test_a_notification_tells_whom_it_is_about_and_which_letter(path: Path) -> None:
    bounce = bounce_of(read_mail(path.read_bytes()), None)
    expected = expectation(path)

    assert bounce is not None
    assert [asdict(recipient) for recipient in bounce.recipients] == expected["recipients"]
    assert list(bounce.message_ids) == expected["message_ids"]
    assert bounce.failed is expected["failed"]


@pytest.mark.parametrize("path", mails("auto_reply", "bulk"), ids=lambda path: path.stem)
def test_every_verdict_names_its_traits(path: Path) -> None:
    automation = automation_of(read_mail(path.read_bytes()), None)

    assert automation is not None
    assert all(automation.traits)
