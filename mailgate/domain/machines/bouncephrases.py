"""The phrases of delivery notifications of the mail systems met in Poland, in Polish, English and German.

All are patterns for text in lower case and without diacritics, one alternative a line.
"""

from __future__ import annotations

import re

from mailgate.domain.machines.phrases import one_of

SENDER_NAME = re.compile(
    one_of(
        r"mail delivery (?:sub)?system",
        r"mailer[- ]daemon",
        r"mail administrator",
        r"mail router",
        r"courier mail server",
        r"system administrator",
        r"administrator systemu",
        r"(?:pod)?system dostarczania poczty",
        r"system pocztowy",
        r"poczta systemowa",
    )
)
SUBJECT = re.compile(
    r"(?:\[[^\]]{0,40}\]\s*|\*{2,}[^*]{1,30}\*{2,}\s*)?"
    + one_of(
        r"undeliver(?:ed|able)\b",  # Postfix, Exchange, Zimbra
        r"mail delivery (?:failed|failure|problem|delayed|status)",  # Exim
        r"delivery (?:status notification|failure)",  # Gmail, Domino
        r"delivery (?:has failed|failed|delayed|incomplete|report|problem)",
        r"returned mail\b",  # Sendmail
        r"failure notice",  # qmail
        r"non[- ]?deliver(?:y|able)",
        r"notice: mail delivery status",  # Courier
        r"permanent delivery failure",  # MDaemon
        r"message (?:undeliverable|not delivered|delayed|delivery)",  # hMailServer
        r"mail system error",
        r"message you sent blocked",
        r"warning: (?:could not send|message \S{1,40} delayed)",  # Sendmail, Exim
        r"could not send message",
        r"delayed mail\b",
        r"failed to deliver",
        r"rejected mail",
        r"nie ?dostarczon",
        r"niedostarczaln",
        r"nie (?:mozna|mozna bylo|udalo sie) dostarczyc",
        r"ostrzezenie: (?:wiadomosc|nie mozna)",
        r"zwrot (?:nie\S{0,20} )?(?:wiadomosci|poczty|listu|e-?maila|korespondencji)",
        r"zwrocon[ay] (?:wiadomosc|poczta)",
        r"(?:twoja )?(?:wiadomosc|poczta|e-?mail)\b.{0,40}"
        r"(?:niedostarczon|nie (?:zostala |moze byc |mogla zostac )?dostarczon)",
        r"(?:blad|problem|niepowodzenie|opoznienie|nieudane|raport|powiadomienie o (?:stanie|statusie|braku|opoznieniu)) "
        r"(?:w |o |przy |z )?(?:dostarcz|doreczeni|dostaw)\w{0,6}"
        r"(?:\s*$|\s*[:(]|\s(?:wiadomosci|poczty|przesylki|e-?mail))",
        r"(?:dostarczenie|doreczenie|dostarczanie) (?:wiadomosci )?(?:nie powiodlo|opoznion|nieudane)",
        r"unzustellbar",
        r"zustellung",
        r"nachricht nicht zugestellt",
    )
)
TEXT = re.compile(
    one_of(
        r"(?:could(?: not|n't)|cannot|can't|was not|wasn't|has not|not yet|unable to|failed to) "
        r"(?:be |been )?(?:able to )?deliver",
        r"undeliver(?:ed|able)",
        r"(?:delivery|your message) (?:has |to .{1,80} )?(?:failed|delayed|been delayed)",
        r"did not reach",
        r"permanent (?:fatal )?errors?",
        r"address not found",
        r"returned (?:to you|to sender|mail)",
        r"will (?:be retried|keep trying)",
        r"nie (?:zostal[aoy]?|moze (?:zostac|byc)|mogl[ao]? (?:zostac|byc)) (?:jeszcze )?dostarczon",
        r"nie (?:mozna (?:bylo )?|udalo sie )(?:jej )?dostarczyc",
        r"nie dotarla do",
        r"niedostarczon",
        r"zwracamy (?:wiadomosc|poczte)",
        r"dostarczenie .{0,80}(?:nie powiodlo|opozni)",
        r"nicht .{0,60}zugestellt",
    )
)
DELAY = re.compile(
    one_of(
        r"\bdelay(?:ed|s)?\b",
        r"warning: could not send",
        r"not yet been delivered",
        r"still (?:being )?(?:trying|retried|in the queue)",
        r"will (?:be retried|keep trying|retry)",
        r"do not need to resend",
        r"opozni",
        r"nie zostala jeszcze dostarczon",
        r"(?:bedzie(?:my)?|bedziemy) ponawia",
        r"kolejne proby",
        r"verzoger",
    )
)
A_PERSON_ASKS = re.compile(
    one_of(
        r"\?",
        r"\bprosze o (?!kontakt|ponown)",
        r"\bco (?:mam|mamy|robic)\b",
        r"\b(?:dostal|otrzymal)(?:em|am|ismy)\b",
    )
)
