"""Whether the settings of the log-ins fit together: each misfit is one sentence that names the setting and the cure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from mailgate.endpoints import Mailbox, Smarthost
from mailgate.settings.secretsources import PREFIX

_GRANT = ("OAUTH2_CLIENT_ID", "OAUTH2_CLIENT_SECRET", "OAUTH2_REFRESH_TOKEN", "OAUTH2_SCOPE", "OAUTH2_EXPIRES")


@dataclass(frozen=True, slots=True)
class LogIns:
    """The settings as they were read, each by itself; ``given`` are the names of all that were set, sound or not.

    A server whose ``password`` is None and whose ``user`` is not is entered by OAuth2.
    """

    given: Collection[str]
    mailbox: Mailbox | None
    smarthost: Smarthost | Path | None
    imap_password: str | None = field(repr=False)
    smarthost_password: str | None = field(repr=False)

    def joined_mailbox(self) -> Mailbox | None:
        """The mailbox with the password that was given apart."""
        if self.mailbox is None or self.imap_password is None:
            return self.mailbox
        return replace(self.mailbox, password=self.imap_password)

    def joined_smarthost(self) -> Smarthost | Path | None:
        """The smarthost with the password that was given apart."""
        if not isinstance(self.smarthost, Smarthost) or self.smarthost_password is None:
            return self.smarthost
        return replace(self.smarthost, password=self.smarthost_password)

    def faults(self) -> Iterator[str]:
        """What does not fit together; where a setting could not be read, its own fault is enough."""
        yield from self._mailbox_faults()
        yield from self._smarthost_faults()
        yield from self._grant_faults()

    def _mailbox_faults(self) -> Iterator[str]:
        apart = "IMAP_PASSWORD" in self.given
        if apart and "IMAP_URL" not in self.given:
            yield f"{PREFIX}IMAP_PASSWORD: there is no mailbox to enter; set {PREFIX}IMAP_URL, or remove it"
        if self.mailbox is None:
            return
        if apart and self.mailbox.password is not None:
            yield f"{PREFIX}IMAP_PASSWORD: {PREFIX}IMAP_URL holds a password, too; remove one of the two"
        if not apart and self.mailbox.password is None and not self._has_grant:
            yield _no_password("IMAP")

    def _smarthost_faults(self) -> Iterator[str]:
        apart, server = "SMARTHOST_PASSWORD" in self.given, self.smarthost
        entered = isinstance(server, Smarthost) and server.user is not None
        if apart and server is not None and not entered:
            yield f"{PREFIX}SMARTHOST_PASSWORD: nobody logs in with it; name the user in {PREFIX}SMARTHOST_URL"
        if not isinstance(server, Smarthost) or not entered:
            return
        if apart and server.password is not None:
            yield f"{PREFIX}SMARTHOST_PASSWORD: {PREFIX}SMARTHOST_URL holds a password, too; remove one of the two"
        if not apart and server.password is None and not self._has_grant:
            yield _no_password("SMARTHOST")

    def _grant_faults(self) -> Iterator[str]:
        if not self._has_grant:
            for name in _GRANT:
                if name in self.given:
                    yield f"{PREFIX}{name}: OAuth2 also needs {PREFIX}OAUTH2_TOKEN_URL; set it, or remove {PREFIX}{name}"
            return
        if "OAUTH2_CLIENT_ID" not in self.given:
            yield f"{PREFIX}OAUTH2_CLIENT_ID is missing; set it to the application's id at {PREFIX}OAUTH2_TOKEN_URL"
        if not {"OAUTH2_CLIENT_SECRET", "OAUTH2_REFRESH_TOKEN"} & set(self.given):
            yield (
                f"{PREFIX}OAUTH2_CLIENT_SECRET is missing; set it, or {PREFIX}OAUTH2_REFRESH_TOKEN "
                "where a person has signed in"
            )
        if self._nobody_uses_tokens():
            yield (
                f"{PREFIX}OAUTH2_TOKEN_URL: neither mailbox nor smarthost logs in by OAuth2; "
                f"name the user without a password in {PREFIX}IMAP_URL or {PREFIX}SMARTHOST_URL"
            )

    @property
    def _has_grant(self) -> bool:
        return "OAUTH2_TOKEN_URL" in self.given

    def _nobody_uses_tokens(self) -> bool:
        unread = ("IMAP_URL" in self.given and self.mailbox is None) or self.smarthost is None
        mailbox, smarthost = self.joined_mailbox(), self.joined_smarthost()
        by_mailbox = mailbox is not None and mailbox.password is None
        by_smarthost = isinstance(smarthost, Smarthost) and smarthost.user is not None and smarthost.password is None
        return not (unread or by_mailbox or by_smarthost)


def _no_password(server: str) -> str:
    return (
        f"{PREFIX}{server}_URL: the password is missing; set {PREFIX}{server}_PASSWORD, "
        f"or {PREFIX}OAUTH2_TOKEN_URL to log in by OAuth2"
    )
