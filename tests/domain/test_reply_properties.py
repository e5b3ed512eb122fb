"""What holds of a reply whatever people write: drawn answers in drawn clients, and bodies made to hurt."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from replyshapes import CLIENTS, LETTERS, MARKED, Bodies, mail_of

from mailgate.domain.message.charset import tidy
from mailgate.domain.reply import ReplyText, read_reply
from mailgate.extract.html.reader import read_html

WORDS = (
    "wniosek", "decyzja", "proszę", "odświeżyć", "słownik", "Emp@tia", "w", "dniu", "Od", "do", "3", "listopada", "2026",
    "12:30", "napisał", "pisze", "kwota", "800,50", "zł", "#2", "(zob.", "rozdz.", "4)", "https://csizs.example/a?b=c",
    "ops@urzad.example", "<pole>", "–", "*ważne*", "ĄĆĘŁŃÓŚŹŻ", "RODO", "poufne", "wysłano", "Temat", "-", ">", "[x]", "&",
)  # fmt: skip
# Prose begins with a capital letter and ends with a full stop; blank lines part its paragraphs.
SENTENCES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(lambda words: f"Zatem {' '.join(words)}.")
PARAGRAPHS = st.lists(st.lists(SENTENCES, min_size=1, max_size=3), min_size=1, max_size=4)
ANYTHING = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    ["> x", ">> y", "-- ", "--", "", "Od: a@b.pl", "Wysłano: 1 maja 2026 10:00", "Temat: t", "Do: x", "##- a -##",
     "W dniu 20.11.2026 o 10:08, X pisze:", "napisał(a):", "#notatka x", "[Anna Nowak] tak", "________________",
     "Wysłane z iPhone'a", "Numer: HOT-01/2026/000001", "Pytanie", "<b>x", "</blockquote>", "<blockquote>"]
)  # fmt: skip


def _read(bodies: Bodies) -> ReplyText:
    return read_reply(mail_of(bodies), None, read_html(bodies.html, "body") if bodies.html is not None else None)


def _folded(text: str | None) -> str:
    return " ".join((text or "").split())


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(paragraphs=PARAGRAPHS, client=st.sampled_from(sorted(CLIENTS)), letter=st.sampled_from(sorted(LETTERS)))
def test_whatever_prose_is_written_above_whatever_quote_comes_back_exactly(
    paragraphs: list[list[str]], client: str, letter: str
) -> None:
    answer = [line for paragraph in paragraphs for line in (*paragraph, "")]
    reply = _read(CLIENTS[client](answer, LETTERS[letter]))
    assert _folded(reply.new_text) == _folded("\n".join(answer))
    assert not reply.in_doubt


@settings(max_examples=100, deadline=None)
@given(paragraphs=PARAGRAPHS, client=st.sampled_from(MARKED), places=st.sets(st.integers(1, 18), min_size=1))
def test_whatever_is_written_between_the_lines_of_a_marked_quote_is_kept_and_held(
    paragraphs: list[list[str]], client: str, places: set[int]
) -> None:
    lines = (CLIENTS[client]([], LETTERS["own"]).plain or "").split("\n")
    first = next(number for number, line in enumerate(lines) if "##-" in line) + 1
    written = [line for paragraph in paragraphs for line in paragraph]
    for number, place in enumerate(sorted(places, reverse=True)):
        sentence = written[number % len(written)]
        lines[first + place : first + place] = [sentence]
    reply = _read(Bodies("\n".join(lines)))
    assert reply.in_doubt
    for number in range(len(places)):
        assert _folded(written[number % len(written)]) in _folded(reply.new_text)


@settings(max_examples=150, deadline=None)
@given(plain=st.lists(ANYTHING, max_size=25), html=st.none() | st.lists(ANYTHING, max_size=25))
def test_no_body_breaks_the_reader_and_nothing_is_invented(plain: list[str], html: list[str] | None) -> None:
    bodies = Bodies("\n".join(plain), None if html is None else "<br>".join(html))
    reply = _read(bodies)
    assert reply == _read(bodies)
    assert reply.new_text is None or reply.new_text == reply.new_text.strip() != ""
    if html is None:
        # Invisible characters are no part of a word; the reader leaves them out.
        written = set(tidy("\n".join(plain)).split())
        assert [word for word in tidy(reply.new_text or "").split() if not any(word in one for one in written)] == []


LETTER = "\n".join(LETTERS["own"])
HEADERS = "Od: h <hotline@csizs.example>\nWysłano: 1 maja 2026 10:10\nDo: x\nTemat: y\n\n##- odpowiedź -##\n"
HOSTILE = {
    "30 KB of newlines": "\n" * 30_000,
    "10 000 lines that begin an attribution": "On \n" * 10_000,
    "10 000 attributions": "On 20.11.2026 10:10 X wrote:\n" * 10_000,
    "attributions that never end": "W dniu 20.11.2026 o 10:10, X\n" * 10_000,
    "5 000 levels of quotation": "\n".join(">" * depth + " x" for depth in range(5_000)),
    "marks alone": "> " * 200_000,
    "one long line": "On " + "1 " * 500_000 + "wrote:",
    "addresses without end": ("a@" * 150 + "\n") * 5_000,
    "half header blocks": "Od: a\nDo: b\n" * 5_000,
    "labels without values": "Od:\n\n" * 10_000,
    "markers": "##- x -##\n" * 10_000,
    "dashes": "--\nx\n" * 5_000,
    "half notices": "poufne\n" * 10_000,
    "clauses": "rodo administrator danych 2016/679\n" * 5_000,
    "our labels": "Użytkownik: x\nNumer: HOT-01/2026/000039\n" * 5_000,
    "our last line": "Wystarczy odpowiedzieć na tę wiadomość\n" * 10_000,
    "comments": HEADERS + "[A B] " * 50_000,
    "own marks over a long quote": "> a b c d\n" * 20_000
    + "W dniu 20.11.2026 o 10:10, X pisze:\n"
    + "> a b c d\n" * 1_000,
    "verbs": ("pisze " * 60 + ":\n") * 3_000,
    "adverts": ("wyslano z " * 25 + "\n") * 3_000,
    "pictures": "[cid:" * 50_000,
    "commands": "#x\n" * 10_000,
}


@pytest.mark.parametrize("shape", HOSTILE)
def test_time_grows_with_the_length_of_a_body_and_no_faster(shape: str) -> None:
    body = HOSTILE[shape]
    started = time.process_time()
    _read(Bodies(f"{LETTER}\n{body}"))
    _read(Bodies(body))
    # The slowest takes about a second and a half; what backtracks or goes over all rows for each would take minutes.
    assert time.process_time() - started < 15
