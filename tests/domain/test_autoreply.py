"""The loop guard header by header; whole mails are in ``test_machines``."""

from __future__ import annotations

import time
from itertools import combinations

import pytest

from mailgate.domain.autoreply import Automation, automation_of
from mailgate.domain.mail import read_mail

PERSON = "From: Ewa <ewa@gops.example>\nTo: hotline@csizs.example\n"
WEAK = (
    "X-Auto-Response-Suppress: All",
    "List-Id: <biuro.gops.example>",
    "Return-Path: <>",
    "X-Loop: hotline@csizs.example",
)


def judged(*headers: str, text: str = "Jak wydrukować wniosek?", sender: str | None = None) -> Automation | None:
    """The verdict on a mail by Ewa with these headers added."""
    return automation_of(read_mail((PERSON + "\n".join((*headers, "", text))).encode()), sender)


@pytest.mark.parametrize("number", range(1, len(WEAK) + 1))
def test_what_peoples_mail_bears_as_well_never_decides_in_any_combination(number: int) -> None:
    for headers in combinations(WEAK, number):
        assert judged(*headers) is None, headers


@pytest.mark.parametrize("value", ["no", "No", "NO ", " no; comment=x", "no (typed)", '"no"'])
def test_auto_submitted_no_is_a_persons(value: str) -> None:
    assert judged(f"Auto-Submitted: {value}") is None


@pytest.mark.parametrize("value", ["auto-replied", "AUTO-GENERATED", "auto-notified", "yes", "auto-replied (vacation)"])
@pytest.mark.parametrize("name", ["Auto-Submitted", "auto-submitted", "AUTO-SUBMITTED"])
def test_any_other_value_of_auto_submitted_decides(name: str, value: str) -> None:
    verdict = judged(f"{name}: {value}")

    assert verdict is not None
    assert verdict.kind == "auto_reply"
    assert verdict.traits[0].startswith("Auto-Submitted: ")


def test_an_empty_auto_submitted_says_nothing() -> None:
    assert judged("Auto-Submitted: ") is None


def test_of_two_auto_submitted_headers_the_one_that_is_not_no_decides() -> None:
    assert judged("Auto-Submitted: no", "Auto-Submitted: auto-replied") is not None


def test_auto_submitted_no_outweighs_words_alone() -> None:
    assert judged("Auto-Submitted: no", "Subject: Odpowiedź automatyczna: x", text="Nie ma mnie.") is None


@pytest.mark.parametrize(
    "header",
    [
        "Precedence: auto_reply", "precedence: Auto-Reply", "Preference: auto_reply", "X-Autoreply: yes", "X-AutoReply: 1",
        "X-Autorespond: Re", "X-Auto-Reply-From: a@b.example", "X-POST-MessageClass: 9; Autoresponder",
        "Delivered-To: Autoresponder", "X-Mailer: vacation 1.2", "X-FC-MachineGenerated: true",
    ],
)  # fmt: skip
def test_a_responders_own_header_decides(header: str) -> None:
    verdict = judged(header)

    assert verdict is not None
    assert verdict.kind == "auto_reply"


@pytest.mark.parametrize(
    "header", ["X-Autoreply: no", "X-Auto-Response-Suppress: None", "Precedence: normal", "Precedence: first-class"]
)
def test_a_header_that_denies_is_no_trait(header: str) -> None:
    assert judged(header, *WEAK[2:]) is None


def test_precedence_bulk_is_a_machine_and_the_rest_tells_which() -> None:
    mailing = judged("Precedence: bulk")
    note = judged("Precedence: bulk", "Subject: Out of Office: x")

    assert mailing is not None
    assert mailing.kind == "bulk"
    assert note is not None
    assert note.kind == "auto_reply"


def test_a_list_with_its_headers_is_bulk() -> None:
    verdict = judged("List-Id: <a.b.example>", "Precedence: list", "List-Unsubscribe: <mailto:a@b.example>")

    assert verdict is not None
    assert verdict.kind == "bulk"


GROUP = ("List-Id: <biuro.gops.example>", "Precedence: list", "List-Post: <mailto:biuro@gops.example>")


def test_a_person_who_asks_us_through_a_group_address_stays_a_person() -> None:
    assert judged(*GROUP) is None
    assert judged(*GROUP, "List-Unsubscribe: <mailto:x@gops.example>", "X-BeenThere: biuro@gops.example") is None


def test_a_member_who_asks_only_the_list_does_not_ask_us() -> None:
    raw = "\n".join(("From: ewa@gops.example", "To: biuro@gops.example", *GROUP, "", "Jak wydrukować wniosek?"))
    verdict = automation_of(read_mail(raw.encode()), None)

    assert verdict is not None
    assert verdict.kind == "bulk"
    assert verdict.through == ("biuro@gops.example",)


def test_bulk_for_other_reasons_than_a_list_names_no_list() -> None:
    verdict = judged(*GROUP, "Precedence: bulk", text="Nowe wzory.")

    assert verdict is not None
    assert verdict.through == ()


def test_an_address_that_takes_no_answers_is_a_machines_unless_somebody_asks() -> None:
    robot = "From: Portal <noreply@gops.example>\nSubject: Konto\n"

    assert automation_of(read_mail(f"{robot}\nKonto wygasa jutro.".encode()), None) is not None
    assert automation_of(read_mail(f"{robot}\nIle wynosi limit?".encode()), None) is None
    assert automation_of(read_mail(f"{robot}Reply-To: ewa@gops.example\n\nKonto wygasa.".encode()), None) is None


def test_a_rule_of_exchange_that_passes_on_a_question_makes_no_machine_of_its_author() -> None:
    rule = "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent"

    assert judged(rule, "X-Auto-Response-Suppress: All") is None


def test_a_help_desks_header_alone_leaves_its_people_people() -> None:
    assert judged("X-Powered-By: OTRS 6", text="Proszę spróbować ponownie.\nJan z informatyki") is None


@pytest.mark.parametrize("prefix", ["Re: ", "Odp: ", "PD: ", "FW: ", "RE[2]: ", "[EXTERNAL] Re: "])
def test_a_subject_that_answers_or_forwards_a_notice_is_a_persons(prefix: str) -> None:
    assert judged(f"Subject: {prefix}Odpowiedź automatyczna: HOT-01") is None


@pytest.mark.parametrize(
    "subject",
    [
        "Odpowiedź automatyczna: x", "Automatyczna odpowiedź: x", "Autoodpowiedź: x", "Odpowied? automatyczna: x",
        "[EXTERNAL] Automatic reply: x", "***SPAM*** Out of Office: x", "OOO: x", "Abwesenheitsnotiz: x", "Auto: x",
        "Jan Kot jest poza biurem", "Réponse automatique : x", "Poza biurem: x",
    ],
)  # fmt: skip
def test_a_subject_that_begins_as_a_notice_decides(subject: str) -> None:
    assert judged(f"Subject: {subject}", text="x") is not None


@pytest.mark.parametrize(
    "subject",
    [
        "Odpowiedź automatyczna", "Autoresponder nie działa", "Pytanie: odpowiedź automatyczna", "Auto sołtysa: dodatek",
        "Read-only: brak edycji", "Urlop wychowawczy a zasiłek", "Zgłoszenie pytania HOT-01", "Biuletyn nie dochodzi",
        "Nieobecność pracownika a podpis wniosku", "Potwierdzenie przyjęcia pytania", "Ticket do systemu", "UPP",
    ],
)  # fmt: skip
def test_a_subject_that_only_speaks_of_it_does_not(subject: str) -> None:
    assert judged(f"Subject: {subject}") is None


def test_the_null_sender_is_taken_from_the_envelope_before_return_path() -> None:
    note = ("Subject: Urlop",)

    assert judged(*note, text="Do zobaczenia.", sender="") is not None
    assert judged(*note, "Return-Path: <>", text="Do zobaczenia.", sender="ewa@gops.example") is None
    assert judged(*note, "Return-Path: <>", text="Do zobaczenia.") is not None


@pytest.mark.parametrize(
    "unit", ["a ", "zgloszenie ", "od a ", "jestem na ", "[", "* ", "?", "http://", "\n", "re:", "(" * 9]
)
def test_hostile_subjects_and_texts_are_judged_in_moments(unit: str) -> None:
    subject = (unit * 2_000).replace("\n", " ")
    mail = read_mail(f"{PERSON}Subject: {subject}\nAuto-Submitted: {subject}\n\n{unit * 20_000}".encode())
    started = time.process_time()
    automation_of(mail, None)

    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("X-OTRS-Loop: x", "Thank you, your ticket has been created. Ticket ID: 4433"),
        ("X-OTRS-Loop: x", "Dziękujemy za kontakt, Państwa zgłoszenie zostało zarejestrowane."),
        ("X-JIRA-FingerPrint: x", "Jan Kowalski created ABC-12: HOT-01\n\nView: https://x.example"),
        ("X-JIRA-FingerPrint: x", "Jan Kowalski commented on an issue"),
        ("X-Redmine-Host: x", "Issue #12 has been updated by Jan Kowalski."),
        ("X-Redmine-Host: x", "Zagadnienie #12 zostało zaktualizowane przez Jan Kowalski."),
        ("X-Jira-Fingerprint: x", "Jan Kowalski utworzył(a) ABC-12: Wydruk"),
    ],
)
def test_the_notice_of_a_ticket_system_is_an_automatic_reply(header: str, text: str) -> None:
    verdict = judged(header, text=text)

    assert verdict is not None
    assert verdict.kind == "auto_reply"
    assert judged(text=text) is None, "its words alone do not decide"


@pytest.mark.parametrize("number", ["[Ticket#4433] ", "[#4433] ", "[GLPI #0004433] ", "[IT 0004433]: ", "HELP-44 "])
def test_the_words_of_a_receipt_decide_below_the_number_of_a_ticket(number: str) -> None:
    receipt = "Thank you, your ticket has been created."

    assert judged(f"Subject: {number}HOT", text=receipt) is not None
    assert judged("Subject: HOT", text=receipt) is None
    assert judged("Subject: [HOT-01/2026/000007] HOT", text=receipt) is None, "the number is ours"
    assert judged(f"Subject: {number}HOT", text="Lista jest pusta.") is None


def test_what_a_person_of_a_help_desk_writes_is_none() -> None:
    assert judged("X-OTRS-Loop: x", text="Thank you, the form is attached.") is None
    assert judged("X-JIRA-FingerPrint: x", text="Jan Kowalski ma ten sam kłopot z ABC-12.") is None


NEWSLETTER = (
    "Wypisz się z listy",
    "Otrzymujesz tę wiadomość, ponieważ zapisano ten adres.",
    "Zobacz tę wiadomość w przeglądarce",
    "Newsletter nr 5",
)


@pytest.mark.parametrize("pair", list(combinations(NEWSLETTER, 2)))
def test_two_signs_of_a_newsletter_make_it_bulk_without_any_header(pair: tuple[str, str]) -> None:
    verdict = judged("Subject: Oferta", text="Nowa oferta! Co zyskujesz?\n" + "\n".join(pair))

    assert verdict is not None
    assert verdict.kind == "bulk"


@pytest.mark.parametrize("line", NEWSLETTER)
def test_one_sign_of_a_newsletter_is_not_enough(line: str) -> None:
    assert judged("Subject: Oferta", text=f"Szkolenie.\n{line}") is None


@pytest.mark.parametrize(
    "text",
    [
        "Proszę wypisać nas z newslettera, nie chcemy go otrzymywać.",
        "Jak zrezygnować z otrzymywania newslettera?",
        "Strona nie działa, w przeglądarce widać błąd. Czy jest wersja online instrukcji?",
    ],
)
def test_a_person_who_writes_about_a_newsletter_is_none(text: str) -> None:
    assert judged("Subject: Prośba", text=text) is None
    assert judged("Subject: Re: Newsletter", text=text) is None


def test_what_is_posted_to_a_list_is_bulk_unless_it_asks_us_something() -> None:
    posted = ("List-Id: <ops.groups.example>", "List-Post: <mailto:ops@groups.example>")

    verdict = judged(*posted, text="Wiadomość grupy")

    assert verdict is not None
    assert (verdict.kind, verdict.through) == ("bulk", ("ops@groups.example",))
    assert judged(*posted) is None
