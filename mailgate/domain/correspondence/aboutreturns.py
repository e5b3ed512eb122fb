"""The letters about a letter that came back undelivered: to the consultants, and the receipt once more to another address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mailgate.domain.changes import CallTask, Change, Undelivered, UseAuthor
from mailgate.domain.correspondence.post import Office, Post
from mailgate.domain.letters import Acknowledgement, NotDelivered
from mailgate.domain.mail import Address
from mailgate.domain.threads import StandingQuestion, consultants_thread


def letters_about_return(
    undelivered: Undelivered,
    changes: Sequence[Change],
    calls: Mapping[int, CallTask],
    standing: Mapping[int, StandingQuestion],
    office: Office,
) -> Iterator[Post]:
    """What consultants must know of a clerk's letter that came back: whose answer it was, he; else all of them.

    Nobody is written to about a letter to a consultant: that is for a person who can mend it.
    """
    letter = undelivered.returned.letter
    questions = [standing[id] for id in letter.question_ids if id in standing]
    if letter.role == "consultant" or not questions:
        return
    redirected = {one.question_id for one in changes if isinstance(one, UseAuthor) and one.letter == letter}
    moved = [one for one in questions if one.id in redirected]
    yield from _sent_again(undelivered, moved)
    first, author = questions[0], moved[0].asker if moved else None
    for consultant in _concerned(first, office) if letter.effect == "answers" else office.consultants:
        told = _not_delivered(undelivered, questions, calls, author, consultant, office)
        yield Post(told, "consultant", "none", tuple(one.id for one in questions), first.summary.number)


def _not_delivered(
    undelivered: Undelivered,
    questions: Sequence[StandingQuestion],
    calls: Mapping[int, CallTask],
    author: Address | None,
    consultant: Address,
    office: Office,
) -> NotDelivered:
    """``author`` is whoever sent the clerk's mail, where letters go to him from now on: then nobody need call."""
    returned, letter = undelivered.returned, undelivered.returned.letter
    first, *others = questions
    reachable = next((one for one in questions if one.phone), first)
    due = calls[reachable.id].due if reachable.id in calls else reachable.summary.acknowledge_by
    phone = reachable.phone if author is None else None
    return NotDelivered(
        to=consultant,
        thread=consultants_thread(first.summary.number, office.hotline.domain),
        question=first.summary,
        answer=letter.effect == "answers",
        address=letter.recipient,
        reason=returned.reason,
        diagnostic=returned.diagnostic,
        phone=phone,
        call_by=due if phone else None,
        others=tuple(one.summary.number for one in others),
        author=author,
        sent_again=author is not None and letter.effect == "acknowledges",
    )


def _sent_again(undelivered: Undelivered, questions: Sequence[StandingQuestion]) -> Iterator[Post]:
    """The receipt once more, to the author of the mail: the address in the form cannot be reached."""
    letter = undelivered.returned.letter
    if letter.effect != "acknowledges" or not questions:
        return
    first = questions[0]
    assert first.asker is not None
    summaries = tuple(one.summary for one in questions)
    receipt = Acknowledgement(first.asker, first.thread, summaries, returned_email=letter.recipient)
    yield Post(receipt, "clerk", "acknowledges", tuple(one.id for one in questions), first.summary.number)


def _concerned(question: StandingQuestion, office: Office) -> tuple[Address, ...]:
    """The consultant who answered, or all of them where he is none any more."""
    answered_by = (question.answered_by or "").lower()
    return tuple(one for one in office.consultants if one.key == answered_by) or office.consultants
