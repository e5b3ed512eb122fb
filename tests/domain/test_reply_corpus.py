"""Whole replies as they arrive, bytes and all: each mail of ``tests/mails/replies`` is read as its line expects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mailgate.domain.document import Document
from mailgate.domain.mail import read_mail
from mailgate.domain.reply import read_reply
from mailgate.extract.html.reader import read_html

MAILS = Path(__file__).parents[1] / "mails" / "replies"
EXPECTED: list[dict[str, Any]] = [
    json.loads(line) for line in (MAILS / "expected.jsonl").read_text(encoding="utf-8").splitlines()
]


def _folded(text: str | None) -> str:
    return " ".join((text or "").split())


@pytest.mark.parametrize("expected", EXPECTED, ids=[one["file"] for one in EXPECTED])
def test_the_reply_is_read_as_expected(expected: dict[str, Any]) -> None:
    mail = read_mail((MAILS / expected["file"]).read_bytes())
    blocks = tuple(block for page in mail.html for block in read_html(page, "body").blocks)
    reply = read_reply(mail, None, Document("body", blocks) if mail.html else None)
    assert reply.in_doubt == expected["in_doubt"]
    assert sorted(reply.attachments) == sorted(expected["attachments"])
    assert [list(command) for command in reply.commands] == expected["commands"]
    assert [quoted for quoted in expected["must_not"] if quoted in (reply.new_text or "")] == []
    assert _folded(reply.new_text) == _folded(expected["new_text"])


def test_every_mail_of_the_folder_is_expected() -> None:
    assert {path.name for path in MAILS.glob("*.eml")} == {one["file"] for one in EXPECTED}
