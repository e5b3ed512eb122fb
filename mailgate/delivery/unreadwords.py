"""Polish sentences for clerks on the files of a mail that nobody has read: which, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mailgate.delivery.clean import one_line, shortened
from mailgate.domain.unreadfiles import UnreadFile, Why

_SENTENCES: Final[dict[Why, str]] = {
    "locked": "plik jest zabezpieczony hasłem lub zaszyfrowany; prosimy przesłać go bez hasła i bez szyfrowania.",
    "damaged": "plik jest uszkodzony; prosimy zapisać go jeszcze raz, najlepiej jako DOCX lub PDF, i przesłać ponownie.",
    "illegible": "obraz jest zbyt mały lub zbyt niewyraźny; jeżeli jest to formularz, prosimy zeskanować go w rozdzielczości "
    "co najmniej 300 dpi albo przesłać plik DOCX lub PDF.",
    "foreign": "plików tego rodzaju nie odczytujemy; prosimy przesłać formularz jako plik DOCX, ODT, PDF lub RTF.",
    "left": "pliku nie udało się odczytać w całości; jeżeli jest w nim formularz, prosimy przesłać go jako osobny plik "
    "DOCX lub PDF.",
    "picture": "obrazu nie odczytaliśmy; jeżeli jest to formularz, prosimy przesłać plik DOCX lub PDF.",
}
_MOST: Final = 5
_LONGEST_NAME: Final = 120


def unread_sentences(files: Sequence[UnreadFile]) -> tuple[str, ...]:
    """A sentence for each file, the first few of many."""
    told = [f"{_named(file)} – {_SENTENCES[file.why]}" for file in files[:_MOST]]
    more = len(files) - _MOST
    return (*told, f"Nie odczytaliśmy także innych plików ({more}).") if more > 0 else tuple(told)


def left_to_consultants(files: Sequence[UnreadFile]) -> str:
    """What a receipt says of pictures that were not read because a form was found elsewhere; "" where there is none."""
    names = [_named(file) for file in files if file.why == "picture"]
    if not names:
        return ""
    listed = ", ".join([*names[:_MOST], *(["…"] if len(names) > _MOST else [])])
    why = "nie odczytywaliśmy, ponieważ formularz znaleźliśmy w innej części wiadomości;"
    if len(names) == 1:
        return (
            f"Pliku {listed} {why} otrzyma go konsultant. Jeżeli ten plik zawiera inny formularz HOT-01, prosimy przesłać "
            "go w osobnej wiadomości."
        )
    return (
        f"Plików {listed} {why} otrzyma je konsultant. Jeżeli któryś z nich zawiera inny formularz HOT-01, prosimy przesłać "
        "go w osobnej wiadomości."
    )


def _named(file: UnreadFile) -> str:
    outer, _, inner = file.name.rpartition("/")
    name = f"„{shortened(inner, _LONGEST_NAME)}”"
    return f"{name} z pliku „{shortened(one_line(outer), _LONGEST_NAME)}”" if outer else name
