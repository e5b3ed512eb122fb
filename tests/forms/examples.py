"""Filled forms with what makes a form hard to carry: Polish letters, quotation marks, lines, long values, gaps."""

from __future__ import annotations

from dataclasses import replace

from forms.layouts import Filled

SHORT = Filled(
    "23.11.2026",
    "DŚR.0123.4.2026",
    "Żaneta Gęślą-Jaźń",
    "Gminny Ośrodek Pomocy Społecznej w Łącku Górnym",
    "24 261 40 21 wew. 12, z.geslajazn@gops.lack.example",
    "Dlaczego po zatwierdzeniu wniosku nie widać „decyzji”?\nWniosek złożono 20.11.2026 – świadczenie wychowawcze.\n\n"
    "a) czy trzeba go cofnąć?\nb) źle wpisano: ćma, ŁÓDŹ, ąęó.",
)
LONG = Filled(
    "23 listopada 2026 r.",
    "MOPR.DŚ.5023.1.114.2026.ŻŁ",
    "Maksymiliana Wierzchosława Brzęczyszczykiewicz-Gżegżółkowska",
    "Miejski Ośrodek Pomocy Rodzinie i Wsparcia Społecznego w Wielkiej Łące nad Wisłą, Dział Świadczeń Rodzinnych "
    "i Funduszu Alimentacyjnego",
    "24 261 40 21 wew. 12, m.brzeczyszczykiewicz@mopr.wielka-laka.example",
    "\n".join(
        f"{number}. Dlaczego po zatwierdzeniu wniosku numer {number * 37} system nie pokazuje decyzji, choć minął termin?"
        for number in range(1, 41)
    ),
)
PARTLY = Filled(None, None, "Jan Łoś", None, "j.los@ug.example", "Gdzie jest wydruk wniosku o świadczenie?")
PAGEFUL = replace(
    SHORT,
    question="\n".join(
        f"{number}. Dlaczego po zatwierdzeniu wniosku numer {number * 37} system nie pokazuje decyzji, choć minął termin, o "
        "którym mowa w ustawie, a pracownik zalogował się ponownie i postąpił według podręcznika użytkownika?"
        for number in range(1, 31)
    ),
)
BLANK = Filled(None, None, None, None, None, None)
EXAMPLES = {"short": SHORT, "long": LONG, "partly": PARTLY, "pageful": PAGEFUL, "blank": BLANK}


def what_was_written(form: Filled) -> dict[str, object]:
    """The values of an example as they are to be read."""
    contact = form.contact or ""
    return {
        "date": "2026-11-23" if form.date else None,
        "reference": form.reference,
        "user_name": form.user_name,
        "office": form.office,
        "phone": "+48242614021;ext=12" if "wew" in contact else None,
        "email": contact.rpartition(" ")[2] or None,
        "question": form.question,
    }
