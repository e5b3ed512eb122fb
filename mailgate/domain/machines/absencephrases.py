"""How people and their programs say that they are away, who stands in for them, and that they will answer later.

All are patterns for one clause in lower case and without diacritics, in Polish, English and German, one alternative a
line.  They are meant for short texts: ``statements`` says which clauses are looked at, and what follows.
"""

from __future__ import annotations

import re

from mailgate.domain.machines.clauseshape import ClauseShape
from mailgate.domain.machines.phrases import one_of

_ABSENCE = one_of(
    r"\w{0,12}urlop\w*",
    r"zwolnieni[ue]\w*",
    r"(?:l4|l-4|e-?zla)\b",
    r"(?:macierzynsk|wychowawcz|rodzicielsk|tacierzynsk|ojcowsk|chorobow|bezplatn|zdrowotn)\w+",
    r"delegacj\w+",
    r"wyjazdzie|wyjezdzie|wyjezdzam|podroz\w*",
    r"szkoleni\w+",
    r"konferencj\w+|(?:na|po) spotkani\w+|w (?:drodze|podrozy|trasie|terenie)\b",
    r"wakacj\w+|feri[ea]\w*|odpoczy\w+",
    r"(?:nieobecn|niedostepn|nieosiagaln|nieuchwytn)\w+",
    r"poza (?:biurem|urzedem|praca|firma|miejscem|miastem|krajem|siedziba|zasiegiem|domem|granic)",
    r"za granica",
    r"bez (?:dostepu|zasiegu)",
    r"w sanatorium|na (?:rehabilitacji|nartach|mazurach|kontroli|badaniach)|nad (?:morzem|jeziorem)|w gorach",
    r"bez (?:laptopa|komputera|internetu|telefonu|poczty)",
    r"w szpitalu|chor[yae]\b|kwarantann\w+|rekonwalescencj\w+|emeryturze|(?:okresie )?wypowiedzeni\w+",
    r"(?:dni |dzien )?woln(?:e|y|ego)\b(?! (?:pole|miejsc|wniosk|termin))",
    r"(?:ograniczon|utrudnion|sporadyczn)\w+ (?:\w+ ){0,2}(?:dostep|kontakt)\w*",
    r"(?:dostep|kontakt) (?:\w+ ){0,4}(?:ograniczon|utrudnion|sporadyczn)\w+",
)
_LEAVE = one_of(
    r"(?:on|taking|starting) (?:\w+ ){0,2}(?:leave|vacation|holidays?|sabbatical)",
    r"(?:leave|vacation|holidays?) (?:until|till|from|between)",
    r"out of (?:the |my )?(?:office|country|town)|ooo\b",
    r"(?:have |with )?(?:no|little|poor) signal",
    r"away\b|absent|abroad|unavailable|unreachable",
    r"not (?:be )?(?:\w+ )?(?:available|reachable|in the office|at work|working|reading|checking|monitoring)",
    r"out (?:this|today|until|till|all|for|on|sick|from)\b|attending|only occasionally|at lunch",
    r"off (?:work|sick|duty|until|today)|on sick|sick\b|ill\b",
    r"travell?ing|on (?:a )?(?:business )?trip|at a (?:conference|training)|in (?:a )?training",
    r"back (?:on|in|at|by|next|from|after|\d)|slow(?:er)? to|(?:limited|no|intermittent|little) (?:\w+ ){0,2}access",
)
AWAY = ClauseShape(
    r"\b(?:ma ustawion\w nieobecn\w+|moje miejsce zaj\w+)",
    r"\b(?:skrzynk\w|adres\w?)\b.{0,20}\b(?:wygas|przestan)\w+",
    r"\bi only work\b",
    r"\bmeine? .{0,20}(?:adresse|nummer)\b.{0,20}\bgeandert",
    r"\bnie (?:obsluguj|prowadz|zajmuj|pelni|swiadcz)\w* (?:sie )?juz\b(?!.{0,40}(?:wersj|wnios|plik|decyzj|swiadczen))",
    r"\bnie (?:jest|sa) juz (?:\w+ )?(?:pracownik|zatrudnion|zwiazan|konsultant)\w*",
    r"\bbede pracowa\w+ (?:tylko|zdalnie|krocej|w|do|od|rano|na)\b",
    r"\b(?:zmienil\w*|zmieniamy|nowy|nowa|nowe|stary|stare|dotychczasow\w+)\b.{0,20}\b(?:domen\w|adresy|numer\w? telefon\w*|numer\w? hot-?line)\b",
    r"\b(?:poczta|wiadomosci) na stare? adres\w*\b.{0,30}\b(?:przestan|nie bed)\w*",
    rf"\b(?:przebywa(?:m|my)|bede przebywac|uczestnicz(?:e|ymy)|jest(?:em|esmy)|bed(?:e|ziemy)|znajduj(?:e|emy) sie|korzysta(?:m|my)|pozostaj(?:e|emy)"
    rf"|(?:roz|za)?poczyna(?:m|lem)|biore|mam|mamy|wybieram sie|udaje sie|wyjezdzam)\b.{{0,80}}?\b{_ABSENCE}",
    rf"^\W*(?:obecnie |aktualnie |niestety |od \S+ |do \S+ |dzis |dzisiaj |w dniach \S+ )*{_ABSENCE}"
    r"(?: na zadanie| \w+(?:owy|cki|ski|czy|ny))?(?=\W*(?:$|od\b|do\b|w dniach\b|w terminie\b|w okresie\b|\d))",
    rf"\b(?:moj|mojego|moim|mojej)\b.{{0,40}}\b{_ABSENCE}",
    r"\b(?:pierwszy|ostatni) dzien (?:w )?(?:mojej )?pracy",
    r"\bnie (?:mam|mamy|posiadam|bede (?:mial|miec)\w*)\b.{0,20}\b(?:dostepu|zasiegu|mozliwosci)\b.{0,30}"
    r"(?:poczt|mail|internet|skrzyn|komputer|telefon|odczyt|odpow|odpis)\w*",
    r"\bnie (?:ma|bedzie) (?:mnie|nas)\b",
    r"\b(?:mnie|nas) nie (?:ma|bedzie)\b",
    r"\bnie (?:jestem|bede|bedziemy|jestesmy)\b.{0,40}\b"
    r"(?:dostepn|obecn|osiagaln|pracowni|zatrudnion|zwiazan|w (?:pracy|biurze|firmie|urzedzie)\b)",
    r"\bnie (?:pracuj(?:e|emy)|bede pracowa\w+)\b(?! (?:juz )?(?:na|w|z) (?:wersj|system|aplikac|program|modul|plik))",
    r"\bjuz nie pracuj",
    r"\b(?:przechodze|przenosze sie|odchodze)\b.{0,30}\b(?:dzial|zespol|wydzial|firm|pracy|emerytur|jednost|stanowisk|innego|innej)\w*",
    r"\bnie (?:bede|moge)\b.{0,20}\b(?:odpisywac|odpisac|odpowiadac|rozmawiac|odbierac|odebrac|czytac|pisac)\b",
    r"\b(?:zmieni\w+|przeprowadz\w+|przenie\w+|zapraszamy)\b.{0,30}\b(?:siedzib|lokalizacj|na ul\b|pod adres|nazwisk)\w*",
    r"\bprzeprowadzamy sie\b",
    r"\bzmian\w+ (?:\w+ ){0,2}(?:siedziby|adresu|nazwiska|numer\w+ telefon\w+)\b",
    r"^\W*(?:stary|nowy|dotychczasowy) adres\b",
    r"\b(?:awari\w+|prac(?:e|ach|ami)? (?:konserwacyjn\w+|serwisow\w+)|braku? pradu)\b.{0,30}\b(?:poczt|lacz|internet|telefon|skrzyn)\w*",
    r"\b(?:poczt|lacz|internet|telefon)\w*\b.{0,10}\bawari\w+",
    r"\b(?:wiadomosci|maile)\b.{0,20}\bdocier\w+",
    r"\b(?:skrzynk\w|poczt\w)\b.{0,30}\b(?:jest|sa)\b.{0,10}\b(?:czytan|sprawdzan|obslugiwan|odczytywan|monitorowan)\w+",
    r"\b(?:zapraszamy|pracujemy|czynne|dostepn[yai]) (?:od|w) (?:poniedzial|dni|godz|pon)",
    r"\b(?:moja rola|moja umowa|moj kontrakt|wspolpraca)\b.{0,30}\b(?:dobieg|konczy|wygas|zakonczy)\w*",
    r"\bode mnie\b.{0,10}\bzegnam",
    r"\bnie (?:\w+ ){0,2}(?:odbiera|czyta|odczytuj|sprawdza|zaglada|bede zaglada)\w*\b.{0,40}\b"
    r"(?:poczt|mail|e-?mail|wiadomos|telefon|skrzynk|korespondencj)\w*",
    r"\b(?:poczta|wiadomosci|korespondencja|e-?maile?)\b.{0,30}\bnie (?:jest|sa|bed\w+)\b.{0,20}"
    r"(?:czytan|odbieran|sprawdzan|przekazywan|obslugiwan)",
    r"\b(?:zakonczy|zmieni|porzuci)l[ea]m\b.{0,20}\b(?:prac|wspolprac|zatrudnieni|pracodawc)\w*",
    r"\bode(?:szl[ae]m|szedlem)\b",
    r"\b(?:zakonczyl|zawiesil)[ao]?\b.{0,20}\bdzialalnosc",
    r"\bwyjecha(?:lem|lam|lismy)\b",
    r"\b(?:opiekuj|choruj|odpoczywa|urlopuj)\w*\b(?=.{0,60}(?:$|do |dzieck|sie))",
    r"\b(?:skrzynk\w|adres\w?|konto|e-?mail)\b.{0,60}\b"
    r"(?:nie (?:jest|sa|bedzie) (?:juz )?(?:\w+ )?(?:obslugiwan|monitorowan|uzywan|aktywn|czytan|sprawdzan|aktualn)"
    r"|nieaktywn|nieaktualn|(?:zostal\w*|zostanie|bedzie) (?:zamknie|wylaczon|zlikwidowan|dezaktywowan|usunie))",
    r"\b(?:moj|nasz) (?:\w+ )?adres\b.{0,30}\bzmien\w+",
    r"\bzmienil\w*\b.{0,20}\b(?:moj|nasz) (?:\w+ )?adres",
    r"\b(?:biuro|urzad|firma|sekretariat|dzial|zespol|punkt)\b.{0,60}\b"
    r"(?:nieczynn|zamkniet|nie pracuje|(?:jest )?czynn[yae]|pracuje (?:od|w|do)\b)",
    r"\bpracujemy (?:od|w|do)\b",
    r"\bpracuje (?:na \w+ etatu|w niepelnym|tylko (?:w|do|od))",
    r"\b(?:wracam|wroce|wracamy|wrocimy|bede (?:znow|ponownie|z powrotem))\b"
    r"(?! (?:do (?:tematu|sprawy|pytania|wniosku)|uwag))",
    r"^\W*(?:moj |planowany |przewidywany )?powrot\b(?! (?:do (?:tematu|sprawy|pytania|wniosku)|uwag))",
    r"\bz powodu (?:\w+ )?(?:chorob|urlop|nieobecnos|wyjazd|szkoleni|swiat)\w*",
    rf"\b(?:i(?:'m| am| will| shall|'ll| have|'ve)|we(?:'re| are| will)|my office is)\b.{{0,50}}?\b{_LEAVE}",
    rf"^\W*(?:currently |now )?{_LEAVE}",
    rf"^\W*(?:\S+ ){{1,3}}is (?:currently |now |still )?{_LEAVE}",
    r"\bi (?:no longer|do not|don't|have stopped|stopped) work",
    r"\b(?:i have|i've|has) left\b",
    r"\bmy last (?:working )?day\b",
    r"\b(?:mailbox|address|account|inbox)\b.{0,30}\b(?:no longer|not)\b.{0,20}(?:monitor|in use|active|valid|check|read)",
    r"\b(?:office|we|company)\b.{0,20}\b(?:is|are|will be) (?:currently )?closed",
    r"\bich arbeite nicht mehr\b",
    r"\b(?:befinde|bin) ich mich?\b.{0,40}\b(?:urlaub|elternzeit|mutterschutz|dienstreise|krank)\w*",
    r"\bich (?:bin|habe|werde|befinde)\b.{0,60}\b(?:\w*urlaub\w*|elternzeit|mutterschutz|nicht (?:im|in|zu)\b|abwesend"
    r"|krank\w*|dienstreise|nicht erreichbar|au(?:ss|ß)er haus|unterwegs|frei\b|zuruck|wieder (?:da|im|fur|erreichbar))",
    r"\bnicht mehr (?:fur|bei|im|in)\b.{0,40}\b(?:tatig|beschaftigt|unternehmen)",
    r"\bbin ich nicht (?:im|erreichbar)",
    r"\b(?:buro|firma)\b.{0,30}\bgeschlossen",
    r"\bkehre\b.{0,30}\bzuruck",
    r"\bbin ich (?:wieder|nicht|im|abwesend)",
)
# A program or a secretary may say it of somebody else; so may whoever asks what to do meanwhile.
ANOTHER_IS_AWAY = re.compile(
    rf"\b(?:przebywa|jest|bedzie|uczestniczy)\b.{{0,60}}?\b{_ABSENCE}|\bis away\b|^\W*(?:pracownik|adresat|odbiorca)\w* nieobecn"
)
# Of whom the law speaks, and not the author of a note of himself.
OF_SOMEBODY_ELSE = re.compile(
    r"\b(?:matk[aie]|oj(?:ciec|ca|cu|cem)|rodzic(?:a|e|ow|om|em)?|opiekun\w*|wnioskodaw\w+|malzon\w+|osob[aye](?! (?:zastep|kontakt|do|upowaz"
    r"|wyznacz|odpowiedz|dyzur))|beneficjent\w*|swiadczeniobiorc\w+|podopieczn\w+|strona|dziecko|dopiero po|wpisa\w+|zaznacz\w+)\b"
)
FIRST_PERSON = re.compile(
    r"\b(?:przebywam|jestem|bede|mam|wracam|wroce|korzystam|opiekuje|biore|mnie|mi|moj\w{0,3}|moi\w{0,2}|nas|nasz\w*|i|my|ich|mich)\b"
)
# What the author says of himself, whatever it is: where he is, what he has to do.
OF_ONESELF = re.compile(
    r"^\W*(?:(?:\w+ )?(?:do|od|w|przez) (?:\S+ ){1,3})?(?:\w+ )?"
    + one_of(
        r"(?:jestem|bede(?! to\b)|(?<!nie )mam|siedze|leze|jade|lece|ide|odbywam|przechodze|spedzam|podrozuje|pracuje|prowadze|wyruszam"
        r"|wybieram sie|zaczynam|koncze|swietuje)\b(?! (?:pewn|zdania|w stanie|nadziej|dla (?:pan|ciebie)))",
        r"(?:i am|i'm|i'll be|i will be)\b(?! (?:afraid|sorry|sure|happy|glad|able))",
        r"ich (?:bin|werde)\b(?! (?:sicher|froh))",
    )
)
# Words that make a note of a text which tells nothing of its own.
OF_ABSENCE = re.compile(
    r"\bzastepuj\w+ mnie\b|\b(?:urlop|nieobecn|zastepstwo|wyjazd|delegacj|szkoleni|konferencj|emerytur|zasieg|zwolnieni)\w*"
    r"|\b(?:dzien woln|dni woln)\w+|\b(?:(?:annual|sick|parental|maternity|paternity) leave|vacation|holiday|\w*urlaub|abwesen\w+|vertretung)\b"
)
INSTEAD = ClauseShape(
    r"\b(?:prze|wy|na)slac (?:\w+ )?(?:wiadomosc|e-?mail|maila|korespondencje)\b",
    r"^\W*(?:\w+ ){0,3}?(?:w|we) (?:\w+ )?(?:sprawach|sprawie|zakresie|kwestiach|kwestii|temacie|sytuacjach)(?: (?!nalezy|trzeba|mozna)\w+){1,3}\W*$",
    r"\bpros(?:ze|imy) o (?:\w+ ){0,2}(?:sms\w*|cierpliwosc|wyrozumialosc|zrozumienie|telefon|niewysylanie|nieponawianie"
    r"|nieprzesylanie|aktualizacje (?:\w+ ){0,2}(?:adres|kontakt|dany)\w*)",
    r"\bpod (?:moja |jego |jej )?nieobecnosc\b",
    r"^\W*(?:zastepc\w|zastepstwo|zastepczyni|asystent\w+|osoba (?:kontaktowa|zastepujaca)|nowy kontakt)\b",
    r"\bna zastepstwie\b",
    r"\b(?:nowym opiekunem|opiekunem (?:\w+ )?(?:spraw|klient))\w*",
    r"\b(?:sprawa|pytanie|temat)\b.{0,20}\b(?:nie moze czekac|jest pilna|jest pilne)\b",
    r"\b(?:zadzwon|napisz|pisz|dzwon|lap)(?:cie)?\b",
    r"\bdyzur\w*\b",
    r"\b(?:temat|tematy|hot-line|skrzynke)\b.{0,20}\b(?:przejmuj|przejal|prowadzi|obsluguj)\w*",
    r"\b(?:temat|sprawy|obowiazki|obsluge|skrzynke)\b.{0,30}\bprzej(?:mie|muje|al|ela)\b",
    r"\b(?:skrzynka|poczta|wiadomosci|korespondencja)\b.{0,30}\bprzekier\w+",
    r"\bzastep(?:uje|owac|uja|stw\w+)\b.{0,40}\bmnie\b",
    r"\bmnie\b.{0,40}\bzastep",
    r"\bzastepuje (?:go|ja|ich)\b",
    r"\bzastepstwo (?:pelni|sprawuje|za mnie)",
    r"\bosob\w (?:zastepujac|do kontaktu)",
    r"\b(?:moje|moimi|moich) (?:sprawy|sprawami|obowiazki|obowiazkami|zadania|spraw|zakres)\b",
    r"\b(?:kontakt(?:owac|u|em)?|kierowac|kieruj|przekierowac|o telefon|(?:za|prze|od|na)?dzwonic|pisac|napisac|zwracac sie"
    r"|zwrocic sie|przesylac|wysylac|sprobowac|probowac)\b",
    r"\b(?:pilne|pilnych|naglych|nagle) (?:spraw\w*|przypadk\w*|przypadek|wiadomosci)",
    r"\bsprawy pilne",
    r"^\W*pilne\b",
    r"\bpomoc[ay]?\b.{0,30}\b(?:udziel|sluz)\w*",
    r"\b(?:udziel|sluz)\w*\b.{0,20}\bpomoc",
    r"\bodpowiedzialn\w+ za\b",
    r"\bw spraw(?:ie|ach)\b.{0,80}\b(?:pomoze|pomoga|odpowiada|zajmuje sie|zajma sie|dyzur\w*|infolini\w+)",
    r"\b(?:przejal|przejmuje|przejela|prowadzi|zajmuje sie)\b.{0,40}\b(?:obowiazki|sprawy|mnie|kolega|kolezanka|pan|pani|p)\b",
    r"\b(?:please|kindly|you (?:can|may)|can be)\b.{0,30}\b(?:contact|reach(?:ed)?|call|e-?mail|write|direct|address|send)\b",
    r"^\W*(?:just )?(?:call|contact|write to|ring|e-?mail)\b",
    r"\b(?:for|in) (?:any )?(?:\w+ )?urgent",
    r"\bin case of",
    r"\bcover(?:s|ing)? (?:for )?(?:me|my)",
    r"\bin my absence",
    r"\blook(?:s|ing) after (?:me|my)\b",
    r"\btakes over\b",
    r"\bansprechpartner\w*\b",
    r"\bhilft ihnen\b",
    r"\bplease (?:direct|ping)\b",
    r"\bvisit our\b",
    r"\btake(?:s|n)? over\b",
    r"\bmy successor\b",
    r"\bwenden sie sich",
    r"\bvertretung\b",
    r"\bvertritt mich",
    r"\bkontaktieren sie",
    r"\bin dringenden",
)
LATER = ClauseShape(
    r"\b(?:konsultant|pracownik|zespol|ktos|specjalist|opiekun)\w*\b.{0,40}\b(?:udzieli|odpowie|skontaktuje|odezwie|zajmie|oddzwoni)\w*",
    r"\b(?:liczyc sie|liczcie sie|liczy[cm]y sie)\b.{0,20}\bopoznieni\w*",
    r"\bodpowiada\w*\b.{0,30}\b(?:od poniedzial|w dni|w godz|w ciagu \d)",
    r"\b(?:odpowiadam|odpisuje|czytam|sprawdzam|zagladam)\b.{0,30}\b(?:sporadycznie|wieczor\w*|dziennie|rzadziej|rzadko|nieregularnie|raz|dwa razy)\b",
    r"\b(?:moge|mozemy|moga)\b.{0,20}\b(?:odpowiadac|odpisywac|reagowac)\b",
    r"\bodpowiem\w*\b",
    r"\b(?:odezwe|odezwiemy) sie\b",
    r"\b(?:wiadomosci|maile|korespondencje)\b.{0,40}\b(?:odczytane|przeczytane|odczytam|przeczytam|przejrze|przejrzymy)\b",
    r"\bczekac na kontakt\b",
    r"^\W*do (?:uslyszenia|zobaczenia) (?:po|w)\b",
    r"^\W*do jutra\W*$",
    r"\bwe aim to\b",
    r"\bwir antworten\b",
    r"\bwir melden\b",
    r"\b(?:odpisz(?:e|emy)|odpowiem|odpowiemy|odezw(?:e|iemy) sie|oddzwoni(?:e|my)|zajm(?:e|iemy) sie|wrocimy do)\b",
    r"\bodpowie(?:dza)?\b",
    r"\bodpisz[ae]\b",
    r"\b(?:odczytam|przeczytam|poinformuj\w+|powiadomi(?:e|my)|bedziemy informowac)\b",
    r"\bczas (?:oczekiwania na|odpowiedzi|reakcji)\b",
    r"\bskontaktuj(?:e|emy) sie\b",
    r"\bskontaktuje sie z (?:toba|panstwem|pana|pania)\b",
    r"\bodpowied\w+ (?:zostanie|udzieli|bedzie|przesle|wysle|otrzyma|moze|prosze oczekiwac)\w*",
    r"\b(?:odpowiada(?:m|my)|reaguje|odpisuj\w+)\b.{0,40}\b(?:opoznieni\w*|nastepn\w+|kolejnosci|mozliwosci|ciagu)",
    r"\b(?:will|'ll|shall)\b.{0,30}\b(?:reply|respond|get back|answer|be in touch|return your|contact you|follow[- ]?up|review)",
    r"\b(?:get|come) back to you",
    r"\bantworte\b",
    r"\bso bald wie moglich",
    r"\bas soon as (?:possible|i (?:can|return))",
    r"\bmelde(?:n)? (?:ich |wir )?(?:mich|uns)",
    r"\b(?:werde|werden) .{0,60}\b(?:beantworten|antworten|bearbeiten|melden)",
)
