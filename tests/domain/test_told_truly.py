"""No letter to a consultant says of a letter that the brake held back that it was sent."""

from __future__ import annotations

from dataclasses import replace

from domain.factories import ANNA, CLERK, HOTLINE, PIOTR, RECEIVED, envelope, reading

from mailgate.domain.addresses.choice import Addressing
from mailgate.domain.changes import NewEntry
from mailgate.domain.correspondence.aboutentries import NumberedEntry, letters_about_entries, told_truly
from mailgate.domain.correspondence.post import Office, Post
from mailgate.domain.letters import NoForm, QuestionForConsultant
from mailgate.domain.workcalendar import WorkCalendar

ENTRY = NewEntry("unformalised", WorkCalendar().deadline(RECEIVED), "temat", "tekst", Addressing(CLERK))
SENT = "Nadawca otrzymał pusty formularz"
HELD = "nie wysłaliśmy do niego żadnej"


def posts(id: int, entry: NewEntry = ENTRY) -> list[Post]:
    numbered = NumberedEntry(id, f"HOT-01/2026/{id:06d}", entry)
    return list(letters_about_entries([numbered], reading(), envelope(), Office(HOTLINE, (ANNA, PIOTR))))


def remarks(post: Post) -> str:
    assert isinstance(post.letter, QuestionForConsultant)
    return " ".join(post.letter.remarks)


def test_only_the_letters_about_the_mail_without_an_answer_are_mended() -> None:
    answered, unanswered = posts(7), posts(8)
    wanted = [*answered, *unanswered]
    kept = [post for post in wanted if not (isinstance(post.letter, NoForm) and post.question_ids == (8,))]
    _, *about = told_truly(kept, wanted)
    assert [(SENT in remarks(post), HELD in remarks(post)) for post in about] == [(True, False)] * 2 + [
        (False, True)
    ] * 2


def test_what_is_sent_whole_stays_as_it_is() -> None:
    wanted = posts(7)
    assert told_truly(wanted, wanted) == wanted


def test_an_address_is_not_said_to_be_asked_for_where_nobody_was_asked() -> None:
    entry = replace(ENTRY, kind="blank_form", addressing=Addressing(CLERK, unconfirmed="jan@inny.example"))
    receipt, *others = posts(7, entry)
    assert "Poprosiliśmy nadawcę" in remarks(others[0])
    mended = told_truly(others, [receipt, *others])
    assert all("Poprosiliśmy" not in remarks(post) and HELD in remarks(post) for post in mended)
