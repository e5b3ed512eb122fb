"""What the subject and the opening of a mail say about a machine having written it.

A subject's words count only where they open it: a person who answers or forwards a notice has "Re:" or "PD:" before
them, a person who asks about one has prose.  A text's words count only above any quotation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailgate.domain.machines import phrases
from mailgate.domain.machines.ownwords import own_words
from mailgate.domain.machines.traits import DECISIVE, Trait
from mailgate.domain.mail import InboundMail
from mailgate.domain.polish.words import fold, squeeze

_OPENING = 400
"""Characters within which a notice has said what it is."""
_LONGEST_NOTICE = 1_500

_TAGS = re.compile(r"(?:\[[^\]]{0,60}\]\s*|\*{2,}[^*]{1,30}\*{2,}\s*){1,4}")
"""What gateways and help desks put before everything: ``[EXTERNAL]``, ``[#48213]``, ``***SPAM***``."""
_ANSWERS = re.compile(r"(?:re|odp|aw|sv|pd|fw|fwd|wg|tr)(?:\[\d+\])?\s*:")
_LINK = re.compile(r"https?://\S{1,2000}")


def word_traits(mail: InboundMail) -> Iterator[Trait]:
    """Every trait that the subject and the sender's own words show."""
    text = own_words(mail)
    found = (*_subject_traits(squeeze(fold(mail.subject[:1_000]))), *_notice_traits(text), *_absence_traits(text))
    yield from found
    yield from _objection(found, text)
    if phrases.UNSUBSCRIBE_TEXT.search(text):
        yield Trait("text on leaving a mailing list", 1, "bulk")


def _subject_traits(subject: str) -> Iterator[Trait]:
    tags = _TAGS.match(subject)
    opening = subject[tags.end() :] if tags else subject
    if _ANSWERS.match(opening):
        return
    if phrases.REPLY_SUBJECT.match(opening) or phrases.SOMEBODY_IS_OUT_SUBJECT.match(opening):
        yield Trait("subject of an automatic reply", DECISIVE, "auto_reply")
    elif phrases.ABSENCE_SUBJECT.match(opening):
        yield Trait("subject of an absence", 2, "auto_reply")
    if phrases.READ_SUBJECT.match(opening):
        yield Trait("subject of a read receipt", DECISIVE, "auto_reply")
    elif phrases.PERHAPS_READ_SUBJECT.match(opening):
        yield Trait("subject of a receipt", 2, "auto_reply")
    if phrases.RECEIPT_SUBJECT.match(opening):
        yield Trait("subject of a receipt", 2, "auto_reply")
    if phrases.BULLETIN_SUBJECT.match(opening):
        yield Trait("subject of a newsletter", 1, "bulk")


def _objection(found: tuple[Trait, ...], text: str) -> Iterator[Trait]:
    """A wish or a question takes back what only words have hinted at; it cannot take back a client's own prefix."""
    hinted = sum(trait.weight for trait in found if trait.kind == "auto_reply" and trait.weight < DECISIVE)
    if hinted and phrases.A_PERSON_WANTS_TEXT.search(_LINK.sub("", text[:_LONGEST_NOTICE])):
        yield Trait("the text asks or sends something", -min(2, hinted), "auto_reply")


def _notice_traits(text: str) -> Iterator[Trait]:
    """Receipts of other systems, and what a program says of itself."""
    opening, notice = text[:_OPENING], text[:_LONGEST_NOTICE]
    if phrases.RECEIPT_TEXT.search(opening):
        yield Trait("text of a receipt", 2, "auto_reply")
    if phrases.READ_TEXT.search(opening):
        yield Trait("text of a read receipt", 2, "auto_reply")
    if phrases.AUTOMATIC_TEXT.search(notice):
        yield Trait("the text says that it is automatic", 2, "auto_reply")
    if phrases.TAKES_NO_ANSWER_TEXT.search(notice):
        yield Trait("the text asks not to be answered", 1, "auto_reply")


def _absence_traits(text: str) -> Iterator[Trait]:
    """An absence and a substitute in a short text: the vacation note that a hosting panel sends without any header."""
    if len(text) > _LONGEST_NOTICE or not phrases.ABSENT_TEXT.search(text[:_OPENING]):
        return
    yield Trait("text of an absence", 2, "auto_reply")
    if phrases.SUBSTITUTE_TEXT.search(text):
        yield Trait("text on a substitute or a return", 1, "auto_reply")
