"""Which domains belong together, and which belong to everybody."""

from __future__ import annotations

from typing import Final

# Under these labels a registry sells names in most countries: com.pl, gov.pl, co.uk.
_SOLD_LABELS: Final = frozenset({"ac", "biz", "co", "com", "edu", "gov", "info", "mil", "net", "nom", "or", "org"})

# The functional and regional names of the Polish registry (publicsuffix.org, section .pl), under which anybody has one.
_POLISH: Final = frozenset({
    "agro", "aid", "art", "atm", "auto", "gmina", "gsm", "mail", "med", "media", "miasta", "nieruchomosci", "pc",
    "powiat", "priv", "realestate", "rel", "sex", "shop", "sklep", "sos", "szkola", "targi", "tm", "tourism",
    "travel", "turystyka", "augustow", "babia-gora", "bedzin", "beskidy", "bialowieza", "bialystok", "bielawa",
    "bieszczady", "boleslawiec", "bydgoszcz", "bytom", "cieszyn", "czeladz", "czest", "dlugoleka", "elblag", "elk",
    "gda", "gdansk", "gdynia", "gliwice", "glogow", "gniezno", "gorlice", "grajewo", "ilawa", "jaworzno",
    "jelenia-gora", "jgora", "kalisz", "karpacz", "kartuzy", "kaszuby", "katowice", "kazimierz-dolny", "kepno",
    "ketrzyn", "klodzko", "kobierzyce", "kolobrzeg", "konin", "konskowola", "krakow", "kutno", "lapy", "lebork",
    "legnica", "lezajsk", "limanowa", "lomza", "lowicz", "lubin", "lublin", "lukow", "malbork", "malopolska",
    "mazowsze", "mazury", "mielec", "mielno", "mragowo", "naklo", "nowaruda", "nysa", "olawa", "olecko", "olkusz",
    "olsztyn", "opoczno", "opole", "ostroda", "ostroleka", "ostrowiec", "ostrowwlkp", "pila", "pisz", "podhale",
    "podlasie", "polkowice", "pomorskie", "pomorze", "poznan", "prochowice", "pruszkow", "przeworsk", "pulawy",
    "radom", "rawa-maz", "rybnik", "rzeszow", "sanok", "sejny", "skoczow", "slask", "slupsk", "sopot", "sosnowiec",
    "stalowa-wola", "starachowice", "stargard", "suwalki", "swidnica", "swiebodzin", "swinoujscie", "szczecin",
    "szczytno", "tarnobrzeg", "tgory", "torun", "turek", "tychy", "ustka", "walbrzych", "warmia", "warszawa", "waw",
    "wegrow", "wielun", "wlocl", "wloclawek", "wodzislaw", "wolomin", "wroc", "wroclaw", "zachpomor", "zagan",
    "zakopane", "zarow", "zgora", "zgorzelec",
})  # fmt: skip


def normal_domain(domain: str) -> str:
    """A domain as it is compared: ASCII (IDNA), lower case, no final dot; "" where it is none.

    Full-width letters and other dots are the plain ones to a mail server, and thus here.
    """
    try:
        return domain.strip().encode("idna").decode("ascii").lower().rstrip(".") if domain.strip() else ""
    except UnicodeError:
        return ""


def is_public_suffix(domain: str) -> bool:
    """True for a normal domain under which strangers to one another have theirs: ``pl``, ``gov.pl``, ``waw.pl``."""
    labels = domain.split(".")
    if len(labels) == 1:
        return True
    return len(labels) == 2 and (labels[0] in _SOLD_LABELS or (labels[1] == "pl" and labels[0] in _POLISH))


def is_below(domain: str, parent: str) -> bool:
    """True where a normal domain lies below one that somebody owns."""
    return domain.endswith(f".{parent}") and bool(parent) and not is_public_suffix(parent)


def aligned(one: str, other: str) -> bool:
    """True where two domains are one, or one lies below the other: DMARC's relaxed alignment (RFC 7489 section 3.1)."""
    first, second = normal_domain(one), normal_domain(other)
    return bool(first) and (first == second or is_below(first, second) or is_below(second, first))
