"""A server that agrees to STARTTLS, by SMTP or by IMAP, and then does something else than a handshake."""

from __future__ import annotations

import socket
import socketserver
import ssl
import struct
from collections.abc import Callable
from typing import Literal

from servers.background import Background

Fault = Callable[[socket.socket], object]


def hangs_up(connection: socket.socket) -> None:
    """At once, before a word of the handshake."""


def resets(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hangs_up_in_the_middle(connection: socket.socket) -> None:
    """Behind the first bytes of what would be its hello."""
    connection.recv(10_000)
    connection.sendall(bytes.fromhex("160303007a0200007603"))


def goes_on_in_the_clear(connection: socket.socket) -> None:
    connection.recv(10_000)
    connection.sendall(b"220 hello\r\n" * 10)


def has_no_cipher_for_us(connection: socket.socket) -> None:
    connection.recv(10_000)
    connection.sendall(bytes.fromhex("15030300020228"))


def falls_silent(connection: socket.socket) -> None:
    """Until the other side has enough."""
    while connection.recv(10_000):
        continue


def hangs_up_after_the_handshake(context: ssl.SSLContext) -> Fault:
    """It holds the certificate's context, for a fault is told the connection alone."""

    def fault(connection: socket.socket) -> None:
        context.wrap_socket(connection, server_side=True).close()

    return fault


class BrokenTls(Background):
    """A context manager; ``port`` is a free one of this machine."""

    def __init__(self, protocol: Literal["smtp", "imap"], fault: Fault) -> None:
        conversation = {"smtp": _smtp, "imap": _imap}[protocol]

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                try:
                    conversation(self)
                    fault(self.connection)
                except OSError:
                    return

        self._listener = _Listener(("127.0.0.1", 0), Session)
        self.port: int = self._listener.server_address[1]
        super().__init__(self._listener)


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


def _smtp(session: socketserver.StreamRequestHandler) -> None:
    session.wfile.write(b"220 x\r\n")
    for answer in (b"250-x\r\n250 STARTTLS\r\n", b"220 go ahead\r\n"):
        session.rfile.readline()
        session.wfile.write(answer)


def _imap(session: socketserver.StreamRequestHandler) -> None:
    session.wfile.write(b"* OK [CAPABILITY IMAP4rev1 STARTTLS] x\r\n")
    while words := session.rfile.readline().split():
        if words[1].upper() == b"CAPABILITY":
            session.wfile.write(b"* CAPABILITY IMAP4rev1 STARTTLS\r\n")
        session.wfile.write(words[0] + b" OK done\r\n")
        if words[1].upper() == b"STARTTLS":
            return
