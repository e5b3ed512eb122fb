"""A clerk's mail that holds nothing but the quotation of our letter."""

from __future__ import annotations

import pytest
from domain.factories import ANNA, CLERK, HOTLINE, PIOTR, envelope, reading, sent_letter, standing

from mailgate.domain.changes import AddNote, Reopen
from mailgate.domain.correspondence.aboutchanges import letters_about_changes
from mailgate.domain.correspondence.post import Office
from mailgate.domain.decide import decide
from mailgate.domain.letters import FollowUpForConsultant
from mailgate.domain.reply import ReplyText
from mailgate.domain.verdicts import FollowUp
from mailgate.domain.workcalendar import WorkCalendar

CALENDAR = WorkCalendar()


def test_a_reply_that_holds_only_the_quotation_opens_nothing_again_and_gives_no_letter_of_ours_back() -> None:
    found = reading(text="> Proszę użyć przycisku Wycofaj.", reply=ReplyText(None, in_doubt=False))
    questions = {7: standing(finished=True, answered_by=ANNA.address)}
    decision = decide(FollowUp(sent_letter("clerk", CLERK)), found, envelope(), questions, CALENDAR)
    assert decision.changes == (AddNote(7, "follow_up", f"sender {CLERK.address}", ""),)
    (post, _) = letters_about_changes(decision.changes, questions, found, Office(HOTLINE, (ANNA, PIOTR)))
    assert isinstance(post.letter, FollowUpForConsultant)
    assert post.letter.text == ""
    assert any("nie zawiera nowego tekstu" in remark for remark in post.letter.remarks)


@pytest.mark.parametrize(
    "reply",
    [
        ReplyText(None, in_doubt=True),
        ReplyText(None, in_doubt=False, attachments=("zrzut.png",)),
        ReplyText(None, in_doubt=False, commands=(("pilne", ""),)),
    ],
)
def test_a_reply_with_a_file_or_in_doubt_opens_its_question_again(reply: ReplyText) -> None:
    found = reading(text="> Proszę użyć przycisku Wycofaj.", reply=reply)
    questions = {7: standing(finished=True, answered_by=ANNA.address)}
    decision = decide(FollowUp(sent_letter("clerk", CLERK)), found, envelope(), questions, CALENDAR)
    assert any(isinstance(change, Reopen) for change in decision.changes)
