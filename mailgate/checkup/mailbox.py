"""The mailbox: reached, let in, and able to do what the intake asks of it."""

from __future__ import annotations

from collections.abc import Iterator

from imapclient import IMAPClient

from mailgate.checkup import network
from mailgate.checkup.finding import Finding, or_well
from mailgate.config import Settings
from mailgate.equipment import imap_account
from mailgate.intake.account import ImapAccount
from mailgate.intake.connection import LoginRefused, ServerRefused, SessionLost, connect, farewell, request
from mailgate.intake.filing import Filing
from mailgate.login.tokens import TokenSource

_SETTING = "MAILGATE_IMAP_URL"
_MOST_NAMED = 8


def mailbox(settings: Settings, tokens: TokenSource | None) -> Iterator[Finding]:
    """Whether mail can be taken from it, and put away."""
    account = imap_account(settings, tokens)
    if account is None:
        yield Finding("mailbox", "ok", "No mailbox is configured.")
        return
    if account.tokens and tokens and tokens.standing().trouble:
        yield Finding("mailbox", "fault", f"{account.host} was not tried, for want of an OAuth2 token: see log-in.")
        return
    try:
        client = connect(account)
    except SessionLost as fault:
        yield Finding("mailbox", "fault", _kept_out(fault, account))
        return
    try:
        well = f"{account.host} lets us in; {account.folder} is there."
        yield from or_well(_inside(client, account), "mailbox", well)
    except (ServerRefused, SessionLost) as fault:
        cure = "check that the mail server is well."
        yield Finding("mailbox", "fault", f"{account.host} does not do as it is asked ({fault}): {cure}")
    finally:
        farewell(client)


def _kept_out(fault: SessionLost, account: ImapAccount) -> str:
    if not isinstance(fault, LoginRefused):
        usual = f"check host, port and TLS in {_SETTING}, and MAILGATE_TLS_CA_FILE for a certificate of your own."
        return f"{account.host} cannot be reached ({fault}): {network.cure(fault, _SETTING) or usual}"
    cure = (
        "give the application, or whoever signed in, the right to this mailbox, and check the user."
        if account.tokens
        else f"correct the user in {_SETTING}, and the password there (percent-encode @ : /) or in MAILGATE_IMAP_PASSWORD; "
        "Microsoft 365 wants OAuth2."
    )
    return f"{account.host} refuses the log-in ({fault}): {cure}"


def _inside(client: IMAPClient, account: ImapAccount) -> Iterator[Finding]:
    """Raises ServerRefused and SessionLost."""
    filing = Filing(client, account)
    with request("LIST"):
        there = client.folder_exists(filing.source())
    if not there:
        yield Finding("mailbox", "fault", _no_folder(client, account))
        return
    if account.accepted_folder == account.folder:
        cure = "name another folder in MAILGATE_IMAP_ACCEPTED_FOLDER."
        yield Finding("mailbox", "fault", f"Mail would be put away into {account.folder} itself: {cure}")
        return
    try:
        with request("SELECT"):
            client.select_folder(filing.source())
    except ServerRefused as fault:
        cure = "give the user the right to write there, or taken mail stays where it lies."
        yield Finding("mailbox", "warning", f"{account.folder} can only be read ({fault}): {cure}")
        return
    yield from _putting_away(client, account, filing)


def _no_folder(client: IMAPClient, account: ImapAccount) -> str:
    with request("LIST"):
        names = sorted(name for _, _, name in client.list_folders())
    named = ", ".join(names[:_MOST_NAMED]) + (", ..." if len(names) > _MOST_NAMED else "")
    cure = f"correct the folder at the end of {_SETTING}, or make it (there are: {named})."
    return f"{account.host} has no folder {account.folder}: {cure}"


def _putting_away(client: IMAPClient, account: ImapAccount, filing: Filing) -> Iterator[Finding]:
    moves, expunges = client.has_capability("MOVE"), client.has_capability("UIDPLUS")
    if filing.transfers:
        try:
            filing.accepted_made()
        except ServerRefused as fault:
            cure = "make it by hand, or name one that is there in MAILGATE_IMAP_ACCEPTED_FOLDER."
            folder = account.accepted_folder
            yield Finding("mailbox", "fault", f"The folder {folder} for taken mail cannot be made ({fault}): {cure}")
    if not moves:
        instead = "copied and deleted" if expunges else "only marked with a keyword"
        cure = "nothing is lost by it; a server with MOVE (RFC 6851) is quicker and keeps the folder clean."
        yield Finding("mailbox", "warning", f"{account.host} cannot MOVE, so taken mail is {instead}: {cure}")
