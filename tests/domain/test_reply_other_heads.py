"""Heads of quotes that few clients write, and what looks like one in an answer."""

from __future__ import annotations

import pytest
from replyshapes import HOTLINE, LETTERS, QUESTION, SUBJECT, Bodies, divs, mail_of, marked

from mailgate.domain.reply import ReplyText, read_reply
from mailgate.extract.html.reader import read_html

LETTER = LETTERS["own"]
ANSWER = ["Dzień dobry,", "", "proszę odświeżyć kartę decyzji.", "", "Anna"]
COLLEAGUE = "Maria Wójcik <m.wojcik@wsparcie.example>"
NOTE = ["Odpisz ogólnie, bez podawania terminów.", "", "Maria", ""]
NOTES_HEAD = [
    f"-----{HOTLINE} napisał(a): -----", "Do: anna.nowak@wsparcie.example", f"Od: {HOTLINE}", "Data: 20.11.2026 13:30", f"Temat: {SUBJECT}", "",
]  # fmt: skip


def _read(lines: list[str], page: str | None = None) -> ReplyText:
    html = read_html(page, "body") if page else None
    return read_reply(mail_of(Bodies(None if page else "\n".join(lines), page)), None, html)


@pytest.mark.parametrize("head", [
    "You wrote on Friday, November 20, 2026, 1:30:12 PM:", "Friday, November 20, 2026, 1:30:12 PM, you wrote:",
    "W liście datowanym 20 listopada 2026 (13:30:12) napisano:", "Am Freitag, 20. November 2026 um 13:30 schrieben Sie:",
    '"Hot-line CSIZS" <hotline@csizs.example> – 20 listopada 2026 13:30',
])  # fmt: skip
def test_a_head_without_the_usual_words_belongs_to_the_quote(head: str) -> None:
    assert _read([*ANSWER, "", head, *marked(LETTER)]) == ReplyText("\n".join(ANSWER), in_doubt=False)


def test_a_drawn_german_head_belongs_to_the_quote() -> None:
    block = [f"Von: {HOTLINE}", "Gesendet: Freitag, 20. November 2026 13:30", "An: Anna Nowak", f"Betreff: {SUBJECT}"]
    lines = [*ANSWER, "", "-------- Originalnachricht --------", *block, "", *LETTER]
    assert _read(lines) == ReplyText("\n".join(ANSWER), in_doubt=False)


@pytest.mark.parametrize(
    "head", [f"{COLLEAGUE} – 20. November 2026 13:30", f"{COLLEAGUE}, dzisiaj o 13:30 -", "Maria, dziś 13:30:"]
)
def test_a_colleagues_marked_note_that_leads_into_our_letter_never_leaks(head: str) -> None:
    inner = marked([f"On 20 Nov 2026, at 13:30, {HOTLINE} wrote:", "", *LETTER])
    reply = _read([*ANSWER, "", head, *marked([*NOTE, *inner])])
    assert "Odpisz ogólnie" not in (reply.new_text or "")
    assert QUESTION not in (reply.new_text or "")


@pytest.mark.parametrize("mark", ["HC> ", "| "])
def test_all_that_bears_an_odd_mark_below_a_head_is_quoted(mark: str) -> None:
    rows = [mark + line if line else "" for line in (*NOTE, f"From: {HOTLINE}", f"Subject: {SUBJECT}", "", *LETTER)]
    head = "Friday, November 20, 2026, 1:30:12 PM, you wrote:"
    assert _read([*ANSWER, "", head, "", *rows]) == ReplyText("\n".join(ANSWER), in_doubt=False)


def test_header_lines_below_a_drawn_sentence_hide_no_text_below_the_letter() -> None:
    assert _read([*ANSWER, "", *NOTES_HEAD, *LETTER]) == ReplyText("\n".join(ANSWER), in_doubt=False)
    assert _read([*NOTES_HEAD, *LETTER, "", "To wszystko."]) == ReplyText("To wszystko.", in_doubt=True)


@pytest.mark.parametrize(
    "last", ["W dniu 20.11.2026 uruchomimy ją u Państwa.", "Pon., 23.11.2026 o 8:00 wracamy do pracy"]
)
@pytest.mark.parametrize(
    "head",
    ["W dniu 2026-11-20 o 13:30, Hot-line CSIZS pisze:", f"{HOTLINE} schrieb am Freitag, 20. November 2026 um 13:30:"],
)
def test_a_line_that_begins_with_a_date_right_above_a_head_is_new(last: str, head: str) -> None:
    assert _read(["Poprawka jest gotowa.", last, head, *marked(LETTER)]).new_text == f"Poprawka jest gotowa.\n{last}"


def test_a_users_words_that_an_answer_repeats_behind_marks_are_new() -> None:
    answer = ["Użytkownik napisał w polu uwag:", "> proszę o pilne rozpatrzenie", "i to wystarczy."]
    sentence = "W dniu 18.11.2026 o 12:14, Hot-line CSIZS pisze:"
    assert _read([*answer, "", sentence, *marked(LETTER)]) == ReplyText("\n".join(answer), in_doubt=False)


def test_contact_data_right_above_a_head_are_the_authors() -> None:
    sentence = "W dniu pią, 20.11.2026 o godzinie 10:08 +0100, użytkownik Hot-line CSIZS napisał:"
    reply = _read(["Tak.", "Anna", "grupa@wsparcie.example", sentence, *marked(LETTER)])
    assert reply == ReplyText("Tak.\nAnna\ngrupa@wsparcie.example", in_doubt=False)


def test_a_pasted_header_without_a_recipient_is_kept_and_held() -> None:
    pasted = [
        "Komunikat ma nagłówek:",
        "From: noreply@csizs.example",
        "Sent: 19.11.2026 10:57",
        "Subject: Paczka 17",
        "Prosimy go przesłać.",
    ]
    sentence = "W dniu 18.11.2026 o 12:14, Hot-line CSIZS pisze:"
    assert _read([*pasted, "", sentence, *marked(LETTER)]) == ReplyText("\n".join(pasted), in_doubt=True)


def test_marked_lines_and_reports_of_what_was_written_below_an_unmarked_letter_are_kept() -> None:
    block = [f"Od: {HOTLINE}", "Wysłano: piątek, 20 listopada 2026 13:30", "Do: Anna Nowak", f"Temat: {SUBJECT}", ""]
    below = ["Komunikat:", "> E-204: brak zgody", "Dnia 17 listopada o 9:00 pan Bąk napisał:", "gotowe"]
    assert _read([*block, *LETTER, "", *below]) == ReplyText("\n".join(below), in_doubt=True)


def test_a_sign_typed_below_a_quote_in_its_container_is_text() -> None:
    quote = f'<blockquote type="cite">{divs(LETTER)}</blockquote>'
    page = f"<div>W dniu 18.11.2026 o 12:14, Hot-line CSIZS pisze:</div>{quote}<p>Konsola wypisuje</p><p>&gt; GOTOWY 100%</p>"
    assert "GOTOWY 100%" in (_read([], page).new_text or "")


def test_an_answer_between_the_quotes_of_sparks_container_is_kept_and_held() -> None:
    half = len(LETTER) // 2
    quotes = [f'<blockquote type="cite">{divs(part)}</blockquote>' for part in (LETTER[:half], LETTER[half:])]
    head = "Dnia 20 lis 2026, 13:30 +0100, Hot-line CSIZS &lt;hotline@csizs.example&gt;, napisał:"
    page = f'<div name="messageReplySection">{head}<br>{quotes[0]}<div>Nie trzeba.</div>{quotes[1]}</div>'
    assert _read([], page) == ReplyText("Nie trzeba.", in_doubt=True)
