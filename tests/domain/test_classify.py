"""What a message is, decided from its reading and from what the register knows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from domain.factories import ANNA, CLERK, HOTLINE, KNOWN, PIOTR, form, reading, sent_letter

from mailgate.domain.autoreply import Automation
from mailgate.domain.bounce import Bounce
from mailgate.domain.classify import classify, kind_of
from mailgate.domain.mail import Address
from mailgate.domain.reading import Reading
from mailgate.domain.verdicts import (
    AutoReply,
    BlankForm,
    Bulk,
    ConsultantReply,
    DeliveryNotice,
    FollowUp,
    NoticeAnswered,
    OwnLetter,
    Question,
    SpoofedHotline,
    Unformalised,
    UnprovenReply,
)

VACATION = Automation("auto_reply", ("Auto-Submitted: auto-replied",))
NEWSLETTER = Automation("bulk", ("List-Unsubscribe",))
NOTICE = Bounce((), (), ("multipart/report",))


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (reading(CLERK, form()), "question"),
        (reading(CLERK, form(question=None)), "blank_form"),
        (reading(CLERK), "unformalised"),
        (reading(CLERK, automation=VACATION), "auto_reply"),
        (reading(CLERK, form(question=None), automation=VACATION), "auto_reply"),
        (reading(CLERK, automation=NEWSLETTER), "bulk"),
        (reading(CLERK, form(), automation=VACATION), "question"),
        (reading(CLERK, form(), automation=NEWSLETTER), "question"),
        (reading(CLERK, form(), bounce=NOTICE), "bounce"),
        (reading(CLERK, form(), unreadable="it is encrypted"), "unreadable"),
    ],
)
def test_without_a_register_content_alone_decides(given: Reading, kind: str) -> None:
    assert kind_of(given) == kind


def test_mail_through_a_group_that_is_the_hot_line_itself_is_peoples_mail() -> None:
    by_list = Automation("bulk", ("List-Id header",), through=(HOTLINE.key,))
    by_another = Automation("bulk", ("List-Id header",), through=("biuro@gops.example",))

    assert classify(reading(CLERK, automation=by_list), KNOWN) == Unformalised()
    assert classify(reading(CLERK, automation=by_another), KNOWN) == Bulk(by_another)


def test_the_consultant_who_got_the_letter_answers_it() -> None:
    letter = sent_letter()
    assert classify(reading(ANNA), replace(KNOWN, letter=letter)) == ConsultantReply(letter, ANNA)


def test_an_unmarked_quotation_of_the_form_does_not_make_a_consultants_reply_a_question() -> None:
    verdict = classify(reading(ANNA, form()), replace(KNOWN, letter=sent_letter()))
    assert isinstance(verdict, ConsultantReply)


@pytest.mark.parametrize("sender", [PIOTR, CLERK, Address("Anna Nowak", "anna.nowak@obcy.example"), None])
def test_nobody_else_answers_with_the_token_of_a_consultants_letter(sender: Address | None) -> None:
    letter = sent_letter()
    verdict = classify(reading(sender), replace(KNOWN, letter=letter))
    assert isinstance(verdict, UnprovenReply)
    assert verdict.letter == letter


@pytest.mark.parametrize("results", [
    (("authentication-results", "mx.csizs.example; dmarc=fail header.from=wsparcie.example"),),
    (("authentication-results", "mx.obcy.example; dmarc=pass header.from=wsparcie.example"),),
    (),
])  # fmt: skip
def test_a_reply_that_our_server_does_not_confirm_is_not_proven(results: tuple[tuple[str, str], ...]) -> None:
    known = replace(KNOWN, letter=sent_letter(), trusted_authserv_id="mx.csizs.example")
    assert isinstance(classify(reading(ANNA, headers=results), known), UnprovenReply)


def test_a_reply_that_our_server_confirms_is_the_consultants() -> None:
    known = replace(KNOWN, letter=sent_letter(), trusted_authserv_id="mx.csizs.example")
    results = (("authentication-results", "mx.csizs.example; dkim=pass header.d=wsparcie.example; dmarc=pass"),)
    assert isinstance(classify(reading(ANNA, headers=results), known), ConsultantReply)


@pytest.mark.parametrize("subject", ["PD: [HOT-01/2026/000007] Nowe pytanie", "Fwd: pytanie", "FW: pytanie"])
def test_a_consultant_who_forwards_the_letter_does_not_answer_it(subject: str) -> None:
    verdict = classify(reading(ANNA, subject=subject), replace(KNOWN, letter=sent_letter()))
    assert isinstance(verdict, UnprovenReply)


def test_a_consultants_reply_without_a_proven_token_is_not_relayed() -> None:
    verdict = classify(reading(ANNA, in_reply_to=("<hot01.7.forged@csizs.example>",)), KNOWN)
    assert isinstance(verdict, UnprovenReply)


def test_a_consultant_may_ask_a_question_of_his_own() -> None:
    assert classify(reading(ANNA, form()), KNOWN) == Question()


@pytest.mark.parametrize("letter", [None, sent_letter()])
def test_a_consultants_vacation_notice_is_never_an_answer(letter: object) -> None:
    notice = reading(ANNA, automation=VACATION, headers=(("auto-submitted", "auto-replied (vacation)"),))
    assert classify(notice, replace(KNOWN, letter=letter)) == AutoReply(VACATION, letter)
    assert classify(reading(ANNA, automation=VACATION), replace(KNOWN, letter=letter, null_sender=True)) == AutoReply(
        VACATION, letter
    )


def test_a_consultants_answer_that_only_sounds_automatic_is_held_and_not_lost() -> None:
    verdict = classify(reading(ANNA, automation=VACATION), replace(KNOWN, letter=sent_letter()))
    assert verdict == ConsultantReply(sent_letter(), ANNA, looks_automatic=True)


@pytest.mark.parametrize("names_ours", [True, False])
def test_a_machine_that_quotes_the_form_of_our_letter_asks_nothing(names_ours: bool) -> None:
    letter = None if names_ours else sent_letter("clerk", CLERK, "acknowledgement")
    quoting = reading(CLERK, form(), automation=VACATION, headers=(("auto-submitted", "auto-replied"),))
    assert classify(quoting, replace(KNOWN, letter=letter, names_ours=names_ours)) == AutoReply(VACATION, letter)


def test_a_letter_of_another_mailgate_is_a_machines() -> None:
    other = reading(CLERK, form(), headers=(("x-mailgate-loop", "inna@hotline.example"),))
    assert isinstance(classify(other, KNOWN), AutoReply)


def test_a_filled_form_that_a_group_address_sends_automatically_is_a_question() -> None:
    sent = reading(CLERK, form(), automation=VACATION, headers=(("auto-submitted", "auto-generated"),))
    assert classify(sent, KNOWN) == Question()


def test_a_clerks_form_that_quotes_a_consultants_letter_is_a_question() -> None:
    assert classify(reading(CLERK, form()), replace(KNOWN, letter=sent_letter())) == Question()


def test_a_disguised_sender_is_no_consultant() -> None:
    verdict = classify(reading(ANNA, doubtful_sender=True), replace(KNOWN, letter=sent_letter()))
    assert isinstance(verdict, UnprovenReply)


def test_a_consultants_reply_known_by_its_subject_alone_is_held() -> None:
    assert isinstance(classify(reading(ANNA, subject="Re: [HOT-01/2026/000007] Nowe pytanie"), KNOWN), UnprovenReply)


def test_a_reply_to_a_letter_about_no_question_is_held() -> None:
    letter = sent_letter(question_ids=(), kind="not_relayed")
    verdict = classify(reading(ANNA, in_reply_to=("<x@y>",)), replace(KNOWN, letter=letter))
    assert isinstance(verdict, UnprovenReply)


def test_a_clerks_word_to_our_letter_is_a_follow_up() -> None:
    letter = sent_letter("clerk", CLERK, "acknowledgement")
    assert classify(reading(CLERK), replace(KNOWN, letter=letter)) == FollowUp(letter)


def test_a_colleague_of_the_clerk_may_follow_up() -> None:
    letter = sent_letter("clerk", CLERK, "acknowledgement")
    colleague = Address("Ewa Lis", "e.lis@ug.debowa.example")
    assert classify(reading(colleague), replace(KNOWN, letter=letter)) == FollowUp(letter)


def test_a_fresh_form_in_an_old_thread_is_a_new_question_that_continues_it() -> None:
    letter = sent_letter("clerk", CLERK, "answer")
    assert classify(reading(CLERK, form()), replace(KNOWN, letter=letter)) == Question(letter)


def test_a_clerks_vacation_notice_is_no_follow_up() -> None:
    letter = sent_letter("clerk", CLERK, "acknowledgement")
    assert classify(reading(CLERK, automation=VACATION), replace(KNOWN, letter=letter)) == AutoReply(VACATION, letter)


def test_mailing_list_traits_do_not_silence_a_clerk_who_answers_us() -> None:
    letter = sent_letter("clerk", CLERK, "acknowledgement")
    assert classify(reading(CLERK, automation=NEWSLETTER), replace(KNOWN, letter=letter)) == FollowUp(letter)


def test_a_delivery_notice_names_the_letters_it_is_about() -> None:
    letter = sent_letter("clerk", CLERK, "acknowledgement")
    verdict = classify(reading(CLERK, bounce=NOTICE), replace(KNOWN, bounced=(letter,)))
    assert verdict == DeliveryNotice(NOTICE, (letter,))


def test_our_own_letter_that_comes_back_is_known_by_its_message_id() -> None:
    letter = sent_letter("clerk", CLERK, "acknowledgement")
    assert classify(reading(HOTLINE), replace(KNOWN, own_letter=letter)) == OwnLetter(letter)


def test_our_address_as_sender_of_what_we_did_not_send_is_a_forgery() -> None:
    assert classify(reading(Address("", "HOTLINE@csizs.example"), form()), KNOWN) == SpoofedHotline()


def test_a_subject_with_a_number_proves_nothing() -> None:
    stranger = Address("", "obcy@obcy.example")
    assert classify(reading(stranger, subject="Re: [HOT-01/2026/000007]"), KNOWN) == Unformalised()


def test_a_newsletter_is_bulk() -> None:
    assert classify(reading(CLERK, automation=NEWSLETTER), KNOWN) == Bulk(NEWSLETTER)


DESK = Address("Pomoc", "pomoc@it.example")
COLLEAGUE = Address("", "no-reply@it.example")
ABOUT_NOTICE = "[Zgłoszenie#7] [mailgate mail.csizs.example] Needs a person: quarantine"


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        (reading(DESK, automation=VACATION), True),
        (reading(DESK, automation=NEWSLETTER), True),
        (reading(DESK, subject=ABOUT_NOTICE), True),
        (reading(COLLEAGUE, subject=ABOUT_NOTICE), True),
        (reading(CLERK, subject=ABOUT_NOTICE, automation=VACATION), True),
        (reading(CLERK, subject=ABOUT_NOTICE), False),
        (reading(COLLEAGUE, automation=VACATION), False),
        (reading(DESK), False),
        (reading(DESK, form(), subject=ABOUT_NOTICE, automation=VACATION), False),
    ],
)
def test_what_answers_a_notice_to_the_administrators_is_nobodys_question_and_no_news(
    given: Reading, answered: bool
) -> None:
    known = replace(KNOWN, administrators=frozenset({DESK.key}))
    assert isinstance(classify(given, known), NoticeAnswered) is answered


def test_an_administrator_of_a_public_provider_has_no_colleagues_there() -> None:
    known = replace(KNOWN, administrators=frozenset({"jan.admin@gmail.com"}))
    given = reading(Address("", "ktos.inny@gmail.com"), subject=ABOUT_NOTICE)
    assert isinstance(classify(given, known), Unformalised)


def test_a_consultants_mail_that_answers_no_letter_names_him_who_is_to_be_told_how() -> None:
    for given in (reading(ANNA), reading(ANNA, subject="[HOT-01/2026/000007] Nowe pytanie")):
        verdict = classify(given, KNOWN)
        assert isinstance(verdict, UnprovenReply) and verdict.consultant == ANNA
    doubtful = classify(reading(ANNA, doubtful_sender=True), KNOWN)
    assert isinstance(doubtful, UnprovenReply) and doubtful.consultant is None
    unconfirmed = classify(reading(ANNA), replace(KNOWN, trusted_authserv_id="mx.csizs.example"))
    assert isinstance(unconfirmed, UnprovenReply) and unconfirmed.consultant is None


def test_a_consultants_empty_form_and_a_newsletter_to_him_stay_what_they_are() -> None:
    assert isinstance(classify(reading(ANNA, form(question=None)), KNOWN), BlankForm)
    assert isinstance(classify(reading(ANNA, automation=Automation("bulk", ("List-Id",))), KNOWN), Bulk)
