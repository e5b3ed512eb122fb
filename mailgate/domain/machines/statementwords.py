"""The words that notes of absence and receipts are made of, and those that they do not use: folded, by their stems."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final


class Vocabulary:
    """Words, some of them whole and some by the stem with which they begin.

    A look into two sets takes a hundredth of the time of a pattern of some hundred alternatives.
    """

    def __init__(self, *, whole: str = "", stems: str = "") -> None:
        self._whole = frozenset(whole.split())
        self._stems = frozenset(stems.split())
        self._lengths = sorted({len(stem) for stem in self._stems})

    def __contains__(self, word: str) -> bool:
        return word in self._whole or self.has_stem_of(word)

    def has_stem_of(self, word: str) -> bool:
        """Whether a word begins with one of the stems."""
        return any(word[:length] in self._stems for length in self._lengths)


# Greetings, pronouns, prepositions, the days and the months, in Polish, English and German; then what notes speak of.
_ROUTINE: Final = Vocabulary(
    whole="""
dzien dobry witam witaj witajcie hej czesc uprzejmie serdecznie bardzo szkoda moj moja moje moim mojej moich moimi mnie
mi ja my brak nas nam nami nasz nasza nasze naszej naszego naszym ten ta to te tym tej tego tych temu tam tu w we z ze za na do od po pod przed
przez przy dla o u i a oraz lub albo czy ze bo gdy jak jako juz jeszcze tylko ale wiec dlatego lecz niz nie sie jest
jestem jestesmy sa byc bede bedzie bedziemy beda byl byla bylo bylem bylam moze moga moge mam mamy ma maja mozna mozliwe
prosze prosimy nr numer numery tel kom wew mob fax adres adresem adresu ul pok www mail maila maile pani pan pana pania panem panu
panstwo panstwa panstwu pp mgr inz dr ktora ktory ktorzy ktorej wtedy potem pozniej teraz dzis dzisiaj jutro jutra pojutrze
wczoraj rano rana wieczor wieczorem dni dniach dnia dniu dniem tydzien tygodnia tygodniu tygodniem miesiac miesiaca miesiacu rok
roku rokiem godz godzin godzina godzinach godzinie godziny godzinami weekend weekendzie weekendem poniedzialek poniedzialku wtorek wtorku sroda srode
srody czwartek czwartku piatek piatku sobota sobote soboty niedziela niedziele niedzieli wtorki czwartki piatki pon wt sr czw pt
konca koncem koncu poczatku polowy stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia styczniu lutym
marcu kwietniu maju czerwcu lipcu sierpniu wrzesniu pazdzierniku listopadzie grudniu tak stalo raz razy dwa trzy kilka nadal obecnie aktualnie
chwilowo niestety ponownie znow znowu dopiero okolo zwykle mozliwie najszybciej szybko wkrotce niezwlocznie najblizszym najblizszych najblizsze
gdyby jesli jezeli cos ktos wszystko wszystkim wszelkie lata pozostale kazdy zaraz tuz wlacznie odwolania
the an of to in on at by for from with and or but so if as is am are was were be been being my me mine our us we you your
it its this that these those they them there here not no will would shall may can could have has had do does did all any some until
till back again hello hi dear hey regards kind best thanks thank sorry please very much soon possible today tomorrow next
week weeks month day days hours hour within business monday tuesday wednesday thursday friday saturday sunday january february march april
june july august september october november december who which when while during via just also only currently
der die das den dem des ein eine einen einem einer und oder aber ich mich mir wir uns sie ihr ihre ihren ihrem ihrer bin ist
sind war werde wird werden habe haben hat nicht kein keine im in am an auf aus bei bis fur mit nach seit von vom vor zu zum
zur uber unter um wieder da ab dann danach hallo guten tag sehr geehrte geehrter damen herren herr herrn frau bitte danke
vielen dank derzeit mehr mein meine sich neue ciagu jednego jeden koniec miejsce powodu only note signal
""",
    stems="""
szanown pozdraw powazan wyraz szacun zycz wesol spokojn swiat swiet mil zdrow radosn dziek przeprasz przepras niedogodn
utrudn rozumie zrozum cierpliw wyrozum informuj inform zawiadam uprzedz powiad daj dam znac pragn chc
urlop nieobec niedost obecn dostep osiagaln uchwyt zwoln lekarsk choro zla macierz rodziciel wychowaw ojcow tacierz wypoczyn emeryt
wakac feri deleg sluzb wyjazd wyjezd wyjech podroz szkole konferen sympozj kongres zagranic granic zasieg interne
dzieck dzieci corka corki synem opiek rodzin pogrzeb slub szpital zabieg rehabil sanator remont przeprowadz kwarantan zdaln
biur urzed urzad firm prac pracown zatrud etat stanow wymiar nieczyn zamkn czynn otwart przerw kancelar sekretar siedzib
kontakt dzwon telef komork sms pisa pisz wiadom mailo poczt skrzyn koresp odbier odbior czyta odczyt sprawdz zaglad zajrz przejrz
odpis odpow odez oddzw wroc wrac powro powrot zastep kole kierowni dyrekt zespol dzial wspolprac prowadz przeja przejm przekier dyzur
przeka przesyl kieru kierow spraw kwesti sytuacj piln nagl niecierp potrzeb razie przypad okres termin czas zwlok opozn ogranicz
sporadycz utrudnion regular codzien uzywa dzienn bieza wazn wolne wolny wolnego poza okaz stacj dluz krotk kolejn nastepn roboc otrzym
zosta zwiaz naszych konsultant skontaktow hot line lin przesl udzial odebr odczyt przeczyt komputer nowe pytani nadaw odbiorc adresat dokument temat priorytet
staram starac obslug zadekret przychodz zarejestr rejestracj potwierdz narad skoncz zapozn wolniej aktywn oczekuj przelozon obowiazk
staz zaja zmian reorganiz pojawi usprawiedl wyjatk dyspozycj tymczas zapewn poludni popoludn wlasciw
office leav vacat holiday annual parent matern patern sick ill away absen out travel trip confer train limit access sporadic email
inbox mailbox messag phone call contact reach urgen emergen matter colleagu assist cover reply respon answer return retur
unavail avail availab regular check read monitor slow delay work compan team wait desk front direct enquir inquir closed christmas
urlaub abwes buro dienst reise krank erreich vertret dringend fall kolleg nachricht mail telefon antwort ruck eltern mutter
meld wend befind ansprechpartner
""",
)

# What the hot-line is asked about, its programs and its law: no note of absence speaks of it outside the clauses that
# name a substitute.
_TRADE: Final = Vocabulary(
    whole="""
wniosek zasilek menu pole polu haslo hasla haslem hasel konto konta koncie kont rola role roli roly xml xsd csv pdf upo baza baze bazy
strona stronie blad dziala dzialac dzialaja dzialalo art ust pkt
matka matki matke matce ojciec ojca ojcu ojcem rodzic rodzica rodzice rodzicow rodzicom opiekun opiekuna opiekunowi
zus krus pesel gmina gminy gminie gmine kwota kwoty kwote kwocie renta renty rente rencie dodatek rejestr rejestru rejestrze zl
deadline form field password login click file error version upload export attached amount unlocked submit press choose select
frist kennwort passwort
""",
    stems="""
sprawozda raport wniosk decyzj swiadczen zasilk formularz deklaracj korekt system podsystem aplikacj programi modul zakladk
przycisk kolumn wiersz opcj ekran logow zalog login uprawnien certyfikat token profil plik csizs epuap schemat paczk wersj
aktualizacj przegladark serwer import eksport bled awari uslug komunikat status walidacj napraw poprawk przyczyn
kod zaznacz wpis klik wybra wybier zatwierdz zapisz zloz uzupeln popraw
ustawa ustawi ustawy ustawe rozporzadzen przepis paragraf podrecznik instrukcj dokumentacj zalacz wzor
przyslug wlicza nalicz wykazuj ustala ustali przyzna uprawnion wnioskodaw malzon dochod utrat alimen skladk dofinansowan
orzeczen rozdzial opisan komunikac odmow mozliwosc pelnomocnictw niepelnospraw wojewod wyplat wyplac wyrownani odsetk naleznos nadplat obowiazuj wyklucz przerywa dodatk ministerst
pieniadz przelew srodki regulamin oswiadczen pelnomocn zatrudnia
report button formular datei fehler bericht anmeld meldung anspruch angerechnet zustandig betrag benefit allowance
""",
)
_NUMBER_TOLD: Final = re.compile(
    r"\b(?:to|wynosi|is|ist) \d{2,}(?!\d|[:/-]|\.\d)"
    r"(?! (?:[a-z]{4,12}nia|[a-z]+opada|lutego|marca|maja|lipca|december|january)\b)|\blog in\b"
)

# Whoever directs his reader to do something with it tells him something.
_DIRECTS: Final = Vocabulary(
    whole="""
prosze prosimy nalezy trzeba wystarczy mozna moze mozliwe warto niech wynosi oznacza dotyczy
please must need should bitte
""",
    stems="musi powin sprawdzil sprawdzim odblokowa usun dodal nadalem nadalam zmienil zmienim",
)
_DIRECTS_IN_TWO_WORDS: Final = re.compile(
    r"\b(?:nie wolno|have to|you can|sie (?:mussen|konnen|sollten)|(?:mussen|konnen|sollten) sie|zgodnie z|wedlug)\b"
)

# "Wykazuje sie", "awizuje sie": a rule is told; notes say that somebody moves, or what is closed.
_RULE_IS_TOLD: Final = re.compile(
    r"\b(?!(?:znajd|zajm|kontakt|opiek|przyjm|ukaz|kier)uj|odbywa|rozpoczyna|zmienia|zbliza|przeprowadza|zglasza|udziela|czeka)"
    r"\w{3,20}(?:uje|ia|za|la|wa|ca|da|ta) sie\b"
)
# Who has done something tells what: "sprawdzilam", "odblokowalismy".
_A_DEED_IS_TOLD: Final = re.compile(r"\w{2,}(?:[aiy]l[ae]m|alismy|ilismy|ylismy|alysmy|ilysmy|ylysmy)")
# Of absence, of leaving and of receipt notes tell so as well; and nouns end like it.
_DEEDS_OF_NOTES: Final = Vocabulary(
    whole="""
dzialem wydzialem oddzialem udzialem rozdzialem portalem szpitalem mailem emailem kanalem profilem stylem materialem oryginalem finalem
bylem bylam bylismy zespolem hotelem
""",
    stems="""
wyjech zachorow rozchorow zakonczy otrzyma dosta zmienil przesta przyja rozpocz zgubi wrocil urodzi trafi przeprowadz przenios zlama
planowa musial pracowal zapomn zostawi chcial przekaz przekier wybral prosil mial skontaktow
""",
)


@lru_cache(maxsize=8192)
def is_of_notes(word: str) -> bool:
    """Whether a folded word tells of what notes tell, rather than join their words."""
    return _ROUTINE.has_stem_of(word)


@lru_cache(maxsize=8192)
def is_routine(word: str) -> bool:
    """Whether notes use a folded word."""
    return word in _ROUTINE


def of_trade(words: list[str], clause: str) -> bool:
    """Whether a folded clause, of these words, speaks of what the hot-line is asked about."""
    return any(map(_is_of_trade, words)) or _NUMBER_TOLD.search(clause) is not None


_is_of_trade = lru_cache(maxsize=8192)(_TRADE.__contains__)


def is_topic(word: str) -> bool:
    """Whether a word names what somebody may take care of, rather than tell of it."""
    return _is_of_trade(word) and word.endswith(("a", "e", "i", "y"))


def directs(words: list[str], clause: str) -> bool:
    """Whether a folded clause tells its reader to do something, or what was done."""
    return any(map(_is_directing, words)) or _DIRECTS_IN_TWO_WORDS.search(clause) is not None


_is_directing = lru_cache(maxsize=8192)(_DIRECTS.__contains__)


def tells_a_rule_or_a_deed(words: list[str], clause: str) -> bool:
    """Whether a folded clause says how something is done, or what its author has done but leave, move and receive."""
    by_rule = " sie" in clause and _RULE_IS_TOLD.search(clause) is not None
    return by_rule or any(map(_is_deed, words))


@lru_cache(maxsize=8192)
def _is_deed(word: str) -> bool:
    return _A_DEED_IS_TOLD.fullmatch(word) is not None and word not in _DEEDS_OF_NOTES
