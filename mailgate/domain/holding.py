"""Why a consultant's reply is not passed on as it stands, and what its author can do: in doubt nothing leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailgate.domain.mail import Attachment
from mailgate.domain.quotation.outflow import Commands, is_note, leak_in_answer, misplaced_command
from mailgate.domain.threads import StandingQuestion

EXECUTED_COMMANDS = ("dokumentacja", "notatka", "telefon")
_NEVER_SENT = "Nie przekazaliśmy tej odpowiedzi Użytkownikowi, ponieważ"


@dataclass(frozen=True, slots=True)
class Hold:
    """A reply that stays here: ``reason`` for the log in English; ``told`` and ``advice`` in Polish for consultants."""

    reason: str
    told: str
    advice: str


UNPROVEN = Hold(
    "",
    "Nie przekazaliśmy tej wiadomości Użytkownikowi, ponieważ nie ma pewności, że napisał ją konsultant, do którego "
    "wysłaliśmy pytanie.",
    "Odpowiedź przekazujemy tylko wtedy, gdy konsultant odpowie ze swojego adresu bezpośrednio na wiadomość z "
    "pytaniem, którą otrzymał.",
)


ANSWERS_NOTHING = Hold(
    "it is no reply to a letter of ours: it carries no token of one that we sent to this consultant",
    "Nie przekazaliśmy tej wiadomości Użytkownikowi, ponieważ nie jest odpowiedzią na żadną z wiadomości, które "
    "wysłaliśmy na ten adres: nie zawiera kodu takiej wiadomości.",
    "Aby odpowiedzieć Użytkownikowi, prosimy otworzyć wiadomość z pytaniem, którą od nas Państwo otrzymali, nacisnąć "
    "„Odpowiedz” i wpisać odpowiedź na górze. Jeżeli to własne pytanie do hot-line, prosimy przesłać je na formularzu HOT-01.",
)


LOOKS_AUTOMATIC = Hold(
    "its words are those of an automatic reply",
    f"{_NEVER_SENT} wygląda na odpowiedź automatyczną (na przykład o nieobecności).",
    "Jeżeli to odpowiedź na pytanie, prosimy wysłać ją jeszcze raz bez zwrotów typowych dla odpowiedzi automatycznych.",
)

FROM_NOBODY = Hold(
    "its envelope has the null sender, as automatic replies have",
    f"{_NEVER_SENT} przyszła bez nadawcy koperty (MAIL FROM:<>), jak odpowiedzi automatyczne (na przykład o nieobecności).",
    "Jeżeli to odpowiedź na pytanie, prosimy wysłać ją jeszcze raz wprost ze swojej skrzynki, bez przekierowania.",
)


_LEAK = Hold(
    "a letter of ours or a quoted letter stands in it or in a file of it",
    f"{_NEVER_SENT} jej treść albo załącznik zawiera wiadomość przeznaczoną do użytku wewnętrznego.",
    "Prosimy odpowiedzieć jeszcze raz bez cytowanej wiadomości i bez załącznika, który ją zawiera.",
)


def hold_on(
    commands: Commands,
    text: str | None,
    files: Sequence[Attachment],
    *,
    in_doubt: bool,
    question: StandingQuestion,
    leaks: bool = False,
) -> Hold | None:
    """What must be settled before an answer can go out; None where nothing speaks against it.

    ``text`` is what was newly written (None: nothing), without the commands.  ``leaks`` tells that its reader has found
    a letter of ours in it or in what its files say.
    """
    return (
        _in_commands(commands)
        or _in_text(text)
        or (None if is_note(commands) else _in_answer(commands, text, files, in_doubt, question, leaks))
    )


def _in_commands(commands: Commands) -> Hold | None:
    unknown = [name for name, _ in commands if name not in EXECUTED_COMMANDS]
    if unknown:
        listed = ", ".join(f"#{name}" for name in unknown)
        return Hold(
            "it holds a command that is not known",
            f"{_NEVER_SENT} nie rozumiemy polecenia: {listed}.",
            "Można użyć poleceń #dokumentacja (wskazanie miejsca w dokumentacji), #notatka (tekst tylko do użytku "
            "wewnętrznego) i #telefon (przyjęcie pytania potwierdzono w rozmowie). Prosimy odpowiedzieć jeszcze raz bez niezrozumiałego polecenia.",
        )
    if ("dokumentacja", "") in commands:
        return Hold(
            "its command names no documentation",
            f"{_NEVER_SENT} po poleceniu #dokumentacja brakuje wskazania miejsca.",
            "Prosimy odpowiedzieć jeszcze raz, na przykład: #dokumentacja Podręcznik użytkownika, rozdz. 4, s. 57",
        )
    return None


def _in_text(text: str | None) -> Hold | None:
    """A command out of its place: what was meant to stay inside must not be sent as text."""
    line = misplaced_command(text)
    if line is None:
        return None
    return Hold(
        "a command stands below the first lines",
        f"{_NEVER_SENT} w jej treści znajduje się polecenie „{line.strip()[:60]}”, a polecenia działają tylko "
        "w pierwszych wierszach odpowiedzi, bez odstępu po znaku #.",
        "Prosimy odpowiedzieć jeszcze raz i wpisać polecenie w pierwszym wierszu albo je usunąć.",
    )


def _in_answer(
    commands: Commands,
    text: str | None,
    files: Sequence[Attachment],
    in_doubt: bool,
    question: StandingQuestion,
    leaks: bool,
) -> Hold | None:
    # First, for the reader is in doubt about every leak as well, and this says what is wrong.
    if leaks or leak_in_answer(text, commands, files) is not None:
        return _LEAK
    if in_doubt:
        return Hold(
            "new text stands below or between quoted text",
            f"{_NEVER_SENT} część tekstu znajduje się pod cytatem albo między jego wierszami i nie wiadomo, co ma "
            "zostać wysłane.",
            "Prosimy odpowiedzieć jeszcze raz i wpisać całą odpowiedź na górze, nad cytowaną wiadomością.",
        )
    if text is None and not files and not commands:
        return Hold(
            "nothing new was written in it",
            f"{_NEVER_SENT} nie ma w niej nowego tekstu ani załącznika.",
            "Prosimy odpowiedzieć jeszcze raz i wpisać odpowiedź na górze, nad cytowaną wiadomością.",
        )
    if question.asker is None:
        return Hold(
            "no address of the clerk is known",
            f"{_NEVER_SENT} nie znamy jego adresu e-mail.",
            "Prosimy przekazać odpowiedź telefonicznie.",
        )
    return None


def answered_by_another(first: str) -> Hold:
    """The first consultant's answer went out; another's to the same letter waits, for he may not know of it."""
    return Hold(
        "another consultant has answered already",
        f"{_NEVER_SENT} na to pytanie odpowiedzi udzielono już z adresu {first}.",
        "Jeżeli mimo to ma zostać przekazana jako uzupełnienie, sama zgoda nie wystarczy.",
    )


MERE_CONSENT = Hold(
    "it only agrees to what was given back, and holds no answer",
    f"{_NEVER_SENT} zawiera samą zgodę, a nie treść odpowiedzi.",
    "Tekstu, który do Państwa wrócił, nie przekazujemy już sami.",
)


OWN_ADDRESS = Hold(
    "its text holds the address of a consultant",
    f"{_NEVER_SENT} jej treść zawiera adres e-mail konsultanta, a Użytkownik zna tylko adres hot-line.",
    "Prosimy odpowiedzieć jeszcze raz bez tego adresu. Użytkownik może odpowiedzieć na naszą wiadomość.",
)


CALL_UNCLEAR = Hold(
    "it reports a call, and not when it was",
    "Nie zapisaliśmy potwierdzenia telefonicznego, ponieważ po poleceniu #telefon nie stoi jedna godzina rozmowy pomiędzy "
    "wpływem pytania a tą wiadomością.",
    "Prosimy odpowiedzieć jeszcze raz, na przykład: #telefon 10:15 albo #telefon 23.11.2026 10:15. Samo #telefon oznacza, "
    "że rozmowa odbyła się przed chwilą.",
)
