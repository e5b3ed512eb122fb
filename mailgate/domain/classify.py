"""What a message is: its reading, beside what the register knows, becomes one verdict.

The order of the questions asked below is the policy.  A bounce is a bounce whatever it quotes; our own mail is never
taken for somebody's; a machine that answers a letter of ours is a machine; a reply with a proven token is a reply; a
filled form beats the other signs of automation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mailgate.domain.addresses.choice import office_domain
from mailgate.domain.authentication import objection
from mailgate.domain.autoreply import Automation, bears_marks
from mailgate.domain.bounce import notice_in
from mailgate.domain.machines.headers import auto_submitted, calendar_method
from mailgate.domain.machines.statements import statements_in
from mailgate.domain.mail import Address
from mailgate.domain.reading import Reading
from mailgate.domain.returns import comes_from_server
from mailgate.domain.threads import SentLetter
from mailgate.domain.tokens import untagged
from mailgate.domain.verdicts import (
    AutoReply,
    BlankForm,
    Bulk,
    ConsultantReply,
    DeliveryNotice,
    FollowUp,
    Invitation,
    NoticeAnswered,
    OwnLetter,
    Question,
    SpoofedHotline,
    Unformalised,
    UnprovenReply,
    Unreadable,
    Verdict,
)

MOST_NUMBERS = 5
_WITHOUT_PROOF = "it carries no token of a letter that we sent to this consultant"
_LOST = (
    "it answers a letter about {} that this register does not know: the letter was sent after the backup from which the "
    "register was restored, and the number may be another question's now"
)
LOOP_HEADER = "x-mailgate-loop"
"""Every letter that a machine of this program writes bears it (``delivery.composer``)."""
NOTICE = re.compile(r"\[mailgate \S+\] (?:(?:Still n|N)eeds a person|Over): ")
"""In the subject of each notice to the administrators (``templates/notice.subject.txt.j2``), with whatever before it."""
NUMBER = re.compile(r"HOT-01/\d{4}/\d{6}")
FORWARD = re.compile(r"\s*(?:PD|FW|FWD|WG|TR|Przekazan[ao])\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the message itself.

    ``letter`` is the one whose token the mail carries and proves; ``own_letter`` the one whose Message-ID it bears;
    ``bounced`` those that a notification names and proves; ``returned`` the one to whose return address the mail came.
    """

    hotline: Address | None = None
    consultants: Mapping[str, Address] = field(default_factory=dict)
    """By ``Address.key``."""
    administrators: frozenset[str] = frozenset()
    """Each by ``Address.key``."""
    trusted_authserv_id: str | None = None
    letter: SentLetter | None = None
    own_letter: SentLetter | None = None
    bounced: tuple[SentLetter, ...] = ()
    returned: SentLetter | None = None
    names_ours: bool = False
    """The mail names the number of a question that stands in the register."""
    null_sender: bool = False
    """The envelope's sender was the null sender."""
    lost: str | None = None
    """The number that a letter of ours to this sender was about which the register does not know any more."""


def classify(reading: Reading, known: Known) -> Verdict:
    """The verdict on one message."""
    returned = _returned(reading, known)
    if returned:
        return returned
    if reading.unreadable:
        return Unreadable(reading.unreadable)
    if reading.bounce:
        return DeliveryNotice(reading.bounce, known.bounced)
    return (
        _own(reading, known)
        or _notice_answered(reading, known)
        or _machine(reading, known)
        or _correspondence(reading, known)
        or _by_content(reading, known)
    )


def kind_of(reading: Reading) -> str:
    """The kind that ``mailgate parse`` prints: the verdict where there is no register."""
    return classify(reading, Known()).kind


def numbers_in(reading: Reading) -> tuple[str, ...]:
    """The printed numbers of questions that a mail mentions, without doubles: they prove nothing about its author."""
    found = NUMBER.findall(f"{reading.mail.subject}\n{reading.text}")
    return tuple(dict.fromkeys(found))[:MOST_NUMBERS]


def _returned(reading: Reading, known: Known) -> DeliveryNotice | AutoReply | None:
    """What came to the return address of a letter, be it unreadable: no person writes there.

    A mail server says so by the null sender, or by a shape that is known; anything else goes the common way.
    """
    letter = known.returned
    if letter is None:
        return None
    if reading.bounce:
        return DeliveryNotice(reading.bounce, (letter,))
    if not known.null_sender or reading.forms.filled:
        return None
    by_words = reading.automation is not None and reading.automation.kind == "auto_reply"
    if not by_words and comes_from_server(reading.mail, reading.text, letter):
        return DeliveryNotice(notice_in(reading.mail), (letter,))
    return AutoReply(reading.automation or Automation("auto_reply", ("null sender to a return address",)), letter)


def _own(reading: Reading, known: Known) -> Verdict | None:
    """Mail that bears our own Message-ID or our own address."""
    sender = reading.mail.sender
    as_ours = bool(sender and known.hotline and untagged(sender.key) == known.hotline.key)
    if known.own_letter and (as_ours or reading.mail.header(LOOP_HEADER) is not None):
        return OwnLetter(known.own_letter)
    if known.own_letter:
        # A list that sends our letter under its own name, or a program that uses an identity twice: a person tells.
        return SpoofedHotline("it bears the Message-ID of a letter of ours, and another sender")
    return SpoofedHotline() if as_ours else None


def _notice_answered(reading: Reading, known: Known) -> NoticeAnswered | None:
    """The receipt of a help desk that was told what needs a person, or a word of its people; its subject may be new.

    Set aside it would be news, and thus the next notice, which the help desk would acknowledge as well.
    """
    sender = reading.mail.sender
    if known.letter is not None or reading.forms.filled or sender is None:
        return None
    by_machine = reading.automation is not None and not _through_our_list(reading.automation, known)
    if NOTICE.search(reading.mail.subject) is None:
        return NoticeAnswered() if by_machine and sender.key in known.administrators else None
    offices = {office_domain(key.rpartition("@")[2]) for key in known.administrators} - {None}
    theirs = sender.key in known.administrators or office_domain(sender.domain) in offices
    return NoticeAnswered() if by_machine or theirs else None


def _machine(reading: Reading, known: Known) -> AutoReply | None:
    """An automatic answer to a letter of ours, whatever it quotes of it: a form in it is our own repetition."""
    automation = reading.automation
    if reading.mail.header(LOOP_HEADER) is not None:
        return AutoReply(automation or Automation("auto_reply", ("X-Mailgate-Loop",)), known.letter)
    if automation is None or automation.kind != "auto_reply" or not _surely_automatic(reading, known):
        return None
    answers_ours = known.letter is not None or known.names_ours or _is_consultants(reading, known)
    return AutoReply(automation, known.letter) if answers_ours else None


def _surely_automatic(reading: Reading, known: Known) -> bool:
    """A header says it (RFC 3834), or nobody is to be answered (RFC 5321 section 4.5.5): not words alone."""
    return known.null_sender or auto_submitted(reading.mail) not in (None, "no")


def _is_consultants(reading: Reading, known: Known) -> bool:
    return reading.mail.sender is not None and reading.mail.sender.key in known.consultants


def _correspondence(reading: Reading, known: Known) -> Verdict | None:
    """Mail that answers a letter of ours, or comes from a consultant as if it did."""
    # A letter about no question (a reply of no number was given back) proves who wrote, but leads nowhere.
    letter = known.letter if known.letter and known.letter.question_ids else None
    if known.letter and known.letter.role == "administrator" and not reading.forms.filled:
        # An administrator's word on a notice of ours: it is kept, and is nobody's question.
        return FollowUp(known.letter)
    sender = reading.mail.sender
    consultant = known.consultants.get(sender.key) if sender else None
    automatic = reading.automation is not None and reading.automation.kind == "auto_reply"
    if letter and letter.role == "consultant" and (consultant or not reading.forms.filled):
        return _consultants_reply(reading, known, letter, consultant, automatic)
    if reading.automation and automatic and (letter or consultant) and not reading.forms.filled:
        return AutoReply(reading.automation, letter)
    if letter and letter.role == "consultant":
        return Question()
    if letter and consultant is None:
        doubt = _doubt(reading, known)
        return Question(letter, doubt) if reading.forms.filled else FollowUp(letter, doubt)
    if consultant and not reading.forms.filled and (_answers_something(reading) or _is_plain_word(reading, known)):
        return _answers_no_letter(reading, known, consultant)
    return None


def _is_plain_word(reading: Reading, known: Known) -> bool:
    """A person's free text: neither a form, be it empty, nor a calendar's mail, nor a machine's."""
    by_machine = reading.automation is not None and not _through_our_list(reading.automation, known)
    return not (by_machine or reading.forms.forms or calendar_method(reading.mail))


def _doubt(reading: Reading, known: Known) -> str | None:
    """Why the sender may not be who the mail says, as an English clause."""
    if reading.mail.doubtful_sender:
        return "it names more than one sender, or disguises the one it names"
    doubt = objection(reading.mail, known.trusted_authserv_id)
    return f"the receiving server does not confirm its sender: {doubt}" if doubt else None


def _answers_no_letter(reading: Reading, known: Known, consultant: Address) -> UnprovenReply:
    """A consultant's mail without a token: not his, about a letter that is lost, or he did not press Reply."""
    if known.lost:
        return UnprovenReply(_LOST.format(known.lost), None)
    if _doubt(reading, known):
        return UnprovenReply(_WITHOUT_PROOF, None)
    return UnprovenReply(_WITHOUT_PROOF, None, consultant)


def _consultants_reply(
    reading: Reading, known: Known, letter: SentLetter, consultant: Address | None, automatic: bool
) -> ConsultantReply | UnprovenReply:
    """A reply to a letter for consultants: relayed only if the very consultant wrote it."""
    doubt = _doubt(reading, known)
    if doubt and reading.mail.doubtful_sender:
        return UnprovenReply(doubt, letter)
    if consultant is None or consultant.key != letter.recipient.lower():
        return UnprovenReply("its sender is not the consultant to whom the letter was sent", letter)
    if doubt:
        return UnprovenReply(doubt, letter)
    if FORWARD.match(reading.mail.subject):
        return UnprovenReply("it is a forwarded letter, not an answer", letter)
    return ConsultantReply(letter, consultant, looks_automatic=_reads_automatic(reading, automatic))


def _reads_automatic(reading: Reading, automatic: bool) -> bool:
    """Whether a consultant's reply is to be taken for his program's, in doubt yes.

    A text that tells nothing but an absence, a substitute or a receipt is one whatever else speaks against it.  An
    answer that tells of an absence as well is none, unless headers or subject mark it.
    """
    reply = reading.reply
    said = reading.said or statements_in((reply.new_text or "") if reply else reading.text)
    has_more = reply is not None and bool(reply.commands or reply.attachments)
    if said.routine and not (has_more and said.kinds <= {"receipt", "later"}):
        return True
    return automatic and not (said.own and not bears_marks(reading.mail))


def _answers_something(reading: Reading) -> bool:
    mail = reading.mail
    return bool(mail.in_reply_to or mail.references or reading.reply or NUMBER.search(mail.subject))


def _by_content(reading: Reading, known: Known) -> Verdict:
    """What the message is by itself."""
    if reading.forms.filled:
        return Question()
    automation = reading.automation
    if automation and not _through_our_list(automation, known):
        return Bulk(automation) if automation.kind == "bulk" else AutoReply(automation, None)
    if reading.forms.forms:
        return BlankForm()
    method = calendar_method(reading.mail)
    return Invitation(method) if method else Unformalised()


def _through_our_list(automation: Automation, known: Known) -> bool:
    """The hot-line's address may itself be a group of Google or Microsoft, which makes a list of all that comes to it."""
    return known.hotline is not None and known.hotline.key in automation.through
