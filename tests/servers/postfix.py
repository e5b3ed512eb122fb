"""A private Postfix for tests: the mail server of the hot-line's domain, in front of mailgate, behind it, or both.

It has its own configuration, queue and port below one scratch folder; the machine's own Postfix is not met.  Deferred
mail is tried again every second.
"""

from __future__ import annotations

import contextlib
import email
import email.policy
import os
import shutil
import signal
import smtplib
import socketserver
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from types import TracebackType
from typing import Self

from servers.certificates import ServerFiles
from servers.programs import await_start, free_ports, greets, kill_group, require

HOST = "poczta.csizs.example"
_MAILBOXES = ("j.bak@ug.debowa.example", "anna.nowak@wsparcie.example", "piotr.zajac@wsparcie.example")
"""Their mail is delivered into Maildirs; mail for any other address of these domains is taken and then sent back."""

NOBODY = 65534

_MAIN = """
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
maillog_file_prefixes = {root}
maillog_file = {root}/postfix.log
mail_owner = postfix
setgid_group = postdrop
myhostname = {host}
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
biff = no
append_dot_mydomain = no
smtpd_client_connection_count_limit = 0
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
smtp_host_lookup = native
notify_classes =
recipient_delimiter = +
relay_domains = texthash:{root}/etc/transport
relay_recipient_maps =
transport_maps = texthash:{root}/etc/transport
default_transport = error:5.4.4 this server knows no other domains
virtual_mailbox_domains = {domains}
virtual_mailbox_base = {root}/mail
virtual_mailbox_maps = texthash:{root}/etc/mailboxes
smtpd_reject_unlisted_recipient = no
virtual_minimum_uid = 1
virtual_uid_maps = static:{nobody}
virtual_gid_maps = static:{nobody}
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
transport_retry_time = 1s
smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:{policy}, permit_mynetworks, reject
smtpd_policy_service_try_limit = 1
smtpd_error_sleep_time = 0
smtpd_tls_chain_files = {root}/etc/key.pem, {root}/etc/certificate.pem
smtpd_tls_security_level = may
smtpd_tls_loglevel = 1
"""

_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
showq unix n - n - - showq
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
{services}
"""


class Postfix:
    """A context manager; started on entry, ended and wiped on exit.

    ``routes`` maps domains to transports (``"csizs.example": "smtp:[127.0.0.1]:8025"``); ``certificate`` is what it
    shows; ``services`` are lines for master.cf, in which ROOT stands for its folder, and ``settings`` are for main.cf.
    ``judge`` is asked at each recipient, with the attributes of Postfix's policy protocol, and answers as an access
    table does.
    """

    def __init__(
        self,
        routes: Mapping[str, str],
        certificate: ServerFiles,
        *,
        settings: Mapping[str, str] | None = None,
        services: Sequence[str] = (),
    ) -> None:
        self._program = require("postfix", "postfix", as_root=True)
        # Not pytest's folder: the server's processes run as other users, who may not enter that one.
        self.root = Path(tempfile.mkdtemp(prefix="mailgate-postfix-"))
        (self.port,) = free_ports(1)
        self._policy = _Policy()
        self._master: subprocess.Popen[bytes] | None = None
        self._make_folders()
        self._write("key.pem", certificate.key.read_text())
        self._write("certificate.pem", certificate.certificate.read_text())
        self._write_tables(routes)
        self._write_configuration(settings or {}, services)

    def _make_folders(self) -> None:
        self.root.chmod(0o755)
        for folder in ("etc", "queue", "data", "mail"):
            (self.root / folder).mkdir()
        shutil.chown(self.root / "data", "postfix")
        shutil.chown(self.root / "mail", NOBODY, NOBODY)

    def _write_tables(self, routes: Mapping[str, str]) -> None:
        self._write("transport", "".join(f"{domain} {transport}\n" for domain, transport in routes.items()))
        self._write("mailboxes", "".join(f"{address} {address}/\n" for address in _MAILBOXES))

    def _write_configuration(self, settings: Mapping[str, str], services: Sequence[str]) -> None:
        domains = ", ".join(sorted({address.partition("@")[2] for address in _MAILBOXES}))
        values = {"root": self.root, "host": HOST, "domains": domains, "policy": self._policy.port, "nobody": NOBODY}
        added = "".join(f"{name} = {value}\n" for name, value in settings.items())
        self._write("main.cf", _MAIN.format(**values) + added)
        lines = "\n".join(services).replace("ROOT", str(self.root))
        self._write("master.cf", _MASTER.format(port=self.port, services=lines))

    def _write(self, name: str, text: str) -> None:
        (self.root / "etc" / name).write_text(text, encoding="utf-8")

    def __enter__(self) -> Self:
        self._policy.start()
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._policy.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def start(self) -> None:
        """Start and wait until it greets."""
        self._master = subprocess.Popen(
            [self._program, "-c", str(self.root / "etc"), "start-fg"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        await_start(self._master, lambda: greets(self.port, b"220 "), self.log)

    def stop(self) -> None:
        """End it at once, as a power failure does; what it has taken is in its queue for the next ``start``."""
        if self._master is None:
            return
        with contextlib.suppress(OSError, ValueError):
            # The master made a process group of its own and wrote down its number.
            os.killpg(int((self.root / "queue" / "pid" / "master.pid").read_text()), signal.SIGKILL)
        kill_group(self._master)
        self._master = None

    @property
    def judge(self) -> Callable[[Mapping[str, str]], str]:
        """What decides about each recipient; settable while it runs."""
        return self._policy.judge

    @judge.setter
    def judge(self, judge: Callable[[Mapping[str, str]], str]) -> None:
        self._policy.judge = judge

    def log(self) -> str:
        """What it wrote so far."""
        path = self.root / "postfix.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def queued(self) -> list[str]:
        """The queue file names of all mail that it has taken and not got rid of."""
        folders = ("incoming", "active", "deferred", "hold", "maildrop")
        found = [path for name in folders for path in (self.root / "queue" / name).rglob("*") if path.is_file()]
        return sorted(path.name for path in found)

    def forget(self) -> None:
        """Empty the mailboxes."""
        for mailbox in (self.root / "mail").iterdir():
            shutil.rmtree(mailbox)

    def drop_queue(self) -> None:
        """Throw away what waits in the queue."""
        subprocess.run(["postsuper", "-c", str(self.root / "etc"), "-d", "ALL"], capture_output=True, check=True)

    def delivered(self, address: str) -> list[EmailMessage]:
        """The mails in an address's Maildir, oldest first."""
        entries = sorted((self.root / "mail" / address / "new").glob("*"), key=lambda path: path.stat().st_mtime_ns)
        return [email.message_from_bytes(entry.read_bytes(), policy=email.policy.default) for entry in entries]  # type: ignore[misc]

    def send(self, message: EmailMessage, recipient: str) -> None:
        """Hand it a mail, as another mail server does."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as client:
            client.send_message(message, parseaddr(str(message["From"]))[1], [recipient])


class _Policy:
    """Postfix's own protocol of policy delegation (SMTPD_POLICY_README): attributes in, one action out."""

    def __init__(self) -> None:
        self.judge: Callable[[Mapping[str, str]], str] = lambda request: "DUNNO"
        policy = self

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                request: dict[str, str] = {}
                for line in self.rfile:
                    name, equals, value = line.decode("utf-8", "replace").rstrip("\n").partition("=")
                    if equals:
                        request[name] = value
                        continue
                    self.wfile.write(f"action={policy.judge(request)}\n\n".encode())
                    request = {}

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation, bind_and_activate=True)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
