"""What a delivery notice says of one letter, and whose word it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from domain.factories import ANNA, CLERK, KNOWN, envelope, form, mail, reading, sent_letter, standing

from mailgate.domain.automatic import on_notice
from mailgate.domain.autoreply import Automation
from mailgate.domain.bounce import Bounce, FailedRecipient
from mailgate.domain.changes import AddNote, CallTask, Undelivered, UseAuthor
from mailgate.domain.classify import classify
from mailgate.domain.deliverywords import POLISH_REASONS
from mailgate.domain.mail import Address
from mailgate.domain.reading import Reading
from mailgate.domain.returns import comes_from_server, reason_for, return_of
from mailgate.domain.threads import SentLetter
from mailgate.domain.verdicts import AutoReply, DeliveryNotice, FollowUp, Question, Verdict
from mailgate.domain.workcalendar import WorkCalendar

RECEIPT = sent_letter("clerk", CLERK, "acknowledgement", effect="acknowledges")
DAEMON = Address("Mail Delivery System", "mailer-daemon@mx.example")
DEADLINE = WorkCalendar().deadline(envelope().received_at)


def notice(*recipients: tuple[str, str, str | None]) -> Bounce:
    """A notification with (address, action, status) for each recipient."""
    return Bounce(tuple(FailedRecipient(a, action, status, "words") for a, action, status in recipients), (), ())  # type: ignore[arg-type]


def followed(letter: SentLetter = RECEIPT, bounce: Bounce | None = None, **question: object) -> list[type]:
    """The kinds of changes that follow from a notice about a letter."""
    verdict = DeliveryNotice(bounce or notice((CLERK.address, "failed", "5.1.1")), (letter,))
    decision = on_notice(verdict, reading(DAEMON), {7: standing(**question)}, DEADLINE)
    return [type(change) for change in decision.changes]


@pytest.mark.parametrize(
    ("recipients", "outcome"),
    [
        ((), "failed"),
        (((CLERK.address, "failed", "5.1.1"),), "failed"),
        (((CLERK.address, "delayed", "4.4.1"),), "delayed"),
        (((CLERK.address, "delivered", "2.0.0"),), "delivered"),
        ((("inny@ug.example", "failed", "5.1.1"),), "failed"),
        ((("inny@ug.example", "failed", "5.1.1"), (CLERK.address.upper(), "delayed", None)), "delayed"),
        ((("a@ug.example", "relayed", None), ("b@ug.example", "delayed", None)), "delayed"),
        ((("a@ug.example", "unknown", None), ("b@ug.example", "delayed", None)), "unknown"),
        (((CLERK.address, "unknown", None), ("b@ug.example", "failed", None)), "unknown"),
        (((CLERK.address, "expanded", None),), "delivered"),
    ],
)
def test_the_letters_own_recipient_decides_else_the_worst(
    recipients: tuple[tuple[str, str, str | None], ...], outcome: str
) -> None:
    assert return_of(notice(*recipients), RECEIPT).outcome == outcome


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("5.1.1", "pod tym adresem nie ma skrzynki"),
        ("5.2.2", "skrzynka adresata jest pełna"),
        ("4.4.7", "zbyt długo"),
        ("5.7.26", "odmówił"),
        ("5.1.99", "adres jest nieprawidłowy"),
        ("5.9.9", "nie podał zrozumiałej przyczyny"),
        (None, "nie podał zrozumiałej przyczyny"),
    ],
)
def test_every_status_has_its_reason_in_polish(status: str | None, words: str) -> None:
    assert words in reason_for(status)


def test_reasons_are_clauses_that_may_stand_behind_a_colon() -> None:
    assert all(reason[0].islower() and not reason.endswith(".") for reason in POLISH_REASONS.values())


@pytest.mark.parametrize(
    ("letter", "alarm"),
    [
        (RECEIPT, "a letter to a clerk about HOT-01/2026/000007 does not say"),
        (sent_letter(), "a letter to a consultant about HOT-01/2026/000007 does not say"),
        (sent_letter("administrator", ANNA, "notice", question_ids=(), number=""), None),
        (replace(RECEIPT, bounced=True), None),
    ],
)
def test_what_does_not_say_what_became_of_a_letter_is_for_a_person_and_undoes_nothing(
    letter: SentLetter, alarm: str | None
) -> None:
    verdict = DeliveryNotice(Bounce((), (), (), told="unknown"), (letter,))
    decision = on_notice(verdict, reading(DAEMON), {7: standing()}, DEADLINE)
    assert {type(change) for change in decision.changes} <= {AddNote}
    assert alarm in decision.set_aside if alarm and decision.set_aside else decision.set_aside is alarm


def test_a_failed_receipt_is_undone_and_becomes_a_call() -> None:
    assert followed() == [AddNote, Undelivered, CallTask]


def test_a_bounce_of_what_came_back_already_is_a_note_only() -> None:
    assert followed(replace(RECEIPT, bounced=True)) == [AddNote]


def test_a_question_of_a_telephone_alone_has_its_call_already() -> None:
    by_phone = replace(standing().summary, by_phone=True)
    assert followed(summary=by_phone) == [AddNote, Undelivered]


def test_an_answer_is_to_be_told_by_the_end_of_the_next_working_day() -> None:
    answer = replace(RECEIPT, effect="answers", kind="answer")
    verdict = DeliveryNotice(notice((CLERK.address, "failed", None)), (answer,))
    decision = on_notice(verdict, reading(DAEMON), {7: standing()}, DEADLINE)
    assert decision.changes[-1] == CallTask(7, "+48242614021", DEADLINE.acknowledge_by, "answer")
    assert decision.set_aside is None


@pytest.mark.parametrize("letter", [sent_letter(), sent_letter(question_ids=(), number="", kind="not_relayed")])
def test_a_letter_to_a_consultant_that_came_back_is_for_a_person(letter: SentLetter) -> None:
    verdict = DeliveryNotice(notice((ANNA.address, "failed", "5.1.1")), (letter,))
    decision = on_notice(verdict, reading(DAEMON), {7: standing()}, DEADLINE)
    assert decision.set_aside is not None and "consultant" in decision.set_aside and "@" not in decision.set_aside
    assert CallTask not in [type(change) for change in decision.changes]


@pytest.mark.parametrize(
    ("sender", "text", "server"),
    [
        (Address("", "postmaster@ug.example"), "Błąd.", True),
        (Address("", "mail-system@ug.example"), "Błąd.", True),
        (Address("", "poczta@ug.example"), "Jestem w terenie.", False),
        (Address("", "serwer-12@ug.example"), f"Konto {CLERK.address} nie istnieje", True),
        (Address("", "serwer-12@ug.example"), "550 no such user", True),
        (Address("", "serwer-12@ug.example"), "Jestem w terenie.", False),
        (CLERK, f"550 {CLERK.address}", False),
        (None, "", True),
    ],
)
def test_e64_what_a_server_sends_to_a_return_address_is_told_from_a_responders_note(
    sender: Address | None, text: str, server: bool
) -> None:
    assert comes_from_server(mail(sender), text, RECEIPT) is server


POSTMASTER = Address("", "postmaster@ug.example")
VACATION = Automation("auto_reply", ("subject of an absence",))


@pytest.mark.parametrize(
    ("given", "null_sender", "verdict"),
    [
        (reading(POSTMASTER), True, DeliveryNotice),
        (reading(POSTMASTER, unreadable="it is empty"), True, DeliveryNotice),
        (reading(CLERK, bounce=notice()), False, DeliveryNotice),
        (reading(CLERK, automation=VACATION), True, AutoReply),
        (reading(CLERK), True, AutoReply),
        (reading(CLERK), False, FollowUp),
        (reading(CLERK, form()), True, Question),
    ],
)
def test_what_comes_to_a_return_address_is_a_machines_unless_somebody_truly_wrote(
    given: Reading, null_sender: bool, verdict: type[Verdict]
) -> None:
    known = replace(KNOWN, letter=RECEIPT, returned=RECEIPT, null_sender=null_sender)
    assert isinstance(classify(given, known), verdict)


def test_a_typed_address_that_fails_gives_way_once_to_the_author_of_the_mail() -> None:
    author = Address(CLERK.name, "jan.bak@ug.debowa.example")
    verdict = DeliveryNotice(notice((CLERK.address, "failed", "5.1.1")), (RECEIPT,))
    decision = on_notice(verdict, reading(DAEMON), {7: standing(author=author)}, DEADLINE)
    assert decision.changes[-1] == UseAuthor(7, author, RECEIPT)
    assert CallTask not in [type(change) for change in decision.changes] and decision.set_aside is None
    again = on_notice(verdict, reading(DAEMON), {7: standing(asker=author, author=author)}, DEADLINE)
    assert isinstance(again.changes[-1], CallTask)
