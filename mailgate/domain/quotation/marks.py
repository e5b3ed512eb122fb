"""The fixed lines by which a letter of ours is recognised where it is quoted in a reply."""

from __future__ import annotations

MARKER_LINE = "##- Proszę pisać odpowiedź powyżej tej linii -##"
"""The first line of every letter to a consultant: nothing at or below it is ever passed on."""

LAST_LINE = (
    "Wystarczy odpowiedzieć na tę wiadomość. W pierwszych wierszach odpowiedzi można użyć poleceń: "
    "#dokumentacja TYTUŁ, rozdz., s. (wskazuje miejsce w dokumentacji), #notatka (zachowuje tekst do użytku "
    "wewnętrznego)."
)
"""The last line of every letter to a consultant."""
