"""What the form says (procedure 3.1.1), how its fields are named, and what is common to the files' looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

SYSTEM = "CSIZS"
TITLE = "Zgłoszenie pytania HOT-1"
DOCUMENT_TITLE = "HOT-01 Zgłoszenie pytania"
AUTHOR = "Hot-line CSIZS"
SUBJECT = "Formularz zgłoszenia pytania do Hot-line CSIZS"
MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)

TEXT_PROMPT = "Kliknij lub naciśnij tutaj, aby wprowadzić tekst."
DATE_PROMPT = "Kliknij lub naciśnij, aby wprowadzić datę."
"""The prompts of Word in Polish, which every clerk has met and every reader of forms knows for no value."""

DARK, PALE, LINE, PROMPT = "1F3864", "E9EEF6", "7A8CA8", "595959"
"""Colours of the head, of the labels' ground, of lines and of prompts; texts keep a contrast of at least 7 to 1."""


@dataclass(frozen=True)
class Entry:
    """A field: its name for machines, the label as the procedure prints it, and what a screen reader says of it."""

    key: str
    label: str
    description: str

    @property
    def name(self) -> str:
        """The label as a name, without its colon."""
        return self.label.removesuffix(":")


# The descriptions are those of procedure 3.1.2, in the shape of an instruction where that helps.
DATE = Entry("data", "data:", "Data dokumentu, na przykład 31.12.2026")
REFERENCE = Entry("znak", "znak:", "Znak sprawy lub pisma Urzędu")
USER_NAME = Entry(
    "imie_i_nazwisko", "Imię i nazwisko Użytkownika:", "Imię i nazwisko Użytkownika zgłaszającego pytanie"
)
OFFICE = Entry("nazwa_urzedu", "Nazwa Urzędu:", "Nazwa Urzędu, w którym pracuje Użytkownik")
CONTACT = Entry(
    "kontakt",
    "Zwrotny nr telefonu, e-mail:",
    "Zwrotny numer telefonu i/lub adres e-mail, na który zostanie przekazane potwierdzenie i odpowiedź",
)
QUESTION = Entry("tresc_pytania", "Treść pytania", "Treść pytania: szczegółowy opis")

HEAD = (DATE, REFERENCE)
DETAILS = (USER_NAME, OFFICE, CONTACT)
