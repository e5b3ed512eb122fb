"""Lets a mail server's pipe run a program of the tests' own user.

Postfix runs the program of a pipe as a user without rights, who may not even enter the folder of this checkout.  What it
runs is a small client of a Unix socket; the program itself runs here, with the same arguments and standard input, and
its output and exit status go back through the socket.
"""

from __future__ import annotations

import json
import socketserver
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from servers.background import Background

_CLIENT = """\
import json, socket, sys
place = socket.socket(socket.AF_UNIX)
place.connect(sys.argv[1])
place.sendall(json.dumps(sys.argv[2:]).encode() + b"\\n" + sys.stdin.buffer.read())
place.shutdown(socket.SHUT_WR)
status, _, said = place.makefile("rb").read().partition(b"\\n")
sys.stdout.buffer.write(said)
sys.exit(int(status))
"""


class Door(Background):
    """A context manager.  ``command`` is run for each mail, in the folder and with the ``environment``, which may change.

    ``statuses`` holds the exit status of each run.
    """

    def __init__(self, folder: Path, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.statuses: list[int] = []
        self._folder = folder
        self._command = command
        (folder / "knock.py").write_text(_CLIENT, encoding="utf-8")
        self._server = socketserver.ThreadingUnixStreamServer(str(folder / "door"), self._handler())
        (folder / "door").chmod(0o666)
        super().__init__(self._server)

    @staticmethod
    def argv(folder: str) -> str:
        """The beginning of the command line that a pipe runs; the program's further arguments follow."""
        return f"/usr/bin/python3 {folder}/knock.py {folder}/door"

    def _handler(self) -> type[socketserver.StreamRequestHandler]:
        door = self

        class Knock(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                arguments = json.loads(self.rfile.readline())
                done = subprocess.run(
                    [*door._command, *arguments],
                    input=self.rfile.read(),
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    env=dict(door.environment),
                    cwd=door._folder,
                    check=False,
                )
                # Noted first: who sees what the mail server makes of it may ask at once.
                door.statuses.append(done.returncode)
                self.wfile.write(b"%d\n" % done.returncode + done.stdout)

        return Knock

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        (self._folder / "door").unlink()
