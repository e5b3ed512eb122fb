"""Subjects without what mail programs and our own letters put in front, so that a long thread does not pile it up."""

from __future__ import annotations

import re

from mailgate.delivery.clean import one_line

_REPLY = r"(?:re|odp|fw|fwd|pd|aw|wg|ha)\s?(?:\[\d{1,4}\]|\(\d{1,4}\))?\s?:\s?"
# The titles that ``templates/*.subject.txt.j2`` give our letters; a test keeps the two in step.
_TITLES = (
    r"(?:potwierdzenie przyjęcia (?:pytania|\d{1,3} pytań)(?: – prośba o uzupełnienie)?"
    r"|formularz(?: HOT-01)? bez treści pytania"
    r"|prośba o przesłanie formularza HOT-01"
    r"|odpowiedź na pytanie"
    r"|odpowiedź nie została przekazana"
    r"|nie dostarczono (?:odpowiedzi|potwierdzenia)"
    r"|zaproszenie na spotkanie"
    r"|nowe pytanie"
    r"|wiadomość bez formularza"
    r"|wiadomość nieodczytana"
    r"|dopisek do pytania)"
)
# Behind our number a title is ours, whatever follows; elsewhere only a title with a colon and a subject after it is.
_IN_FRONT = re.compile(
    rf"(?:{_REPLY}|\[HOT-0?1/\d{{4}}/\d{{3,9}}\]\s?(?:{_TITLES}(?:\s?:\s?|$))?|{_TITLES}\s?:\s?(?=\S))+",
    re.IGNORECASE,
)


def bare_subject(subject: str) -> str:
    """The subject without ``Re:``, ``Odp:``, ``PD:`` and the like, our numbers and our titles in front, in any order."""
    line = one_line(subject)
    found = _IN_FRONT.match(line)
    return line[found.end() :].strip() if found else line
