"""What happens, counted and timed: every transition that the journal is told of (``maillog``) passes here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from prometheus_client import CollectorRegistry, Counter, Histogram

from mailgate.domain.letters import LetterKind

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400)
_READING_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_SOURCES = ("smtp", "imap", "file")
_OUTCOMES = ("accepted", "deferred", "refused", "uncertain")
_ACKNOWLEDGE = ("acknowledgement", "no_form")
"""The kinds of letters that acknowledge a question."""


class Transitions:
    """Counters since the start of the daemon; ``happened`` is a listener of ``maillog``."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"mailgate_{name}", text, labels, registry=registry)

        def histogram(name: str, text: str, buckets: tuple[float, ...] = _SECONDS) -> Histogram:
            return Histogram(f"mailgate_{name}", text, buckets=buckets, registry=registry)

        self._received = counter("mails_received", "Mails that are safely on disk, by the road they came.", "source")
        self._duplicates = counter("mails_duplicate", "Mails that we had already, by the road they came.", "source")
        self._rejected = counter("mails_rejected", "Mails, recipients and connections refused at the door.", "code")
        self._failures = counter("intake_failures", "Mails not taken through a fault of ours.", "source")
        self._skipped = counter("mailbox_messages_skipped", "Messages of the mailbox that could not be fetched.")
        self._verdicts = counter("verdicts", "Mails by what they were taken for.", "verdict")
        self._quarantined = counter("mails_quarantined", "Mails set aside for a person.")
        self._held = counter("replies_held", "Replies that were not passed on.")
        self._questions = counter("questions_registered", "Questions that got a number.", "kind")
        self._unread = counter("reading_failures", "Attempts to read a mail that failed.")
        self._letters = counter("letters", "Attempts to hand over a letter, by what came of them.", "kind", "outcome")
        self._bounced = counter("letters_bounced", "Letters that came back after the smarthost had taken them.")
        self._braked = counter("letters_braked", "Letters not written, for their recipient had too many.")
        self._outages = counter("outages", "Times that a server got out of reach.", "server")
        self._reading = histogram("reading_seconds", "Time to read one mail in a sandbox.", _READING_SECONDS)
        self._to_register = histogram(
            "receipt_to_registered_seconds", "From the receipt of a mail to the number of its question."
        )
        self._to_receipt = histogram(
            "registered_to_acknowledged_seconds", "From the registration to the accepted acknowledgement."
        )
        self._begin_at_nought()

    def _begin_at_nought(self) -> None:
        """Whoever looks for an increase must find the first one, too: it is one above nought, and not above nothing."""
        for source in _SOURCES:
            for counted in (self._received, self._duplicates, self._failures):
                counted.labels(source)
        for server in ("mailbox", "smarthost"):
            self._outages.labels(server)
        for kind in get_args(LetterKind):
            for outcome in _OUTCOMES:
                self._letters.labels(kind, outcome)

    def happened(self, event: str, values: Mapping[str, Any]) -> None:
        """One transition; those that nobody counts pass."""
        match event:
            case "received":
                self._received.labels(values["source"]).inc()
            case "duplicate":
                self._duplicates.labels(values["source"]).inc()
            case "rejected":
                self._rejected.labels(_code(values["reply"])).inc()
            case "intake-failed":
                self._failures.labels(values["source"]).inc()
            case "mailbox-message-skipped":
                self._skipped.inc()
            case "mailbox-unreachable" | "smarthost-unreachable":
                self._outages.labels(event.partition("-")[0]).inc()
            case "letter-bounced":
                self._bounced.inc()
            case "letter-accepted" | "letter-deferred" | "letter-refused" | "letter-uncertain":
                self._letter(event.removeprefix("letter-"), values)
            case "braked":
                self._braked.inc()
            case _:
                self._mail(event, values)

    def _mail(self, event: str, values: Mapping[str, Any]) -> None:
        match event:
            case "reading-ended":
                self._reading.observe(values["took"])
            case "read-failed":
                self._unread.inc()
            case "registered":
                self._questions.labels(values["kind"]).inc()
                self._observe(self._to_register, values["after"])
            case "handled":
                self._verdicts.labels(values["verdict"]).inc()
            case "quarantined":
                self._quarantined.inc()
                self._verdicts.labels(values["verdict"] or "unread").inc()
            case "held":
                self._held.inc()

    def _letter(self, outcome: str, values: Mapping[str, Any]) -> None:
        kind = values["kind"] or "unknown"
        self._letters.labels(kind, outcome).inc()
        if outcome == "accepted" and kind in _ACKNOWLEDGE:
            self._observe(self._to_receipt, values["after"])

    @staticmethod
    def _observe(histogram: Histogram, seconds: float | None) -> None:
        """A clock that was set back must not make time negative."""
        if seconds is not None:
            histogram.observe(max(0.0, seconds))


def _code(reply: str) -> str:
    """The three digits of a reply; a peer that broke off got none."""
    return reply[:3] if reply[:3].isdecimal() else "none"
