"""What other mail systems send back: delivery notices, vacation notes, read receipts, meetings."""

from __future__ import annotations

from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP

DAEMON = "MAILER-DAEMON@mx.debowa.example"


def delivery_notice(
    letter: EmailMessage,
    recipient: str,
    status: str = "5.1.1",
    action: str = "failed",
    words: str = "I'm sorry to have to inform you that your message could not be delivered.",
) -> bytes:
    """A notice as Postfix writes it, with the whole letter in it (RFC 3464)."""
    told = (
        f"Reporting-MTA: dns; mx.debowa.example\n\nFinal-Recipient: rfc822; {recipient}\nAction: {action}\n"
        f"Status: {status}\nDiagnostic-Code: smtp; 550 {status} mailbox unavailable\n"
    )
    prose = f"This is the mail system at host mx.debowa.example.\n\n{words}\n\n<{recipient}>: {status}\n"
    return _report(
        "delivery-status",
        {
            "From": f"Mail Delivery System <{DAEMON}>",
            "To": str(letter["From"]),
            "Subject": "Undelivered Mail Returned to Sender",
            "Auto-Submitted": "auto-replied",
            "Message-ID": f"<{abs(hash((str(letter['Message-ID']), status, action, words))):x}@mx.debowa.example>",
        },
        [("text/plain", prose), ("message/delivery-status", told), ("message/rfc822", letter.as_string(policy=SMTP))],
    )


def _report(kind: str, headers: dict[str, str], parts: list[tuple[str, str]]) -> bytes:
    """A multipart/report (RFC 6522)."""
    head = "".join(
        f"{name}: {value if value.isascii() else Header(value, 'utf-8').encode()}\n" for name, value in headers.items()
    )
    body = "".join(f"--edge\nContent-Type: {content_type}; charset=utf-8\n\n{text}\n" for content_type, text in parts)
    whole = f'{head}MIME-Version: 1.0\nContent-Type: multipart/report; report-type={kind}; boundary="edge"\n\n{body}--edge--\n'
    return whole.replace("\r\n", "\n").replace("\n", "\r\n").encode()


def automatic(sender: str, subject: str, text: str, **headers: str) -> EmailMessage:
    """A mail that a program wrote, with nothing of the letter but what is given; header names with underscores."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "hotline@csizs.example", subject
    message["Message-ID"] = f"<{abs(hash((sender, subject, text))):x}@automat.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def read_receipt(letter: EmailMessage, sender: str, disposition: str = "displayed") -> bytes:
    """A receipt as Outlook writes it (RFC 8098): only its report names the letter."""
    told = (
        f"Final-Recipient: rfc822; {sender}\nOriginal-Message-ID: {letter['Message-ID']}\n"
        f"Disposition: manual-action/MDN-sent-manually; {disposition}\n"
    )
    return _report(
        "disposition-notification",
        {
            "From": sender,
            "To": str(letter["From"]),
            "Subject": "Przeczytano: Odpowiedź",
            "Message-ID": f"<{abs(hash((str(letter['Message-ID']), disposition))):x}@automat.example>",
        },
        [("text/plain", "Wiadomość została przeczytana."), ("message/disposition-notification", told)],
    )


def invitation(sender: str, subject: str, method: str = "REQUEST") -> EmailMessage:
    """A meeting as a calendar sends it (RFC 6047)."""
    message = automatic(sender, subject, "Zapraszam na spotkanie.")
    lines = ("BEGIN:VCALENDAR", f"METHOD:{method}", "BEGIN:VEVENT", "UID:1@x", "END:VEVENT", "END:VCALENDAR", "")
    message.add_alternative("\r\n".join(lines), subtype="calendar", params={"method": method})
    return message
