"""How programs say that a mail has come, what became of it, and that nobody reads it; how they take one back.

Patterns of the same kind as those of ``absencephrases``.
"""

from __future__ import annotations

import re

from mailgate.domain.machines.clauseshape import ClauseShape
from mailgate.domain.machines.phrases import one_of

_MAIL = one_of(
    r"(?:e-?)?mail[ae]?|wiadomosc\w*|zgloszeni\w+|zapytani\w+|pytani\w+|spraw[aey]|pism[oa]|wnios\w+|korespondencj\w+"
    r"|przesylk\w+|ticket\w*|message|request|inquiry|enquiry|case|issue|nachricht|anfrage|anliegen"
)
_CAME = one_of(
    r"(?:zarejestrowan|przyjet|otrzyman|odebran|dostarczon|utworzon|przekazan|skierowan|zapisan|zaewidencjonowan|dodan"
    r"|odnotowan|rozpatr|rozpatryw|obsluz|przeanaliz|sprawdz|przetwarzan)\w*",
    r"wplyn\w+|dotar\w+|trafil\w+|czeka na",
    r"(?:been |was )?(?:received|registered|created|logged|opened|assigned|forwarded|submitted|reviewed)",
    r"eingegangen|erhalten|registriert|weitergeleitet|erstellt|eroffnet",
)
RECEIPT = ClauseShape(
    r"^\W*(?:delivery|read|return) (?:receipt|confirmation)\b",
    r"\b(?:message|mail|nachricht)\b.{0,20}\b(?:has )?(?:reached|arrived)\b",
    rf"\b{_MAIL}\b.{{0,40}}?\b(?:odczytano|odrzucono|doreczono|dostarczono|(?:zosta\w+|was) (?:odrzucon|przypisan|przydzielon|rejected|assigned)\w*)",
    rf"\b{_MAIL}\b.{{0,20}}?\bczeka na (?:akceptacj|zatwierdz|moderacj)\w*",
    r"\bdziekuj(?:e|emy)\b.{0,20} za (?:skontaktowanie|zainteresowanie|nadeslanie)\b",
    r"^\W*status (?:zgloszenia|sprawy|wiadomosci)(?: \S*\d\S*)?\W*$",
    r"^\W*nadawc\w .{0,20}liscie (?:zaufanych|dozwolonych)|^\W*wplynelo (?:pismo|zgloszenie)\b.{0,20}$",
    # A proof that it was shown or deleted, and a filter that keeps it back.
    rf"\b{_MAIL}\b.{{0,60}}?\b(?:zosta\w+|was|wurde|has been|is)\b.{{0,20}}?\b(?:wyswietlon|odczytan|przeczytan|usuniet|przeniesion|zatrzyman"
    r"|wstrzyman|displayed|deleted|quarantined|held|blocked|gelesen)\w*",
    r"^\W*(?:przeczytano|odczytano|wyswietlono)\W*$",
    r"\bnie oznacza to\W*$",
    r"\bnie ma gwarancji\W*$",
    r"^\W*(?:potwierdzenie|informacja o|dowod|poswiadczenie) (?:\w+ )?(?:odebrani|otrzymani|doreczeni|przyjeci|wplyw|odbior|nadani|przedlozeni)\w*",
    rf"\bdziekujemy\b.{{0,20}} za (?:przeslan|zadan|wyslan|zlozen)\w+ (?:\w+ )?{_MAIL}",
    r"\bocen\w+ (?:\w+ )?(?:obslugi|zgloszenia|rozmowy|satysfakcji)\b",
    r"^\W*ankieta\b",
    rf"\b{_MAIL}\b.{{0,20}}?\b(?:otrzyma\w+|nadano|ma) (?:identyfikator|numer|nr|znak)",
    rf"\b(?:formularz|{_MAIL}) zosta\w+ (?:wyslan|nadan|zlozon)\w*\W*$",
    rf"\b(?:{_MAIL}|ono|ona|go) (?:przekazalismy|przekierowalismy|zarejestrowalismy|przekazano|przekierowano|skierowano|nadano)\b",
    r"\b(?:zosta\w+) (?:\w+ )?(?:przekazan|przekierowan|skierowan)\w+ do (?:\w+ )?(?:ekspert|konsultant|specjalist|zespol|dzial|departament|wydzial|linii|wlasciw)\w*",
    # A tracker's and a registry's own.
    r"^\W*(?:aby|zeby) dodac (?:komentarz|odpowiedz|informacj)",
    r"\b(?:sledz|sledzic|monitoruj)\b.{0,20}\b(?:status|postep|zgloszeni)\w*",
    r"^\W*nie zmieniajac tematu",
    r"\bticket (?:created|opened|received|updated)",
    r"\bzmieni(?:l\w*|ono) (?:status|osobe przypisana|priorytet)",
    r"\b(?:sprawa|zgloszenie|pismo) w toku\b",
    r"\bnadano (?:numer|nr|znak|sygnatur)",
    r"\bobserwujesz (?:to|te)\b",
    r"\bzobacz w \w+\W*$",
    r"\bzostanie zadekretowan\w+",
    rf"\b{_MAIL}\b.{{0,60}}?\b(?:zosta\w+|jest|bedzie|has|have|was|is|wurde|ist|wird|sie|juz|pomyslnie|do) (?:\w+ ){{0,3}}{_CAME}",
    rf"\b{_MAIL}\b.{{0,40}}?\b(?:wplyn\w+|dotar\w+|trafil\w+|otrzyma\w+ (?:numer|nr|znak|sygnatur\w+))",
    rf"\b{_MAIL} (?:odnotowano|zarejestrowano|przyjeto)\b",
    rf"\bihre? {_MAIL} erhalten",
    rf"\b{_MAIL} (?:przyjet|otrzyman|zarejestrowan|odebran|received|accepted|registered)\w*\W*$",
    rf"\b{_MAIL}\b.{{0,40}}?\b(?:w trakcie|being (?:processed|reviewed)|in progress|in bearbeitung)\b",
    r"\b(?:potwierdza(?:m|my)?|potwierdzeni\w+|otrzyma(?:lem|lam|lismy)|przyje(?:lismy|lam)|zarejestrowa(?:lismy|no)"
    rf"|odebra(?:lismy|lem|lam)|utworzy(?:lismy|no)|przypisano)\b.{{0,50}}?\b(?:{_MAIL}|numer\w*)\b",
    rf"\bprzyjeto\b.{{0,20}}\b{_MAIL}\b",
    rf"\b{_MAIL} jest dla nas wazn",
    r"\b(?:we|i)(?: have|'ve)? (?:received|got) your",
    r"^\W*(?:got|received) your\b",
    r"\backnowledge\b.{0,40}\breceived",
    r"\b(?:a |your )?(?:ticket|request|case)\b.{0,30}\b(?:has been|was) ",
    r"\bdziekuj(?:e|emy)\b.{0,20} za (?:\w+ )?(?:wiadomosci?|kontakt|e-?mail\w?|maila?|zgloszenie|korespondencje|zapytanie)",
    r"\bthank(?:s| you) for (?:your|the|contacting|reaching|getting|writing)\b",
    r"\b(?:vielen )?danke? fur ihre? (?:nachricht|anfrage|e-?mail|mail)",
)
# What a filter of spam keeps back, and tells in a digest.
QUARANTINE = ClauseShape(
    rf"\b(?:kwarantann\w+|quarantine\w*)\b.{{0,40}}\b{_MAIL}",
    rf"\b{_MAIL}\b.{{0,40}}\b(?:w|do|in|to) (?:\w+ )?(?:kwarantann|quarantine)\w*",
    r"\b(?:raport|digest|report|podsumowanie|powiadomienie)\b.{0,20}\b(?:kwarantann|quarantine|spam)\w*",
    r"\bquarantined messages?\b",
    r"\b(?:zatrzyman|zablokowan|wstrzyman)\w+ wiadomosc\w*",
    r"^\W*zwolnij\b.{0,20}\b(?:zablokuj|usun|odrzuc)",
)
# The names of the fields of trackers and registries; several of them make a notice.
FIELD = re.compile(
    r"\W*"
    + one_of(
        r"(?:autor|status|priorytet|kategoria|typ|projekt|temat|tytul|opis|referent|nadawca|odbiorca|adresat|dokument|sla)",
        r"(?:numer|nr|znak|id|identyfikator|data|osoba|grupa|kolejka) ?(?:sprawy|zgloszenia|pisma|dokumentu|\w+eni[ae]|odbioru|wplywu|wsparcia|przypisana)?",
        r"(?:przypisan[eyo](?: do)?|zglaszajac[ya]|odebral[a]?|liczba (?:\w+ ){0,2}wiadomosci|prowadzacy|zadekretowan[oy])",
        r"(?:author|subject|project|priority|category|severity|assignee|assigned to|requester|reporter|type|ticket (?:id|number)|reference)",
    )
    + r"\W*"
)
AUTOMATIC = ClauseShape(
    r"\b(?:skrzynka|adres)\b.{0,30}\b(?:sluzy (?:tylko|wylacznie|jedynie)|nie (?:przyjmuje|odbiera) (?:odpowiedzi|wiadomosci|poczty))",
    r"^\W*(?:prosze |prosimy )?nie odpisu?[yj]\w*\W*$",
    r"^\W*wygenerowano (?:przez|automatycznie|z)\b",
    r"\bnie odpowiada\w* na (?:te|niniejsza|ta) (?:wiadomosc|e-?mail|mail)",
    r"^\W*auto(?:matyczna )?-?odpowiedz\b",
    r"^\W*odpowiadam automatycznie\b",
    r"\b(?:wiadomosc|odpowiedz|e-?mail)\b.{0,30}\bzosta\w+ (?:wyslan|wygenerowan|utworzon)\w+ (?:automatycznie|przez (?:serwer|system|program))",
    r"^\W*(?:(?:ta|niniejsza|powyzsza|to|jest|to jest|jest to) )*(?:wiadomosc|odpowiedz|e-?mail|mail)"
    r"(?: \w+){0,3} automatyczn(?:ie|a|y)(?: \w+){0,2}\W*$",
    r"^\W*(?:(?:to|jest) )*automatyczn[ay] (?:odpowiedz|wiadomosc)",
    r"\b(?:prosimy|prosze) (?:na nia |o )?nie ?odpowiada\w*\b(?! na (?!t[eay]|niniejsz|powyzsz|adres))",
    r"\bthis is an? (?:auto|automatic|automated|auto-?generated)\b",
    r"\bdo not reply\b",
    r"\bautomatische (?:antwort|nachricht)",
)
# What has the mail of strangers confirmed before it lets it pass: two of these three in one text.
_CHALLENGES = (
    re.compile(r"anty-?spam|anti-?spam|spam[- ]?(?:filter|schutz|protection)|przed spamem|spam|robot|czlowiek|(?:real|human) person"
               r"|\bhuman\b|approved (?:sender )?list|whitelist|bialej liscie|liscie (?:zaufanych|dozwolonych)"),
    re.compile(r"(?:klikn|klikaj|click|klicken|follow|otworz|wejdz|confirm|potwierdz|bestatigen)\w*.{0,80}https?://", re.DOTALL),
)  # fmt: skip
_WAITS_TO_BE_LET_IN = re.compile(
    one_of(
        r"\b(?:wiadomosc|e-?mail|mail|message|nachricht)\b.{0,90}\b"
        r"(?:oczekuje|wstrzyman|zatrzyman|kwarantann|trafi|dotarl[ay] do (?:adresata|odbiorcy)"
        r"|nie zostal\w* (?:jeszcze )?(?:doreczon|dostarczon)|zostanie (?:doreczon|dostarczon)|filtr\w* |awaiting|being held|is held|on hold|quarantin|placed in|pending|zuruckgehalten)",
        r"\brelease (?:your|the|this) (?:message|e-?mail)|\b(?:mailbox|inbox|skrzynka|poczta)\b.{0,30}\b(?:protected|chronion)",
        r"\b(?:aby|zeby|by|to|um)\b.{0,40}\b(?:ja|wiadomosc|e-?mail|mail|it|message|sie|nachricht)\b.{0,60}\b"
        r"(?:dostarczy|dostarczon|dotarl|deliver|zugestellt|zuzustellen)",
    )
)
RECALL = re.compile(
    one_of(
        r"chc(?:e|ial)(?:a|aby|by|\(a\)by|by\(aby\))?\b.{0,20}\bodwolac (?:swoja |te )?wiadomosc",
        r"would like to recall (?:the|this|his|her|a) message",
        r"mochte (?:die|diese|eine) nachricht\b.{0,300}\bzuruckrufen",
    )
)


def challenges(text: str) -> bool:
    """Whether a folded text asks a stranger to prove himself on a web page before his mail is let in."""
    if "http" not in text or not _WAITS_TO_BE_LET_IN.search(text):
        return False
    return any(sign.search(text) for sign in _CHALLENGES)
