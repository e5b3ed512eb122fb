"""Specimens of every letter: with every optional value given, and with every one left out.

Tests use them, and ``mailgate doctor`` finds out by them whether an administrator's own templates can be filled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from mailgate.delivery.composer import Composer
from mailgate.domain.alarms import Alarm
from mailgate.domain.hot01 import Difference, Finding, Hot01, Problem
from mailgate.domain.letters import (
    Acknowledgement,
    Answer,
    FollowUpForConsultant,
    FollowUpReceipt,
    Letter,
    NoForm,
    NoMeeting,
    NotDelivered,
    Notice,
    NotRelayed,
    QuestionForConsultant,
    QuestionSummary,
    Thread,
)
from mailgate.domain.mail import Address, Attachment
from mailgate.domain.telling import KnownAlarm, Report, Told
from mailgate.domain.unreadfiles import UnreadFile

NOW = datetime(2026, 11, 20, 15, 36, 5, tzinfo=UTC)
HOTLINE = Address("Hot-line CSIZS – pomoc", "hotline@csizs.example")
CLERK = Address("Kowalska, Anna Ćma", "anna.kowalska@urzad.example")
CONSULTANT = Address("Jan Żak", "jan.zak@firma.example")
TOKEN = "abcdefgh" * 3
MESSAGE_ID = f"<hot01.12.{TOKEN}@csizs.example>"
REPLY_TO = f"hotline+r.{TOKEN}@csizs.example"
THREAD = Thread("<original@urzad.example>", ("<first@urzad.example>", "<original@urzad.example>"))
BECAUSE = (
    "Zgłoszenie otrzymano w piątek, 20 listopada 2026 r., o godz. 16:35:10.",
    "2026-11-20 jest dniem roboczym: piątek.",
    "Wpłynęło po godz. 16:00, więc traktuje się je jako zgłoszone w najbliższym dniu roboczym (pkt 1.5.1 procedury).",
    "Liczy się od poniedziałku, 23 listopada 2026 r., od godz. 8:00.",
)
FORM = Hot01(
    date=date(2026, 11, 20),
    reference="OPS.5011.12.2026",
    user_name="Anna Ćma-Kowalska",
    office="Ośrodek Pomocy Społecznej w Łodzi",
    phone="+48421234567;ext=12",
    email="anna.kowalska@inny.example",
    question="Dlaczego przy zatwierdzaniu świadczenia wychowawczego pojawia się błąd „Brak uprawnień”?",
    source="attachment:HOT-01.docx",
    by_ocr=True,
)
EMPTY_FORM = Hot01(None, None, None, None, None, None, None, source="body")
QUESTION = QuestionSummary(
    number="HOT-01/2026/000039",
    kind="question",
    subject="Odp: Błąd przy zatwierdzaniu świadczenia",
    received_at=datetime(2026, 11, 20, 15, 35, 10, tzinfo=UTC),
    counted_from=datetime(2026, 11, 23, 7, 0, tzinfo=UTC),
    acknowledge_by=datetime(2026, 11, 24, 15, 0, tzinfo=UTC),
    because=BECAUSE,
    form=FORM,
    text="Dlaczego przy zatwierdzaniu świadczenia wychowawczego pojawia się błąd „Brak uprawnień”?\n\n"
    "Kroki:\n  1. Otwieramy wniosek.\n  2. Wybieramy „Zatwierdź”.\n\nCo należy zrobić?",
    problems=(Problem(0, "date", "missing"),),
    differences=(
        Difference(0, "phone", "+48421234567;ext=12", "+48427654321", "body"),
        Difference(0, "date", "2026-11-20", None, "attachment:stary.docx"),
        Difference(0, "office", None, "OPS", "body"),
    ),
    by_phone=True,
)
SOUND = replace(
    QUESTION,
    number="HOT-01/2026/000040",
    subject="Błąd przy zatwierdzaniu świadczenia",
    form=replace(FORM, by_ocr=False, source="body"),
    problems=(),
    differences=(),
    by_phone=False,
)
WRONG = replace(
    SOUND,
    number="HOT-01/2026/000044",
    subject="Re: [HOT-01/2026/000005] Potwierdzenie przyjęcia pytania: Odp: Błąd przy zatwierdzaniu",
    form=replace(
        FORM,
        date=None,
        phone=None,
        email=None,
        by_ocr=False,
        findings=(
            Finding("date", "data:", "32.13.2026", "to the right of its label"),
            Finding("contact", "Zwrotny nr telefonu, e-mail:", "wew. 45", "to the right of its label"),
        ),
    ),
    problems=(Problem(0, "date", "invalid"), Problem(0, "contact", "invalid")),
)
BARE = replace(SOUND, number="HOT-01/2026/000041", kind="unformalised", subject="", because=(), form=None, text="")
BLANK = replace(
    SOUND,
    number="HOT-01/2026/000042",
    kind="blank_form",
    subject="Formularz",
    form=EMPTY_FORM,
    text="Proszę o pilną odpowiedź.\n\nCSIZS    Zgłoszenie pytania HOT-1\nNazwa Urzędu:\nTreść pytania:\n",
    problems=(
        Problem(0, "user_name", "missing"),
        Problem(0, "office", "missing"),
        Problem(0, "contact", "missing"),
        Problem(0, "question", "missing"),
    ),
)
UNREADABLE = replace(SOUND, number="HOT-01/2026/000043", kind="unreadable", subject="Zaszyfrowane", form=None, text="")
FILE = Attachment("Zgłoszenie – żółć.docx", "application/msword", b"\x00\xff" * 300)
ALARM = Alarm(
    "uncertain",
    "2 letters are uncertain.",
    "mailgate outbox list --state uncertain",
    "Look for each Message-ID in the smarthost's log, then `mailgate outbox settle --accepted ID`.",
    NOW,
    2,
    NOW,
    ("17", "18"),
)
URGENT = replace(ALARM, kind="smarthost", what="The smarthost cannot be reached.", named=(), urgent=True)
OVER = KnownAlarm("disk", "The disk is nearly full.", NOW, Told(1, None, urgent=False), NOW)
ANSWER_TEXT = """Dzień dobry,

uprawnienie nadaje administrator lokalny. Proszę:
1. otworzyć „Administracja > Role” (https://pomoc.csizs.example/role?a=1&b=2),
2. przypisać rolę <Zatwierdzający>,
3. zalogować się ponownie.

Uwaga:
- zmiana działa od razu,
- hasła nie trzeba zmieniać;
  dotyczy to wszystkich kont.

Rola | Uprawnienie
Operator | zapis wniosku
Zatwierdzający | zatwierdzanie

Pozdrawiam
Jan"""

BESIDE = "Dzień dobry,\n\nproszę dzwonić na 600 700 800, bo w formularzu jest stary numer."
UNREAD = (UnreadFile("umowa.pdf", "locked"), UnreadFile("skany.zip/skan.jpg", "picture"))

LETTERS: dict[str, Letter] = {
    "acknowledgement-full": Acknowledgement(CLERK, THREAD, (QUESTION,), "anna.kowalska@inny.example"),
    "acknowledgement-sound": Acknowledgement(CLERK, THREAD, (SOUND,)),
    "acknowledgement-several": Acknowledgement(CLERK, THREAD, (SOUND, QUESTION)),
    "acknowledgement-blank": Acknowledgement(CLERK, THREAD, (BLANK,)),
    "acknowledgement-wrong": Acknowledgement(CLERK, THREAD, (WRONG,)),
    "acknowledgement-bare": Acknowledgement(Address("", "a@b.example"), Thread(), (BARE,)),
    "acknowledgement-again": Acknowledgement(CLERK, THREAD, (SOUND,), returned_email="anna.kowlaska@urzad.example"),
    "receipt-of-follow-up-full": FollowUpReceipt(
        CLERK, THREAD, (QUESTION, SOUND), "anna.kowalska@inny.example", ("phone", "office", "date")
    ),
    "receipt-of-follow-up-bare": FollowUpReceipt(Address("", "a@b.example"), Thread(), (SOUND,)),
    "no-form": NoForm(CLERK, THREAD, BARE),
    "acknowledgement-unread": Acknowledgement(CLERK, THREAD, (SOUND,), unread=UNREAD),
    "no-form-unread": NoForm(CLERK, THREAD, BARE, UNREAD),
    "no-form-unreadable": NoForm(CLERK, Thread(), UNREADABLE),
    "question-full": QuestionForConsultant(
        CONSULTANT, THREAD, QUESTION, CLERK, (FILE,), ("Adres e-mail z formularza nie jest potwierdzony.",)
    ),
    "question-beside": QuestionForConsultant(CONSULTANT, THREAD, SOUND, CLERK, (), beside=BESIDE),
    "question-wrong": QuestionForConsultant(CONSULTANT, Thread(), WRONG, CLERK, ()),
    "question-bare": QuestionForConsultant(CONSULTANT, Thread(), BARE, None, ()),
    "question-blank": QuestionForConsultant(CONSULTANT, Thread(), BLANK, CLERK, ()),
    "question-unreadable": QuestionForConsultant(CONSULTANT, Thread(), UNREADABLE, CLERK, (FILE,)),
    "answer-full": Answer(
        CLERK,
        THREAD,
        QUESTION.number,
        "Re: Błąd",
        ANSWER_TEXT,
        (FILE,),
        "Podręcznik użytkownika, rozdz. 4, s. 57",
        QUESTION.text,
    ),
    "answer-bare": Answer(CLERK, Thread(), QUESTION.number, "", "", (FILE,)),
    "follow-up-full": FollowUpForConsultant(
        CONSULTANT, THREAD, QUESTION, CLERK, "Nadal nie działa.", (FILE,), True, ("Autorem jest ktoś inny.",)
    ),
    "follow-up-blank": FollowUpForConsultant(CONSULTANT, THREAD, BLANK, CLERK, "Co dalej z moim formularzem?", ()),
    "follow-up-bare": FollowUpForConsultant(CONSULTANT, Thread(), BARE, None, "", ()),
    "not-relayed-full": NotRelayed(
        CONSULTANT,
        THREAD,
        QUESTION.number,
        "Nie przekazaliśmy tej odpowiedzi Użytkownikowi, ponieważ nie rozumiemy polecenia: #foo.",
        CONSULTANT,
        "Odp: [HOT-01/2026/000039] Nowe pytanie: Błąd przy zatwierdzaniu świadczenia",
        ANSWER_TEXT,
        "Prosimy odpowiedzieć jeszcze raz bez tego polecenia.",
        (("dokumentacja", "Podręcznik, s. 5"), ("foo", "")),
    ),
    "not-relayed-empty": NotRelayed(
        CONSULTANT, THREAD, QUESTION.number, "Nie ma w niej nowego tekstu.", CONSULTANT, "Odp: pytanie", ""
    ),
    "not-relayed-bare": NotRelayed(CONSULTANT, Thread(), None, "Nie wiadomo, kto to napisał.", None, "", ""),
    "not-delivered-full": NotDelivered(
        CONSULTANT,
        THREAD,
        QUESTION,
        answer=False,
        address=CLERK.address,
        reason="pod tym adresem nie ma skrzynki",
        diagnostic="550 5.1.1 <anna.kowalska@urzad.example>: Recipient address rejected: User unknown",
        phone="+48421234567;ext=12",
        call_by=QUESTION.acknowledge_by,
        others=(SOUND.number,),
    ),
    "not-delivered-answer": NotDelivered(
        CONSULTANT, THREAD, SOUND, True, CLERK.address, "skrzynka adresata jest pełna", None, "+48815315380", NOW
    ),
    "not-delivered-sent-again": NotDelivered(
        CONSULTANT,
        THREAD,
        SOUND,
        False,
        "anna.kowlaska@urzad.example",
        "pod tym adresem nie ma skrzynki",
        author=CLERK,
        sent_again=True,
    ),
    "not-delivered-to-author": NotDelivered(
        CONSULTANT, THREAD, SOUND, True, "anna.kowlaska@urzad.example", "pod tym adresem nie ma skrzynki", author=CLERK
    ),
    "not-delivered-bare": NotDelivered(CONSULTANT, Thread(), BARE, False, "a@b.example", "adres jest nieprawidłowy"),
    "no-meeting": NoMeeting(CLERK, THREAD, "Narada w sprawie świadczeń"),
    "no-meeting-bare": NoMeeting(Address("", "a@b.example"), Thread(), ""),
    "notice-full": Notice(CONSULTANT, THREAD, Report((ALARM, URGENT), (ALARM,), (OVER,)), "mail.csizs.example"),
    "notice-reminder": Notice(CONSULTANT, Thread(), Report(standing=(URGENT,)), "mail"),
    "notice-over": Notice(Address("", "a@b.example"), Thread(), Report(over=(OVER,)), "mail"),
}


def render_all(hotline: Address, templates: Sequence[Path] = ()) -> int:
    """Fill every template with every specimen; returns how many letters were written.

    Raises ConfigurationError with a sentence that names the template where one cannot be filled.
    """
    composer = Composer(hotline, templates)
    for letter in LETTERS.values():
        composer.compose(letter, MESSAGE_ID, REPLY_TO, NOW, TOKEN)
    return len(LETTERS)
