"""What help desks and trackers put into their notices, in Polish, English and German.

All are patterns for text in lower case and without diacritics, one alternative a line.
"""

from __future__ import annotations

import re

from mailgate.domain.machines.phrase import Phrase
from mailgate.domain.machines.phrases import one_of

# What help desks put before the subject, with a number of three digits and more; ours ("HOT-01/...") are none of theirs.
TICKET_NUMBER_TAG = re.compile(r"^(?!hot-01)(?:\S{1,20}[ #:]{0,2}){0,3}#?\s?\d{3,}$")
TICKET_NUMBER_SUBJECT = re.compile(
    r"\b(?:ticket|request|case|zgloszenie|sprawa|incident|incydent)\s?(?:\[?#|id\b|nr\b)\W{0,2}\d{3,}"
    r"|\[#\d{3,}\]|^(?:\[jira\]\s)?\(?[a-z]{2,10}-\d{1,9}\)?\s"
)
# The fields of a ticket, line by line: GLPI, Mantis and their kin tell nothing else.
TICKET_FIELD = re.compile(
    r"(?m:^)"
    + one_of(
        r"(?:tytul|zglaszajac[ya]|data (?:otwarcia|utworzenia|zgloszenia)|opis|priorytet|kategoria|przypisan[eyo](?: do)?)",
        r"(?:title|requesters?|reporter|opening date|description|priority|category|severity|assigned to|ticket (?:id|number))",
    )
    + r"\s?:"
)
_KEY_OF_ISSUE = one_of(r"[a-z][a-z0-9]{1,9}-\d+", r"#?\d+", r"an? (?:issue|ticket|comment|task)")
# The lead of a tracker's notice tells who did what to which issue: "Jan Kowalski created ABC-12".
TRACKER_TEXT = re.compile(
    one_of(
        r"^\W{0,3}(?:[^\s.?:]{1,40} ){1,4}(?:has |have )?"
        r"(?:created|updated|commented on|resolved|closed|reopened|assigned|edited|moved|deleted|mentioned you on)"
        rf"(?: the)?(?: issue| ticket| task)? {_KEY_OF_ISSUE}\b",
        rf"^\W{{0,3}}(?:[^\s.?:]{{1,40}} ){{1,4}}"
        r"(?:utworzyl|zaktualizowal|skomentowal|rozwiazal|zamknal|zamknel|przypisal|edytowal)(?:a|\(a\))?"
        rf"(?: (?:zgloszenie|zagadnienie|zadanie))? {_KEY_OF_ISSUE}\b",
        r"^\W{0,3}(?:issue|ticket|bug|task) #?\d+ has been (?:reported|created|updated|closed|resolved|assigned)",
        r"\bref:msg\d{4}",  # ServiceNow
        r"^\W{0,3}(?:the following issue|nastepujace zgloszenie) (?:has been|zostalo) ",
        r"^\W{0,3}(?:zagadnienie|zgloszenie|zadanie) #?\d+ zostalo (?:dodane|utworzone|zaktualizowane|zamkniete) przez ",
    )
)
REPLY_LINE_TEXT = Phrase(
    one_of(
        r"\b(?:napisz|pisz|wpisz|odpowiadaj|odpowiedz|prosimy o wpisywanie odpowiedzi) (?:prosimy )?powyzej "
        r"(?:tej linii|tego wiersza)",
        r"\b(?:type your reply|reply|write) above this line",
        r"\bbitte (?:geben sie )?ihre antwort (?:ober|uber)(?:halb)? ",
    ),
    words=("powyzej ", "above this line", "ihre antwort"),
)
