"""The letters that our own templates make, quoted as HTML and as text by the clients that consultants use."""

from __future__ import annotations

import email.policy
import re
from email import message_from_bytes
from email.message import EmailMessage
from typing import cast

import pytest
from replyshapes import CLIENTS, HEADER_BLOCKS, SENTENCES, Bodies, divs, mail_of, marked

from mailgate.delivery.composer import Composer
from mailgate.delivery.specimen import HOTLINE, LETTERS, MESSAGE_ID, NOW, REPLY_TO, TOKEN
from mailgate.domain.reply import ReplyText, read_reply
from mailgate.extract.html.reader import read_html

ANSWERABLE = [name for name in LETTERS if name.startswith(("question", "follow-up")) or name == "not-relayed-full"]
ANSWER = ["Dzień dobry,", "", "proszę zalogować się ponownie.", "", "Jan"]
BLOCK = "<br>".join(
    f"<b>{label}:</b> {value.replace('<', '&lt;')}"
    for label, value in (line.split(": ", 1) for line in HEADER_BLOCKS["outlook pl"])
)
SHAPES = {
    "gmail": '<div dir="ltr">{answer}<div class="gmail_quote"><div class="gmail_attr">{sentence}<br></div>'
             '<blockquote class="gmail_quote">{letter}</blockquote></div></div>{below}',
    "apple": '{answer}<div><blockquote type="cite"><div>{sentence}</div><div>{letter}</div></blockquote></div>{below}',
    "thunderbird": '{answer}<div class="moz-cite-prefix">{sentence}<br></div><blockquote type="cite">{letter}</blockquote>'
                   "{below}",
    "outlook": '<div class="WordSection1">{answer}<div style="border:none;border-top:solid #E1E1E1 1.0pt">'
               "<p class=MsoNormal>{block}</p></div>{letter}{below}</div>",
    "outlook without the border": '<div class="WordSection1">{answer}<p class=MsoNormal>{block}</p>{letter}{below}</div>',
    "owa": '{answer}<hr><div id="divRplyFwdMsg">{block}</div><div>{letter}</div>{below}',
    "bare": "{answer}<p>{sentence}</p>{letter}{below}",
}  # fmt: skip


def _bodies(name: str) -> tuple[list[str], str]:
    composed = Composer(HOTLINE).compose(LETTERS[name], MESSAGE_ID, REPLY_TO, NOW, TOKEN)
    message = cast("EmailMessage", message_from_bytes(composed.content, policy=email.policy.default))
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert page is not None
    inside = re.search(r"<body[^>]*>(.*)</body>", page.get_content(), re.DOTALL)
    assert inside is not None
    return plain.get_content().splitlines(), inside[1]


def _read(bodies: Bodies) -> ReplyText:
    return read_reply(mail_of(bodies), None, read_html(bodies.html, "body") if bodies.html else None)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ANSWERABLE)
def test_our_letter_quoted_as_html_is_not_new_and_text_below_it_is(name: str, shape: str) -> None:
    _, letter = _bodies(name)
    sentence = SENTENCES["gmail pl"].replace("<", "&lt;")
    page = {"sentence": sentence, "block": BLOCK, "letter": letter}
    above = SHAPES[shape].format(answer=divs(ANSWER), below="", **page)
    reply = _read(Bodies(None, above))
    assert ((reply.new_text or "").split(), reply.in_doubt) == (" ".join(ANSWER).split(), False)
    both = SHAPES[shape].format(answer=divs(ANSWER), below=divs(["", "Dopisek."]), **page)
    reply = _read(Bodies(None, both))
    assert ((reply.new_text or "").split(), reply.in_doubt) == (" ".join([*ANSWER, "Dopisek."]).split(), True)


@pytest.mark.parametrize(
    "client", ["thunderbird pl", "gmail pl, narrow", "outlook pl", "owa", "iphone pl, inside", "notes"]
)
@pytest.mark.parametrize("name", ANSWERABLE)
def test_our_letter_quoted_as_text_is_not_new_and_text_below_it_is(name: str, client: str) -> None:
    letter, _ = _bodies(name)
    shown = CLIENTS[client](ANSWER, letter).plain or ""
    reply = _read(Bodies(shown))
    assert ((reply.new_text or "").split(), reply.in_doubt) == (" ".join(ANSWER).split(), False)
    reply = _read(Bodies(shown + "\nDopisek.\n"))
    assert ((reply.new_text or "").split(), reply.in_doubt) == (" ".join([*ANSWER, "Dopisek."]).split(), True)


@pytest.mark.parametrize("name", ANSWERABLE)
def test_our_letter_without_its_marker_line_is_known_by_its_other_traits(name: str) -> None:
    letter, _ = _bodies(name)
    reply = _read(Bodies("\n".join([*ANSWER, "", SENTENCES["thunderbird pl"], *marked(letter[2:])])))
    assert ((reply.new_text or "").split(), reply.in_doubt) == (" ".join(ANSWER).split(), False)
