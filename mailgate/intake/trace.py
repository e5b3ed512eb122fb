"""What the receiving server wrote on top of a mail about its envelope: Return-Path, Delivered-To and their kin."""

from __future__ import annotations

import re

from mailgate.domain.message.fingerprint import MAX_HEADER_BLOCK, split_message

_MOST_ADDRESSES = 100
_TRACE = re.compile(
    rb"^(return-path|delivered-to|x-original-to|envelope-to)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS = re.compile(r"[^\s<>@,\x00-\x1f\x7f]{1,64}@[^\s<>@,\x00-\x1f\x7f]{1,255}")


def envelope_in_headers(raw: bytes) -> tuple[str | None, tuple[str, ...]]:
    """The envelope's sender and recipients as far as the headers tell them.

    The sender is that of the topmost Return-Path, which the last server wrote ("" is the null sender), or None where
    there is none or it is no address.  The recipients are those of Delivered-To, X-Original-To and Envelope-To, each
    once, in the order of the headers; for a mail that came as Bcc they are all there is (RFC 5322 section 3.6.3).
    """
    sender: str | None = None
    seen_path = False
    recipients: dict[str, str] = {}
    head, _ = split_message(raw[:MAX_HEADER_BLOCK])
    for name, value in _TRACE.findall(head):
        text = value.decode("utf-8", errors="replace").strip()
        if name.lower() != b"return-path":
            for address in _ADDRESS.findall(text):
                recipients.setdefault(address.lower(), address)
        elif not seen_path:
            sender, seen_path = _return_path(text), True
    return sender, tuple(recipients.values())[:_MOST_ADDRESSES]


def _return_path(text: str) -> str | None:
    if text == "<>":
        return ""
    found = _ADDRESS.search(text)
    return found.group() if found else None
