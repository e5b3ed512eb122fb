"""The phrases by which programs that answer by themselves give themselves away, in Polish, English and German.

All are patterns for text in lower case and without diacritics, one alternative a line.  Where a phrase must stand is
for ``wording`` to say.
"""

from __future__ import annotations

import re

from mailgate.domain.machines.phrase import Phrase


def one_of(*alternatives: str) -> str:
    """A pattern that matches any of the alternatives."""
    return f"(?:{'|'.join(alternatives)})"


# A sentence begins a text or a line, or follows another sentence; after "System odpisał:" there is only a quotation.
_SENTENCE_BEGINS = r"(?:^|(?<![:\n])\n{1,3}|[.!]\s)\W{0,3}"
_GREETING = one_of(
    r"dzien dobry",
    r"szanown\w+ pan\w*(?: i panowie)?",
    r"witamy",
    r"witaj",
    r"thank you",
    r"thanks",
    r"dziekujemy(?: za [^,.\n]{1,40})?",
    r"hello",
    r"hi",
    r"(?:czesc|hej|drog[ai])(?: [^,\n]{1,40})?",
    r"dear [^,\n]{1,40}",
    r"guten tag",
)
# Up to the end of a clause; the full stops of dates do not end it.
_CLAUSE = r"(?:[^.?\n]|(?<=\d)\.){0,60}?"
_OPENS_SENTENCE = rf"{_SENTENCE_BEGINS}(?:{_GREETING}[,!.]?\s+)?"

# What a mail client or a server puts before the subject that it answers.
_AUTOMATIC_REPLY = one_of(
    r"odp(?:owied.{1,2}|\.)? autom(?:atyczna|\.)",
    r"automatyczna odpowied.{1,2}",
    r"auto[- ]?odpowied.{1,2}(?: nieobecn[ya])?",
    r"automatyczna wiadomosc",
    r"wiadomosc automatyczna",
    r"poza (?:biurem|urzedem|praca)",
    r"nieobecnosc w (?:biurze|pracy|urzedzie)",
    r"autoresponder",
    r"automat(?:ic|ed) (?:reply|response)",
    r"auto[- ]?(?:reply|response|respond|answer)",
    r"out[- ]of[- ](?:the[- ])?office(?: auto ?reply| reply| message)?",
    r"ooo",
    r"ooto",
    r"vacation (?:reply|message|notice|response)",
    r"automatische antwort",
    r"autom\. antwort",
    r"abwesenheit(?:s(?:notiz|nachricht|assistent|meldung))?",
    r"abwesend",
    r"automatisch antwoord",
    r"automatisk svar",
    r"automaticka odpoved",
    r"reponse automatique",
    r"risposta automatica",
    r"respuesta automatica",
    r"автоматична відповідь",
    r"автоматическии ответ",
)
REPLY_SUBJECT = re.compile(rf"{_AUTOMATIC_REPLY}(?:\s+re)?\s*:")
REPLY_SUBJECT_END = re.compile(rf"[-–(]\s?{_AUTOMATIC_REPLY}\W?$")
# The mail service of WP puts it in brackets.
REPLY_TAG = re.compile(_AUTOMATIC_REPLY)
# Dovecot's and Domino's prefix, and the beginning of many a sentence.
PERHAPS_REPLY_SUBJECT = re.compile(r"auto\s*:")
SOMEBODY_IS_OUT_SUBJECT = re.compile(
    one_of(
        # Domino and Notes write the name first.
        r"(?:\S{1,40} ){1,4}(?:is|jest|bedzie|ist) (?:currently |obecnie )?"
        + one_of(
            r"out of (?:the )?office",
            r"poza biurem",
            r"nieobecn\w{1,2} w (?:biurze|pracy)",
            r"nicht im buro",
            r"abwesend",
        )
        + r"\b",
        r"(?:i am|i'm) (?:currently )?(?:out of|away from)",
        r"away from my (?:mail|email|desk)",
        r"ich bin (?:\w{1,15} )?(?:nicht im buro|im urlaub|abwesend|au(?:ss|ß)er haus)",
        r"nie ma mnie w (?:biurze|pracy|urzedzie)",
        r"(?:jestem|przebywam|bede) (?:obecnie )?(?:na urlopie|poza biurem|nieobecn[ya]\b)",
    )
)
ABSENCE_SUBJECT = re.compile(
    one_of(
        rf"{_AUTOMATIC_REPLY}\s*(?:$|[-–(]|od\b|from\b|von\b)",
        one_of(r"nieobecnosc", r"nieobecn[ya]", r"urlop", r"zwolnienie(?: lekarskie)?", r"away", r"vacation", r"urlaub")
        + r"\s*(?:$|:|-|\d|do\b|od\b)",
    )
)

READ_SUBJECT = re.compile(
    one_of(
        r"(?:nie ?)?przeczytan[oaey](?:,? usuniet[oaey])?",
        r"odczytan[oaey]",
        r"usunieto bez (?:odczytania|czytania)",
        r"not read",
        r"(?:un)?gelesen",
    )
    + r"\s*:"
)
PERHAPS_READ_SUBJECT = re.compile(
    one_of(
        r"(?:read|deleted|lu|wyswietlono)\s*:",
        one_of(
            r"potwierdzenie (?:odbioru|przeczytania|odczytu|odczytania|wyswietlenia)",
            r"re(?:turn|ad) receipt",
            r"(?:lese|empfangs)bestatigung",
        )
        + r"\b.{0,20}(?:\(|-|:|$)",
    )
)
READ_TEXT = Phrase(
    one_of(
        r"(?:wiadomosc|message|nachricht|e-?mail)\b[^?]{0,300}?"
        + one_of(
            r"zostala (?:przeczytana|odczytana|wyswietlona)",
            r"usunieta bez",
            r"was (?:read|displayed|opened)",
            r"wurde\b.{0,80}gelesen",
        ),
        r"(?:document|dokument)\b[^?]{0,300}?(?:was received by|zostal odebrany przez)",  # Notes
        r"to jest potwierdzenie (?:odbioru|przeczytania|wyswietlenia)",
        r"this is a (?:return|read) receipt",
    ),
    words=("zostala ", "usunieta bez", "was ", "wurde", "odebrany przez", "potwierdzenie ", "receipt"),
)

RECEIPT_SUBJECT = re.compile(
    one_of(
        r"(?:automatyczne )?potwierdzenie "
        r"(?:przyjecia|otrzymania|rejestracji|zarejestrowania|wplywu|wplyniecia|zlozenia|utworzenia)\b",
        r"zgloszenie (?:(?:nr|numer|o numerze)? ?\S*\d\S* )?(?:zostalo )?"
        r"(?:zarejestrowane|przyjete|utworzone|otrzymane|odebrane|rozwiazane|zamkniete|zaktualizowane|przekazane)"
        r"(?:\s*$| (?:w|do|pod)\b|\s*[-:(])",
        r"(?:zarejestrowano|przyjeto|utworzono|zamknieto|zaktualizowano) (?:nowe |panstwa |twoje )?"
        r"(?:zgloszenie|sprawe|wiadomosc|ticket|przesylke|pismo|dokument|korespondencje|wniosek)",
        r"nowe zgloszenie\b",
        r"(?:masz |otrzymales |otrzymano )?now[ay] (?:wiadomosc|dokument|korespondencja|przesylka) (?:na|w) skrzynce",
        r"(?:twoje|twoja|panstwa) (?:zgloszenie|zapytanie|wiadomosc|sprawa)\b",
        r"otrzymalismy (?:twoj|panstwa)",
        r"dziekujemy za (?:kontakt|zgloszenie|wiadomosc|przeslanie)",
        r"(?:your |new |support )*(?:ticket|request|case|issue|enquiry|inquiry|incident)\b.{0,40}\b"
        r"(?:received|created|opened|registered|logged|resolved|closed|updated)",
        r"we(?: have|'ve) received your",
        r"thank you for (?:contacting|your (?:request|message|e-?mail))",
        r"eingangsbestatigung",
        r"ihre anfrage",
        r"wir haben ihre (?:anfrage|nachricht)",
        r"ticket.{0,40}(?:eroffnet|erstellt)",
        # ePUAP, e-Doręczenia and the like: official proofs of receipt.
        r"up[po]\b",
        r"urzedowe poswiadczenie",
        r"dowod (?:otrzymania|wyslania|doreczenia)",
        r"e-?doreczenia\b",
        r"epuap\b",
    )
)
_RECEIVED = (
    "zarejestrowan", "przyjet", "otrzyman", "odebran", "dostarczon", "utworzon", "zapisan", "do systemu", "do urzedu",
    "na nasza", "potwierdz", "ismy", "zostalo dodane", "confirming", "poswiadczenie", "has been", "was",
    "received your", "thank you for", "ihre ",
)  # fmt: skip
RECEIPT_TEXT = Phrase(
    _OPENS_SENTENCE
    + r"(?:(?:(?:uprzejmie|pragniemy|chcielibysmy|milo nam) ){0,2}"
    + r"(?:informujemy|poinformowac|zawiadamiamy|zawiadomic|potwierdzamy|potwierdzic),? ze |we would like to \w{1,20} that )?"
    + one_of(
        r"(?:(?:panstwa|twoje|twoja|twoj|pana|pani|pani/pana|pana/pani|nowe|to) )?"
        r"(?:zgloszenie|wiadomosc|zapytanie|sprawa|pismo|wniosek|korespondencja|dokument|przesylka|e-?mail)\b"
        r"[^.?\n]{0,80}?(?:zostal[oay]?|jest|wplynel[oay]?|dotar(?:l[oay]?))(?: pomyslnie| automatycznie| juz)? "
        r"(?:zarejestrowan|przyjet|otrzyman|odebran|dostarczon|utworzon|zapisan|do systemu|do urzedu|na nasza)",
        r"potwierdzamy (?:przyjecie|otrzymanie|wplyw|rejestracje|wplyniecie|zarejestrowanie)",
        r"(?:otrzymalismy|zarejestrowalismy|przyjelismy|odebralismy) (?:panstwa|twoj|zgloszenie|wiadomosc)",
        r"(?:utworzono|zarejestrowano|przyjeto) (?:\w{1,20} ){0,2}(?:zgloszenie|ticket|sprawe) i (?:przypisano|nadano)",
        r"it has been (?:assigned|given) (?:the |a )?ticket",
        r"(?:w systemie [^.?\n]{1,60} )?(?:zarejestrowano|utworzono) (?:nowe )?(?:zgloszenie|sprawe)",
        r"zostalo dodane nastepujace zgloszenie",
        r"(?:chcielibysmy |chcemy )?potwierdz(?:ic|amy), ze otrzymalismy",
        r"(?:just )?confirming that we(?: have)? (?:got|received) your",
        r"urzedowe poswiadczenie (?:przedlozenia|odbioru|doreczenia)",
        r"(?:your|this|a|the)(?: new| support)? (?:ticket|request|message|e-?mail|case|enquiry|inquiry)\b[^.?\n]{0,80}?"
        r"(?:has been|was) (?:received|created|registered|opened|logged|assigned)",
        r"we(?: have|'ve) received your",
        r"thank you for (?:contacting|your (?:request|message|e-?mail|enquiry))",
        r"ihre (?:anfrage|nachricht|e-?mail)[^.?\n]{0,60}(?:eingegangen|erhalten|registriert)",
        r"wir haben ihre (?:anfrage|nachricht|e-?mail) erhalten",
    ),
    words=_RECEIVED,
)
PROMISE_TEXT = Phrase(
    _SENTENCE_BEGINS
    + r"[^.?\n]{0,80}?\b"
    + one_of(
        r"odpowiemy (?:na nia |na nie |panstwu )?(?:w ciagu|w terminie|najszybciej|jak najszybciej|niezwlocznie)",
        r"(?:odpowiedz|odpowiedzi) (?:zostanie udzielona|udzielimy|udzielamy)",
        r"(?:zajmiemy|skontaktujemy) sie\b",
        r"zosta(?:nie|lo) (?:\w{1,20} ){0,2}(?:rozpatrzon|przekazan|obsluzon)\w{1,2}\b",
        r"nasz zespol\b",
        r"(?:we|a representative|our team|someone) will (?:\w{1,15} )?(?:get back|respond|reply|follow|contact|review)",
    ),
    words=("odpowie", "zajmiemy", "skontaktujemy", "zosta", "nasz zespol", " will "),
)
AUTOMATIC_TEXT = Phrase(
    _SENTENCE_BEGINS
    + one_of(
        r"(?:(?:ta|niniejsza|powyzsza|jest to|to jest|to) )?"
        r"(?:wiadomosc|odpowiedz|e-?mail|mail|korespondencja|powiadomienie)(?: e-?mail)?"
        r"(?: (?:zostal[ao]?|jest))?(?: (?:wygenerowan|wyslan|utworzon|generowan|wysylan)\w{1,2})?"
        r"(?: (?:zostal[ao]?|jest))?(?: przez system)? (?:automatycznie|automatyczna|z automatu)\b",
        r"(?:(?:to jest|jest to) )?automatyczn[ae] (?:wiadomosc|odpowiedz|powiadomienie)\b",
        r"wygenerowano automatycznie",
        r"this is an? (?:automatic|automated|auto[- ]?generated|auto)\b",
        r"this (?:message|e-?mail|notification) (?:was|is|has been) automatically (?:generated|sent|created)",
        r"this (?:message|e-?mail|notification) (?:was|is|has been) (?:generated|sent|created) automatically",
        r"dies ist eine automati",
        r"diese (?:nachricht|e-?mail) wurde automatisch",
    ),
    words=("auto",),
)
TAKES_NO_ANSWER_TEXT = Phrase(
    one_of(
        r"(?:prosimy|prosze|uprasza sie)(?: na nia| o)? nie ?odpowiada[cn]",
        r"do not reply",
        r"nicht auf diese (?:nachricht|e-?mail)",
    ),
    words=("odpowiada", "do not reply", "nicht auf diese"),
)

ABSENT_TEXT = re.compile(
    r"\b"
    + one_of(
        rf"(?:przebywam|jestem|bede|znajduje sie)\b{_CLAUSE}"
        + one_of(
            r"na (?:\w{1,20} ){0,3}(?:urlopie|zwolnieniu|szkoleniu|delegacji|wyjezdzie|wakacjach|l4)",
            r"poza (?:biurem|urzedem|praca|firma|miejscem pracy)",
            r"nieobecn\w{1,2}\b",
            r"niedostepn\w{1,2}\b",
            r"w delegacji",
        ),
        rf"(?:w dniach|w terminie|w okresie|od dnia|do dnia|od|do)\b{_CLAUSE}\b"
        + one_of(r"nieobecn[ya]", r"przebywam", r"jestem (?:na|poza)", r"nie (?:ma|bedzie) mnie"),
        r"nie (?:ma|bedzie) mnie\b",
        r"(?:dzis|dzisiaj) (?:jestem )?nieobecn[ya]",
        r"i(?: am|'m| will be| shall be)\b[^.?\n]{0,30}\b"
        + one_of(r"out of (?:the |my )?office", r"on (?:\w{1,15} )?(?:leave|vacation|holiday)", r"away")
        + r"\b",
        r"^(?:currently )?out of (?:the )?office",
        rf"ich (?:bin|werde)\b{_CLAUSE}\b"
        + one_of(r"nicht im (?:buro|hause?)", r"im urlaub", r"abwesend", r"nicht erreichbar", r"au(?:ss|ß)er haus"),
    )
)
SUBSTITUTE_TEXT = re.compile(
    r"\b"
    + one_of(
        r"w (?:sprawach |przypadkach )?(?:pilnych|naglych|niecierpiacych)",
        r"w (?:razie|przypadku) (?:spraw )?(?:pilne|nagle|koniecz|potrzeb)",
        r"(?:podczas|w czasie|w trakcie|pod) (?:mojej |moja )?nieobecnosc",
        r"zastepuje mnie",
        r"zastepstw",
        r"osoba zastepujaca",
        r"po (?:moim )?powrocie",
        r"wracam",
        r"nie (?:czytam|odbieram|sprawdzam) poczty",
        r"(?:bede|ponownie) dostepn",
        r"nie (?:mam|bede mie[cl]|bede mial|posiadam)\w{0,2} dostepu do",
        r"prosze (?:o kontakt|kontaktowac|kierowac)",
        r"(?:for|in) urgent",
        r"in case of (?:emergency|urgent)",
        r"when i (?:return|am back)",
        r"upon my return",
        r"limited access",
        r"in my absence",
        r"please contact",
        r"i will (?:return|be back|reply|respond)",
        r"in dringenden",
        r"vertretung",
        r"wenden sie sich",
        r"bin ich wieder",
        r"nicht weitergeleitet",
    )
)

A_PERSON_COMPLAINS_TEXT = re.compile(
    r"\b"
    + one_of(
        r"nie (?:otrzyma|dosta|doczeka)l(?:em|am|ismy|a|o)?\b",
        # "Nie pojawię się w pracy" tells of an absence.
        r"nie (?:da|daje|udaje) sie\b|nie (?:pozwala|widac|przyszl|pojawi(?!(?:e|my) sie))\w*",
        r"nie (?:wczytuj|zapisuj|otwier|drukuj|eksport)\w*",
        r"(?:nie ma|brak|brakuje)\b.{0,40}\b(?:w systemie|na liscie|statusu|uprawnien|dostepu|mozliwosci|pola|opcji|csizs)",
        r"(?:ale|lecz|jednak|choc|mimo)\b.{0,60}\b(?:nadal|wciaz|nie|brak|blad)\b",
        r"(?:zglaszam|komunikat|pojawia sie|wyskakuje)\b.{0,60}\b(?:blad|bledu|bledem|brak|problem|awari|\d{3})",
        r"(?:blad|error|fehler) (?:przy|podczas|walidacji|\d)",
        r"still (?:there|not|fails)|does(?: not|n't) work|fails with|bricht\b",
    )
)
A_PERSON_WANTS_TEXT = re.compile(
    one_of(
        r"\?",
        r"w zalaczeniu",
        r"\bzalacza(?:m|my)\b",
        r"\bprzesyla(?:m|my)\b",
        r"\bmam (?:pytanie|problem)",
        r"\bjak (?!najszybciej)(?:\w{1,20} ){0,2}\w{2,20}[aeiy]c\b",
        r"\bzgodnie z prosba",
        r"\bpros(?:ze|imy) o "
        r"(?:pomoc|odpowiedz|informacj|wyjasnien|sprawdzen|odblokowan|nadani|zmian|piln|udostepni|wskazan"
        r"|usuni|korekt|popraw|przekazan|przywroc|reset|przesl|podani|instrukcj|zalozeni|dodani|rozpatrz|weryfikacj"
        r"|ponowne otwarcie)",
        r"\bzwraca(?:m|my) sie z (?:pytaniem|prosba|zapytaniem)",
        r"\b(?:nie|przestal[oa]?) (?:dziala|dzialac|moge|wiem|widze)\b",
        r"\bplease find\b",
        r"\bcould you\b",
        r"\battached\b",
    )
)
