"""Vacation notes, receipts and challenges told from what people write, by what is said and not by its wording."""

from __future__ import annotations

import time
from email.message import EmailMessage

import pytest
from domain.factories import KNOWN, envelope, sent_letter
from domain.phrasings import ANSWERS, CLERKS, MACHINES, NOTES
from domain.test_decide import TO_ANNA, decided, replied, standing

from mailgate.domain.changes import HoldReply, RecordAnswer
from mailgate.domain.classify import Known, classify, kind_of
from mailgate.domain.machines import statementcues
from mailgate.domain.machines.statements import statements_in
from mailgate.domain.machines.wording import asks_or_sends
from mailgate.domain.polish.words import fold
from mailgate.domain.reading import Reading
from mailgate.domain.verdicts import ConsultantReply
from mailgate.reader import read

_ANNA = "Anna Nowak <anna.nowak@wsparcie.example>"
_CLERK = "Jan Bąk <j.bak@ug.debowa.example>"
_TO_THE_CLERK = "Re: Potwierdzenie przyjęcia pytania HOT-01/2026/000007"


def read_mail(sender: str, subject: str, text: str, *, envelope_sender: str | None = None, **headers: str) -> Reading:
    """The reading of a mail with no header but those that every mail bears."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "hotline@csizs.example", subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return read(message.as_bytes(), envelope_sender, as_reply=True)


def reply_of_anna(text: str, subject: str = "Re: [HOT-01/2026/000007] Nowe pytanie", **headers: str) -> ConsultantReply:
    """The verdict on Anna's reply to the letter with the question."""
    given = read_mail(_ANNA, subject, text, In_Reply_To="<q@csizs.example>", **headers)
    verdict = classify(given, known())
    assert isinstance(verdict, ConsultantReply)
    return verdict


def known() -> Known:
    """What the register knows where the reply proves the letter that it answers."""
    return Known(hotline=KNOWN.hotline, consultants=KNOWN.consultants, letter=sent_letter())


def is_persons(given: Reading) -> bool:
    """Whether the mail becomes an entry."""
    return kind_of(given) in ("question", "unformalised", "blank_form")


@pytest.mark.parametrize("text", NOTES)
def test_a_note_of_a_consultants_program_is_never_an_answer(text: str) -> None:
    assert reply_of_anna(text).looks_automatic


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_goes_out_though_its_author_will_be_away(text: str) -> None:
    assert not reply_of_anna(text).looks_automatic


@pytest.mark.parametrize(("subject", "text", "from_nobody"), CLERKS)
def test_a_clerk_who_speaks_of_leave_receipts_or_returned_mail_is_a_person(
    subject: str, text: str, from_nobody: bool
) -> None:
    assert is_persons(read_mail(_CLERK, subject, text, envelope_sender="" if from_nobody else None))


@pytest.mark.parametrize(("subject", "text"), MACHINES)
def test_a_machine_is_known_by_its_words_where_no_header_tells(subject: str, text: str) -> None:
    assert not is_persons(read_mail("Pomoc <pomoc@ug.debowa.example>", subject, text))


def test_whatever_a_consultant_sends_without_an_envelopes_sender_is_held() -> None:
    (change,) = decided(TO_ANNA, replied("Proszę użyć przycisku Wycofaj."), standing(), sender="").changes

    assert isinstance(change, HoldReply)
    assert change.to is not None, "a person may have written it, and is told"
    assert "null sender" in change.hold.reason


def test_the_same_answer_with_an_envelopes_sender_goes_out() -> None:
    (change,) = decided(TO_ANNA, replied("Proszę użyć przycisku Wycofaj."), standing()).changes

    assert isinstance(change, RecordAnswer)
    assert envelope().sender


def test_marks_of_a_responder_hold_an_answer_whatever_it_says() -> None:
    text = "Proszę otworzyć sprawozdanie i wybrać Wycofaj."

    assert not reply_of_anna(text).looks_automatic
    assert reply_of_anna(text, X_Autoreply="yes").looks_automatic
    assert reply_of_anna(text, "[Autoresponder] Re: [HOT-01/2026/000007] Nowe pytanie").looks_automatic


def test_an_absence_told_below_the_sign_off_changes_nothing() -> None:
    text = "Proszę otworzyć sprawozdanie i wybrać Wycofaj.\n\nPozdrawiam\nAnna Nowak\nUrlop: 1-5 grudnia"

    assert not reply_of_anna(text).looks_automatic


def test_what_is_told_below_a_notes_sign_off_makes_no_answer_of_it() -> None:
    text = "Jestem na urlopie do 5 grudnia.\n\nPozdrawiam\nAnna Nowak\nNaprawiamy systemy, raporty i formularze"

    assert reply_of_anna(text).looks_automatic


@pytest.mark.parametrize(
    "text", [text for text in NOTES if "away" in statements_in(text).kinds and not asks_or_sends(fold(text))]
)
def test_a_clerks_vacation_note_does_not_open_his_question_again(text: str) -> None:
    """A question or a wish in it is a person's, in doubt."""
    given = read_mail(_CLERK, _TO_THE_CLERK, text)

    assert given.automation is not None
    assert given.automation.kind == "auto_reply"


@pytest.mark.parametrize(
    "text",
    [
        "Z powodu choroby nie pojawię się w pracy do odwołania.",
        "Dzień dobry,\n\nz powodu choroby nie pojawię się w pracy do odwołania.\n\nJan Bąk",
    ],
)
def test_that_somebody_will_not_appear_at_work_is_no_complaint(text: str) -> None:
    given = read_mail(_CLERK, _TO_THE_CLERK, text)

    assert given.automation is not None
    assert given.automation.kind == "auto_reply"


@pytest.mark.parametrize(
    "text",
    [
        "Jestem na urlopie, a przelew nie pojawia się na liście.",
        "Jestem na zwolnieniu i nie mogę się zalogować.",
        "Jestem na urlopie i nic nie działa.",
        "Jestem chory, proszę o odpowiedź w piątek.",
    ],
)
def test_a_complaint_or_a_wish_of_somebody_who_is_away_is_a_persons(text: str) -> None:
    assert is_persons(read_mail(_CLERK, _TO_THE_CLERK, text))


def test_what_a_reply_says_is_understood_once_for_all_who_ask() -> None:
    given = read_mail(
        _ANNA, "Re: [HOT-01/2026/000007] Nowe pytanie", "Jestem na urlopie.", In_Reply_To="<q@csizs.example>"
    )

    assert given.reply is not None
    assert given.said == statements_in(given.reply.new_text or "")
    assert read_mail(_CLERK, "Pytanie", "", In_Reply_To="<q@csizs.example>").said is None


def test_a_scan_without_a_word_from_a_device_that_takes_no_answers_is_a_persons() -> None:
    scan = EmailMessage()
    scan["From"], scan["To"], scan["Subject"] = "no-reply@ug.debowa.example", "hotline@csizs.example", "Message from KM"
    scan.set_content("")
    scan.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="skan.pdf")

    assert is_persons(read(scan.as_bytes()))


def test_a_text_of_nothing_says_nothing() -> None:
    said = statements_in("")

    assert not said.routine
    assert not said.own


@pytest.mark.parametrize(
    "unit", ["jestem na ", "a ", "i ", ", ", "wiadomosc ", "w dniach od do ", "proszę ", "12.", "(", "nie ", "aby ja "]
)
def test_hostile_texts_are_understood_in_moments(unit: str) -> None:
    started = time.process_time()
    statements_in(unit * 50_000)

    assert time.process_time() - started < 1


_EVERY_CUE = -1


def test_a_glance_at_the_words_of_a_clause_keeps_no_pattern_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [*NOTES, *ANSWERS, *(text for _, text, _ in CLERKS), *(text for _, text in MACHINES)]
    glanced = [statements_in(text) for text in texts]
    monkeypatch.setattr(statementcues, "cues_in", lambda words, clause: _EVERY_CUE)

    assert [statements_in(text) for text in texts] == glanced
