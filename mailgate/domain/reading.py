"""Everything that the bytes of one message tell by themselves: what crosses from the sandbox to the daemon."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.domain.autoreply import Automation
from mailgate.domain.bounce import Bounce
from mailgate.domain.hot01 import FormsFound
from mailgate.domain.machines.statements import Statements
from mailgate.domain.mail import InboundMail
from mailgate.domain.reply import ReplyText


@dataclass(frozen=True, slots=True)
class Reading:
    """One message, read.

    ``unreadable`` says in English why nothing could be made of it (encrypted, no message at all), else None.
    ``reply`` is there for messages that answer something; ``text`` is the body as a person reads it.  ``beside`` is
    what the text says beside a filled form, "" where that is nothing worth reading.  ``said`` is what the clauses of the
    reply's new text say; None where there is no such text.
    """

    mail: InboundMail
    text: str
    forms: FormsFound
    reply: ReplyText | None
    automation: Automation | None
    bounce: Bounce | None
    unreadable: str | None = None
    beside: str = ""
    said: Statements | None = None

    @property
    def written_text(self) -> str:
        """What the author newly wrote, "" for a mere quotation; the whole text where it cannot be told (nothing is lost)."""
        if self.reply is not None and self.reply.is_empty:
            return ""
        return (self.reply.new_text if self.reply else None) or self.text

    @property
    def adds_nothing(self) -> bool:
        """True for an answer without a word, a file or a form of its own."""
        reply = self.reply
        return reply is not None and reply.is_empty and not reply.attachments and not self.forms.forms
