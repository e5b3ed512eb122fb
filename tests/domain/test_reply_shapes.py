"""Any answer, put into any client's shape over any letter of ours, comes back whole, and nothing of the quote with it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from replyshapes import (
    ANSWERS,
    AUTHOR,
    CLIENTS,
    HOTLINE,
    LETTERS,
    MARKED,
    PRIVACY_TAILS,
    QUESTION,
    SECOND,
    TAILS,
    UNMARKED,
    WITH_HTML,
    Bodies,
    Client,
    divs,
    mail_of,
)

from mailgate.domain.reply import ReplyText, read_reply
from mailgate.extract.html.reader import read_html

QUOTED = (
    QUESTION[:34], SECOND, "##-", "gops@sosnica", "c.zyla@", "Termin potwierdzenia", "Potwierdzić do", "Kod wiadomości",
    "gq4n8554", "Wysłano:", "Wysłane:", "Temat: [HOT", "napisał(a):", "pisze:", HOTLINE,
)  # fmt: skip
USUAL = ANSWERS["an ordinary letter"]
NOTE = ["Możesz obiecać pierwszy stycznia.", "", "Maria"]
SIGNATURE = ["-- ", "Anna Nowak", "konsultantka", "tel. 22 555 01 02"]
FREQUENT = ("gmail pl, wrapped", "thunderbird pl", "outlook pl", "owa", "k-9 pl, tight", "samsung", "notes",
            "gmail html", "outlook html", "apple html", "owa html", "thunderbird html")  # fmt: skip
INNER = ("gmail pl", "outlook pl", "owa", "thunderbird pl", "apple pl", "outlook original", "samsung", "notes", "wp",
         "em client", "iphone pl, inside")  # fmt: skip

OUTER = tuple(
    name for name in CLIENTS if not name.endswith(("tight", "narrow", "inside"))
    and name not in {"marker line alone", "marks without attribution", "unknown language", "sentence over nothing marked"}
)  # fmt: skip


def _read(bodies: Bodies) -> ReplyText:
    html = read_html(bodies.html, "body") if bodies.html is not None else None
    return read_reply(mail_of(bodies), None, html)


def _folded(lines: Sequence[str] | str | None) -> str:
    return " ".join((lines if isinstance(lines, str) else "\n".join(lines or ())).split())


def _assert_exact(bodies: Bodies, answer: Sequence[str], about: str) -> None:
    reply = _read(bodies)
    assert _folded(reply.new_text) == _folded(answer), about
    assert not reply.in_doubt, about


def _assert_held(bodies: Bodies, answer: Sequence[str], about: str) -> None:
    """All lines are there, nothing quoted is, and a person will look."""
    reply = _read(bodies)
    text = reply.new_text or ""
    assert reply.in_doubt, about
    assert [line for line in answer if _folded(line) not in _folded(text)] == [], about
    assert [quoted for quoted in QUOTED if quoted in text] == [], about


def _below(bodies: Bodies, lines: Sequence[str]) -> Bodies:
    return Bodies((bodies.plain or "").lstrip() + "\n" + "\n".join(lines) + "\n")


def _behind_the_question(bodies: Bodies, written: str) -> Bodies:
    plain = bodies.plain or ""
    place = plain.rindex(SECOND) + len(SECOND)
    return Bodies(plain[:place] + written + plain[place:].lstrip("\n"))


def _from_colleague(shape: Client, nested: Sequence[str]) -> Bodies:
    """A reply to a colleague's mail: the outer attribution names her, the inner ones the hot-line."""
    bodies = shape(USUAL, [line.replace("Hot-line", "H-L").replace("hotline", "h-l") for line in nested])

    def renamed(text: str | None) -> str | None:
        if text is None:
            return None
        text = text.replace("Hot-line CSIZS", "Maria Wójcik").replace("hotline@csizs.example", "m.w@wsparcie.example")
        return text.replace("H-L", "Hot-line").replace("h-l", "hotline")

    return Bodies(renamed(bodies.plain), renamed(bodies.html))


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("client", CLIENTS)
def test_every_answer_comes_back_exactly(client: str, letter: str) -> None:
    for name, answer in ANSWERS.items():
        _assert_exact(CLIENTS[client](answer, LETTERS[letter]), answer, name)


@pytest.mark.parametrize("client", CLIENTS)
def test_an_empty_reply_has_no_text(client: str) -> None:
    for name, letter in LETTERS.items():
        _assert_exact(CLIENTS[client]([], letter), [], name)
        _assert_exact(CLIENTS[client](SIGNATURE, letter), [], name)


@pytest.mark.parametrize("client", FREQUENT)
def test_what_clients_and_offices_put_under_an_answer_is_not_new(client: str) -> None:
    for name, tail in TAILS.items():
        for answer in (USUAL, ["Tak."]):
            _assert_exact(CLIENTS[client]([*answer, "", *tail], LETTERS["labels"]), answer, name)
        _assert_exact(CLIENTS[client](tail, LETTERS["labels"]), [], name)
    for clause in PRIVACY_TAILS:
        _assert_exact(CLIENTS[client]([*USUAL, "", clause], LETTERS["labels"]), USUAL, clause)
        _assert_exact(CLIENTS[client](["Tak.", "", clause], LETTERS["labels"]), ["Tak."], clause)


@pytest.mark.parametrize("client", CLIENTS)
def test_commands_are_taken_from_the_top_and_from_nowhere_else(client: str) -> None:
    for letter in LETTERS.values():
        reply = _read(
            CLIENTS[client](["#Dokumentacja Podręcznik, rozdz. 2", "#notatka", "#Zażółć x", "", *USUAL], letter)
        )
        assert reply.commands == (("dokumentacja", "Podręcznik, rozdz. 2"), ("notatka", ""), ("zazolc", "x"))
        assert _folded(reply.new_text) == _folded(USUAL)
        assert _read(CLIENTS[client](["#zamknij"], letter)) == ReplyText(None, False, (), (("zamknij", ""),))


@pytest.mark.parametrize("client", [*MARKED, *UNMARKED])
def test_a_signature_advert_or_notice_below_the_quote_is_neither_new_nor_a_doubt(client: str) -> None:
    for name, letter in LETTERS.items():
        for tail in (SIGNATURE, TAILS["Wysłane z iPhone'a"], TAILS["notice in English"], TAILS["ESET"]):
            _assert_exact(_below(CLIENTS[client](USUAL, letter), tail), USUAL, name)


@pytest.mark.parametrize("client", [*MARKED, *UNMARKED])
def test_text_below_the_quote_is_kept_and_held(client: str) -> None:
    for name, letter in LETTERS.items():
        _assert_held(_below(CLIENTS[client]([], letter), USUAL), USUAL, name)
        _assert_held(_below(CLIENTS[client]([], letter), [*USUAL, *SIGNATURE]), USUAL, name)
        _assert_held(_below(CLIENTS[client](USUAL, letter), ["Dopisek."]), [*USUAL, "Dopisek."], name)


@pytest.mark.parametrize("client", MARKED)
def test_text_between_the_lines_of_the_quote_is_kept_and_held(client: str) -> None:
    for name, letter in LETTERS.items():
        for written in ("\n\nNie, wystarczy pobrać go ponownie.\n\n", "\nNie, wystarczy pobrać go ponownie.\n"):
            bodies = _behind_the_question(CLIENTS[client](USUAL, letter), written)
            _assert_held(bodies, [*USUAL, "Nie, wystarczy pobrać go ponownie."], name)


@pytest.mark.parametrize("client", UNMARKED)
def test_a_comment_with_its_authors_name_in_an_unmarked_quote_is_kept_and_held(client: str) -> None:
    for name, letter in LETTERS.items():
        written = f"\n\n[{AUTHOR.name}] Nie, wystarczy pobrać go ponownie.\n\n"
        bodies = _behind_the_question(CLIENTS[client](USUAL, letter), written)
        _assert_held(bodies, [*USUAL, "Nie, wystarczy pobrać go ponownie."], name)


@pytest.mark.parametrize("client", WITH_HTML)
def test_html_is_held_where_text_stands_below_or_within_the_quote(client: str) -> None:
    for name, letter in LETTERS.items():
        page = CLIENTS[client](USUAL, letter).html or ""
        inside = page.replace(SECOND, f"{SECOND} <b>[Anna Nowak]</b> Nie trzeba.")
        _assert_held(Bodies(None, inside), [*USUAL, "Nie trzeba."], name)
        below, signed = divs(["", "Dopisek na dole."]), divs(["", "--", "Anna Nowak", "tel. 22 555 01 02"])
        if "</body>" in page:
            _assert_held(Bodies(None, page.replace("</body>", f"{below}</body>")), [*USUAL, "Dopisek na dole."], name)
            _assert_exact(Bodies(None, page.replace("</body>", f"{signed}</body>")), USUAL, name)


@pytest.mark.parametrize("client", MARKED)
def test_marked_lines_that_stand_nowhere_in_the_letter_are_the_authors_own(client: str) -> None:
    own = ["Dzień dobry,", "", "komunikat", "", "> PORTAL-7: brak podpisu", "", "oznacza brak."]
    for name, letter in LETTERS.items():
        _assert_exact(CLIENTS[client](own, letter), own, name)


@pytest.mark.parametrize("client", MARKED)
def test_marked_lines_copied_up_from_the_letter_are_quoted_and_the_reply_is_held(client: str) -> None:
    for name, letter in LETTERS.items():
        _assert_held(
            CLIENTS[client](["Dzień dobry,", "", f"> {SECOND}", "", "Nie."], letter), ["Dzień dobry,", "Nie."], name
        )


@pytest.mark.parametrize("client", OUTER)
def test_a_colleagues_note_between_the_answer_and_our_letter_never_leaks(client: str) -> None:
    for inner in INNER:
        for name, letter in LETTERS.items():
            above = CLIENTS[inner](NOTE, letter).plain or ""
            _assert_exact(_from_colleague(CLIENTS[client], above.splitlines()), USUAL, f"{inner}, {name}")
            below = [*(CLIENTS[inner]([], letter).plain or "").strip().splitlines(), "", *NOTE]
            assert "Możesz" not in (_read(_from_colleague(CLIENTS[client], below)).new_text or ""), f"{inner}, {name}"
