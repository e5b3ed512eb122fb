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
    one_of(
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
        r"email delivery failure",  # Mimecast
        r"message status - undeliverable",  # GroupWise
        r"(?:stan|status) wiadomosci\W{1,3}nie",
        r"(?:banned|virus|spam) (?:contents )?(?:\(.{1,60}\) )?(?:in mail )?from you",  # amavis
        r"(?:raport|informacja|powiadomienie|zawiadomienie|komunikat) o (?:braku |nie(?:udanym )?)(?:dostarcz|dorecz|wysl)",
        r"(?:trwaly )?blad (?:przy )?(?:dostarcz|dorecz)\w{0,5}\s*(?:$|:)",
        r"niedoreczon[aey] (?:wiadomosc|poczta|korespondencja|przesylka)",
        r"(?:wiadomosc|poczta|przesylka) (?:zablokowan|odrzucon|niedostarczon|niedoreczon)[ay]",
        r"(?:wiadomosc|poczta|przesylka) oczekuje na (?:dostarcz|dorecz)",
        r"opoznienie (?:w )?(?:dostarcz|dorecz)",
        r"(?:dostarczanie|doreczanie) (?:jest )?opoznione",
        r"(?:automatically )?rejected mail",
        r"(?:zwrocon|odrzucon|zablokowan)[ao] (?:wiadomosc|poczt|przesylk)",
        r"(?:poczta )?nie ?dostarczon\w{1,2}\b(?! (?:decyzj|pism|wnios|dokument|zalacznik|przelew))",
        r"nie(?:dostarczaln|doreczaln)",
        r"nie (?:mozna|mozna bylo|udalo sie) dostarczyc",
        r"ostrzezenie: (?:wiadomosc|nie mozna)",
        r"zwrot (?:nie\S{0,20} )?(?:wiadomosci|poczty|listu|e-?maila|korespondencji)",
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
        r"(?:could(?: not|n't)|cannot|can't|(?:was|were) not|(?:was|were)n't|has not|not yet|unable to|failed to) "
        r"(?:be |been )?(?:able to )?(?:deliver|relay)",
        r"(?:was|were|has been) (?:automatically rejected|(?:blocked|rejected) by)",
        r"unknown user:",
        r"delivery of the (?:e-?mail|message) was stopped",
        r"undeliver(?:ed|able)",
        r"(?:delivery|your message) (?:has |to .{1,80} )?(?:failed|delayed|been delayed)",
        r"did not reach",
        r"permanent (?:fatal )?errors?",
        r"address not found",
        r"returned (?:to you|to sender|mail)",
        r"will (?:be retried|keep trying)",
        r"\bnie (?:zostal[aoy]?|moze (?:zostac|byc)|mogl[ao]? (?:zostac|byc)) (?:jeszcze )?(?:dostarcz|dorecz|przekaz)on",
        r"\bnie (?:mozna (?:bylo )?|udalo sie |mogl[ao]? )(?:jej |go )?(?:dostarczyc|doreczyc|wyslac|przekazac)",
        r"(?:wiadomosc|poczta|przesylka|mail)\b.{0,160}zostala (?:automatycznie )?(?:odrzucon|zablokowan)",
        r"\bnie dotarla do",
        r"\bnie ?(?:dostarczon|doreczon)",
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
        r"(?:not|could not be) (?:been )?delivered yet",
        r"still (?:being )?(?:trying|retried|in the (?:retry )?queue)",
        r"oczekuje na (?:dostarcz|dorecz)",
        r"will (?:be retried|keep trying|retry)",
        r"do not need to resend",
        r"opozni",
        r"nie zostala jeszcze dostarczon",
        r"(?:bedzie(?:my)?|beda) (?:ponawia|podejmowa)",
        r"proby beda",
        r"kolejne proby",
        r"verzoger",
    )
)
OPEN_SUBJECT = re.compile(
    one_of(
        r"(?:mail )?delivery (?:status(?: notification)?|report)\W*",
        r"(?:notice: )?mail delivery status\W*",
        r"message delivery\W*",
        r"(?:raport|powiadomienie o (?:stanie|statusie)) (?:o |z )?(?:dostarcz|dorecz)\w*(?: wiadomosci| poczty)?\W*",
        r"zustellung(?:sbericht|sstatus)?\W*",
    )
)
"""Subjects of ``SUBJECT`` that leave open whether it was delivered."""
DELIVERED = re.compile(
    one_of(
        r"\A(?:delivered|relayed|expanded|dostarczono|doreczono|przekazano|zugestellt)\s*:",  # Exchange, by its language
        r"\((?:success|relayed?|expanded)\)",  # Gmail, Exchange
        r"\A(?:potwierdzenie|powiadomienie o|informacja o) (?:pomyslnym |udanym )?(?:dostarczeni|doreczeni)[aeu]",
        r"(?<!not )(?<!n't )(?<!not be )(?<!not been )successfully (?:delivered|relayed|forwarded|sent)",
        r"(?:was|were|has been|have been) (?:delivered|relayed|forwarded)\b",
        r"delivery to (?:these|the following|this) .{0,60} (?:is |was )?(?:complete|successful)",
        r"(?<!nie )zostal[aoy]? (?:juz |wlasnie |pomyslnie |poprawnie |prawidlowo |automatycznie )?"
        r"(?:dostarczon|doreczon|przekazan)",
        r"(?<!nie )(?:pomyslnie|poprawnie|prawidlowo) (?:dostarczon|doreczon|przekazan)",
        r"wurde (?:erfolgreich )?(?:zugestellt|weitergeleitet)",
    )
)
HELD = re.compile(
    one_of(
        r"kwarantann",
        r"quaranti?n",
        r"(?:do|przez) (?:filtra?|folderu?) (?:anty)?spam",
        r"(?:zostal[aoy]?|jest) (?:\w+ )?(?:zatrzyman|wstrzyman)",
        r"(?:czeka|oczekuje) na (?:\w+ )?(?:sprawdz|zatwierdz|akcept|decyzj|weryfik|moderac|zwolni|potwierdz)",
        r"(?:aby|zeby|dopoki) .{0,120}(?:kliknij|potwierdz|odpowiedz|zweryfik)",
        r"potwierdz (?:nadawce|swoj|ze )",
        r"(?:held|holding it|on hold) (?:for|in|by|until)\b",
        r"(?:awaiting|waiting for|pending|needs|requires) (?:\w+ )?(?:approval|moderat|review|confirm|verif|release)",
        r"(?:click|confirm|verify|follow)\b.{0,80}\b(?:link|below|deliver\w*|release\w*)",
    )
)
"""A filter, a moderator or a challenge has it: whether it ever arrives, nobody knows yet."""
ALMOST_FULL = re.compile(
    one_of(
        r"\b\d{1,3}\s?(?:%|procent|percent)",
        r"(?:almost|nearly|approaching|prawie|niemal|blisk[aio]) (?:\w+ )?(?:full|limit|quota|peln|zapelnion|przepelnion)",
        r"(?:quota|storage|mailbox size) (?:limit )?(?:warning|alert)",
        r"ostrzezenie o (?:\w+ )?(?:limi|zapelni|pojemno|przekrocz|przepelni|rozmiar)",
    )
)
"""The warning of a mailbox that still takes mail."""
A_PERSON_ASKS = re.compile(
    one_of(
        r"\?",
        r"\bpros(?:ze|imy) o (?!kontakt|ponown|sprawdzeni|skontaktowan)",
        r"\bco (?:mam|mamy|robic)\b",
        r"\b(?:dostal|otrzymal|wyslal|pisal)(?:em|am|ismy)\b",
        r"\b(?:dostajemy|otrzymujemy)\b",
    )
)
