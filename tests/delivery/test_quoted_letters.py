"""Our letters as they come back, quoted in replies: what we wrote ourselves is never taken for something new."""

from __future__ import annotations

import email.policy
import textwrap
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from typing import Literal, cast

import pytest

from mailgate.delivery.composer import Composer
from mailgate.delivery.specimen import FORM, HOTLINE, LETTERS, MESSAGE_ID, NOW, QUESTION, REPLY_TO, TOKEN
from mailgate.domain.tokens import tokens_in
from mailgate.reader import read

ANSWER = "Dzień dobry,\n\nproszę zalogować się ponownie.\n\nJan"
HEADER_BLOCK = (
    "-----Original Message-----\nFrom: Hot-line <hotline@csizs.example>\nSent: Friday, November 20, 2026 4:36 PM\n"
    "To: Jan\nSubject: x"
)
ATTRIBUTION = "W dniu 20.11.2026 o 16:40, Hot-line CSIZS pisze:"
ANSWERABLE = [
    name
    for name in LETTERS
    if name.startswith(("question", "follow-up", "not-delivered")) or name == "not-relayed-full"
]


def plain_text(name: str) -> str:
    return shown(name, "plain")


def shown(name: str, kind: Literal["plain", "html"]) -> str:
    composed = Composer(HOTLINE).compose(LETTERS[name], MESSAGE_ID, REPLY_TO, NOW, TOKEN)
    message = cast("EmailMessage", message_from_bytes(composed.content, policy=email.policy.default))
    part = message.get_body((kind,))
    assert part is not None
    return cast("str", part.get_content()).replace("\r\n", "\n")


def reply(text: str, kind: Literal["plain", "html"] = "plain") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Jan <jan.zak@firma.example>", HOTLINE.address, "Odp: x"
    message["Message-ID"], message["In-Reply-To"] = "<r@firma.example>", "<rewritten@relay.example>"
    message.set_content(text, subtype=kind)
    return message.as_bytes()


def wrapped(text: str) -> str:
    return "\n".join("\n".join(textwrap.wrap(line, 72)) for line in text.split("\n"))


@pytest.mark.parametrize("name", ANSWERABLE)
@pytest.mark.parametrize("style", ["marked", "unmarked", "wrapped"])
def test_only_the_consultants_words_are_new_in_a_reply(name: str, style: str) -> None:
    letter = plain_text(name)
    quotes = {
        "marked": ATTRIBUTION + "\n" + textwrap.indent(letter, "> ", lambda _: True),
        "unmarked": f"{HEADER_BLOCK}\n\n{letter}",
        "wrapped": f"{HEADER_BLOCK}\n\n{wrapped(letter)}",
    }
    found = read(reply(f"{ANSWER}\n\n{quotes[style]}"), as_reply=True).reply
    assert found is not None
    assert (found.new_text, found.in_doubt) == (ANSWER, False)


@pytest.mark.parametrize("name", ANSWERABLE)
def test_words_below_a_quoted_letter_are_noticed(name: str) -> None:
    found = read(reply(f"{ANSWER}\n\n{HEADER_BLOCK}\n\n{plain_text(name)}\n\nA to dopisek."), as_reply=True).reply
    assert found is not None
    assert found.in_doubt


@pytest.mark.parametrize("name", ANSWERABLE)
def test_the_token_is_found_in_the_text_where_a_relay_has_changed_the_headers(name: str) -> None:
    raw = reply(f"{ANSWER}\n\n{wrapped(plain_text(name))}")
    reading = read(raw)
    assert TOKEN in tokens_in(reading.mail, reading.text)


def test_the_form_that_an_acknowledgement_repeats_is_read_back_as_it_was_asked() -> None:
    """So a clerk's unmarked quotation of it is known for what it is, and no second question."""
    forms = read(reply(plain_text("acknowledgement-several"))).forms.forms
    assert [(form.question or "").split() for form in forms] == [QUESTION.text.split()] * 2


@pytest.mark.parametrize("kind", ["plain", "html"])
@pytest.mark.parametrize("name", ["acknowledgement-full", "acknowledgement-sound"])
def test_every_value_that_an_acknowledgement_repeats_is_read_back(name: str, kind: Literal["plain", "html"]) -> None:
    (form,) = read(reply(shown(name, kind), kind)).forms.forms
    assert (form.question or "").split() == QUESTION.text.split()
    assert replace(form, findings=(), source=FORM.source, by_ocr=True, question=None) == replace(FORM, question=None)


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_what_was_typed_wrong_is_wrong_when_read_back(kind: Literal["plain", "html"]) -> None:
    found = read(reply(shown("acknowledgement-wrong", kind), kind)).forms
    assert [(one.field, one.code) for one in found.problems] == [("date", "invalid"), ("contact", "invalid")]


def test_an_answer_that_repeats_the_question_holds_no_form() -> None:
    assert not read(reply(plain_text("answer-full"))).forms.forms
