"""The reasons of mail servers as Polish clauses: by the digits of RFC 3463 (sections 3.2 to 3.8), or by kind.

Digits stand here only where they say more than the kind, or where servers agree on them.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from mailgate.domain.machines.reasons import Reason

REASON_UNKNOWN: Final = "serwer poczty adresata nie podał zrozumiałej przyczyny"
_REFUSED: Final = "serwer poczty adresata odmówił przyjęcia wiadomości ze względu na swoje zasady bezpieczeństwa"
_NOT_REACHED: Final = "nie udało się połączyć z serwerem poczty adresata"
_TOO_LARGE: Final = "wiadomość jest za duża dla skrzynki albo serwera adresata"

POLISH_REASONS: Final = MappingProxyType({
    "1": "adres jest nieprawidłowy",
    "1.0": "adres jest nieprawidłowy",
    "1.1": "pod tym adresem nie ma skrzynki",
    "1.2": "nie ma takiej domeny poczty",
    "1.3": "adres jest zapisany niepoprawnie",
    "1.6": "skrzynka została przeniesiona, a nowego adresu nie podano",
    "2": "skrzynka adresata nie przyjmuje wiadomości",
    "2.1": "skrzynka adresata jest wyłączona",
    "2.2": "skrzynka adresata jest pełna",
    "2.3": _TOO_LARGE,
    "3": "serwer poczty adresata nie działa prawidłowo",
    "3.4": _TOO_LARGE,
    "4": _NOT_REACHED,
    "4.4": "nie ma takiej domeny poczty albo nie wskazuje ona serwera",
    "4.6": "serwery poczty adresata przesyłają wiadomość w kółko",
    "4.7": "serwer poczty adresata zbyt długo nie przyjmował wiadomości",
    "6": "serwer poczty adresata nie przyjął treści wiadomości",
    "7": _REFUSED,
})  # fmt: skip

POLISH_KINDS: Final = MappingProxyType[Reason, str]({
    "unknown_user": "pod tym adresem nie ma skrzynki",
    "mailbox_full": "skrzynka adresata jest pełna",
    "refused": _REFUSED,
    "too_large": _TOO_LARGE,
    "unreachable": _NOT_REACHED,
})  # fmt: skip
