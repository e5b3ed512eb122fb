"""What can go wrong with a backup."""

from __future__ import annotations

from mailgate.errors import MailgateError


class BackupFault(MailgateError):
    """A backup cannot be made, read or restored; nothing that stood before was touched."""
