"""How people and their programs say that they are away, that a mail has come, and that they will answer it.

All are patterns for one clause in lower case and without diacritics, in Polish, English and German, one alternative a
line.  They are meant for short texts: ``statements`` says which clauses are looked at, and what follows.
"""

from __future__ import annotations

import re

from mailgate.domain.machines.phrases import one_of

_ABSENCE = one_of(
    r"\w{0,12}urlop\w*",
    r"zwolnieni[ue]\w*",
    r"(?:l4|l-4|e-?zla)\b",
    r"(?:macierzynsk|wychowawcz|rodzicielsk|tacierzynsk|ojcowsk|chorobow|bezplatn|zdrowotn)\w+",
    r"delegacj\w+",
    r"wyjazdzie|wyjezdzie|wyjezdzam|podroz\w*",
    r"szkoleni\w+",
    r"konferencj\w+",
    r"wakacj\w+|feri[ea]\w*|odpoczy\w+",
    r"(?:nieobecn|niedostepn|nieosiagaln|nieuchwytn)\w+",
    r"poza (?:biurem|urzedem|praca|firma|miejscem|miastem|krajem|siedziba|zasiegiem|domem|granic)",
    r"za granica",
    r"bez (?:dostepu|zasiegu)",
    r"w szpitalu|chor[yae]\b|kwarantann\w+|rekonwalescencj\w+",
    r"(?:dni |dzien )?woln(?:e|y|ego)\b(?! (?:pole|miejsc|wniosk|termin))",
    r"(?:ograniczon|utrudnion|sporadyczn)\w+ (?:\w+ ){0,2}(?:dostep|kontakt)\w*",
    r"(?:dostep|kontakt) (?:\w+ ){0,4}(?:ograniczon|utrudnion|sporadyczn)\w+",
)
_LEAVE = one_of(
    r"(?:on|taking|starting) (?:\w+ ){0,2}(?:leave|vacation|holidays?|sabbatical)",
    r"(?:leave|vacation|holidays?) (?:until|till|from|between)",
    r"out of (?:the |my )?(?:office|country|town)|ooo\b",
    r"away\b|absent|abroad|unavailable|unreachable",
    r"not (?:be )?(?:\w+ )?(?:available|reachable|in the office|at work|working|reading|checking|monitoring)",
    r"out (?:this|today|until|till|all|for|on|sick|from)\b|attending|only occasionally|at lunch",
    r"off (?:work|sick|duty|until|today)|on sick|sick\b|ill\b",
    r"travell?ing|on (?:a )?(?:business )?trip|at a (?:conference|training)|in (?:a )?training",
    r"back (?:on|in|at|by|next|from|after|\d)|slow(?:er)? to|(?:limited|no|intermittent|little) (?:\w+ ){0,2}access",
)
AWAY = re.compile(
    one_of(
        rf"\b(?:przebywa(?:m|my|c)|uczestnicz(?:e|ymy)|jest(?:em|esmy)|bed(?:e|ziemy)|znajduj(?:e|emy) sie|korzysta(?:m|my)|pozostaj(?:e|emy)"
        rf"|(?:roz|za)?poczyna(?:m|lem)|biore|mam|mamy|wybieram sie|udaje sie|wyjezdzam)\b.{{0,80}}?\b{_ABSENCE}",
        rf"^\W*(?:obecnie |aktualnie |niestety |od \S+ |do \S+ |dzis |dzisiaj |w dniach \S+ )*{_ABSENCE}"
        r"(?: na zadanie| \w+(?:owy|cki|ski|czy|ny))?(?=\W*(?:$|od\b|do\b|w dniach\b|w terminie\b|w okresie\b|\d))",
        rf"\b(?:moj|mojego|moim|mojej)\b.{{0,40}}\b{_ABSENCE}|\b(?:pierwszy|ostatni) dzien (?:w )?(?:mojej )?pracy",
        r"\bnie (?:mam|mamy|posiadam|bede (?:mial|miec)\w*)\b.{0,20}\b(?:dostepu|zasiegu|mozliwosci)\b.{0,30}"
        r"(?:poczt|mail|internet|skrzyn|komputer|telefon|odczyt|odpow|odpis)\w*",
        r"\bnie (?:ma|bedzie) (?:mnie|nas)\b|\b(?:mnie|nas) nie (?:ma|bedzie)\b",
        r"\bnie (?:jestem|bede|bedziemy|jestesmy)\b.{0,40}\b"
        r"(?:dostepn|obecn|osiagaln|pracowni|zatrudnion|zwiazan|w (?:pracy|biurze|firmie|urzedzie)\b)",
        r"\bnie (?:pracuj(?:e|emy)|bede pracowa\w+)\b|\bjuz nie pracuj",
        r"\bnie (?:\w+ ){0,2}(?:odbiera|czyta|odczytuj|sprawdza|zaglada|bede zaglada)\w*\b.{0,40}\b"
        r"(?:poczt|mail|e-?mail|wiadomos|telefon|skrzynk|korespondencj)\w*",
        r"\b(?:poczta|wiadomosci|korespondencja|e-?maile?)\b.{0,30}\bnie (?:jest|sa|bed\w+)\b.{0,20}"
        r"(?:czytan|odbieran|sprawdzan|przekazywan|obslugiwan)",
        r"\b(?:zakonczy|zmieni|porzuci)l[ea]m\b.{0,20}\b(?:prac|wspolprac|zatrudnieni|pracodawc)\w*|\bode(?:szl[ae]m|szedlem)\b",
        r"\b(?:zakonczyl|zawiesil)[ao]?\b.{0,20}\bdzialalnosc",
        r"\bwyjecha(?:lem|lam|lismy)\b|\b(?:opiekuj|choruj|odpoczywa|urlopuj)\w*\b(?=.{0,60}(?:$|do |dzieck|sie))",
        r"\b(?:skrzynk\w|adres\w?|konto|e-?mail)\b.{0,60}\b"
        r"(?:nie (?:jest|sa|bedzie) (?:juz )?(?:\w+ )?(?:obslugiwan|monitorowan|uzywan|aktywn|czytan|sprawdzan|aktualn)"
        r"|nieaktywn|nieaktualn|(?:zostal\w*|bedzie) (?:zamknie|wylaczon|zlikwidowan|dezaktywowan|usunie))",
        r"\b(?:moj|nasz) (?:\w+ )?adres\b.{0,30}\bzmien\w+|\bzmienil\w*\b.{0,20}\b(?:moj|nasz) (?:\w+ )?adres",
        r"\b(?:biuro|urzad|firma|sekretariat|dzial|zespol|punkt)\b.{0,60}\b"
        r"(?:nieczynn|zamkniet|nie pracuje|(?:jest )?czynn[yae]|pracuje (?:od|w|do)\b)",
        r"\bpracujemy (?:od|w|do)\b|\bpracuje (?:na \w+ etatu|w niepelnym|tylko (?:w|do|od))",
        r"(?:\b(?:wracam|wroce|wracamy|wrocimy|bede (?:znow|ponownie|z powrotem))|^\W*(?:moj |planowany )?powrot)\b"
        r"(?! (?:do (?:tematu|sprawy|pytania|wniosku)|uwag))",
        r"\bz powodu (?:\w+ )?(?:chorob|urlop|nieobecnos|wyjazd|szkoleni|swiat)\w*",
        rf"\b(?:i(?:'m| am| will| shall|'ll| have|'ve)|we(?:'re| are| will)|my office is)\b.{{0,50}}?\b{_LEAVE}",
        rf"^\W*(?:currently |now )?{_LEAVE}|^\W*(?:\S+ ){{1,3}}is (?:currently |now |still )?{_LEAVE}",
        r"\bi (?:no longer|do not|don't|have stopped|stopped) work|\b(?:i have|i've|has) left\b|\bmy last (?:working )?day\b",
        r"\b(?:mailbox|address|account|inbox)\b.{0,30}\b(?:no longer|not)\b.{0,20}(?:monitor|in use|active|valid|check|read)",
        r"\b(?:office|we|company)\b.{0,20}\b(?:is|are|will be) (?:currently )?closed",
        r"\bich (?:bin|habe|werde|befinde)\b.{0,60}\b(?:\w*urlaub\w*|elternzeit|mutterschutz|nicht (?:im|in|zu)\b|abwesend"
        r"|krank\w*|dienstreise|nicht erreichbar|au(?:ss|ß)er haus|unterwegs|frei\b|zuruck|wieder (?:da|im|fur|erreichbar))",
        r"\bnicht mehr (?:fur|bei|im|in)\b.{0,40}\b(?:tatig|beschaftigt|unternehmen)|\bbin ich nicht (?:im|erreichbar)"
        r"|\b(?:buro|firma)\b.{0,30}\bgeschlossen|\bkehre\b.{0,30}\bzuruck|\bbin ich (?:wieder|nicht|im|abwesend)",
    )
)
# A program or a secretary may say it of somebody else; so may whoever asks what to do meanwhile.
ANOTHER_IS_AWAY = re.compile(rf"\b(?:przebywa|jest|bedzie|uczestniczy)\b.{{0,60}}?\b{_ABSENCE}|\bis away\b")
# What the author says of himself, whatever it is: where he is, what he has to do.
OF_ONESELF = re.compile(
    r"^\W*(?:(?:\w+ )?(?:do|od|w|przez) (?:\S+ ){1,3})?(?:\w+ )?"
    + one_of(
        r"(?:jestem|bede|mam|siedze|leze|jade|lece|ide|odbywam|przechodze|spedzam|podrozuje|pracuje|prowadze|wyruszam"
        r"|wybieram sie|zaczynam|koncze|swietuje)\b(?! (?:pewn|zdania|w stanie|nadziej|dla (?:pan|ciebie)))",
        r"(?:i am|i'm|i'll be|i will be)\b(?! (?:afraid|sorry|sure|happy|glad|able))",
        r"ich (?:bin|werde)\b(?! (?:sicher|froh))",
    )
)
# Words that make a note of a text which tells nothing of its own.
OF_ABSENCE = re.compile(
    r"\b(?:urlop|nieobecn|zastepstwo|wyjazd|delegacj|szkoleni|konferencj|emerytur|zasieg|zwolnieni)\w*"
    r"|\b(?:dzien woln|dni woln)\w+|\b(?:(?:annual|sick|parental|maternity|paternity) leave|vacation|holiday|\w*urlaub|abwesen\w+|vertretung)\b"
)
INSTEAD = re.compile(
    one_of(
        r"\bzastep(?:uje|owac|uja|stw\w+)\b.{0,40}\bmnie\b|\bmnie\b.{0,40}\bzastep|\bzastepuje (?:go|ja|ich)\b",
        r"\bzastepstwo (?:pelni|sprawuje|za mnie)|\bosob\w (?:zastepujac|do kontaktu)",
        r"\b(?:moje|moimi|moich) (?:sprawy|sprawami|obowiazki|obowiazkami|zadania|spraw|zakres)\b",
        r"\b(?:kontakt(?:owac|u|em)?|kierowac|kieruj|przekierowac|o telefon|(?:za|prze|od|na)?dzwonic|pisac|napisac|zwracac sie"
        r"|zwrocic sie|przesylac|wysylac|sprobowac|probowac)\b",
        r"\b(?:pilne|pilnych|naglych|nagle) (?:spraw\w*|przypadk\w*|przypadek|wiadomosci)|\bsprawy pilne|^\W*pilne\b",
        r"\bpomoc[ay]?\b.{0,30}\b(?:udziel|sluz)\w*|\b(?:udziel|sluz)\w*\b.{0,20}\bpomoc|\bodpowiedzialn\w+ za\b",
        r"\bw spraw(?:ie|ach)\b.{0,80}\b(?:pomoze|pomoga|odpowiada|zajmuje sie|zajma sie|dyzur\w*|infolini\w+)",
        r"\b(?:przejal|przejmuje|przejela|prowadzi|zajmuje sie)\b.{0,40}\b(?:obowiazki|sprawy|mnie|kolega|kolezanka|pan|pani|p)\b",
        r"\b(?:please|kindly|you (?:can|may)|can be)\b.{0,30}\b(?:contact|reach(?:ed)?|call|e-?mail|write|direct|address|send)\b",
        r"^\W*(?:just )?(?:call|contact|write to|ring|e-?mail)\b",
        r"\b(?:for|in) (?:any )?(?:\w+ )?urgent|\bin case of|\bcover(?:s|ing)? (?:for )?(?:me|my)|\bin my absence|\blook(?:s|ing) after (?:me|my)\b|\btakes over\b",
        r"\bwenden sie sich|\bvertretung\b|\bvertritt mich|\bkontaktieren sie|\bin dringenden",
    )
)
LATER = re.compile(
    one_of(
        r"\b(?:odpisz(?:e|emy)|odpowiem|odpowiemy|odezw(?:e|iemy) sie|oddzwoni(?:e|my)|zajm(?:e|iemy) sie|wrocimy do)\b",
        r"\bodpowie(?:dza)?\b|\bodpisz[ae]\b|\b(?:odczytam|przeczytam|poinformuj\w+|powiadomi(?:e|my)|bedziemy informowac)\b",
        r"\bczas (?:oczekiwania na|odpowiedzi|reakcji)\b",
        r"\bskontaktuj(?:e|emy) sie\b|\bskontaktuje sie z (?:toba|panstwem|pana|pania)\b",
        r"\bodpowied\w+ (?:zostanie|udzieli|bedzie|przesle|wysle|otrzyma|moze|prosze oczekiwac)\w*",
        r"\b(?:odpowiada(?:m|my)|reaguje|odpisuj\w+)\b.{0,40}\b(?:opoznieni\w*|nastepn\w+|kolejnosci|mozliwosci|ciagu)",
        r"\b(?:will|'ll|shall)\b.{0,30}\b(?:reply|respond|get back|answer|be in touch|return your|contact you|follow[- ]?up|review)",
        r"\b(?:get|come) back to you|\bantworte\b|\bso bald wie moglich|\bas soon as (?:possible|i (?:can|return))",
        r"\bmelde(?:n)? (?:ich |wir )?(?:mich|uns)|\b(?:werde|werden) .{0,60}\b(?:beantworten|antworten|bearbeiten|melden)",
    )
)
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
RECEIPT = re.compile(
    one_of(
        rf"\b{_MAIL}\b.{{0,60}}?\b(?:zosta\w+|jest|bedzie|has|have|was|is|wurde|ist|wird|sie|juz|pomyslnie|do) (?:\w+ ){{0,3}}{_CAME}",
        rf"\b{_MAIL}\b.{{0,40}}?\b(?:wplyn\w+|dotar\w+|trafil\w+|otrzyma\w+ (?:numer|nr|znak|sygnatur\w+))",
        rf"\b{_MAIL} (?:odnotowano|zarejestrowano|przyjeto)\b|\bihre? {_MAIL} erhalten",
        rf"\b{_MAIL} (?:przyjet|otrzyman|zarejestrowan|odebran|received|accepted|registered)\w*\W*$",
        rf"\b{_MAIL}\b.{{0,40}}?\b(?:w trakcie|being (?:processed|reviewed)|in progress|in bearbeitung)\b",
        r"\b(?:potwierdza(?:m|my)?|potwierdzeni\w+|otrzyma(?:lem|lam|lismy)|przyje(?:lismy|lam)|zarejestrowa(?:lismy|no)"
        rf"|odebra(?:lismy|lem|lam)|utworzy(?:lismy|no)|przypisano)\b.{{0,50}}?\b(?:{_MAIL}|numer\w*)\b",
        rf"\bprzyjeto\b.{{0,20}}\b{_MAIL}\b",
        rf"\b{_MAIL} jest dla nas wazn",
        r"\b(?:we|i)(?: have|'ve)? (?:received|got) your|^\W*(?:got|received) your\b|\backnowledge\b.{0,40}\breceived",
        r"\b(?:a |your )?(?:ticket|request|case)\b.{0,30}\b(?:has been|was) ",
        r"\bdziekuj(?:e|emy)\b.{0,20} za (?:\w+ )?(?:wiadomosci?|kontakt|e-?mail\w?|maila?|zgloszenie|korespondencje|zapytanie)",
        r"\bthank(?:s| you) for (?:your|the|contacting|reaching|getting|writing)\b",
        r"\b(?:vielen )?danke? fur ihre? (?:nachricht|anfrage|e-?mail|mail)",
    )
)
AUTOMATIC = re.compile(
    one_of(
        r"^\W*(?:(?:ta|niniejsza|powyzsza|to|jest|to jest|jest to) )*(?:wiadomosc|odpowiedz|e-?mail|mail)"
        r"(?: \w+){0,3} automatyczn(?:ie|a|y)(?: \w+){0,2}\W*$",
        r"^\W*(?:(?:to|jest) )*automatyczn[ay] (?:odpowiedz|wiadomosc)",
        r"\b(?:prosimy|prosze) (?:na nia |o )?nie ?odpowiada\w*",
        r"\bthis is an? (?:auto|automatic|automated|auto-?generated)\b|\bdo not reply\b|\bautomatische (?:antwort|nachricht)",
    )
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
