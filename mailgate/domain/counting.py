"""Numbers of things in English words, as alarms and commands tell them."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """``1 reply``, ``2 replies``, ``0 mails``: for nouns whose plural is regular."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"
