"""Which kinds of statement a clause may be, by a glance at its words: most are none, and the patterns take long.

Each clause that a pattern of ``absencephrases`` or ``receiptphrases`` matches holds one or more of the words listed
here for it; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from mailgate.domain.machines.statementwords import Vocabulary

# Bits, and no IntFlag: to join two of these takes twenty times as long.
AWAY: Final = 1
LATER: Final = 2
RECEIPT: Final = 4
INSTEAD: Final = 8
AUTOMATIC: Final = 16
QUARANTINE: Final = 32

_CUES: Final = (
    (
        AWAY,
        Vocabulary(
            whole="""
zla ezla poza granic granica bez chory chora chore mnie nas biurze firmie urzedzie czytac pisac rola umowa biuro urzad firma punkt
konto wracam wracamy bede powodu leave out ooo away absent abroad not only lunch off sick ill back no little left last longer
office closed signal moje adresse nummer nicht frei ich trasie sanatorium rehabilitacji nartach mazurach kontroli badaniach morzem jeziorem gorach nowy nowa nowe stary stare terenie drodze
""",
            stems="""
urlop zwolni macierzynsk wychowawcz rodzicielsk tacierzynsk ojcowsk chorob choruj bezplatn zdrowotn delegacj wyjazd wyjezd wyjech
podroz szkoleni konferencj spotkani wakacj feri odpoczy nieobecn niedostepn nieosiagaln nieuchwytn szpital kwarantann
rekonwalescencj emeryt wypowiedz woln ograniczon utrudnion sporadyczn prac dostep zasieg mozliwosc obecn osiagaln obsluguj prowadz zajmuj pelni swiadcz dotychczasow domen
zatrudni zwiazan odpisa odpisyw odpowiada rozmawia odbier odebra czyta odczyt sprawdza zaglad zmieni zmian przeprowadz przenie przenos przechodz
odchodz zapraszam siedzib lokalizac adres awari docier skrzynk poczt czynn kontrakt wspolprac zegnam zakonczy zawiesi porzuci odesz
opiekuj mail wiadomosc korespondencj sekretariat dzial zespol wroc powrot vacation holiday sabbatical unavailable
unreachable attend travel trip conference training slow limited intermittent access stop mailbox account inbox address
urlaub elternzeit mutterschutz abwesen krank dienstreise unterwegs zuruck wieder buro erreichbar arbeite befinde geschlossen kehre nieczynn
zamkn nieaktywn nieaktualn
""",
        ),
    ),
    (
        LATER,
        Vocabulary(
            whole="""
moge mozemy moga bedziemy czas czekac uslyszenia jutra zobaczenia will ll shall get come bald soon werde werden aim maile poinformuje ktos
""",
            stems="""
odpis odpowi odezw oddzwon zajm wroc odczyt przeczyt poinform powiadom skontakt odpowied odpowiad reag czyta sprawdz
zaglad wiadomosc koresp antwort meld konsultant pracownik zespol specjalist opiekun liczy liczc
""",
        ),
    ),
    (
        RECEIPT,
        Vocabulary(
            whole="delivery read return ono ona go got oznacza gwarancji aby zeby eingegangen status wplynelo",
            stems="""
mail wiadomosc zgloszeni zapytani pytani spraw pism wnios korespondencj przesylk ticket message request inquiry enquiry
case issue nachricht anfrage anliegen potwierdz otrzyma przyje zarejestr odebra utworz przypis received acknowledge
dziekuj thank danke przeczytan odczytan wyswietlon informacj dowod poswiadcz ocen ankiet formularz zosta sledz monitor
zmieniajac zmieni nadano nadawc obserwuj zobacz zadekret
""",
        ),
    ),
    (
        INSTEAD,
        Vocabulary(
            whole="""
przeslac wyslac naslac mnie moje moimi moich pisac napisac prosze prosimy please kindly you call write ring case nowy hot temat tematy pytanie hilft
pisz napisz lap lapcie just
""",
            stems="""
zastep osob kontakt kierow kieruj przekier telefon dzwon zadzwon przedzwon oddzwon nadzwon zwraca zwroci przesyla wysyla sprobowa probowa
piln nagl pomoc odpowiedzialn spraw przeja przejm prowadzi zajmuj zajma contact mail urgent emergen cover absence look take
wenden vertret vertritt dringend zakres kwesti temaci sytuacj nieobecnosc asystent opiekunem dyzur skrzynk obowiazk obslug
poczt wiadomosc korespond ansprechpartner visit direct ping successor mail kontaktier sekretari
""",
        ),
    ),
    (
        AUTOMATIC,
        Vocabulary(
            whole="this reply mail adres nie", stems="skrzynk wygener autom auto odpowi nieodpow wiadomosc automatisch"
        ),
    ),
    (QUARANTINE, Vocabulary(whole="zwolnij spam", stems="kwarantann quarantin zatrzyman zablokowan wstrzyman")),
)


def cues_in(words: Iterable[str], clause: str) -> int:
    """What a folded clause of these words may be: the bits above, together."""
    cues = AWAY if "l4" in clause or "l-4" in clause else 0
    for word in words:
        cues |= _cues_of(word)
    return cues


@lru_cache(maxsize=8192)
def _cues_of(word: str) -> int:
    cues = 0
    for cue, vocabulary in _CUES:
        if word in vocabulary:
            cues |= cue
    # "Miniurlop", "Jahresurlaub": only the end tells.
    return cues | AWAY if "url" in word else cues
