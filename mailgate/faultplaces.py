"""Mistakes of the program in a form fit for a journal: their kind and place, never their text.

The text of an exception may quote what a clerk wrote; where it arose says enough to find the mistake.
"""

from __future__ import annotations


def place_of(fault: BaseException) -> str:
    """``KeyError in mailgate.recording.entries._row, line 123``."""
    place = fault.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    if place is None:
        return type(fault).__name__
    module = place.tb_frame.f_globals.get("__name__", "?")
    return f"{type(fault).__name__} in {module}.{place.tb_frame.f_code.co_name}, line {place.tb_lineno}"
