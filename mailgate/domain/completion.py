"""What a clerk's further mail adds to a form that lacked it: a missing field is filled, a given one never changed."""

from __future__ import annotations

from mailgate.domain.document import Document, Line
from mailgate.domain.hot01 import Hot01, find_forms
from mailgate.domain.reading import Reading
from mailgate.domain.threads import StandingQuestion

FIELDS = ("date", "reference", "user_name", "office", "phone", "email")
"""Those of a form that may be sent later; a question of its own is another question."""

_MOST_LINES = 40
_MOST_CHARACTERS = 2_000
_HEAD, _END = "CSIZS Zgłoszenie pytania HOT-1", "Treść pytania:"


def fields_added(reading: Reading, question: StandingQuestion) -> tuple[tuple[str, str], ...]:
    """The (field, value) pairs by which a follow-up completes the form of a question, a date in ISO 8601.

    Only the one who asked completes his form, by a form or by lines with its labels: in doubt nothing is filled, and
    the consultants read the mail all the same.
    """
    standing, sender = question.summary.form, reading.mail.sender
    known_asker = sender is not None and question.asker is not None and sender.key == question.asker.key
    sent = _sent(reading) if standing and known_asker else None
    if standing is None or sent is None:
        return ()
    return tuple(
        (name, value) for name in FIELDS if not _value(standing, name) and (value := _value(sent, name)) is not None
    )


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
