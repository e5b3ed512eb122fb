"""The letters about new entries.

The clerk is acknowledged once a mail, however many forms it held; each consultant gets a letter of his own, because
its token is bound to him.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mailgate.domain.changes import NewEntry
from mailgate.domain.correspondence.post import Office, Post, original_files
from mailgate.domain.correspondence.remarks import remarks_on, unread_files, without_receipt
from mailgate.domain.letters import Acknowledgement, NoForm, QuestionForConsultant, QuestionSummary
from mailgate.domain.mail import Envelope
from mailgate.domain.reading import Reading
from mailgate.domain.threads import clerks_thread, consultants_thread
from mailgate.domain.unreadfiles import told_to_clerk


@dataclass(frozen=True, slots=True)
class NumberedEntry:
    """A new entry with its id and number."""

    id: int
    number: str
    entry: NewEntry

    @property
    def summary(self) -> QuestionSummary:
        """The entry as letters show it."""
        entry, deadline = self.entry, self.entry.deadline
        return QuestionSummary(
            number=self.number,
            kind=entry.kind,
            subject=entry.subject,
            received_at=deadline.received_at,
            counted_from=deadline.counted_from,
            acknowledge_by=deadline.acknowledge_by,
            because=deadline.because,
            form=entry.form,
            text=entry.text,
            problems=entry.problems,
            differences=entry.differences,
            by_phone=entry.by_phone,
        )


def letters_about_entries(
    entries: Sequence[NumberedEntry], reading: Reading, envelope: Envelope, office: Office
) -> Iterator[Post]:
    """The clerk's one letter for the mail, and each consultant's for each entry."""
    if not entries:
        return
    receipt = _receipt(entries, reading, envelope)
    if receipt:
        yield receipt
    files = original_files(reading.mail)
    unread = () if reading.unreadable else tuple(unread_files(reading.mail))
    for numbered in entries:
        thread = consultants_thread(numbered.number, office.hotline.domain)
        for consultant in office.consultants:
            letter = QuestionForConsultant(
                to=consultant,
                thread=thread,
                question=numbered.summary,
                asker=reading.mail.sender,
                attachments=files,
                remarks=(*remarks_on(numbered.entry, acknowledged_by_mail=bool(receipt)), *unread),
                beside=reading.beside,
            )
            yield Post(letter, "consultant", "none", (numbered.id,), numbered.number)


def _receipt(entries: Sequence[NumberedEntry], reading: Reading, envelope: Envelope) -> Post | None:
    """The acknowledgement of all entries of a mail, or the answer that no form was found."""
    first = entries[0]
    to = first.entry.addressing.to
    if to is None:
        return None
    thread, ids = clerks_thread(reading.mail), tuple(numbered.id for numbered in entries)
    if first.entry.kind in ("question", "blank_form"):
        summaries = tuple(numbered.summary for numbered in entries)
        unconfirmed = next((n.entry.addressing.unconfirmed for n in entries if n.entry.addressing.unconfirmed), None)
        letter = Acknowledgement(to, thread, summaries, unconfirmed, unread=told_to_clerk(reading))
        return Post(letter, "clerk", "acknowledges", ids, first.number)
    # RFC 3834 section 2: nothing automatic answers the null sender.  A question is answered all the same, since
    # redirects of careless servers lose the sender (E72); free text from nobody most likely is a machine's.
    if envelope.sender == "":
        return None
    no_form = NoForm(to, thread, first.summary, told_to_clerk(reading))
    return Post(no_form, "clerk", "acknowledges", ids, first.number)


def told_truly(kept: Sequence[Post], wanted: Sequence[Post]) -> list[Post]:
    """The letters that are sent, of all that were ``wanted``: none says of one that is held back that it was sent."""
    sent = {id(post) for post in kept}
    silenced = {
        question_id
        for post in wanted
        if isinstance(post.letter, Acknowledgement | NoForm) and id(post) not in sent
        for question_id in post.question_ids
    }
    return [_without_receipt(post) if silenced.intersection(post.question_ids) else post for post in kept]


def _without_receipt(post: Post) -> Post:
    if not isinstance(post.letter, QuestionForConsultant):
        return post
    return replace(post, letter=replace(post.letter, remarks=without_receipt(post.letter.remarks)))
