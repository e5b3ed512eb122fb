"""The words that notes of absence and receipts are made of, and those that they do not use: folded, by their stems."""

from __future__ import annotations

import re

from mailgate.domain.machines.phrases import one_of

# Whole words: greetings, pronouns, prepositions, the days and the months, in Polish, English and German.
_WHOLE = """
dzien dobry witam witaj witajcie hej czesc uprzejmie serdecznie bardzo szkoda moj moja moje moim mojej moich moimi mnie
mi ja my nas nam nasz nasza nasze naszej naszego ten ta to te tym tej tego tych temu tam tu w we z ze za na do od po pod przed
przez przy dla o u i a oraz lub albo czy ze bo gdy jak jako juz jeszcze tylko ale wiec dlatego lecz niz nie sie jest
jestem jestesmy sa byc bede bedzie bedziemy beda byl byla bylo bylem bylam byc moze mam mamy ma maja mozna mozliwe
prosze prosimy nr numer tel kom wew mob fax adres adresem ul pok www mail maila maile pani pan pana pania panem panu
panstwo panstwa panstwu pp mgr inz dr ktora ktory ktorzy wtedy potem pozniej teraz dzis dzisiaj jutro jutra pojutrze
wczoraj rano wieczor wieczorem dni dniach dnia dniem tydzien tygodnia tygodniu tygodniem miesiac miesiaca miesiacu rok
roku rokiem godz godzin godzinach godziny godzinami weekend weekendzie poniedzialek poniedzialku wtorek wtorku sroda srode
srody czwartek czwartku piatek piatku sobota sobote soboty niedziela niedziele niedzieli konca koncem koncu poczatku
polowy stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia styczniu lutym
marcu kwietniu maju czerwcu lipcu sierpniu wrzesniu pazdzierniku listopadzie grudniu tak stalo raz razy dwa trzy nadal obecnie aktualnie
chwilowo niestety ponownie znow znowu okolo zwykle mozliwie najszybciej szybko wkrotce niezwlocznie najblizszym najblizszych
the an of to in on at by for from with and or but so if as is am are was were be been being my me mine our us we you your
it its this that these those there here not no will would shall may can could have has had do does did all any some until
till back again hello hi dear hey regards kind best thanks thank sorry please very much soon possible today tomorrow next
week weeks month day days hours hour monday tuesday wednesday thursday friday saturday sunday january february march april
june july august september october november december who which when while during via just also only currently
der die das den dem des ein eine einen einem einer und oder aber ich mich mir wir uns sie ihr ihre ihren ihrem ihrer bin ist
sind war werde wird werden habe haben hat nicht kein keine im in am an auf aus bei bis fur mit nach seit von vom vor zu zum
zur uber unter um wieder da ab dann danach hallo guten tag sehr geehrte geehrter damen herren herr herrn frau bitte danke
vielen dank
"""
_STEMS = """
szanown pozdraw powazan wyraz szacun zycz wesol spokojn swiat swiet mil zdrow radosn dziek przeprasz przepras niedogodn
utrudn rozumie zrozum cierpliw wyrozum informuj zawiadam uprzedz powiad daj dam znac pragn chc
urlop nieobec niedost obecn dostep osiagaln zwoln lekarsk choro zla macierz rodziciel wychowaw ojcow tacierz wypoczyn
wakac feri deleg sluzb wyjazd wyjezd wyjech podroz szkole konferen sympozj kongres zagranic granic zasieg interne
dzieck dzieci corka corki synem opiek rodzin pogrzeb slub szpital zabieg rehabil sanator remont przeprowadz
biur urzed urzad firm prac pracown zatrud etat stanow nieczyn zamkn czynn otwart przerw kancelar sekretar
kontakt dzwon telef komork sms pisa pisz wiadom mailo poczt skrzyn koresp odbier odbior czyta odczyt sprawdz zaglad
odpis odpow odez oddzw wroc wrac powro powrot zastep kole kierowni dyrekt zespol wspolprac prowadz przeja przejm przekier
przeka przesyl kieru kierow spraw piln nagl niecierp potrzeb razie przypad okres termin czas zwlok opozn ogranicz
sporadycz utrudnion regular codzien uzywa dzienn bieza wazn wolne wolny wolnego poza okaz stacj dluz krotk kolejn nastepn roboc otrzym
office leav vacat holiday annual parent matern patern sick ill away absen out travel trip confer train limit access email
inbox mailbox messag phone call contact reach urgen emergen matter colleagu assist cover reply respon answer return retur
unavail avail availab regular check read monitor slow delay work compan team wait desk front direct enquir inquir closed christmas
urlaub abwes buro dienst reise krank erreich vertret dringend fall kolleg nachricht mail telefon antwort ruck eltern mutter
meld wend
"""
ROUTINE_WORDS = re.compile(one_of(one_of(*_WHOLE.split()), one_of(*_STEMS.split()) + r"\w*"))

# What the hot-line is asked about: no note of absence speaks of it outside the clauses that name a substitute.
TRADE = re.compile(
    r"\b"
    + one_of(
        r"sprawozda\w+|raport\w*|wnios(?:ek|k)\w*|decyzj\w+|swiadczen\w*|zasil(?:ek|k)\w*|formularz\w*|deklaracj\w+|korekt\w+",
        r"(?:pod)?system\w*|aplikacj\w+|programi\w+|modul\w*|zakladk\w+|przycisk\w*|menu|pol[ue]\b|kolumn\w+|wiersz\w*|opcj\w+|ekran\w*",
        r"has(?:lo|la|lem|el)\b|logow\w+|zalog\w+|konto\b|konta\b|koncie\b|kont\b|login\w*|uprawnien\w*|rol[aeiy]\b|certyfikat\w*|token\w*|profil\w*",
        r"plik\w*|xml|xsd|csv|pdf|upo\b|csizs|epuap|schemat\w*|paczk\w+|wersj\w+|aktualizacj\w+|przegladark\w+|serwer\w*|baz[aye]\b|import\w*|eksport\w*",
        r"blad\b|bled\w+|awari\w+|uslug\w+|dziala(?:c|ja|lo)?\b|komunikat\w*|status\w*|walidacj\w+|napraw\w+|poprawk\w+|przyczyn\w+",
        r"kod\w*|zaznacz\w*|wpis\w+|kliki?n?\w*|wybra\w+|wybier\w+|zatwierdz\w+|zapisz\w*|zloz\w+|uzupeln\w+|popraw\w*",
        r"(?:to|wynosi|is|ist) \d{2,}(?!\d|[:/-]|\.\d)(?! (?:[a-z]{4,12}nia|[a-z]+opada|lutego|marca|maja|lipca|december|january)\b)",
        r"ustaw[aiye]\w*|rozporzadzen\w*|art\b|ust\b|pkt\b|przepis\w*|paragraf\w*|podrecznik\w*|instrukcj\w+|dokumentacj\w+|zalacz\w+|wzor\w*",
        r"deadline|report\w*|button|form|field|menu|password|log ?in|click|file|error|version|upload|export|attached",
        r"formular\w*|frist|kennwort|passwort|datei\w*|fehler\w*|bericht\w*|anmeld\w+|meldung\w*",
    )
    + r"\b"
)
# Whoever directs his reader to do something with it tells him something.
DIRECTS = re.compile(
    r"\b"
    + one_of(
        r"prosz[ey]|prosimy|nalezy|trzeba|wystarczy|mozna|moz(?:e|na|liwe)|musi\w*|powin\w+|warto|nie wolno|niech",
        r"please|must|need|should|have to|you can|bitte|sie (?:mussen|konnen|sollten)|(?:mussen|konnen|sollten) sie",
        r"zgodnie z|wedlug|wynosi|oznacza|dotyczy|sprawdzi[lm]\w*|odblokowa\w+|usun\w+|dodal\w+|nadal[ae]m|zmieni[lm]\w*",
    )
    + r"\b"
)
