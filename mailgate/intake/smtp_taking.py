"""From a complete message to its reply: it is refused, or it is committed, and only then is 250 said."""

from __future__ import annotations

import asyncio
import logging

from mailgate.domain.mail import Envelope
from mailgate.errors import MailgateError
from mailgate.intake.committer import Committer, arrival_of
from mailgate.intake.smtp_data import is_empty, is_looping
from mailgate.intake.temporary import temporary_reply
from mailgate.register.spool import Arrival

_LOOP = "554 5.4.6 Too many hops: the message is going round in circles"
_EMPTY = "554 5.6.0 The message is empty"
# Above this size the fingerprint is computed in a thread, so that others need not wait for it.
_LARGE = 256 * 1024

_log = logging.getLogger(__name__)


async def take(envelope: Envelope, raw: bytes, committer: Committer) -> str:
    """Commit a message; gives the reply, 250 only where it is on disk, and 4xx for whatever is our own trouble."""
    if is_looping(raw):
        return _LOOP
    if is_empty(raw):
        return _EMPTY
    try:
        spooled = await committer.commit_async(await _arrival(envelope, raw))
    except MailgateError as error:
        # The committer has told the journal why.
        return temporary_reply(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is not the sender's fault
        _log.error("a message from %s could not be committed", envelope.client, exc_info=error)
        return temporary_reply(error)
    return f"250 2.0.0 Ok: taken as {spooled.id}"


async def _arrival(envelope: Envelope, raw: bytes) -> Arrival:
    if len(raw) < _LARGE:
        return arrival_of(envelope, raw)
    return await asyncio.to_thread(arrival_of, envelope, raw)
