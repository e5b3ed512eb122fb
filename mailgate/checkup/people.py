"""Those whom mailgate writes to, and how it knows them."""

from __future__ import annotations

from collections.abc import Iterator

from mailgate.checkup.finding import Finding, or_well
from mailgate.config import Settings
from mailgate.domain.tokens import untagged

_UNSET_DOMAIN = "localhost"


def consultants(settings: Settings) -> Iterator[Finding]:
    """Whether questions reach somebody, and answers are known for whose they are."""
    names = ", ".join(consultant.address for consultant in settings.consultants)
    yield from or_well(_faults(settings), "consultants", f"Questions go to {names}.")


def _faults(settings: Settings) -> Iterator[Finding]:
    if settings.hotline.domain == _UNSET_DOMAIN:
        cure = "set MAILGATE_HOTLINE=Name <address>."
        yield Finding("consultants", "warning", f"Nobody can write to {settings.hotline.address}: {cure}")
    if not settings.consultants:
        cure = "set MAILGATE_CONSULTANTS=Name <address>, ..."
        yield Finding("consultants", "fault", f"Nobody is asked to answer questions: {cure}")
        return
    if any(untagged(consultant.key) == settings.hotline.key for consultant in settings.consultants):
        cure = "remove it, for its letters would come back as questions."
        yield Finding(
            "consultants", "fault", f"The hot-line's own address is among MAILGATE_CONSULTANTS: {cure}"
        )  # fmt: skip
    if settings.trusted_authserv_id is None:
        cure = "set MAILGATE_TRUSTED_AUTHSERV_ID to the name that your receiving server writes into that header."
        told = "Answers rest on their token alone, for nobody's Authentication-Results are trusted"
        yield Finding("consultants", "warning", f"{told}: {cure}")


def administrators(settings: Settings) -> Iterator[Finding]:
    """Whether somebody is told of what needs a person."""
    if not settings.admins:
        cure = "set MAILGATE_ADMINS=Name <address>, or watch `mailgate status`."
        yield Finding("administrators", "warning", f"Nobody is written to when something needs a person: {cure}")
        return
    names = ", ".join(administrator.address for administrator in settings.admins)
    yield Finding("administrators", "ok", f"What needs a person is told to {names}.")
