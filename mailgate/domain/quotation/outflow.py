"""What must not leave in an answer, beside what is quoted: one judgement for the reader and for the last check.

The reader says by it that a reply is in doubt; ``holding`` says to its author what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailgate.domain.document import Document, lines_of
from mailgate.domain.mail import Attachment
from mailgate.domain.quotation.attributions import is_separator
from mailgate.domain.quotation.commands import command_meant, looks_like_command
from mailgate.domain.quotation.leaks import leak_in

Commands = Sequence[tuple[str, str]]
STAY_INSIDE = frozenset({"notatka", "telefon"})
"""With these commands the text is a note for the register, or on a call to the clerk."""


def is_note(commands: Commands) -> bool:
    """True where the text stays inside as a note: nothing of the reply leaves."""
    return any(name in STAY_INSIDE for name, _ in commands)


def misplaced_command(text: str | None) -> str | None:
    """The first line of a text that was meant as a command, or None: commands work only at its top."""
    return next((line for line in (text or "").splitlines() if looks_like_command(line)), None)


def holds_a_note(text: str | None) -> bool:
    """True where ``#notatka`` or its like stands within a text: what was to stay inside would be sent."""
    return any(command_meant(line) in STAY_INSIDE for line in (text or "").splitlines())


def leak_in_answer(text: str | None, commands: Commands, files: Sequence[Attachment]) -> str | None:
    """What of a letter of ours, or of a quote's head, an answer would give away, as an English clause."""
    if any(is_separator(line) for line in (text or "").splitlines()):
        return "its text holds the head of a quote"
    return leak_in("\n".join((text or "", *(argument for _, argument in commands))), files)


def leak_in_documents(names: Sequence[str], documents: Sequence[Document]) -> str | None:
    """The same for what the files that go along say once they are opened: the text of a PDF, of a document in a ZIP."""
    for document in documents:
        name = next((one for one in names if _is_of(document.source, one)), None)
        if name is not None and leak_in("\n".join(line.text for line in lines_of(document.blocks)), ()) is not None:
            return f"the file {name!r} holds a letter of ours"
    return None


def _is_of(source: str, name: str) -> bool:
    return source == f"attachment:{name}" or source.startswith(f"attachment:{name}/")
