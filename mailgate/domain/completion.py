"""What a clerk's further mail adds to a form that lacked it: a missing field is filled, a given one never changed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from mailgate.domain.document import Document, Line
from mailgate.domain.form.contact import read_contact
from mailgate.domain.hot01 import Hot01, find_forms
from mailgate.domain.polish.words import fold
from mailgate.domain.reading import Reading
from mailgate.domain.threads import StandingQuestion

FIELDS = ("date", "reference", "user_name", "office", "phone", "email")
"""Those of a form that may be sent later; a question of its own is another question."""

PROBLEM_OF = {"phone": "contact", "email": "contact"}
"""The problem that a field settles, where it bears another name: either way to the clerk is a contact."""

_MOST_LINES = 40
_MOST_CHARACTERS = 2_000
_NOTHING = Hot01(None, None, None, None, None, None, None, source="body")
_CALLED = re.compile(r"\b(?:tel|telefon\w{0,3}|kom|komork\w{1,3}|dzwoni\w{1,2}|kontakt\w{0,4})\b")
_HEAD, _END = "CSIZS Zgłoszenie pytania HOT-1", "Treść pytania:"


def fields_added(reading: Reading, question: StandingQuestion) -> tuple[tuple[str, str], ...]:
    """The (field, value) pairs by which a follow-up completes the form of a question, a date in ISO 8601.

    Only the one who asked completes his form, by a form or by lines with its labels: in doubt nothing is filled, and
    the consultants read the mail all the same.
    """
    standing = question.summary.form
    if standing is None or not _by_asker(reading, question):
        return ()
    sent = _sent(reading)
    if (sent is None or not (sent.phone or sent.email)) and not (standing.phone or standing.email):
        sent = replace(sent or _NOTHING, phone=_telephone(reading))
    if sent is None:
        return ()
    return tuple(
        (name, value) for name in FIELDS if not _value(standing, name) and (value := _value(sent, name)) is not None
    )


def _telephone(reading: Reading) -> str | None:
    """The one telephone number that an author tells in words of his own: alone in its line, or called by its name."""
    reply = reading.reply
    if reply is None or reply.in_doubt or reply.new_text is None or len(reply.new_text) > _MOST_CHARACTERS:
        return None
    lines = (line.strip() for line in reply.new_text.splitlines()[:_MOST_LINES])
    told = {
        read_contact(line).phone for line in lines if _CALLED.search(fold(line)) or not re.search(r"[^\W\d_]", line)
    }
    told.discard(None)
    return told.pop() if len(told) == 1 else None


def supplies(reading: Reading, question: StandingQuestion) -> bool:
    """Whether a follow-up to a letter that asked for data is an answer to that: the asker's, where something is lacking
    or under the form's own labels, be it a correction of what was given.
    """
    if question.summary.form is None or not _by_asker(reading, question):
        return False
    sent = None if question.summary.problems else _sent(reading)
    return bool(question.summary.problems) or (sent is not None and any(_value(sent, name) for name in FIELDS))


def completed(question: StandingQuestion, values: Iterable[tuple[str, str]]) -> StandingQuestion:
    """The question with fields filled, a date from ISO 8601; problems that they settle are problems no longer."""
    form, new = question.summary.form, dict(values)
    if form is None:
        return question
    fields: dict[str, Any] = {name: date.fromisoformat(text) if name == "date" else text for name, text in new.items()}
    settled = {PROBLEM_OF.get(name, name) for name in new}
    problems = tuple(one for one in question.summary.problems if one.field not in settled)
    return replace(question, summary=replace(question.summary, form=replace(form, **fields), problems=problems))


def _by_asker(reading: Reading, question: StandingQuestion) -> bool:
    sender = reading.mail.sender
    return sender is not None and question.asker is not None and sender.key == question.asker.key


def _sent(reading: Reading) -> Hot01 | None:
    """The one form in the mail, or what its newly written lines say under the labels of the form."""
    if reading.forms.forms:
        return reading.forms.forms[0] if len(reading.forms.forms) == 1 else None
    reply = reading.reply
    if reply is None or reply.in_doubt or reply.new_text is None or len(reply.new_text) > _MOST_CHARACTERS:
        return None
    lines = [_HEAD, *reply.new_text.splitlines()[:_MOST_LINES], _END]
    forms = find_forms((Document("body", tuple(Line(line.strip()) for line in lines)),)).forms
    return forms[0] if len(forms) == 1 and not forms[0].question else None


def _value(form: Hot01, name: str) -> str | None:
    value = getattr(form, name)
    return None if value is None else str(value)
