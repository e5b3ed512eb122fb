"""Values of forms as clerks write them, each with what must be read from it; none of them stands in any sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from forms.layouts import Filled
from hypothesis import strategies as st

NAMES = (
    "Żaneta Gżegżółka", "Świętopełk Źdźbło", "Maria Zwrotek", "mgr Hildegarda Chrząszcz-Ość", "ILDEFONS PYTLAK",
    "Telatycki Bogusław", "dr inż. Jagoda Brzęczek", "Igor Li", "Wacława Kontny - inspektor", "Ewa Datkowska",
    "Kornel Imiołczyk (starszy specjalista)", "J. Urzędniczok",
)  # fmt: skip
OFFICES = (
    "Urząd Gminy i Miasta Czersk Koszaliński", "Dom Pomocy Społecznej „Złota Jesień” w Ślesinie", "UG Dźwierzuty",
    "Gminny Ośrodek Pomocy Społecznej w Pcimiu, ul. Długa 3/4, 32-432 Pcim", 'Środowiskowy Dom Samopomocy "Przystań"',
    "Starostwo Powiatowe w Żninie – Wydział Spraw Społecznych", "Urząd m.st. Warszawy, Dzielnica Praga-Południe",
    "Związek Międzygminny „Bóbr”", "Żłobek Miejski nr 12", "Gmina Znaków",
)  # fmt: skip
REFERENCES = (
    "GOPS.4012.00012.2026.MK", "L.dz. 123/2026", "KD-0123/15/2026", "12/2026", "SO.5023.1.2026.JK/2",
    "MOPS/DŚR/0721/88/26", "ZP 271.5.2026", "nr 45/XI/2026", "1234.2026",
)  # fmt: skip
DATES: dict[str, str | None] = {
    "03.02.2027": "2027-02-03",
    "3 lutego 2027 r.": "2027-02-03",
    "3-go lutego 2027": "2027-02-03",
    "3.II.2027 r.": "2027-02-03",
    "2027-02-03": "2027-02-03",
    "03/02/2027": "2027-02-03",
    "Bielsko-Biała, dnia 3 lutego 2027 r.": "2027-02-03",
    "środa, 3 lutego 2027": "2027-02-03",
    "03 . 02 . 2027": "2027-02-03",
    "30.02.2027": None,
    "15.13.2026": None,
    "jutro": None,
}
PHONES = {
    "22 517 33 40": "+48225173340",
    "+48 (41) 362 54 00 wew. 215": "+48413625400;ext=215",
    "0048 91 441 11 22": "+48914411122",
    "600345789": "+48600345789",
    "71/ 340 57 85": "+48713405785",
    "89 523 61 00 w. 7": "+48895236100;ext=7",
    "tel.: 017 850 17 00": "+48178501700",
    "84 639-30-21, 605 111 222": "+48846393021",
    "fax 44 616 20 01, tel. 44 616 20 00": "+48446162000",
    "tel./fax 44 616 20 00": "+48446162000",
    "+48.22.517.33.40": "+48225173340",
    "(0-22) 517 33 40": "+48225173340",
    "+49 30 901820": "+4930901820",
}
ADDRESSES = {
    "zaneta.gzegzolka@ug.pcim.example": "zaneta.gzegzolka@ug.pcim.example",
    "SEKRETARIAT@GOPS.Lesna-Podlaska.Example": "SEKRETARIAT@gops.lesna-podlaska.example",
    "k_nowak+hot@mops.zyrardow.example": "k_nowak+hot@mops.zyrardow.example",
    "o'hara@cus.hel.example": "o'hara@cus.hel.example",
}
QUESTIONS = (
    "Nie działa przycisk „Wyślij”.",
    "1. Jak zmienić hasło?\n2. Jak zmienić certyfikat?\n3. Kto odpowiada za konto?",
    "Po zapisaniu wniosku pojawia się komunikat:\n\nBłąd 504: Gateway Timeout (nr ref. 2027-02/88)\n\nProszę o pomoc.",
    "Znak sprawy nie mieści się w polu.\nData: pole przyjmuje tylko rok.\nProszę o pomoc.",
    "Użytkownik: brak uprawnień – taki komunikat widzimy po zalogowaniu. Urząd: nieznany – taki po wylogowaniu.",
    "Szanowni Państwo,\n\nprosimy o wskazanie podstawy prawnej przetwarzania danych w module raportów.",
    "Pytanie dotyczy wydruku decyzji.\nPytanie 1: jaki jest format?\nPytanie 2: czy można go zmienić?",
    "Jaki adres e-mail (np. kontakt@centrala.example) i numer 22 100 10 10 należy wpisać w decyzji?",
    "Treść pytania jest obszerna, dlatego opisujemy ją w punktach:\n- punkt pierwszy,\n- punkt drugi.",
    "Czy > 5 wniosków można podpisać naraz? A < 5?",
    "Z poważaniem odnosimy się do nowych terminów, lecz czy można je przesunąć?",
    "Pani Kowalska z działu świadczeń pyta, czy...\n... można to cofnąć?",
    "Jak wyżej opisany błąd zgłosić do ZUS?\nCzy potrzebny jest formularz HOT-01?",
    "E-mail: po kliknięciu w link nic się nie dzieje. Czy to awaria?",
)
NOTHING = (
    "", "............", "____________", "[imię i nazwisko]", "n/d", "-", "…………", "brak", "nie dotyczy", "<wpisać>",
    "xxx", "(proszę wpisać)", "?", "nie dot.", "{uzupełnić}", "Kliknij lub naciśnij tutaj, aby wprowadzić tekst.",
)  # fmt: skip
NO_CONTACT = ("wew. 45", "jan.kowalski@", "proszę dzwonić do sekretariatu", "12345", "pokój 12, parter")


@dataclass(frozen=True)
class Expected:
    """What must be read: the fields by their names, the question's white space folded, and the problems."""

    fields: dict[str, str | None]
    problems: frozenset[tuple[str, str]]


def _picked(draw: st.DrawFn, values: dict[str, Any]) -> str:
    return str(draw(st.sampled_from(tuple(values))))


@st.composite
def contacts(draw: st.DrawFn) -> tuple[str, str | None, str | None]:
    """What stands in the contact field, and the telephone and the address in it."""
    phone, address = _picked(draw, PHONES), _picked(draw, ADDRESSES)
    parts = draw(st.sampled_from(((phone, address), (address, phone), (phone,), (address,))))
    between = draw(st.sampled_from((", ", "; ", " ", "\n", " / ", " lub ")))
    return (
        between.join(parts),
        PHONES[phone] if phone in parts else None,
        ADDRESSES[address] if address in parts else None,
    )


@st.composite
def forms_with_gaps(draw: st.DrawFn) -> tuple[Filled, Expected]:
    """A form in which one field may be left open in any of the ways in which people do it, and what must be read."""
    written: dict[str, str | None] = {
        "date": draw(st.sampled_from((*DATES, None))),
        "reference": draw(st.sampled_from((*REFERENCES, None))),
        "user_name": draw(st.sampled_from(NAMES)),
        "office": draw(st.sampled_from(OFFICES)),
        "question": draw(st.sampled_from(QUESTIONS)),
    }
    contact, phone, address = draw(contacts())
    fields = {**written, "date": DATES.get(written["date"] or ""), "phone": phone, "email": address}
    problems = set() if written["date"] is None or fields["date"] else {("date", "invalid")}
    left = draw(st.sampled_from((None, None, None, "user_name", "office", "contact", "no contact")))
    if left in ("user_name", "office"):
        written[left] = draw(st.sampled_from(NOTHING))
        fields[left] = None
        problems.add((left, "missing"))
    elif left is not None:
        contact = draw(st.sampled_from(NOTHING if left == "contact" else NO_CONTACT))
        fields["phone"] = fields["email"] = None
        problems.add(("contact", "missing" if left == "contact" else "invalid"))
    form = Filled(
        written["date"], written["reference"], written["user_name"], written["office"], contact, written["question"]
    )
    fields["question"] = " ".join(str(written["question"]).split())
    return form, Expected(fields, frozenset(problems))
