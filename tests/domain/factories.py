"""Readings and other values with sensible contents, for tests that care about one of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from mailgate.domain.classify import Known
from mailgate.domain.hot01 import FormsFound, Hot01
from mailgate.domain.letters import QuestionSummary, Thread
from mailgate.domain.mail import Address, Envelope, InboundMail
from mailgate.domain.reading import Reading
from mailgate.domain.threads import SentLetter, StandingQuestion

HOTLINE = Address("Hot-line CSIZS", "hotline@csizs.example")
CLERK = Address("Jan Bąk", "j.bak@ug.debowa.example")
ANNA = Address("Anna Nowak", "anna.nowak@wsparcie.example")
PIOTR = Address("Piotr Zając", "piotr.zajac@wsparcie.example")
RECEIVED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
KNOWN = Known(hotline=HOTLINE, consultants={one.key: one for one in (ANNA, PIOTR)})


def form(**changes: Any) -> Hot01:
    values: dict[str, Any] = {
        "date": date(2026, 11, 20),
        "reference": "OR.1.2026",
        "user_name": "Jan Bąk",
        "office": "Urząd Gminy Dębowa",
        "phone": "+48242614021",
        "email": CLERK.address,
        "question": "Jak wycofać zatwierdzone sprawozdanie?",
        "source": "body",
    }
    return Hot01(**(values | changes))


def mail(sender: Address | None = CLERK, **changes: Any) -> InboundMail:
    values: dict[str, Any] = {
        "message_id": "<1@ug.debowa.example>",
        "in_reply_to": (),
        "references": (),
        "subject": "Zgłoszenie pytania",
        "sender": sender,
        "reply_to": (),
        "to": (HOTLINE,),
        "cc": (),
        "date": None,
        "headers": (),
        "plain": ("Dzień dobry",),
        "html": (),
        "attachments": (),
    }
    return InboundMail(**(values | changes))


def reading(sender: Address | None = CLERK, *forms: Hot01, **changes: Any) -> Reading:
    mail_changes = {name: changes.pop(name) for name in list(changes) if name in InboundMail.__slots__}
    values: dict[str, Any] = {
        "mail": mail(sender, **mail_changes),
        "text": "Dzień dobry",
        "forms": FormsFound(forms),
        "reply": None,
        "automation": None,
        "bounce": None,
    }
    return Reading(**(values | changes))


def envelope(**changes: Any) -> Envelope:
    values: dict[str, Any] = {
        "source": "smtp",
        "sender": CLERK.address,
        "recipients": (HOTLINE.address,),
        "received_at": RECEIVED,
    }
    return Envelope(**(values | changes))


def sent_letter(
    role: str = "consultant", recipient: Address = ANNA, kind: str = "question", **changes: Any
) -> SentLetter:
    values: dict[str, Any] = {
        "id": 1,
        "message_id": "<hot01.7.token@csizs.example>",
        "token": "token",
        "kind": kind,
        "role": role,
        "recipient": recipient.address,
        "question_ids": (7,),
        "number": "HOT-01/2026/000007",
        "created_at": RECEIVED,
    }
    return SentLetter(**(values | changes))


def standing(id: int = 7, **changes: Any) -> StandingQuestion:
    summary = QuestionSummary(
        number=f"HOT-01/2026/{id:06d}",
        kind="question",
        subject="Zgłoszenie pytania",
        received_at=RECEIVED,
        counted_from=RECEIVED,
        acknowledge_by=RECEIVED,
        because=(),
        form=form(),
        text="Jak wycofać zatwierdzone sprawozdanie?",
    )
    values: dict[str, Any] = {
        "id": id,
        "summary": summary,
        "asker": CLERK,
        "thread": Thread("<1@ug.debowa.example>", ("<1@ug.debowa.example>",)),
        "finished": False,
        "answered_by": None,
    }
    return StandingQuestion(**(values | changes))
