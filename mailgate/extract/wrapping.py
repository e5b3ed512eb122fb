"""A mail as its sender wrote it: out of the signature or the winmail.dat into which a program has put it whole.

What is in there becomes the mail's own text and its own files.  Files that merely hold files are left as they are, for
``mailgate.containers``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from mailgate.domain.mail import Attachment, InboundMail, read_mail
from mailgate.domain.message.charset import decode, tidy
from mailgate.domain.message.filenames import unique_name
from mailgate.domain.message.pgp import armoured_kind, without_signature, without_signature_in_page
from mailgate.extract.apple import is_resource_fork
from mailgate.extract.opened import Opened
from mailgate.extract.outlook.tnef import ATTACHED_MESSAGE, is_tnef, open_tnef
from mailgate.extract.signed.opaque import UNCHECKED_NOTE, SignedMail, open_signed
from mailgate.extract.signed.pgp import literal_in

MAX_LAYERS: Final = 5

_ARMOUR: Final = "-----BEGIN PGP MESSAGE-----"
_ARMOUR_END: Final = "-----END PGP MESSAGE-----"


def open_mail(raw: bytes) -> InboundMail:
    """The mail in the bytes of a message, out of its wrappings.  Never raises."""
    return unwrapped(read_mail(raw))


def unwrapped(mail: InboundMail) -> InboundMail:
    """The mail out of its wrappings, down to MAX_LAYERS of them; itself where it is in none."""
    looked_at: set[int] = set()
    for _ in range(MAX_LAYERS):
        layer = _without_layer(mail, looked_at)
        if layer is None:
            break
        mail = layer
    mail = _without_resource_forks(mail)
    plain = tuple(_without_pgp(text) for text in mail.plain)
    html = tuple(without_signature_in_page(page) for page in mail.html)
    return mail if (plain, html) == (mail.plain, mail.html) else replace(mail, plain=plain, html=html)


def _without_pgp(text: str) -> str:
    """The text that PGP has signed, as text or as a message in armour that nobody has encrypted."""
    if _ARMOUR in text and armoured_kind(raw := text.encode("utf-8")) == "readable":
        signed = literal_in(raw)
        if signed is not None:
            before, _begin, rest = text.partition(_ARMOUR)
            after = rest.partition(_ARMOUR_END)[2]
            return before + tidy(decode(signed.content)[0].replace("\r\n", "\n")) + after
    return without_signature(text)


def _without_layer(mail: InboundMail, looked_at: set[int]) -> InboundMail | None:
    """The mail with its first wrapping off, None where there is none; ``looked_at`` are contents that are no wrapping.

    They are known by their identity: a content lives as long as the mail, and is passed on from layer to layer.
    """
    for place, attachment in enumerate(mail.attachments):
        if id(attachment.content) in looked_at:
            continue
        if is_tnef(attachment.content) and attachment.content_type != ATTACHED_MESSAGE:
            return _out_of_winmail(mail, place, open_tnef(attachment.content))
        signed = open_signed(attachment)
        if isinstance(signed, SignedMail):
            return _out_of_signature(mail, place, read_mail(signed.content))
        looked_at.add(id(attachment.content))
    return None


def _out_of_signature(mail: InboundMail, place: int, inner: InboundMail) -> InboundMail:
    """What a relay has added beside the signed part, a notice as a rule, stands below it."""
    return replace(
        mail,
        plain=(*inner.plain, *mail.plain),
        html=(*inner.html, *mail.html),
        attachments=_exchanged(mail.attachments, place, inner.attachments),
        notes=_notes(mail, place, (UNCHECKED_NOTE, *inner.notes)),
    )


def _out_of_winmail(mail: InboundMail, place: int, inner: Opened) -> InboundMail:
    """The text beside a winmail.dat is the same as in it; the one in it is taken where there is none of its kind."""
    return replace(
        mail,
        plain=mail.plain if _any_text(mail.plain) else inner.plain,
        html=mail.html if _any_text(mail.html) else inner.html,
        attachments=_exchanged(mail.attachments, place, inner.files),
        notes=_notes(mail, place, inner.notes),
    )


def _any_text(texts: Iterable[str]) -> bool:
    return any(text.strip() for text in texts)


def _exchanged(attachments: tuple[Attachment, ...], place: int, inner: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """The attachments with one of them replaced by those that were in it, each under a name of its own."""
    others = (*attachments[:place], *attachments[place + 1 :])
    taken = {attachment.name.lower() for attachment in others}
    renamed = [replace(attachment, name=unique_name(attachment.name, taken)) for attachment in inner]
    return (*attachments[:place], *renamed, *attachments[place + 1 :])


def _notes(mail: InboundMail, place: int, notes: Iterable[str]) -> tuple[str, ...]:
    said = [f"{mail.attachments[place].name}: {note}" for note in notes]
    return tuple(dict.fromkeys((*mail.notes, *said)))


def _without_resource_forks(mail: InboundMail) -> InboundMail:
    """A file from a Mac comes in two halves of one name; the half that is the file gets the name back."""
    forks = [one for one in mail.attachments if is_resource_fork(one.content)]
    if not forks:
        return mail
    files = [one for one in mail.attachments if not is_resource_fork(one.content)]
    taken = {file.name.lower() for file in files}
    for fork in forks:
        second = unique_name(fork.name, {fork.name.lower()})
        for place, file in enumerate(files):
            if file.name == second and fork.name.lower() not in taken:
                files[place] = replace(file, name=fork.name)
                taken.add(fork.name.lower())
    return replace(mail, attachments=tuple(files))
