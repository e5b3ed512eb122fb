"""What the changes of one mail bring about for the letters that tell of it: the questions as they will then be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mailgate.domain.changes import Change, ConfirmAddress, FillFields, UseAuthor
from mailgate.domain.completion import completed
from mailgate.domain.mail import Address
from mailgate.domain.threads import StandingQuestion


def as_changed(changes: Sequence[Change], standing: Mapping[int, StandingQuestion]) -> dict[int, StandingQuestion]:
    """The questions by their ids, with the fields and addresses that the changes bring."""
    now = dict(standing)
    for change in changes:
        match change:
            case FillFields(question_id=id, values=values) if id in now:
                now[id] = completed(now[id], values)
            case ConfirmAddress(question_id=id, address=address) | UseAuthor(question_id=id, address=address) if (
                id in now
            ):
                now[id] = replace(now[id], asker=address)
            case _:
                pass
    return now


def confirmed_in(changes: Sequence[Change]) -> Address | None:
    """The typed address that a mail has proven to be the clerk's."""
    return next((change.address for change in changes if isinstance(change, ConfirmAddress)), None)


def supplied_in(changes: Sequence[Change], question_id: int) -> tuple[str, ...]:
    """The fields of a question's form that a mail has filled."""
    filled = (one for one in changes if isinstance(one, FillFields) and one.question_id == question_id)
    return tuple(name for change in filled for name, _ in change.values)
