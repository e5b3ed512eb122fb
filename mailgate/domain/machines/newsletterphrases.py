"""The phrases of newsletters and mailing lists, in Polish, English and German.

All are patterns for text in lower case and without diacritics, one alternative a line.
"""

from __future__ import annotations

import re

from mailgate.domain.machines.phrase import Phrase
from mailgate.domain.machines.phrases import one_of

UNSUBSCRIBE_TEXT = Phrase(
    r"\b"
    + one_of(
        r"wypis(?:ac|z|uj) sie\b",
        r"wypisanie sie\b",
        r"wypisac (?:panstwa |twoj )?(?:adres|e-?mail)",
        r"z?rezygn\w{1,10} z (?:subskrypcji|otrzymywania|newslettera)",
        r"zrezygnowac z\b",
        r"anul\w{1,8} subskrypcj",
        r"otrzymujesz (?:te|ta|ten) (?:wiadomosc|newsletter|e-?mail)",
        r"unsubscribe\b",
        r"manage (?:your )?(?:preferences|subscription)",
        r"abbestellen\b",
    ),
    words=("wypis", "rezygn", "anul", "otrzymujesz", "unsubscribe", "manage ", "abbestellen"),
)
# What newsletters say of themselves to their reader, each family another sign.  A person who complains about a
# newsletter has words of one family at most.
NEWSLETTER_TEXTS = (
    Phrase(
        one_of(
            r"\bwypisz sie\b",
            r"\b(?:jesli|jezeli|gdy) nie (?:chcesz|chce pan|chca panstwo|zyczysz sobie)\b[^.?\n]{0,60}\botrzymywa",
            r"\b(?:aby|zeby|by) (?:sie wypisac|wypisac sie|zrezygnowac z (?:subskrypcji|newslettera|otrzymywania))",
            r"\b(?:zrezygnuj z|rezygnacja z|anuluj) (?:subskrypcj|newsletter|otrzymywan)",
            r"\bunsubscribe\b",
            r"\babbestellen\b",
        ),
        words=("wypis", "otrzymywa", "rezygn", "anuluj", "unsubscribe", "abbestellen"),
    ),
    Phrase(
        one_of(
            r"\botrzymuj(?:esz|a panstwo) (?:te|ta|ten) (?:wiadomosc|newsletter|e-?mail|mail)",
            r"\b(?:wiadomosc|e-?mail|mailing) (?:zostala? )?wyslan\w (?:jest )?(?:do|na liste) (?:subskrybent|zapisan)",
            r"\byou(?: are|'re)? (?:receiving|received|getting) this (?:message|e-?mail|newsletter) because\b",
        ),
        words=("otrzymuj", "wyslan", "because"),
    ),
    Phrase(
        one_of(
            r"\b(?:zobacz|otworz|wyswietl|pokaz|czytaj|obejrzyj)\b[^.?\n]{0,40}\bw przegladarce\b",
            r"\b(?:wersja|wersje) (?:online|internetow[ae]|webow[ae]|www|przegladarkow[ae])\b",
            r"\bnie (?:widzisz|wyswietla sie)\b[^.?\n]{0,30}\b(?:wiadomosci|wiadomosc|grafiki|obrazkow|newsletter\w{0,2})\b",
            r"\bview\b[^.?\n]{0,30}\b(?:in|in your|in a) browser\b",
            r"\bweb ?version\b",
        ),
        words=("przegladar", "wersj", "widzisz", "wyswietla", "browser", "version"),
    ),
    Phrase(r"(?m:^)\W{0,3}(?:nasz |e-?)?newsletter\b", words=("newsletter",)),
)
BULLETIN_SUBJECT = re.compile(r"(?:e-?)?(?:newsletter|biuletyn|mailing)\b")
