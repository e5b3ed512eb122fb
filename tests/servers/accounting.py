"""What must hold whatever happened to the daemon: all mail is registered once, all letters are accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from servers.deployment import Deployment
from servers.smtp_sink import SmtpSink

from mailgate.register.tables import InboundRow, LetterRow

LETTERS_A_QUESTION = 3
"""The acknowledgement, and the question to each of the two consultants."""


def each_mail_is_registered_once(gate: Deployment, asked: Sequence[str]) -> None:
    """The questions that were asked stand in the register, each once, and their numbers have no gap."""
    register = gate.register()
    assert Counter(entry["question"] for entry in register) == Counter(asked)
    assert [int(entry["number"][-6:]) for entry in register] == list(range(1, len(asked) + 1))
    assert Counter(row.state for row in gate.rows(InboundRow)) == {"done": len(asked)}


def each_letter_is_accounted_for(gate: Deployment, sink: SmtpSink, states: Sequence[str] = ("accepted",)) -> None:
    """The smarthost has what the outbox says it has, once; what only it may know of is shown as uncertain."""
    taken = Counter(
        line.partition(b": ")[2].decode()
        for message in sink.messages
        for line in message.content.split(b"\r\n")
        if line.startswith(b"Message-ID:")
    )
    letters: list[LetterRow] = gate.rows_of_letters()
    known = {letter.message_id: letter.state for letter in letters}
    assert len(letters) == LETTERS_A_QUESTION * len(gate.register())
    assert set(taken.values()) == {1}, "a letter was accepted twice"
    assert set(known.values()) <= set(states)
    assert {id for id, state in known.items() if state == "accepted"} <= taken.keys() <= known.keys()
