"""A private Dovecot 2.3 for tests: own ports, own folder, own certificate, and ways to make it misbehave."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Self
from urllib.parse import quote

import trustme
from servers.imapserver import PASSWORD, ImapServer
from servers.programs import await_start, free_ports, greets, kill_group, processes, require

USER = "hotline@csizs.example"

CAPABILITIES = (
    "IMAP4rev1", "SASL-IR", "LOGIN-REFERRALS", "ID", "ENABLE", "IDLE", "LITERAL+", "SORT", "NAMESPACE", "MULTIAPPEND",
    "UNSELECT", "CHILDREN", "UIDPLUS", "LIST-EXTENDED", "ESEARCH", "MOVE", "SPECIAL-USE",
)  # fmt: skip

_CONFIGURATION = """
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{root}/cert.pem
ssl_key = <{root}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:{root}/mail/%u
mail_fsync = never
first_valid_uid = 1
first_valid_gid = 1
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {root}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={root}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  # Without this a refused log-in would make the next ones wait for up to 15 seconds.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
}}
protocol imap {{
  imap_capability = {capabilities}
  mail_max_userip_connections = 100
}}
{extra}
"""


_OAUTH2 = """
auth_mechanisms = plain login {mechanisms}
passdb {{
  driver = oauth2
  mechanisms = {mechanisms}
  args = ROOT/oauth2.conf.ext
}}
"""
_OAUTH2_INTROSPECTION = """
introspection_mode = post
introspection_url = {url}
force_introspection = yes
username_attribute = username
active_attribute = active
active_value = true
"""


def _owner() -> tuple[str, str]:
    """Who owns the mail: nobody when the tests run as root, else whoever runs them."""
    if os.geteuid() == 0:
        return "nobody", "nogroup"
    return pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name


class Dovecot(ImapServer):
    """A server with one mailbox.

    ``without`` names capabilities that it shall not announce after log-in; ``extra`` is appended to its
    configuration.  A context manager: started on entry, stopped and wiped on exit.
    """

    def __init__(self, *, without: Sequence[str] = (), separator: str = "/", prefix: str = "", extra: str = "") -> None:
        self.user = USER
        self._program = require("dovecot", "dovecot-imapd")
        # Not pytest's folder: the server's processes run as another user, who may not enter that one.
        self.root = Path(tempfile.mkdtemp(prefix="mailgate-dovecot-"))
        self.host = "localhost"
        self.port, self.tls_port = free_ports(2)
        self.cafile = self.root / "ca.pem"
        self._master: subprocess.Popen[bytes] | None = None
        self._write_files(without, separator, prefix, extra)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._kill()
        shutil.rmtree(self.root, ignore_errors=True)

    def _write_files(self, without: Sequence[str], separator: str, prefix: str, extra: str) -> None:
        self.root.chmod(0o755)
        authority = trustme.CA()
        certificate = authority.issue_cert("localhost", "127.0.0.1")
        authority.cert_pem.write_to_path(str(self.cafile))
        certificate.private_key_pem.write_to_path(str(self.root / "key.pem"))
        (self.root / "cert.pem").write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
        self.set_password(PASSWORD)
        user, group = _owner()
        for folder in ("run", "state", "mail"):
            (self.root / folder).mkdir()
        shutil.chown(self.root / "mail", user, group)
        capabilities = " ".join(name for name in CAPABILITIES if name not in without)
        values = {"root": self.root, "user": user, "group": group, "port": self.port, "tls_port": self.tls_port}
        text = _CONFIGURATION.format(
            separator=separator, prefix=prefix, capabilities=capabilities, extra=extra.replace("ROOT", str(self.root)),
            **values,
        )  # fmt: skip
        (self.root / "dovecot.conf").write_text(text, encoding="utf-8")

    @property
    def url(self) -> str:
        """The inbox, as MAILGATE_IMAP_URL names it."""
        return f"imaps://{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@localhost:{self.tls_port}/INBOX"

    def set_password(self, password: str) -> None:
        """Change the account's password; the server reads it at the next log-in."""
        (self.root / "users").write_text(f"{USER}:{{PLAIN}}{password}\n", encoding="utf-8")

    def start(self) -> None:
        """Start and wait until it greets."""
        command = [self._program, "-F", "-c", str(self.root / "dovecot.conf")]
        self._master = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
        )
        await_start(self._master, lambda: greets(self.port, b"* OK"), self.log)

    def stop(self) -> None:
        """Stop; every session is cut.  Its files stay for a later ``start``."""
        if self._master is None:
            return
        self.thaw()
        self._master.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._master.wait(timeout=10)
        # A child with a client may outlive the master for a while, and go on serving.
        self._kill()

    def fall(self) -> None:
        """End the server and all its sessions at once, as a power failure does."""
        self._kill()

    def _kill(self) -> None:
        """Without farewells, for which a test that is over need not wait."""
        if self._master is not None:
            kill_group(self._master)
            self._master = None

    def restart(self) -> None:
        """Stop and start on the same ports, with the same mail."""
        self.stop()
        self.start()

    def snapshot(self) -> None:
        """Keep all mail, with its UIDs, as it lies there now; stops the server meanwhile."""
        self.stop()
        subprocess.run(["cp", "-a", self.root / "mail", self.root / "snapshot"], check=True)
        self.start()

    def restore(self) -> None:
        """Go back to the snapshot: UIDs that were given since are given once more, under the same UIDVALIDITY."""
        self.stop()
        shutil.rmtree(self.root / "mail")
        subprocess.run(["cp", "-a", self.root / "snapshot", self.root / "mail"], check=True)
        self.start()

    def log(self) -> str:
        """What the server wrote so far."""
        path = self.root / "dovecot.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def sessions(self) -> list[int]:
        """The process ids of this master's imap children, one a session."""
        assert self._master is not None
        return [child.pid for child in processes() if child.parent == self._master.pid and child.name == "imap"]

    def kill_sessions(self) -> int:
        """SIGKILL every imap child, as the kernel does when memory runs out; returns how many."""
        return self._signal_sessions(signal.SIGKILL)

    def freeze(self) -> int:
        """SIGSTOP every imap child: connections stay open and say nothing more; returns how many."""
        return self._signal_sessions(signal.SIGSTOP)

    def thaw(self) -> int:
        """Let frozen children go on; returns how many there are."""
        return self._signal_sessions(signal.SIGCONT)

    def _signal_sessions(self, number: signal.Signals) -> int:
        pids = self.sessions()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        return len(pids)

    def maildir(self, folder: str = "") -> Path:
        """The Maildir of a folder, named as on disk (``""`` is INBOX, else ``.Name`` in modified UTF-7)."""
        return self.root / "mail" / USER / folder


class OAuth2Dovecot(Dovecot):
    """One that takes OAuth2 tokens, too: it asks ``introspection_url`` (RFC 7662) about each."""

    def __init__(self, introspection_url: str, *, mechanisms: str = "xoauth2 oauthbearer") -> None:
        super().__init__(extra=_OAUTH2.format(mechanisms=mechanisms))
        text = _OAUTH2_INTROSPECTION.format(url=introspection_url)
        (self.root / "oauth2.conf.ext").write_text(text, encoding="utf-8")
