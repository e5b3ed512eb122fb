"""What the subject and the opening of a mail say about a machine having written it.

A subject's words count only where they open it: a person who answers or forwards a notice has "Re:" or "PD:" before
them, a person who asks about one has prose.  A text's words count only above any quotation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mailgate.domain.machines import deskphrases as desks
from mailgate.domain.machines import newsletterphrases as newsletters
from mailgate.domain.machines import phrases
from mailgate.domain.machines.statements import NOTHING_SAID, Statements, statements_in
from mailgate.domain.machines.subjects import answers_or_forwards, first_tag, opening_of
from mailgate.domain.machines.traits import DECISIVE, Trait

_OPENING = 400
"""Characters within which a notice has said what it is."""
_LONGEST_NOTICE = 1_500
_NEWSLETTER = 2

_LINK = re.compile(r"https?://\S{1,2000}")


def statements_of(text: str) -> Statements:
    """What the sender's own text, as it was written, says in its clauses; a long one is no notice."""
    return statements_in(text) if len(text) <= _LONGEST_NOTICE else NOTHING_SAID


def within_a_notice(said: Statements, text: str) -> Statements:
    """What a text says that was understood before; a long one is no notice."""
    return said if len(text) <= _LONGEST_NOTICE else NOTHING_SAID


def word_traits(subject: str, text: str, said: Statements) -> Iterator[Trait]:
    """Every trait that a folded subject and the sender's own words show, folded and by what they say."""
    for trait in subject_traits(subject):
        yield replace(trait, weight=min(trait.weight, DECISIVE - 1)) if trait.soft and said.own else trait
    yield from _notice_traits(subject, text, said)
    yield from _absence_traits(subject, text, said)
    yield from _unmistakable_traits(said)
    if newsletters.UNSUBSCRIBE_TEXT.search(text):
        yield Trait("text on leaving a mailing list", 1, "bulk")
    if _signs_of_a_newsletter(subject, text) >= _NEWSLETTER:
        yield Trait("text of a newsletter", DECISIVE, "bulk")


def _signs_of_a_newsletter(subject: str, text: str) -> int:
    """How many families of a newsletter's own words stand in it; a person who answers or passes one on counts none."""
    if answers_or_forwards(subject):
        return 0
    named = newsletters.BULLETIN_SUBJECT.match(opening_of(subject)) is not None
    by_name, *others = reversed([shape.search(text) is not None for shape in newsletters.NEWSLETTER_TEXTS])
    return sum(others) + (named or by_name)


def asks_or_sends(text: str) -> bool:
    """Whether the sender's own words want something, as only a person's do."""
    return phrases.A_PERSON_WANTS_TEXT.search(_LINK.sub("", text[:_LONGEST_NOTICE])) is not None


def complains(text: str) -> bool:
    """Whether the sender's own words tell of something that went wrong."""
    return phrases.A_PERSON_COMPLAINS_TEXT.search(text[:_LONGEST_NOTICE]) is not None


def subject_traits(subject: str) -> Iterator[Trait]:
    """What a folded subject says, by itself."""
    opening, tag = opening_of(subject), first_tag(subject)
    if answers_or_forwards(subject):
        yield from _answering_subject_traits(opening, tag)
        return
    if _says_automatic(opening, tag):
        yield Trait("subject of an automatic reply", DECISIVE, "auto_reply")
    elif phrases.PERHAPS_REPLY_SUBJECT.match(opening):
        yield Trait("subject of an automatic reply", DECISIVE, "auto_reply", soft=True)
    elif phrases.ABSENCE_SUBJECT.match(opening) or phrases.REPLY_SUBJECT_END.search(opening):
        yield Trait("subject of an absence", 2, "auto_reply", soft=True)
    if phrases.READ_SUBJECT.match(opening):
        yield Trait("subject of a read receipt", DECISIVE, "auto_reply", soft=True)
    elif phrases.PERHAPS_READ_SUBJECT.match(opening):
        yield Trait("subject of a receipt", 2, "auto_reply", soft=True)
    if phrases.RECEIPT_SUBJECT.match(opening) or phrases.RECEIPT_SUBJECT.match(tag):
        yield Trait("subject of a receipt", 2, "auto_reply", soft=True)
    if newsletters.BULLETIN_SUBJECT.match(opening):
        yield Trait("subject of a newsletter", 1, "bulk")


def _answering_subject_traits(opening: str, tag: str) -> Iterator[Trait]:
    """What a responder adds before or behind the subject that it answers, beside a person's "Re:"."""
    if phrases.REPLY_TAG.fullmatch(tag):
        yield Trait("subject of an automatic reply", DECISIVE, "auto_reply")
    elif phrases.REPLY_SUBJECT_END.search(opening):
        yield Trait("subject of an automatic reply", 2, "auto_reply", soft=True)


def _says_automatic(opening: str, tag: str) -> bool:
    by_prefix = phrases.REPLY_SUBJECT.match(opening) or phrases.SOMEBODY_IS_OUT_SUBJECT.match(opening)
    return by_prefix is not None or phrases.REPLY_TAG.fullmatch(tag) is not None


def _notice_traits(subject: str, text: str, said: Statements) -> Iterator[Trait]:
    """Receipts of other systems, and what a program says of itself."""
    opening, notice = text[:_OPENING], text[:_LONGEST_NOTICE]
    of_receipt = phrases.RECEIPT_TEXT.search(opening) is not None
    of_tracker = desks.TRACKER_TEXT.search(opening) is not None or len(desks.TICKET_FIELD.findall(opening)) >= 2
    if of_receipt:
        yield Trait("text of a receipt", 2, "auto_reply", soft=True)
    elif "receipt" in said.kinds:
        yield Trait("words of a receipt", 1, "auto_reply", soft=True)
    if of_tracker:
        yield Trait("text of a tracker's notice", 2, "auto_reply", soft=True)
    if desks.TICKET_NUMBER_TAG.search(first_tag(subject)) or desks.TICKET_NUMBER_SUBJECT.search(subject):
        yield Trait("number of a ticket in the subject", 1, "auto_reply", soft=True)
    # Below a person's own words, such a line is a gateway's or an office's program's.
    yield from _automatic_traits(notice, only_hint=said.own and not of_receipt and not of_tracker)
    if phrases.READ_TEXT.search(opening):
        yield Trait("text of a read receipt", 2, "auto_reply", soft=True)
    if desks.REPLY_LINE_TEXT.search(notice):
        yield Trait("a line above which to answer", 2, "auto_reply", soft=True)


def _automatic_traits(notice: str, *, only_hint: bool) -> Iterator[Trait]:
    """What a program says of itself; only a hint where it stands below something else, for then it decides nothing."""
    if phrases.AUTOMATIC_TEXT.search(notice):
        yield Trait("the text says that it is automatic", 2, "auto_reply", soft=True)
    if only_hint:
        return
    if phrases.PROMISE_TEXT.search(notice):
        yield Trait("text on what will be done with a mail", 1, "auto_reply", soft=True)
    if phrases.TAKES_NO_ANSWER_TEXT.search(notice):
        yield Trait("the text asks not to be answered", 1, "auto_reply", soft=True)


def _absence_traits(subject: str, text: str, said: Statements) -> Iterator[Trait]:
    """An absence and a substitute in a short text: the vacation note that a hosting panel sends without any header.

    Whoever tells something else as well is a person who is going to be away.
    """
    if len(text) > _LONGEST_NOTICE or said.own:
        return
    absent = "away" in said.kinds or phrases.ABSENT_TEXT.search(text[:_OPENING])
    if absent:
        yield Trait("text of an absence", 2, "auto_reply", soft=True)
    if not absent and not phrases.ABSENCE_SUBJECT.match(opening_of(subject)):
        return
    if said.kinds & {"instead", "later"} or phrases.SUBSTITUTE_TEXT.search(text):
        yield Trait("text on a substitute or a return", 1, "auto_reply", soft=True)
    elif answers_or_forwards(subject):
        yield Trait("nothing else in an answer", 1, "auto_reply", soft=True)


def _unmistakable_traits(said: Statements) -> Iterator[Trait]:
    if "challenge" in said.kinds:
        yield Trait("text that has a sender prove himself", DECISIVE, "auto_reply")
    if "recall" in said.kinds:
        yield Trait("text that takes a mail back", DECISIVE, "auto_reply")
