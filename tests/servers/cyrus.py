"""A private Cyrus IMAP server for tests: another make than Dovecot, with habits of its own.

Its folders, its users and its ports are below one scratch folder.  The programs are those of Debian's cyrus-common, and
of cyrus-imapd as ``scripts/setup`` unpacks it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from servers.certificates import server_files
from servers.imapserver import PASSWORD, ImapServer
from servers.programs import await_start, do_without, free_ports, greets, kill_group, require

_SETTINGS = """
configdirectory: {root}/conf
defaultpartition: default
partition-default: {root}/spool
proc_path: {root}/run/proc
mboxname_lockpath: {root}/run/lock
idlesocket: {root}/run/idle
notifysocket: {root}/run/notify
lmtpsocket: {root}/run/lmtp
servername: localhost
cyrus_user: cyrus
allowplaintext: yes
sasl_mech_list: PLAIN
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {root}/etc/sasldb2
autocreate_quota: 0
skiplist_unsafe: yes
delete_mode: immediate
expunge_mode: immediate
unixhierarchysep: {slashes}
altnamespace: {slashes}
imapidlepoll: {idle_poll}
tls_server_cert: {root}/etc/server.pem
tls_server_key: {root}/etc/server.key
"""

_PROGRAMS = """
START {{
  recover cmd="ctl_cyrusdb -C {settings} -r"
}}
SERVICES {{
  imap cmd="{root}/bin/imapd -C {settings}" listen="127.0.0.1:{port}" prefork=0
  imaps cmd="{root}/bin/imapd -s -C {settings}" listen="127.0.0.1:{tls_port}" prefork=0
}}
DAEMON {{
  idled cmd="{root}/bin/idled -d -C {settings}"
}}
"""


class Cyrus(ImapServer):
    """A context manager; started on entry, stopped and wiped on exit.

    Without ``slashes`` folders are separated by dots and lie below INBOX, as in Cyrus' older installations; ``idles``
    tells whether IDLE is offered.
    """

    def __init__(self, *, slashes: bool = True, idles: bool = True) -> None:
        self.user = "hotline"
        self._program = require("master", "cyrus-common", as_root=True)
        self.root = Path(tempfile.mkdtemp(prefix="mailgate-cyrus-"))
        self.port, self.tls_port = free_ports(2)
        self._master: subprocess.Popen[bytes] | None = None
        self._make_folders()
        self.cafile = server_files(self.root / "etc", "localhost").authority_file()
        self._write_settings(slashes=slashes, idles=idles)
        self._make_user()
        subprocess.run(["chown", "-R", "cyrus:mail", str(self.root)], check=True)

    def _make_folders(self) -> None:
        self.root.chmod(0o755)
        for folder in ("etc", "spool", "run", *(f"conf/{name}" for name in ("db", "socket", "user", "quota"))):
            (self.root / folder).mkdir(parents=True)
        # Copied, for its user may not enter the folder of every checkout.
        shutil.copytree(_unpacked(), self.root / "bin")

    def _write_settings(self, *, slashes: bool, idles: bool) -> None:
        settings = self.root / "etc" / "imapd.conf"
        habits = {"slashes": "yes" if slashes else "no", "idle_poll": 60 if idles else 0}
        settings.write_text(_SETTINGS.format(root=self.root, **habits))
        values = {"root": self.root, "settings": settings, "port": self.port, "tls_port": self.tls_port}
        (self.root / "etc" / "cyrus.conf").write_text(_PROGRAMS.format(**values))

    def _make_user(self) -> None:
        command = [require("saslpasswd2", "sasl2-bin"), "-p", "-c", "-f", str(self.root / "etc" / "sasldb2")]
        subprocess.run([*command, "-u", "localhost", self.user], input=PASSWORD.encode(), check=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def start(self) -> None:
        """Start and wait until it greets."""
        etc = self.root / "etc"
        command = [
            self._program,
            "-D",
            "-C",
            f"{etc}/imapd.conf",
            "-M",
            f"{etc}/cyrus.conf",
            "-p",
            f"{self.root}/run/pid",
        ]
        self._master = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )  # fmt: skip
        await_start(self._master, lambda: greets(self.port, b"* OK"), self.log)

    def stop(self) -> None:
        """End it with all sessions, as a power failure does; its mail stays for the next ``start``."""
        if self._master is not None:
            kill_group(self._master)
            self._master = None

    def append_all(self, raws: Sequence[bytes], folder: str = "INBOX") -> None:
        """Put many messages into a folder, one by one: what the library says in one command is no IMAP to Cyrus."""
        with self.client() as client:
            for raw in raws:
                client.append(folder, raw)

    def log(self) -> str:
        """Nothing: Cyrus writes to syslog alone."""
        return "cyrus writes to syslog"


def _unpacked() -> Path:
    """The folder of imapd and idled."""
    found = sorted(Path(sys.prefix).glob("debian/cyrus-imapd-*/usr/lib/cyrus/bin"))
    if not found:
        do_without("cyrus-imapd is not unpacked (scripts/setup --tests does it)")
    return found[-1]
