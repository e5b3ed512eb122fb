"""What counts of a mail: own words and forwarded ones, not quoted history."""

from __future__ import annotations

import pytest

from mailgate.domain.form.flow import Item, flow_of
from mailgate.domain.form.passages import passages
from mailgate.extract.text import read_text

HEADERS = {
    "Outlook, Polish": "Od: Hot-line <h@x.example>\nWysłano: piątek, 20 listopada 2026 09:12\nDo: Jan\nTemat: pytanie\n\n",
    "Outlook, English": "From: Hot-line <h@x.example>\nSent: Friday, November 20, 2026\nTo: Jan\nCc: Ewa\nSubject: pytanie\n\n",
    "Thunderbird": "Temat: \tpytanie\nData: \tFri, 20 Nov 2026 08:00:00 +0100\nNadawca: \tA <a@b.example>\nAdresat: \tc@d.example\n\n",
}


def counted(text: str, subject: str = "") -> list[tuple[str, str]]:
    items: tuple[Item, ...] = flow_of(read_text(text, "body"), lambda _: False)
    return [
        (passage.whose, " ".join(item.text for item in passage.items if not item.blank))
        for passage in passages(items, subject)
    ]


@pytest.mark.parametrize(
    "attribution",
    [
        "W dniu 20.11.2026 o 09:12, Hot-line CSIZS pisze:",
        "W dniu 20.11.2026 o 09:12, Hot-line CSIZS\n<hotline@csizs.example> pisze:",
        "pt., 20 lis 2026 o 09:12 Hot-line CSIZS <h@x.example>\nnapisał(a):",
        "Dnia 20 listopada 2026 09:12 Hot-line <h@x.example> napisał(a):",
        "On Fri, Nov 20, 2026 at 9:12 AM Hot-line <h@x.example> wrote:",
    ],
)
def test_what_follows_an_attribution_is_history(attribution: str) -> None:
    assert counted(f"nowe\n\n{attribution}\n> stare\n> starsze\n") == [("own", "nowe")]
    assert counted(f"nowe\n\n{attribution}\nstare\nstarsze\n") == [("own", "nowe")]


def test_what_is_written_below_or_between_quotes_is_own() -> None:
    text = "W dniu 20.11.2026 o 09:12, Jan pisze:\n> a\n> b\nodpowiedź\n> c\n> d\nkoniec"
    assert counted(text, "Re: x") == [("own", "odpowiedź"), ("own", "koniec")]


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS.keys())
def test_a_header_block_is_history_in_a_reply_and_a_message_in_a_forward(headers: str) -> None:
    text = f"nowe\n\n{headers}treść\n"
    assert counted(text, "RE: pytanie") == [("own", "nowe")]
    assert counted(text, "Odp: pytanie") == [("own", "nowe")]
    assert counted(text, "PD: pytanie") == [("own", "nowe"), ("forwarded", "treść")]
    assert counted(text, "FW: pytanie") == [("own", "nowe"), ("forwarded", "treść")]
    assert counted(text, "pytanie") == [("own", "nowe"), ("doubtful", "treść")]


@pytest.mark.parametrize(
    "separator",
    [
        "---------- Wiadomość przekazana ---------",
        "---------- Forwarded message ---------",
        "-------- Przekazana wiadomość --------",
        "-------- Treść przekazanej wiadomości --------",
        "Początek przekazywanej wiadomości:",
        "Begin forwarded message:",
    ],
)
@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS.keys())
def test_a_separator_says_that_a_message_is_forwarded(separator: str, headers: str) -> None:
    assert counted(f"nowe\n\n{separator}\n{headers}treść\n") == [("own", "nowe"), ("forwarded", "treść")]
    quoted = "\n".join(f"> {line}" for line in f"{headers}treść".split("\n"))
    assert counted(f"nowe\n\n{separator}\n\n{quoted}\n") == [("own", "nowe"), ("forwarded", "treść")]


def test_the_history_inside_a_forwarded_reply_is_history() -> None:
    inner = (
        "Od: A <a@b.example>\nDo: B\nTemat: Odp: pytanie\n\nDziękuję.\n\nW dniu 19.11.2026 X pisze:\n> stare\n> starsze"
    )
    assert counted(f"---- Forwarded message ----\n{inner}", "PD: Odp: pytanie") == [("forwarded", "Dziękuję.")]


def test_a_body_of_which_every_line_is_quoted_is_a_forwarded_one_unless_it_is_a_reply() -> None:
    assert counted("> a\n> b") == [("own", "a b")]
    assert counted("> a\n> b", "Re: x") == []


def test_quoted_lines_that_nothing_announces_are_doubtful() -> None:
    assert counted("nowe\n> a\n> b") == [("own", "nowe"), ("doubtful", "a b")]


def test_one_line_with_a_greater_sign_is_no_quote() -> None:
    assert counted("a\n> 100 zł\nb") == [("own", "a > 100 zł b")]


def test_the_date_of_a_form_below_a_header_block_is_no_mail_header() -> None:
    text = "Od: A <a@b.example>\nWysłano: dziś\nDo: B\nTemat: HOT\ndata: 20.11.2026\nznak: A.1"
    assert counted(text, "PD: x") == [("forwarded", "data: 20.11.2026 znak: A.1")]


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS.keys())
@pytest.mark.parametrize(
    "subject",
    [
        "[EXT] RE: x", "[SPAM] Re: x", "***SPAM*** Re: x", "(zewn.) [EXT] Odp: x", "Odp.: x", "SV: x", "RE\uff1a x",
        "Re[2]: x", "EXT: RE: x", "Odpowiedź automatyczna: x", "Automatic reply: x",
    ],
)  # fmt: skip
def test_every_clients_mark_of_a_reply_makes_a_header_block_history(subject: str, headers: str) -> None:
    assert counted(f"nowe\n\n{headers}treść\n", subject) == [("own", "nowe")]


@pytest.mark.parametrize("subject", ["[EXT] FW: x", "[SPAM] PD: RE: x", "Fwd: [#12] Re: x"])
def test_a_forward_behind_a_tag_is_a_forward(subject: str) -> None:
    text = f"nowe\n\n{HEADERS['Outlook, Polish']}treść\n"
    assert counted(text, subject) == [("own", "nowe"), ("forwarded", "treść")]


def answering(text: str, subject: str = "") -> list[tuple[str, str]]:
    items = flow_of(read_text(text, "body"), lambda _: False)
    return [
        (passage.whose, " ".join(item.text for item in passage.items if not item.blank))
        for passage in passages(items, subject, answers=True)
    ]


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS.keys())
def test_a_mail_that_names_what_it_answers_quotes_history_under_any_subject(headers: str) -> None:
    assert answering(f"nowe\n\n{headers}treść\n", "Ponaglenie") == [("own", "nowe")]
    assert answering("nowe\n\n> treść\n> dalej\n", "Ponaglenie") == [("own", "nowe")]


def test_a_forward_counts_also_where_it_names_a_mail() -> None:
    text = f"nowe\n\n{HEADERS['Outlook, Polish']}treść\n"
    assert answering(text, "PD: pytanie") == [("own", "nowe"), ("forwarded", "treść")]
    separated = "nowe\n\n---------- Forwarded message ---------\nOd: a@b.example\n\ntreść\n"
    assert ("forwarded", "treść") in [(whose, text[-5:]) for whose, text in answering(separated, "Pytanie")]
    assert [whose for whose, _ in answering(f"{HEADERS['Outlook, Polish']}treść\n", "Pytanie")] == ["doubtful"]


def test_header_lines_right_below_the_label_of_the_question_are_the_questions() -> None:
    pasted = "Treść pytania:\nOd: Jan\nDo: Anna\nTemat: x\nDlaczego tak?"
    assert counted(pasted) == [("own", "Treść pytania: Od: Jan Do: Anna Temat: x Dlaczego tak?")]
    form = pasted.replace("Dlaczego tak?", "Imię i nazwisko: Jan Li\nTreść pytania: Dlaczego?")
    assert counted(form)[0] == ("own", "Treść pytania:")
    assert counted(pasted, "RE: x") == [("own", "Treść pytania:")]
