"""A small IMAP server on a free port of this machine, for faults that no real server can be made to show.

It knows just what the poller asks.  A test replaces the answer to one command by setting ``answers[NAME]`` to a function
``(session, tag, arguments)``; what is not replaced works on ``mailbox``, a dictionary of UID to bytes.
"""

from __future__ import annotations

import re
import socketserver
from collections.abc import Callable
from typing import Any

from servers.background import Background

Answer = Callable[["Session", str, str], None]

_RANGE = re.compile(r"\b(\d+)(?::(\d+|\*))?")


class ScriptedImap(Background):
    """A context manager; ``log`` holds the name of every command in order, ``logins`` counts connections."""

    def __init__(self, mailbox: dict[int, bytes] | None = None) -> None:
        self.mailbox = {} if mailbox is None else mailbox
        self.answers: dict[str, Answer] = {}
        self.capabilities = "IMAP4rev1 IDLE UIDPLUS MOVE NAMESPACE AUTH=PLAIN"
        self.greeting = "* OK ready"
        self.select_says = ["* OK [UIDVALIDITY 7] ok", "* OK [UIDNEXT {next}] ok", "* OK [PERMANENTFLAGS (\\*)] ok"]
        self.log: list[str] = []
        self.logins = 0
        self._server = _Listener(("127.0.0.1", 0), Session)
        self._server.script = self
        self.port: int = self._server.server_address[1]
        super().__init__(self._server)


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    script: ScriptedImap


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    server: _Listener

    def say(self, line: str | bytes) -> None:
        """Send a line."""
        self.wfile.write((line.encode() if isinstance(line, str) else line) + b"\r\n")
        self.wfile.flush()

    def keep_silent(self) -> None:
        """Say nothing more, and leave the connection open."""
        self.server.script.ending.wait(30)

    def hang_up(self) -> None:
        """End the connection."""
        raise ConnectionResetError

    def handle(self) -> None:
        """Serve commands until the other side, or the script, has enough."""
        script = self.server.script
        script.logins += 1
        try:
            self.say(script.greeting)
            while line := self.rfile.readline().decode().strip():
                self._command(script, line)
        except OSError:
            return

    def _command(self, script: ScriptedImap, line: str) -> None:
        tag, _, rest = line.partition(" ")
        name, _, arguments = rest.partition(" ")
        name = name.upper()
        if name == "UID":
            second, _, arguments = arguments.partition(" ")
            name = f"UID {second.upper()}"
        script.log.append(name)
        answer: Any = script.answers.get(name) or getattr(Session, "do_" + name.lower().replace(" ", "_"), None)
        if answer is None:
            self.say(f"{tag} OK done")
        else:
            answer(self, tag, arguments)

    def do_capability(self, tag: str, arguments: str) -> None:
        self.say(f"* CAPABILITY {self.server.script.capabilities}")
        self.say(f"{tag} OK done")

    def do_authenticate(self, tag: str, arguments: str) -> None:
        self.say("+ ")
        self.rfile.readline()
        self.say(f"{tag} OK in")

    def do_namespace(self, tag: str, arguments: str) -> None:
        self.say('* NAMESPACE (("" "/")) NIL NIL')
        self.say(f"{tag} OK done")

    def do_select(self, tag: str, arguments: str) -> None:
        script = self.server.script
        self.say(f"* {len(script.mailbox)} EXISTS")
        for line in script.select_says:
            self.say(line.replace("{next}", str(max(script.mailbox, default=0) + 1)))
        self.say(f"{tag} OK [READ-WRITE] done")

    def do_uid_search(self, tag: str, arguments: str) -> None:
        uids = sorted(self.server.script.mailbox)
        if arguments.startswith("UID"):
            wanted = self.uids(arguments)
            # ``n:*`` names the last message in any case.
            wanted |= {uids[-1]} if "*" in arguments and uids else set()
            uids = sorted(wanted & set(uids))
        self.say("* SEARCH " + " ".join(map(str, uids)))
        self.say(f"{tag} OK done")

    def do_uid_fetch(self, tag: str, arguments: str) -> None:
        for uid in sorted(self.uids(arguments.partition(" ")[0])):
            self.say_message(uid, arguments)
        self.say(f"{tag} OK done")

    def say_message(self, uid: int, arguments: str) -> None:
        """The FETCH response for one message, whole or only measured."""
        raw = self.server.script.mailbox.get(uid)
        if raw is None:
            return
        number = sorted(self.server.script.mailbox).index(uid) + 1
        if "BODY" in arguments:
            self.say(f"* {number} FETCH (UID {uid} BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")")
        else:
            date = '"17-Jul-2026 02:44:25 +0200"'
            self.say(f"* {number} FETCH (UID {uid} RFC822.SIZE {len(raw)} INTERNALDATE {date})")

    def do_uid_move(self, tag: str, arguments: str) -> None:
        for uid in self.uids(arguments.partition(" ")[0]):
            self.server.script.mailbox.pop(uid, None)
        self.say(f"{tag} OK done")

    def do_idle(self, tag: str, arguments: str) -> None:
        self.say("+ idling")
        self.rfile.readline()
        self.say(f"{tag} OK done")

    def do_logout(self, tag: str, arguments: str) -> None:
        self.say("* BYE see you")
        self.say(f"{tag} OK done")
        self.hang_up()

    def uids(self, text: str) -> set[int]:
        """The existing UIDs that a set such as ``3,5:9,12:*`` names."""
        mailbox = self.server.script.mailbox
        named: set[int] = set()
        for first, last in _RANGE.findall(text):
            end = max(mailbox, default=0) if last == "*" else int(last or first)
            named |= {uid for uid in mailbox if int(first) <= uid <= end}
        return named
