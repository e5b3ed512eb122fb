"""The IMAP account that mail is taken from, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from mailgate.endpoints import Tls, is_this_machine
from mailgate.errors import ConfigurationError
from mailgate.login.credentials import Credentials, credentials_of

_SCHEMES: dict[Tls, str] = {"implicit": "imaps", "starttls": "imap+starttls", "none": "imap"}


@dataclass(frozen=True, slots=True)
class ImapAccount:
    """Where the mail lies, how to get in, and how patient to be; all durations are seconds.

    Folder names use "/" between levels, whatever the server uses.  ``tls`` is never relaxed: "none" is allowed to this
    machine only, and raises ConfigurationError elsewhere.
    """

    host: str
    port: int
    user: str
    password: str | None = field(repr=False)
    """None where the log-in is by ``tokens``."""
    folder: str = "INBOX"
    tls: Tls = "implicit"
    accepted_folder: str = "Przyjęte"
    """Where a mail goes once it is in the register; made if it is missing."""
    poll_seconds: float = 60
    """The longest time between two looks, IDLE or not."""
    connect_seconds: float = 15
    read_seconds: float = 60
    """The limit of one wait for the server, not of a whole transfer."""
    session_seconds: float = 3600
    """A session is renewed at this age, so that every look at the whole folder is at most so old."""
    max_message_bytes: int = 36_700_160
    cafile: Path | None = None
    """The only authorities to trust, PEM; None trusts those of the operating system."""
    shortest_pause: float = 1
    longest_pause: float = 300
    refused_pause: float = 60
    """The first pause after a refused log-in: long, for many servers lock out whoever tries often."""
    tokens: Credentials | None = field(default=None, repr=False)
    """Where set, what to log in by in place of a password."""

    def __post_init__(self) -> None:
        if self.tls == "none" and not is_this_machine(self.host):
            raise ConfigurationError(
                f"the mailbox on {self.host} must be reached by TLS: use imaps:// or imap+starttls://"
            )

    @property
    def credentials(self) -> Credentials:
        """What to present at each log-in."""
        return credentials_of(self.password, self.tokens)

    @property
    def key(self) -> str:
        """The mailbox's name in the register: a URL without the password, different for each account and folder."""
        user = quote(self.user, safe="")
        return f"{_SCHEMES[self.tls]}://{user}@{self.host}:{self.port}/{self.folder}"
