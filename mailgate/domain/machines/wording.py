"""What the subject and the opening of a mail say about a machine having written it.

A subject's words count only where they open it: a person who answers or forwards a notice has "Re:" or "PD:" before
them, a person who asks about one has prose.  A text's words count only above any quotation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailgate.domain.machines import phrases
from mailgate.domain.machines.subjects import answers_or_forwards, first_tag, opening_of
from mailgate.domain.machines.traits import DECISIVE, Trait

_OPENING = 400
"""Characters within which a notice has said what it is."""
_LONGEST_NOTICE = 1_500
_NEWSLETTER = 2

_LINK = re.compile(r"https?://\S{1,2000}")


def word_traits(subject: str, text: str) -> Iterator[Trait]:
    """Every trait that a folded subject and the sender's own words show."""
    yield from _subject_traits(subject)
    yield from _notice_traits(text)
    yield from _absence_traits(subject, text)
    if phrases.UNSUBSCRIBE_TEXT.search(text):
        yield Trait("text on leaving a mailing list", 1, "bulk")
    if _signs_of_a_newsletter(subject, text) >= _NEWSLETTER:
        yield Trait("text of a newsletter", DECISIVE, "bulk")


def _signs_of_a_newsletter(subject: str, text: str) -> int:
    """How many families of a newsletter's own words stand in it; a person who answers or passes one on counts none."""
    if answers_or_forwards(subject):
        return 0
    named = phrases.BULLETIN_SUBJECT.match(opening_of(subject)) is not None
    by_name, *others = reversed([shape.search(text) is not None for shape in phrases.NEWSLETTER_TEXTS])
    return sum(others) + (named or by_name)


def asks_or_sends(text: str) -> bool:
    """Whether the sender's own words want something, as only a person's do."""
    return phrases.A_PERSON_WANTS_TEXT.search(_LINK.sub("", text[:_LONGEST_NOTICE])) is not None


def _subject_traits(subject: str) -> Iterator[Trait]:
    if answers_or_forwards(subject):
        return
    opening, tag = opening_of(subject), first_tag(subject)
    if _says_automatic(opening, tag):
        yield Trait("subject of an automatic reply", DECISIVE, "auto_reply")
    elif phrases.PERHAPS_REPLY_SUBJECT.match(opening):
        yield Trait("subject of an automatic reply", DECISIVE, "auto_reply", soft=True)
    elif phrases.ABSENCE_SUBJECT.match(opening) or phrases.REPLY_SUBJECT_END.search(opening):
        yield Trait("subject of an absence", 2, "auto_reply", soft=True)
    if phrases.READ_SUBJECT.match(opening):
        yield Trait("subject of a read receipt", DECISIVE, "auto_reply")
    elif phrases.PERHAPS_READ_SUBJECT.match(opening):
        yield Trait("subject of a receipt", 2, "auto_reply", soft=True)
    if phrases.RECEIPT_SUBJECT.match(opening) or phrases.RECEIPT_SUBJECT.match(tag):
        yield Trait("subject of a receipt", 2, "auto_reply", soft=True)
    if phrases.BULLETIN_SUBJECT.match(opening):
        yield Trait("subject of a newsletter", 1, "bulk")


def _says_automatic(opening: str, tag: str) -> bool:
    by_prefix = phrases.REPLY_SUBJECT.match(opening) or phrases.SOMEBODY_IS_OUT_SUBJECT.match(opening)
    return by_prefix is not None or phrases.REPLY_TAG.fullmatch(tag) is not None


def _notice_traits(text: str) -> Iterator[Trait]:
    """Receipts of other systems, and what a program says of itself."""
    opening, notice = text[:_OPENING], text[:_LONGEST_NOTICE]
    if phrases.RECEIPT_TEXT.search(opening):
        yield Trait("text of a receipt", 2, "auto_reply", soft=True)
    if phrases.TRACKER_TEXT.search(opening):
        yield Trait("text of a tracker's notice", 2, "auto_reply", soft=True)
    if phrases.PROMISE_TEXT.search(notice):
        yield Trait("text on what will be done with a mail", 1, "auto_reply", soft=True)
    if phrases.REPLY_LINE_TEXT.search(notice):
        yield Trait("a line above which to answer", 2, "auto_reply", soft=True)
    if phrases.READ_TEXT.search(opening):
        yield Trait("text of a read receipt", 2, "auto_reply", soft=True)
    if phrases.AUTOMATIC_TEXT.search(notice):
        yield Trait("the text says that it is automatic", 2, "auto_reply", soft=True)
    if phrases.TAKES_NO_ANSWER_TEXT.search(notice):
        yield Trait("the text asks not to be answered", 1, "auto_reply", soft=True)


def _absence_traits(subject: str, text: str) -> Iterator[Trait]:
    """An absence and a substitute in a short text: the vacation note that a hosting panel sends without any header."""
    if len(text) > _LONGEST_NOTICE:
        return
    absent = phrases.ABSENT_TEXT.search(text[:_OPENING])
    if absent:
        yield Trait("text of an absence", 2, "auto_reply", soft=True)
    if (absent or phrases.ABSENCE_SUBJECT.match(opening_of(subject))) and phrases.SUBSTITUTE_TEXT.search(text):
        yield Trait("text on a substitute or a return", 1, "auto_reply", soft=True)
