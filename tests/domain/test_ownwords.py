"""The words at the top of a mail: what is quoted or forwarded is not among them."""

from __future__ import annotations

import time

import pytest

from mailgate.domain.machines.ownwords import MOST_LOOKED_AT, own_text, own_words
from mailgate.domain.mail import read_mail


def words(text: str, kind: str = "plain") -> str:
    """The own words of a mail with that body."""
    return own_words(read_mail(f"Content-Type: text/{kind}; charset=utf-8\n\n{text}".encode()))


def test_words_are_folded_line_by_line() -> None:
    assert words("Dzień  dobry,\n\n ŻÓŁĆ\n") == "dzien dobry,\n\nzolc"


@pytest.mark.parametrize(
    "quote",
    [
        "> Przebywam na urlopie.",
        "-----Wiadomość oryginalna-----\nPrzebywam",
        "-----Original Message-----\nFrom: a",
        "---------- Forwarded message ---------\nFrom: a",
        "________________________________\nOd: a",
        "Od: Piotr Sum\nWysłano: 23.11.2026\nPrzebywam",
        "W dniu 23.11.2026 o 10:11, Piotr Sum pisze:\nPrzebywam",
        "On Mon, 23 Nov 2026, Piotr Sum wrote:\nPrzebywam",
        "Begin forwarded message:\nPrzebywam",
    ],
)
def test_what_is_quoted_or_forwarded_is_left_out(quote: str) -> None:
    assert words(f"Proszę o pomoc.\n\n{quote}\n") == "prosze o pomoc."


def test_html_is_read_where_there_is_no_plain_text() -> None:
    html = "<head><title>T</title><style>p{}</style></head><p>Dzień&nbsp;dobry</p><div>B&oacute;b <b>i</b> groch</div>"

    assert words(html, "html") == "dzien dobry\nbob i groch"


@pytest.mark.parametrize(
    "quote",
    [
        '<blockquote type="cite">x',
        '<div class="gmail_quote">x',
        '<div id="divRplyFwdMsg">x',
        '<div class="moz-cite-prefix">x',
    ],
)
def test_a_clients_quote_container_is_left_out(quote: str) -> None:
    assert words(f"<p>Proszę o pomoc.</p>{quote}</div>", "html") == "prosze o pomoc."


def test_a_mail_without_text_has_no_words() -> None:
    assert words("") == ""


@pytest.mark.parametrize(
    ("unit", "kind"),
    [("<", "html"), ("<style>", "html"), ("<p>a", "html"), ("&amp", "html"), (">", "plain"), ("-- ", "plain"), ("w dniu a", "plain"),
     ("od: x\n", "plain"), (" ", "plain"), ("\n", "plain")],
)  # fmt: skip
def test_hostile_text_is_bounded_in_length_and_time(unit: str, kind: str) -> None:
    mail = read_mail(f"Content-Type: text/{kind}; charset=utf-8\n\n{unit * (1_000_000 // len(unit))}".encode())
    started = time.process_time()

    assert len(own_words(mail)) <= 5 * MOST_LOOKED_AT
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "quotation", ["", "\n> cytat", "\n\n-----Original Message-----\nod: x", "\nOd: Ewa\nWysłano: dziś"]
)
def test_the_same_words_are_had_as_they_were_written(quotation: str) -> None:
    raw = f"Content-Type: text/plain; charset=utf-8\n\nŁódź, ul.  Żółta 1\nİle?\n{quotation}".encode()

    assert own_text(read_mail(raw)) == "Łódź, ul. Żółta 1\nİle?"
