"""Letters as they leave: valid octets, right headers, nothing injected, nothing internal."""

from __future__ import annotations

import email.policy
import re
import time
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import cast

import pytest

from mailgate import resources
from mailgate.delivery.composer import ComposedLetter, Composer
from mailgate.delivery.specimen import (
    ANSWER_TEXT,
    BLANK,
    CLERK,
    CONSULTANT,
    FILE,
    HOTLINE,
    LETTERS,
    MESSAGE_ID,
    NOW,
    QUESTION,
    REPLY_TO,
    THREAD,
    TOKEN,
    render_all,
)
from mailgate.domain.letters import (
    Acknowledgement,
    Answer,
    FollowUpForConsultant,
    Letter,
    NoForm,
    NotRelayed,
    QuestionForConsultant,
    Thread,
)
from mailgate.domain.mail import Address, Attachment
from mailgate.domain.quotation.marks import LAST_LINE, MARKER_LINE
from mailgate.domain.unreadfiles import UnreadFile
from mailgate.errors import ConfigurationError

HOSTILE = (
    "a\r\nBcc: thief@evil.example",
    "a\n\nbody",
    "a\rX-Evil: 1",
    "=?utf-8?q?=0d=0aBcc:_x=40y.example?=",
    "\u202egpj.exe\u202c",
    'Anna "Ania" <thief@evil.example>, (komentarz) \\ ;:@,[]',
    "ż" * 3000,
    "x" * 3000,
    "\x00\x07\x1b[31m",
    "\ud800 samotny",
    "a\u2028Bcc: b\u2029c\x85d\x0be\x0cf",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% for x in y %}",
    "   ",
    "",
)


@pytest.fixture(scope="module")
def composer() -> Composer:
    return Composer(HOTLINE)


def composed(composer: Composer, letter: Letter) -> ComposedLetter:
    return composer.compose(letter, MESSAGE_ID, REPLY_TO, NOW, TOKEN)


def parsed(letter: ComposedLetter) -> EmailMessage:
    return cast("EmailMessage", message_from_bytes(letter.content, policy=email.policy.default))


def text(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return cast("str", part.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize("name", LETTERS)
def test_every_letter_is_valid_mail(composer: Composer, name: str) -> None:
    letter = composed(composer, LETTERS[name])
    message = parsed(letter)
    assert letter.content.isascii()
    assert b"\r\n" in letter.content
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", letter.content), "every line ends with CRLF"
    assert max(map(len, letter.content.split(b"\r\n"))) <= 998
    assert not list(message.defects)
    for part in message.walk():
        assert not list(part.defects), part.get_content_type()
    for header, value in message.items():
        assert not getattr(value, "defects", ()), header
        assert message.get_all(header) == [value], f"{header} stands once"


@pytest.mark.parametrize("name", LETTERS)
def test_the_headers_are_ours(composer: Composer, name: str) -> None:
    message = parsed(composed(composer, LETTERS[name]))
    assert message["From"].addresses[0].addr_spec == HOTLINE.address
    assert message["From"].addresses[0].display_name == HOTLINE.name
    assert [one.addr_spec for one in message["To"].addresses] == [LETTERS[name].to.address]
    assert message["To"].addresses[0].display_name == LETTERS[name].to.name
    assert message["Reply-To"].addresses[0].addr_spec == REPLY_TO
    assert message["Message-ID"] == MESSAGE_ID
    assert str(message["Date"]) == "Fri, 20 Nov 2026 16:36:05 +0100"
    assert message["Subject"] == composed(composer, LETTERS[name]).subject


@pytest.mark.parametrize("name", LETTERS)
def test_plain_text_and_html_hold_the_same_words(composer: Composer, name: str) -> None:
    message = parsed(composed(composer, LETTERS[name]))
    html = re.sub(r"<style>.*?</style>|<!--.*?-->|<title>.*?</title>", " ", text(message, "html"), flags=re.DOTALL)
    shown = html_words(html)
    # The numbers of a list are drawn by the reader's client.
    missing = [word for word in words(text(message, "plain")) if word not in shown and not word.isdigit()]
    assert not missing


def words(shown: str) -> list[str]:
    return re.findall(r"[^\W_]+", shown.casefold())


def html_words(html: str) -> set[str]:
    return set(words(unescape(re.sub(r"<[^>]+>", " ", html))))


@pytest.mark.parametrize("name", LETTERS)
def test_html_loads_nothing_from_elsewhere(composer: Composer, name: str) -> None:
    html = text(parsed(composed(composer, LETTERS[name])), "html")
    assert f'<html lang="{"en" if name.startswith("notice") else "pl"}">' in html
    assert not re.search(r"<(img|script|link|iframe|object|form)|url\(|@import|src=", html, re.IGNORECASE)


MACHINE = ("acknowledgement-full", "no-form", "not-relayed-full")
TO_CONSULTANTS = ("question-full", "follow-up-full")


@pytest.mark.parametrize(
    ("names", "submitted"), [(MACHINE, "auto-replied"), (TO_CONSULTANTS, "auto-generated"), (("answer-full",), None)]
)
def test_a_machines_letters_say_so_and_a_consultants_words_do_not(
    composer: Composer, names: tuple[str, ...], submitted: str | None
) -> None:
    for name in names:
        message = parsed(composed(composer, LETTERS[name]))
        assert message["Auto-Submitted"] == submitted
        assert (message["X-Auto-Response-Suppress"] is None) == (submitted is None)
        assert message["X-Mailgate-Loop"] == (HOTLINE.address if submitted else None)
        assert message["Precedence"] is None
        assert "NDR" not in (message["X-Auto-Response-Suppress"] or ""), "failed deliveries must come back to us"


def test_a_letter_stands_in_its_thread(composer: Composer) -> None:
    message = parsed(composed(composer, LETTERS["answer-full"]))
    assert message["In-Reply-To"] == "<original@urzad.example>"
    assert message["References"].split() == ["<first@urzad.example>", "<original@urzad.example>"]


def test_a_letter_without_a_thread_names_none(composer: Composer) -> None:
    message = parsed(composed(composer, LETTERS["question-bare"]))
    assert message["In-Reply-To"] is None
    assert message["References"] is None


def test_references_are_cut_in_the_middle_and_damaged_ones_left_out(composer: Composer) -> None:
    many = tuple(f"<{n}@a.example>" for n in range(200))
    thread = Thread("<199@a.example>", (*many, "<with space@a>", "<żółć@a>", "<a\r\nBcc: x@y>", "<" + "x" * 999 + ">"))
    message = parsed(composed(composer, replace(LETTERS["answer-full"], thread=thread)))
    found = message["References"].split()
    assert len(found) == 12
    assert found[0] == "<0@a.example>"
    assert found[-1] == "<199@a.example>"
    assert message["Bcc"] is None


@pytest.mark.parametrize("value", HOSTILE)
def test_no_value_of_a_stranger_adds_a_header_or_breaks_a_letter(composer: Composer, value: str) -> None:
    form = replace(
        QUESTION.form, reference=value, user_name=value, office=value, phone=value, email=value, question=value
    )
    question = replace(QUESTION, subject=value, text=value, form=form)
    name = Address(value, "a@b.example")
    file = Attachment(value, value, b"x")
    hostile: list[Letter] = [
        Acknowledgement(name, THREAD, (question,), value),
        NoForm(
            name, Thread(value, (value,)), question, (UnreadFile(value, "locked"), UnreadFile(f"{value}/a", "left"))
        ),
        QuestionForConsultant(name, THREAD, question, name, (file,), (value,), value),
        FollowUpForConsultant(name, THREAD, question, name, value, (file,), True, (value,)),
        Answer(name, THREAD, QUESTION.number, value, value, (file,), value, value),
        NotRelayed(name, THREAD, QUESTION.number, value, name, value, value, value, ((value, value),)),
    ]
    for letter in hostile:
        done = composed(composer, letter)
        assert done.content.isascii()
        assert max(map(len, done.content.split(b"\r\n"))) <= 998
        message = parsed(done)
        assert not {"bcc", "x-evil", "cc"} & {header.lower() for header in message}
        assert [one.addr_spec for one in message["To"].addresses] == ["a@b.example"]
        assert not re.search(r"<(script|img)", text(message, "html"))
        for kind in ("plain", "html"):
            assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x80-\x9f\u2028-\u202e]", text(message, kind))
        assert "\n" not in done.subject


@pytest.mark.parametrize(
    "address", ["", "anna", "a@b\r\nBcc: c@d.example", "a b@c.example", "a@b,c@d.example", "<a@b>"]
)
def test_what_is_no_address_is_an_error_and_no_letter(composer: Composer, address: str) -> None:
    with pytest.raises(ValueError, match="mail can be sent to"):
        composed(composer, replace(LETTERS["no-form"], to=Address("x", address)))


def test_an_address_outside_ascii_stands_as_it_is(composer: Composer) -> None:
    content = composed(composer, replace(LETTERS["no-form"], to=Address("", "żółć@łódź.example"))).content
    assert "To: żółć@xn--d-uga0v4h.example\r\n".encode() in content


def test_an_attachment_keeps_its_octets_and_its_polish_name(composer: Composer) -> None:
    message = parsed(composed(composer, LETTERS["answer-full"]))
    [file] = message.iter_attachments()
    assert file.get_filename() == FILE.name
    assert file.get_content() == FILE.content


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "etc_passwd"),
        ('a"b\r\nc.docx', "a_b c.docx"),
        ("", "plik"),
        ("ż" * 300 + ".docx", "ż" * 115 + ".docx"),
        ("bez rozszerzenia", "bez rozszerzenia"),
        ("100% żółć'a.pdf", "100% żółć'a.pdf"),
    ],
)
def test_an_attachment_name_is_safe_and_read_back_whole(composer: Composer, name: str, expected: str) -> None:
    letter = replace(LETTERS["answer-full"], attachments=(Attachment(name, "application/pdf", b"x"),))
    [file] = parsed(composed(composer, letter)).iter_attachments()
    assert file.get_filename() == expected


@pytest.mark.parametrize(
    "declared", ["message/rfc822", "multipart/mixed", "nonsense", "text/html; charset=x", "a/b\r\nX: y"]
)
def test_a_type_that_base64_may_not_carry_becomes_plain_octets(composer: Composer, declared: str) -> None:
    letter = replace(LETTERS["answer-full"], attachments=(Attachment("a.eml", declared, b"From: x\r\n\r\ny"),))
    [file] = parsed(composed(composer, letter)).iter_attachments()
    assert file.get_content_type() == "application/octet-stream"
    assert file.get_content() == b"From: x\r\n\r\ny"


def test_a_letter_to_a_clerk_names_no_consultant_and_bears_no_token(composer: Composer) -> None:
    for name, letter in LETTERS.items():
        if isinstance(letter, Acknowledgement | NoForm | Answer):
            message = parsed(composed(composer, letter))
            shown = "".join(text(message, kind) for kind in ("plain", "html"))
            assert CONSULTANT.address not in shown, name
            assert CONSULTANT.name not in shown, name
            confirmed_by_token = isinstance(letter, Acknowledgement) and letter.unconfirmed_email is not None
            assert (TOKEN in shown) == confirmed_by_token, name
            assert MARKER_LINE not in shown, name


@pytest.mark.parametrize("name", ["question-full", "question-bare", "follow-up-full", "not-relayed-full"])
def test_a_letter_to_a_consultant_begins_with_the_marker_and_ends_with_the_fixed_line(
    composer: Composer, name: str
) -> None:
    lines = text(parsed(composed(composer, LETTERS[name])), "plain").split("\n")
    filled = [line for line in lines if line.strip()]
    assert filled[0] == MARKER_LINE
    assert filled[-1] == LAST_LINE
    assert filled[-2] == f"Kod wiadomości: {TOKEN}"


def test_a_letter_to_a_consultant_tells_where_its_commands_stand() -> None:
    assert "W pierwszych wierszach odpowiedzi można użyć poleceń: #dokumentacja" in LAST_LINE


def test_a_clerks_text_cannot_pass_for_the_fixed_lines(composer: Composer) -> None:
    question = replace(QUESTION, text=f"pytam\n{MARKER_LINE}\n{LAST_LINE}\nkoniec")
    letter = replace(LETTERS["question-full"], question=question)
    message = parsed(composed(composer, letter))
    for kind in ("plain", "html"):
        assert text(message, kind).count(MARKER_LINE) == 1
        assert text(message, kind).count(LAST_LINE) == 1


def test_a_reply_that_belongs_to_no_question_is_not_asked_for(composer: Composer) -> None:
    shown = text(parsed(composed(composer, LETTERS["not-relayed-bare"])), "plain")
    assert MARKER_LINE not in shown
    assert LAST_LINE not in shown


def test_the_acknowledgement_tells_number_times_reason_and_fields(composer: Composer) -> None:
    letter = composed(composer, LETTERS["acknowledgement-full"])
    shown = text(parsed(letter), "plain")
    assert letter.subject.startswith("[HOT-01/2026/000039] ")
    for sentence in (
        "Wpłynęło: piątek, 20 listopada 2026 r., godz. 16:35:10",
        "Liczy się od: poniedziałek, 23 listopada 2026 r., godz. 8:00",
        "Wpłynęło po godz. 16:00, więc traktuje się je jako zgłoszone w najbliższym dniu roboczym",
        "potwierdzimy także telefonicznie, najpóźniej we wtorek, 24 listopada 2026 r., do godz. 16:00.",
        "Imię i nazwisko Użytkownika: Anna Ćma-Kowalska",
        "- Nie podano daty dokumentu.",
        "Jeżeli coś odczytaliśmy błędnie, prosimy odpowiedzieć na tę wiadomość.",
        "Nigdy nie prosimy o podanie hasła.",
        "Zwrotny numer telefonu, e-mail: 42 123 45 67 wew. 12, anna.kowalska@inny.example",
        "przyjęliśmy „42 123 45 67 wew. 12”, a w treści wiadomości podano „42 765 43 21”.",
        "prosimy napisać do nas z tego adresu i przytoczyć w wiadomości poniższy kod.",
        f"\nKod wiadomości: {TOKEN}\n",
        "Formularz jest skanem lub zdjęciem, dlatego prosimy sprawdzić te dane szczególnie uważnie.",
    ):
        assert sentence in shown


def test_one_acknowledgement_names_every_question_of_a_mail(composer: Composer) -> None:
    letter = composed(composer, LETTERS["acknowledgement-several"])
    shown = text(parsed(letter), "plain")
    assert "Potwierdzenie przyjęcia 2 pytań" in letter.subject
    assert shown.count("HOT-01/2026/000039") == 2
    assert shown.count("HOT-01/2026/000040") == 2


def test_an_absent_field_is_said_to_be_absent(composer: Composer) -> None:
    shown = text(parsed(composed(composer, LETTERS["question-blank"])), "plain")
    assert "Nazwa Urzędu: nie podano" in shown
    assert "None" not in shown


@pytest.mark.parametrize("name", ["acknowledgement-wrong", "question-wrong"])
def test_what_is_no_date_and_no_contact_is_shown_as_it_was_typed(composer: Composer, name: str) -> None:
    shown = text(parsed(composed(composer, LETTERS[name])), "plain")
    assert "\nData dokumentu: 32.13.2026 (niepoprawna data)\n" in shown
    assert "\nZwrotny numer telefonu, e-mail: wew. 45 (niepełny kontakt)\n" in shown
    assert "nie podano" not in shown


@pytest.mark.parametrize("name", ["answer-full", "question-wrong", "follow-up-full", "not-relayed-full"])
def test_titles_do_not_pile_up_within_a_letter(composer: Composer, name: str) -> None:
    piled = "Odp: [HOT-01/2026/000005] Odpowiedź na pytanie: Re: słownik"
    letter = LETTERS[name]
    if isinstance(letter, Answer | NotRelayed):
        letter = replace(letter, subject=piled)
    elif isinstance(letter, QuestionForConsultant | FollowUpForConsultant):
        letter = replace(letter, question=replace(letter.question, subject=piled))
    done = composed(composer, letter)
    assert done.subject.endswith(": słownik")
    assert re.search(r"^(Dotyczy|Temat): słownik$", text(parsed(done), "plain"), re.MULTILINE)


def test_a_blank_forms_receipt_names_everything_that_is_missing(composer: Composer) -> None:
    shown = text(parsed(composed(composer, LETTERS["acknowledgement-blank"])), "plain")
    assert "- Nie podano nazwy Urzędu." in shown
    assert "Prosimy wpisać w formularzu treść pytania, uzupełnić wymienione dane i odesłać formularz" in shown
    assert "Formularz można przesłać jako plik DOCX, ODT, PDF lub RTF" in shown


def test_a_consultant_sees_of_a_blank_form_what_was_written_beside_it(composer: Composer) -> None:
    shown = text(parsed(composed(composer, LETTERS["question-blank"])), "plain")
    assert "\nTreść pytania: nie wpisano\n" in shown
    assert "\nTreść wiadomości:\n\n    Proszę o pilną odpowiedź.\n\n" in shown
    assert "Nie wpisano treści pytania." not in shown
    blank = replace(BLANK, text="CSIZS    Zgłoszenie pytania HOT-1\ndata:\nznak:\nTreść pytania:\n")
    letter = replace(LETTERS["question-blank"], question=blank)
    assert "Treść wiadomości" not in text(parsed(composed(composer, letter)), "plain")


def test_a_reply_that_was_not_relayed_is_given_back_with_its_commands(composer: Composer) -> None:
    shown = text(parsed(composed(composer, LETTERS["not-relayed-full"])), "plain")
    assert "\nProsimy odpowiedzieć jeszcze raz bez tego polecenia.\n" in shown
    assert "\n    #dokumentacja Podręcznik, s. 5\n    #foo\n\n    Dzień dobry,\n" in shown
    only = replace(LETTERS["not-relayed-full"], text="")
    assert "    #foo\n\nProsimy odpowiedzieć" in text(parsed(composed(composer, only)), "plain")


def test_a_reply_without_a_new_word_gives_nothing_back(composer: Composer) -> None:
    shown = text(parsed(composed(composer, LETTERS["not-relayed-empty"])), "plain")
    assert "\nWiadomość nie zawierała nowego tekstu.\n" in shown
    assert "Tekst, który nie został przekazany" not in shown


def test_an_answer_reminds_of_the_question_in_a_few_words(composer: Composer) -> None:
    letter = replace(LETTERS["answer-full"], question="Jak to zrobić? " * 100)
    shown = text(parsed(composed(composer, letter)), "plain")
    reminder = shown.partition("Państwa pytanie:\n")[2].partition("\n")[0].strip()
    assert reminder.startswith("Jak to zrobić? Jak")
    assert reminder.endswith("…")
    assert len(reminder) <= 301
    assert "Państwa pytanie" not in text(parsed(composed(composer, LETTERS["answer-bare"])), "plain")


def test_in_html_our_dates_and_times_are_not_broken_at_the_end_of_a_line(composer: Composer) -> None:
    html = unescape(text(parsed(composed(composer, LETTERS["acknowledgement-full"])), "html"))
    assert "20\xa0listopada 2026\xa0r., godz.\xa016:35:10" in html
    assert "(pkt\xa01.5.1 procedury)" in html
    assert "„42\xa0123\xa045\xa067\xa0wew.\xa012”" in html
    assert '<span style="white-space:nowrap;">anna.kowalska@inny.example</span>' in html


def test_no_form_brings_the_blank_form_for_word_and_for_any_browser(composer: Composer) -> None:
    message = parsed(composed(composer, LETTERS["no-form"]))
    files = [(file.get_filename(), file.get_content_type(), file.get_content()) for file in message.iter_attachments()]
    assert files == [(form.name, form.content_type, form.content) for form in resources.blank_forms()]
    assert [(name, kind.rpartition(".")[2]) for name, kind, _ in files] == [
        ("HOT-01.docx", "document"),
        ("HOT-01.pdf", "application/pdf"),
    ]


def test_an_answer_keeps_the_consultants_words_and_makes_links_and_lists(composer: Composer) -> None:
    message = parsed(composed(composer, LETTERS["answer-full"]))
    assert ANSWER_TEXT in text(message, "plain")
    html = text(message, "html")
    assert '<a href="https://pomoc.csizs.example/role?a=1&amp;b=2"' in html
    assert html.count("<li ") == 5
    assert "&lt;Zatwierdzający&gt;" in html


def test_files_that_are_too_large_are_named_and_left_out(composer: Composer) -> None:
    small = Composer(HOTLINE, most_file_octets=1000)
    files = (Attachment("a.pdf", "application/pdf", b"x" * 900), Attachment("b.pdf", "application/pdf", b"x" * 900))
    message = parsed(composed(small, replace(LETTERS["question-full"], attachments=files)))
    assert [file.get_filename() for file in message.iter_attachments()] == ["a.pdf"]
    assert "Pliki pominięte ze względu na rozmiar" in text(message, "plain")
    assert "b.pdf (1 kB)" in text(message, "plain")


def test_an_administrators_own_template_wins(tmp_path: Path) -> None:
    (tmp_path / "no_form.subject.txt.j2").write_text("[{{ letter.question.number }}] Nasz temat", encoding="utf-8")
    own = Composer(HOTLINE, [tmp_path])
    assert composed(own, LETTERS["no-form"]).subject == "[HOT-01/2026/000041] Nasz temat"


def test_a_template_that_is_wrong_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "answer.txt.j2").write_text("{% if %}", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="answer"):
        Composer(HOTLINE, [tmp_path])


def test_a_template_that_names_nothing_known_fails_loudly(tmp_path: Path) -> None:
    (tmp_path / "answer.txt.j2").write_text("{{ letter.nonsense }}", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"answer\.txt\.j2.*nonsense"):
        render_all(HOTLINE, [tmp_path])


def test_the_same_letter_is_the_same_octets(composer: Composer) -> None:
    assert composed(composer, LETTERS["question-full"]) == composed(Composer(HOTLINE), LETTERS["question-full"])


def test_a_letter_costs_less_than_a_few_milliseconds(composer: Composer) -> None:
    """A bound ten times above what it takes, against a return of the slow way, not a measurement."""
    started = time.process_time()
    for n in range(50):
        composed(composer, replace(LETTERS["acknowledgement-sound"], to=Address(f"Żaneta {n}", CLERK.address)))
    assert (time.process_time() - started) / 50 < 0.005
