"""What follows from each verdict, and which letters follow from that."""

from __future__ import annotations

from dataclasses import replace

import pytest
from domain.factories import (
    ANNA,
    CLERK,
    HOTLINE,
    PIOTR,
    RECEIVED,
    envelope,
    form,
    reading,
    sent_letter,
    standing,
)

from mailgate.domain.autoreply import Automation
from mailgate.domain.bounce import Bounce, FailedRecipient
from mailgate.domain.changes import (
    AddNote,
    ConfirmAddress,
    Decision,
    HoldReply,
    RecordAnswer,
    RecordCall,
    Reopen,
    TellReceived,
)
from mailgate.domain.correspondence.aboutchanges import letters_about_changes
from mailgate.domain.correspondence.aboutentries import NumberedEntry, letters_about_entries
from mailgate.domain.correspondence.post import Office, Post
from mailgate.domain.decide import decide
from mailgate.domain.holding import CALL_UNCLEAR, MERE_CONSENT, OWN_ADDRESS
from mailgate.domain.hot01 import FormsFound, Problem
from mailgate.domain.letters import Acknowledgement, Answer, NoForm, NotRelayed, QuestionForConsultant
from mailgate.domain.mail import Address, Attachment
from mailgate.domain.reading import Reading
from mailgate.domain.reply import ReplyText
from mailgate.domain.threads import StandingQuestion
from mailgate.domain.verdicts import (
    AutoReply,
    BlankForm,
    Bulk,
    ConsultantReply,
    DeliveryNotice,
    FollowUp,
    OwnLetter,
    Question,
    SpoofedHotline,
    Unformalised,
    UnprovenReply,
    Unreadable,
    Verdict,
)
from mailgate.domain.workcalendar import WorkCalendar

OFFICE = Office(HOTLINE, (ANNA, PIOTR))
CALENDAR = WorkCalendar()
TO_ANNA = ConsultantReply(sent_letter(), ANNA)
SCREENSHOT = Attachment("ekran.png", "image/png", b"png")
SLOW = FailedRecipient(CLERK.address, "delayed", "4.4.1", None)
LOGO = Attachment("logo.png", "image/png", b"png", inline=True)


def decided(verdict: Verdict, given: Reading, *known: StandingQuestion, sender: str | None = CLERK.address) -> Decision:
    return decide(verdict, given, envelope(sender=sender), {one.id: one for one in known}, CALENDAR)


def replied(text: str | None = "Proszę użyć przycisku Wycofaj.", **changes: object) -> Reading:
    values: dict[str, object] = {"new_text": text, "in_doubt": False, "attachments": (), "commands": ()}
    attachments = changes.pop("files", ())
    return reading(ANNA, reply=ReplyText(**(values | changes)), attachments=attachments)  # type: ignore[arg-type]


def posts_of(
    decision: Decision, given: Reading, *known: StandingQuestion, sender: str | None = CLERK.address
) -> list[Post]:
    entries = [
        NumberedEntry(100 + index, f"HOT-01/2026/{100 + index:06d}", entry)
        for index, entry in enumerate(decision.entries)
    ]
    posts = list(letters_about_entries(entries, given, envelope(sender=sender), OFFICE))
    return posts + list(letters_about_changes(decision.changes, {one.id: one for one in known}, given, OFFICE))


def test_a_form_opens_a_question_acknowledged_once_and_sent_to_every_consultant() -> None:
    given = reading(CLERK, form())
    decision = decided(Question(), given)
    receipt, *questions = posts_of(decision, given)
    assert isinstance(receipt.letter, Acknowledgement)
    assert (receipt.letter.to.key, receipt.role, receipt.effect) == (CLERK.key, "clerk", "acknowledges")
    assert receipt.letter.thread.in_reply_to == given.mail.message_id
    assert [post.letter.to for post in questions] == [ANNA, PIOTR]
    assert {(post.role, post.effect, post.question_ids) for post in questions} == {("consultant", "none", (100,))}


def test_the_question_counts_from_the_moment_of_receipt() -> None:
    (entry,) = decided(Question(), reading(CLERK, form())).entries
    assert entry.deadline.received_at == RECEIVED
    assert entry.deadline.counted_from == RECEIVED


def test_two_forms_in_one_mail_are_two_questions_with_one_acknowledgement() -> None:
    given = reading(CLERK, form(), form(question="Druga sprawa?"))
    posts = posts_of(decided(Question(), given), given)
    receipts = [post for post in posts if isinstance(post.letter, Acknowledgement)]
    assert len(receipts) == 1
    assert receipts[0].question_ids == (100, 101)
    assert len(posts) == 1 + 2 * 2


def test_problems_stand_with_the_form_they_belong_to() -> None:
    forms = FormsFound((form(), form(question="Druga?", office=None)), (Problem(1, "office", "missing"),))
    first, second = decided(Question(), replace(reading(CLERK), forms=forms)).entries
    assert (first.problems, second.problems) == ((), (Problem(1, "office", "missing"),))


def test_a_form_with_a_telephone_only_is_acknowledged_by_a_call() -> None:
    (entry,) = decided(Question(), reading(CLERK, form(email=None))).entries
    assert entry.by_phone
    assert not decided(Question(), reading(CLERK, form())).entries[0].by_phone


def test_a_foreign_address_in_the_form_is_asked_about_and_not_written_to() -> None:
    given = reading(CLERK, form(email="dyrektor@obcy.example"))
    receipt, question, _ = posts_of(decided(Question(), given), given)
    assert isinstance(receipt.letter, Acknowledgement)
    assert receipt.letter.to == CLERK
    assert receipt.letter.unconfirmed_email == "dyrektor@obcy.example"
    assert isinstance(question.letter, QuestionForConsultant)
    assert any("dyrektor@obcy.example" in remark for remark in question.letter.remarks)


def test_a_question_without_any_address_goes_to_the_consultants_with_a_remark() -> None:
    given = reading(None, form(email="kto@urzad.example"))
    posts = posts_of(decided(Question(), given), given)
    assert [type(post.letter) for post in posts] == [QuestionForConsultant, QuestionForConsultant]
    assert "telefonicznie" in posts[0].letter.remarks[0]  # type: ignore[union-attr]


def test_an_empty_form_is_registered_and_asked_to_be_filled() -> None:
    given = reading(CLERK, form(question=None))
    decision = decided(BlankForm(), given)
    assert [entry.kind for entry in decision.entries] == ["blank_form"]
    assert isinstance(posts_of(decision, given)[0].letter, Acknowledgement)


def test_free_text_is_registered_and_gets_the_blank_form() -> None:
    given = reading(CLERK, text="Czy jutro będzie przerwa?")
    decision = decided(Unformalised(), given)
    assert decision.entries[0].text == "Czy jutro będzie przerwa?"
    receipt, *others = posts_of(decision, given)
    assert isinstance(receipt.letter, NoForm)
    assert len(others) == 2


def test_free_text_from_the_null_sender_is_registered_and_not_answered() -> None:
    given = reading(CLERK)
    posts = posts_of(decided(Unformalised(), given, sender=""), given, sender="")
    assert {type(post.letter) for post in posts} == {QuestionForConsultant}


def test_a_form_from_the_null_sender_is_acknowledged_all_the_same() -> None:
    given = reading(CLERK, form())
    posts = posts_of(decided(Question(), given, sender=""), given, sender="")
    assert isinstance(posts[0].letter, Acknowledgement)


def test_encrypted_mail_is_registered_and_its_sender_told() -> None:
    given = reading(CLERK, unreadable="it is encrypted")
    decision = decided(Unreadable("it is encrypted"), given)
    assert [entry.kind for entry in decision.entries] == ["unreadable"]
    assert isinstance(posts_of(decision, given)[0].letter, NoForm)


def test_bytes_without_a_sender_are_set_aside_with_the_reason() -> None:
    given = reading(None, unreadable="it is no message")
    assert decided(Unreadable("it is no message"), given).set_aside == "it is no message"


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (AutoReply(Automation("auto_reply", ("Auto-Submitted",)), None), "Auto-Submitted"),
        (Bulk(Automation("bulk", ("List-Id",))), "List-Id"),
        (DeliveryNotice(Bounce((), (), ()), ()), "no letter of ours"),
        (SpoofedHotline(), "own address"),
    ],
)
def test_what_concerns_no_question_is_set_aside_with_its_reason(verdict: Verdict, words: str) -> None:
    decision = decided(verdict, reading(CLERK))
    assert not decision.entries and not decision.changes
    assert decision.set_aside is not None and words in decision.set_aside


@pytest.mark.parametrize(
    ("verdict", "kind"),
    [
        (AutoReply(Automation("auto_reply", ("Auto-Submitted",)), sent_letter("clerk", CLERK, "answer")), "note"),
        (DeliveryNotice(Bounce((SLOW,), (), ()), (sent_letter("clerk", CLERK, "answer"),)), "bounced"),
    ],
)
def test_what_machines_say_of_a_letter_is_a_note_and_is_answered_to_nobody(verdict: Verdict, kind: str) -> None:
    given = reading(CLERK)
    decision = decided(verdict, given, standing())
    assert [(type(change), change.kind) for change in decision.changes] == [(AddNote, kind)]  # type: ignore[union-attr]
    assert posts_of(decision, given, standing()) == []


def test_a_consultants_reply_is_recorded_and_goes_to_the_clerk_in_the_clerks_thread() -> None:
    given = replied()
    decision = decided(TO_ANNA, given, standing())
    assert decision.changes == (RecordAnswer(7, ANNA, "Proszę użyć przycisku Wycofaj.", (), None),)
    (post,) = posts_of(decision, given, standing())
    assert isinstance(post.letter, Answer)
    assert (post.letter.to, post.effect, post.role) == (CLERK, "answers", "clerk")
    assert post.letter.thread == standing().thread


def test_only_the_files_of_the_new_text_go_along() -> None:
    decision = decided(TO_ANNA, replied(attachments=("ekran.png",), files=(LOGO, SCREENSHOT)), standing())
    assert decision.changes[0].attachments == (SCREENSHOT,)  # type: ignore[union-attr]


def test_the_documentation_named_by_a_command_is_recorded_and_sent() -> None:
    given = replied(commands=(("dokumentacja", "Podręcznik, rozdz. 2"), ("dokumentacja", "Instrukcja, s. 4")))
    decision = decided(TO_ANNA, given, standing())
    assert decision.changes[0].documentation == "Podręcznik, rozdz. 2; Instrukcja, s. 4"  # type: ignore[union-attr]


def test_a_note_stays_inside() -> None:
    given = replied("Dzwoniłam, nikt nie odbiera.", commands=(("notatka", "próba 1"),))
    decision = decided(TO_ANNA, given, standing())
    assert decision.changes == (
        AddNote(7, "note", f"consultant {ANNA.address}", "próba 1\nDzwoniłam, nikt nie odbiera."),
    )
    assert posts_of(decision, given, standing()) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (replied(None), "nie ma w niej nowego tekstu"),
        (replied(in_doubt=True), "pod cytatem"),
        (replied(commands=(("zamknij", ""),)), "#zamknij"),
        (replied(commands=(("dokumentacja", ""),)), "#dokumentacja"),
    ],
)
def test_a_reply_that_cannot_go_out_is_given_back_to_its_author_alone(given: Reading, words: str) -> None:
    decision = decided(TO_ANNA, given, standing())
    assert [type(change) for change in decision.changes] == [HoldReply]
    (post,) = posts_of(decision, given, standing())
    assert isinstance(post.letter, NotRelayed)
    assert post.letter.to == ANNA
    assert words in post.letter.reason + post.letter.advice


@pytest.mark.parametrize(
    "text",
    [
        "Dzień dobry,\n\nproszę kliknąć Zapisz.\n\n#notatka nie mówić, że to nasz błąd",
        "Dzień dobry,\n# dokumentacja Podręcznik, s. 4",
        "#Notatki: dzwoniłam wczoraj",
        "Proszę sprawdzić.\n-----Original Message-----\nFrom: Hot-line CSIZS",
    ],
)
def test_what_may_be_meant_for_inside_is_held(text: str) -> None:
    decision = decided(TO_ANNA, replied(text), standing())
    assert isinstance(decision.changes[0], HoldReply)


@pytest.mark.parametrize("text", ["#1 Proszę zaznaczyć wniosek.", "Kod błędu: #dokument", "# Wniosek", "#pilne sprawy"])
def test_a_number_sign_in_ordinary_text_goes_out(text: str) -> None:
    decision = decided(TO_ANNA, replied(text), standing())
    assert isinstance(decision.changes[0], RecordAnswer)


def test_a_place_in_the_documentation_alone_is_an_answer() -> None:
    given = replied(None, commands=(("dokumentacja", "Podręcznik, s. 4"),))
    (post,) = posts_of(decided(TO_ANNA, given, standing()), given, standing())
    assert isinstance(post.letter, Answer)
    assert (post.letter.documentation, post.letter.text) == ("Podręcznik, s. 4", "")


def test_a_held_reply_gives_back_text_and_commands() -> None:
    given = replied("Tekst.", commands=(("dokumentacja", "Podręcznik, s. 4"),), in_doubt=True)
    (post,) = posts_of(decided(TO_ANNA, given, standing()), given, standing())
    assert isinstance(post.letter, NotRelayed)
    assert (post.letter.text, post.letter.commands) == ("Tekst.", (("dokumentacja", "Podręcznik, s. 4"),))


def test_a_note_keeps_the_documentation_named_beside_it() -> None:
    given = replied("Sprawdzić.", commands=(("notatka", ""), ("dokumentacja", "Podręcznik, s. 4")))
    decision = decided(TO_ANNA, given, standing())
    assert decision.changes[0].text == "Podręcznik, s. 4\nSprawdzić."  # type: ignore[union-attr]


def test_a_mail_from_the_typed_address_confirms_it() -> None:
    typed = Address("Jan Bąk", "jan.bak@obcy.example")
    question = standing()
    question = replace(question, summary=replace(question.summary, form=form(email="Jan.Bak@obcy.example")))
    decision = decided(FollowUp(sent_letter("clerk", CLERK, "acknowledgement")), reading(typed), question)
    assert decision.changes[0] == ConfirmAddress(7, typed)


def test_a_mail_that_may_be_forged_confirms_nothing_and_is_not_answered() -> None:
    typed = Address("Jan Bąk", "jan.bak@obcy.example")
    question = standing()
    question = replace(question, summary=replace(question.summary, form=form(email=typed.address)))
    receipt = sent_letter("clerk", CLERK, "acknowledgement")
    verdict = FollowUp(receipt, "the receiving server does not confirm its sender: DMARC fail")
    why, told = decided(verdict, reading(typed), question).changes
    assert isinstance(why, AddNote) and (why.kind, why.actor) == ("note", "mailgate") and "DMARC fail" in why.text
    assert isinstance(told, AddNote) and told.kind == "follow_up"


def test_files_alone_are_an_answer() -> None:
    decision = decided(TO_ANNA, replied(None, attachments=("ekran.png",), files=(SCREENSHOT,)), standing())
    assert isinstance(decision.changes[0], RecordAnswer)


def test_e74_our_own_letter_that_comes_back_has_no_consequence() -> None:
    decision = decided(OwnLetter(sent_letter("clerk", CLERK, "answer")), reading(HOTLINE), standing())
    assert decision == Decision("own_letter")


def test_a_second_consultants_answer_is_held_and_he_is_told_who_answered() -> None:
    given = replied()
    decision = decided(TO_ANNA, given, standing(answered_by=PIOTR.address))
    assert isinstance(decision.changes[0], HoldReply)
    (post,) = posts_of(decision, given, standing())
    assert PIOTR.address in post.letter.reason  # type: ignore[union-attr]


def test_the_same_consultant_may_add_to_the_answer() -> None:
    decision = decided(TO_ANNA, replied(), standing(answered_by=ANNA.address))
    assert isinstance(decision.changes[0], RecordAnswer)


def test_any_consultant_may_answer_a_follow_up() -> None:
    verdict = ConsultantReply(sent_letter(kind="follow_up"), ANNA)
    decision = decided(verdict, replied(), standing(answered_by=PIOTR.address))
    assert isinstance(decision.changes[0], RecordAnswer)


@pytest.mark.parametrize("answered_by", [None, ANNA.address, PIOTR.address])
def test_an_answer_with_nowhere_to_go_is_held(answered_by: str | None) -> None:
    verdict = ConsultantReply(sent_letter(kind="follow_up"), ANNA)
    decision = decided(verdict, replied(), standing(asker=None, answered_by=answered_by))
    assert isinstance(decision.changes[0], HoldReply)


def test_an_unproven_reply_is_held_and_all_consultants_are_told() -> None:
    given = reading(CLERK)
    decision = decided(UnprovenReply("its sender is somebody else", sent_letter()), given, standing())
    assert isinstance(decision.changes[0], HoldReply)
    assert [post.letter.to for post in posts_of(decision, given, standing())] == [ANNA, PIOTR]


def test_a_follow_up_joins_its_question_and_reaches_the_consultants() -> None:
    given = reading(CLERK, reply=ReplyText("Nadal nie działa.", False))
    decision = decided(FollowUp(sent_letter("clerk", CLERK, "acknowledgement")), given, standing())
    assert decision.changes == (AddNote(7, "follow_up", f"sender {CLERK.address}", "Nadal nie działa."),)
    posts = posts_of(decision, given, standing())
    assert [(post.letter.to, post.letter.text) for post in posts] == [  # type: ignore[union-attr]
        (ANNA, "Nadal nie działa."),
        (PIOTR, "Nadal nie działa."),
    ]


def test_a_follow_up_after_the_answer_opens_the_question_again() -> None:
    given = reading(CLERK)
    decision = decided(FollowUp(sent_letter("clerk", CLERK, "answer")), given, standing(finished=True))
    assert decision.changes[-1] == Reopen(7, f"sender {CLERK.address}")


def test_a_colleagues_follow_up_says_that_the_answer_goes_to_the_asker() -> None:
    given = reading(Address("", "e.lis@ug.debowa.example"))
    decision = decided(FollowUp(sent_letter("clerk", CLERK, "answer")), given, standing())
    (remark,) = posts_of(decision, given, standing())[0].letter.remarks  # type: ignore[union-attr]
    assert "e.lis@ug.debowa.example" in remark and CLERK.address in remark


def test_our_own_quotation_in_a_clerks_reply_is_no_new_question() -> None:
    letter = sent_letter("clerk", CLERK, "acknowledgement")
    given = reading(CLERK, form(question="Jak wycofać\nzatwierdzone   sprawozdanie?"))
    assert decided(Question(letter), given, standing()).verdict == "follow_up"


def test_a_form_that_only_repeats_a_question_whose_number_it_names_is_set_aside() -> None:
    decision = decided(Question(), reading(CLERK, form()), standing())
    assert decision.set_aside is not None and "HOT-01/2026/000007" in decision.set_aside


def test_a_new_form_in_an_old_thread_continues_the_old_question() -> None:
    letter = sent_letter("clerk", CLERK, "acknowledgement")
    (entry,) = decided(Question(letter), reading(CLERK, form(question="Nowa sprawa?")), standing()).entries
    assert entry.continues == 7


@pytest.mark.parametrize("commands", [(("telefon", "10:30"),), (("telefon", ""), ("notatka", ""))])
def test_a_reported_call_stays_inside_and_acknowledges_every_question_of_the_letter(
    commands: tuple[tuple[str, str], ...],
) -> None:
    given = replied("Rozmawiałam z panem Bąkiem.", commands=commands)
    verdict = ConsultantReply(sent_letter(question_ids=(7, 8)), ANNA)
    decision = decided(verdict, given, standing(7), standing(8))
    assert [type(change) for change in decision.changes] == [RecordCall, RecordCall]
    assert all("Rozmawiałam z panem Bąkiem." in change.text for change in decision.changes)  # type: ignore[union-attr]
    assert posts_of(decision, given, standing(7), standing(8)) == []


@pytest.mark.parametrize("argument", ["9:00", "23:59", "10:15 albo 10:20"])
def test_a_call_before_the_question_or_after_its_report_is_held(argument: str) -> None:
    decision = decided(TO_ANNA, replied(None, commands=(("telefon", argument),)), standing())
    assert isinstance(decision.changes[0], HoldReply) and decision.changes[0].hold == CALL_UNCLEAR


@pytest.mark.parametrize("own", [ANNA.address, PIOTR.address.upper()])
def test_no_consultants_address_leaves_in_an_answer(own: str) -> None:
    answer = "Proszę użyć przycisku Wycofaj."
    signed = replied(f"{answer}\n\nPozdrawiam\nAnna Nowak\ntel. 22 555 66 77\n{own}")
    verdict = decide(TO_ANNA, signed, envelope(), {7: standing()}, CALENDAR, {ANNA.key, PIOTR.key})
    assert verdict.changes == (RecordAnswer(7, ANNA, f"{answer}\n\nPozdrawiam\nAnna Nowak", (), None),)
    for given in (replied(f"Proszę pisać na {own}, odpiszę."), replied(answer, commands=(("dokumentacja", own),))):
        held = decide(TO_ANNA, given, envelope(), {7: standing()}, CALENDAR, {ANNA.key, PIOTR.key})
        assert isinstance(held.changes[0], HoldReply) and held.changes[0].hold == OWN_ADDRESS


def test_a_yes_to_a_held_reply_is_no_answer_and_to_a_question_it_is() -> None:
    held = decided(
        ConsultantReply(sent_letter(kind="not_relayed"), ANNA), replied("Tak, proszę przekazać."), standing()
    )
    assert isinstance(held.changes[0], HoldReply) and held.changes[0].hold == MERE_CONSENT
    assert isinstance(decided(TO_ANNA, replied("Tak."), standing()).changes[0], RecordAnswer)


def test_a_machines_word_on_a_letter_that_asked_for_data_gets_no_receipt() -> None:
    question = standing()
    lacking = replace(question.summary, form=form(office=None), problems=(Problem(0, "office", "missing"),))
    question = replace(question, summary=lacking)
    verdict = FollowUp(sent_letter("clerk", CLERK, "acknowledgement"))
    supplement = ReplyText("Nazwa Urzędu: Urząd Gminy Dębowa", False)
    told = decided(verdict, reading(CLERK, reply=supplement), question)
    assert isinstance(told.changes[-1], TellReceived)
    by_machine = reading(CLERK, reply=supplement, automation=Automation("bulk", ("Precedence",)))
    for silent in (
        decided(verdict, by_machine, question),
        decided(verdict, reading(CLERK, reply=supplement), question, sender=""),
    ):
        assert TellReceived not in [type(change) for change in silent.changes]
