"""The daemon under a service manager: what it reports, how it reads its settings anew, and whose sockets it serves."""

from __future__ import annotations

import os
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import pytest
from servers.deployment import ANNA, HOTLINE, PATIENCE, eventually, form_text, mail

from mailgate import heartbeat
from mailgate.config import environment_without_settings

pytestmark = pytest.mark.only_on("sqlite", "what a service manager hears has nothing to do with the database")

PIOTR_ALONE = "MAILGATE_CONSULTANTS=Piotr Zając <piotr.zajac@wsparcie.example>\n"

# The daemon as it is, but for a pipeline that hangs as soon as the file is there, and short patience.
HANGING = """
import pathlib, sys, time
from mailgate import daemon
from mailgate.pipeline import Pipeline
daemon.BATCH_DUE = 1.0
work = Pipeline.run_batch
def run_batch(self):
    while pathlib.Path("hang").exists():
        time.sleep(0.05)
    return work(self)
Pipeline.run_batch = run_batch
sys.argv = ["mailgate", "run"]
from mailgate.cli import main
main()
"""


class Manager:
    """As much of a service manager as the daemon talks to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = folder / "mailgate.env"
        self.settings.write_text(f"MAILGATE_CONSULTANTS={ANNA}\n", "utf-8")
        self._reports = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._reports.bind(str(folder / "notify"))
        self._reports.settimeout(PATIENCE)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.journal = folder / "journal"

    @contextmanager
    def running(self, program: str = "") -> Iterator[subprocess.Popen[bytes]]:
        """The daemon with the passed socket, READY when it is given."""
        code = program or "import sys; sys.argv = ['mailgate', 'run']; from mailgate.cli import main; main()"
        # LISTEN_PID must name the process that the sockets are for, which is not known before it runs.
        start = f"import os; os.dup2({self._listener.fileno()}, 3); os.environ['LISTEN_PID'] = str(os.getpid())\n"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MAILGATE_")} | {
            "NOTIFY_SOCKET": self._reports.getsockname(), "LISTEN_FDS": "1", "MAILGATE_ENV_FILE": str(self.settings),
            "MAILGATE_STORAGE": str(self.folder / "storage"), "MAILGATE_HOTLINE": HOTLINE,
        }  # fmt: skip
        with self.journal.open("wb") as journal:
            process = subprocess.Popen(
                [sys.executable, "-c", start + code], cwd=self.folder, env=environment, stderr=journal,
                pass_fds=[self._listener.fileno()],
            )  # fmt: skip
        try:
            self.until("READY=1")
            yield process
        finally:
            process.kill()
            process.wait()

    def until(self, wanted: str) -> list[str]:
        """The reports up to the one that has the wanted line, each joined by spaces."""
        seen: list[str] = []
        while not seen or wanted not in seen[-1].split():
            seen.append(" ".join(self._reports.recv(4096).decode().splitlines()))
        return seen

    def is_silent(self, seconds: float) -> bool:
        """Whether no report comes for so long."""
        self._reports.settimeout(seconds)
        try:
            self._reports.recv(4096)
        except TimeoutError:
            return True
        finally:
            self._reports.settimeout(PATIENCE)
        return False

    def send(self, text: str) -> None:
        with smtplib.SMTP("127.0.0.1", self.port, timeout=PATIENCE) as client:
            client.send_message(mail(text))

    def recipients(self) -> set[str]:
        """Whom the letters in the outgoing Maildir are for."""
        letters = (self.folder / "storage" / "outgoing" / "new").glob("*")
        lines = (line for path in letters for line in path.read_text("utf-8", "replace").splitlines())
        return {line.partition("<")[2].rstrip(">") or line[4:] for line in lines if line.startswith("To: ")}

    def close(self) -> None:
        self._reports.close()
        self._listener.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    made = Manager(tmp_path)
    yield made
    made.close()


def test_ready_alive_and_stopping_are_reported_and_mail_comes_by_the_passed_socket(manager):
    with manager.running() as process:
        manager.send(form_text())
        eventually("the consultant is asked", lambda: "anna.nowak@wsparcie.example" in manager.recipients())
        manager.until("WATCHDOG=1")
        beat = heartbeat.read(manager.folder / "storage")
        assert beat and beat.opened == (("127.0.0.1", manager.port),)
        process.send_signal(signal.SIGTERM)
        manager.until("STOPPING=1")
        assert process.wait(PATIENCE) == 0


def test_sighup_takes_over_new_settings_and_no_client_is_turned_away(manager):
    with manager.running() as process:
        manager.settings.write_text(PIOTR_ALONE, "utf-8")
        process.send_signal(signal.SIGHUP)
        manager.until("RELOADING=1")
        # The socket is the manager's: who comes in between is served, by the one daemon or by the next.
        manager.send(form_text())
        manager.until("READY=1")
        manager.send(form_text(question="Kto odpowiada na pytania?"))
        eventually("the new consultant is asked", lambda: "piotr.zajac@wsparcie.example" in manager.recipients())
        assert "j.bak@ug.debowa.example" in manager.recipients()


@pytest.mark.parametrize(
    ("wrong", "template", "key"),
    [
        ("MAILGATE_CONSULTANTS=nobody\n", b"", None),
        ("MAILGATE_TEMPLATES={folder}/templates\n" + PIOTR_ALONE, b"{{ no_such_name }}", None),
        ("MAILGATE_TEMPLATES={folder}/templates\n" + PIOTR_ALONE, b"{{ 1 / 0 }}", None),
        ("MAILGATE_TEMPLATES={folder}/templates\n" + PIOTR_ALONE, b"\xff\xfe{{", None),
        ("MAILGATE_TEMPLATES={folder}/templates\n" + PIOTR_ALONE, b"{% include 'acknowledgement.txt.j2' %}", None),
        ("MAILGATE_TLS_CA_FILE={folder}/templates/acknowledgement.txt.j2\n" + PIOTR_ALONE, b"none", None),
        (PIOTR_ALONE, b"", b""),
    ],
    ids=["a setting", "a name", "a division", "no text", "itself", "no certificate", "no key"],
)
def test_wrong_settings_are_refused_as_a_whole(manager, wrong, template, key):
    (manager.folder / "templates").mkdir()
    (manager.folder / "templates" / "acknowledgement.txt.j2").write_bytes(template)
    with manager.running() as process:
        if key is not None:
            (manager.folder / "storage" / "secret.key").write_bytes(key)
        manager.settings.write_text(wrong.format(folder=manager.folder), "utf-8")
        process.send_signal(signal.SIGHUP)
        manager.until("RELOADING=1")
        assert "refused" in manager.until("READY=1")[-1]
        manager.send(form_text())
        eventually("the consultant of before is asked", lambda: "anna.nowak@wsparcie.example" in manager.recipients())
        assert "the new settings are refused, and the former ones stay" in manager.journal.read_text("utf-8")


def test_settings_are_tried_without_a_daemon_and_without_writing_anything(tmp_path):
    settings, templates = tmp_path / "mailgate.env", tmp_path / "templates"
    templates.mkdir()
    command = [sys.executable, "-m", "mailgate", "run", "--dry-run"]
    environment = environment_without_settings() | {"MAILGATE_ENV_FILE": str(settings)}
    results = []
    for text, template in ((PIOTR_ALONE, ""), (f"MAILGATE_OPNES=9\n{PIOTR_ALONE}", ""), (PIOTR_ALONE, "{{ 1 / 0 }}")):
        settings.write_text(f"{text}MAILGATE_TEMPLATES={templates}\nMAILGATE_STORAGE={tmp_path}/storage\n", "utf-8")
        (templates / "question.txt.j2").write_text(template, "utf-8")
        results.append(
            subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        )
    assert [done.returncode for done in results] == [0, 1, 1]
    assert "MAILGATE_OPNES" in results[1].stderr and "question.txt.j2" in results[2].stderr
    assert not any("Traceback" in done.stderr for done in results)
    assert not (tmp_path / "storage").exists()


def test_a_database_that_cannot_be_had_brings_the_former_settings_back(manager):
    with manager.running() as process:
        url = "MAILGATE_DATABASE_URL=sqlite:////proc/none/mailgate.db\n"
        manager.settings.write_text(PIOTR_ALONE + url, "utf-8")
        process.send_signal(signal.SIGHUP)
        manager.until("READY=1")
        manager.send(form_text())
        eventually("the consultant of before is asked", lambda: "anna.nowak@wsparcie.example" in manager.recipients())
        assert "takes the former ones" in manager.journal.read_text("utf-8")


def test_the_watchdog_goes_hungry_when_a_stage_hangs_and_is_fed_again_when_it_goes_on(manager):
    with manager.running(HANGING) as process:
        manager.until("WATCHDOG=1")
        (manager.folder / "hang").touch()
        eventually("the watchdog is fed no more", lambda: manager.is_silent(6))
        assert process.poll() is None
        (manager.folder / "hang").unlink()
        manager.until("WATCHDOG=1")


def test_a_second_wish_for_new_settings_is_remembered_while_the_first_is_fulfilled(manager):
    with manager.running() as process:
        manager.settings.write_text("MAILGATE_CONSULTANTS=Ewa Mak <ewa.mak@wsparcie.example>\n", "utf-8")
        for _ in range(50):
            process.send_signal(signal.SIGHUP)
        manager.until("RELOADING=1")
        manager.settings.write_text(PIOTR_ALONE, "utf-8")
        process.send_signal(signal.SIGHUP)

        numbers = count(1)

        def is_piotrs() -> bool:
            # A daemon that makes room for the next says so to whom it serves.
            with suppress(smtplib.SMTPException):
                manager.send(form_text(question=f"Kto odpowiada na pytanie {next(numbers)}?"))
            return "piotr.zajac@wsparcie.example" in manager.recipients()

        eventually("the last settings are in force", is_piotrs)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
