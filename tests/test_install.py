"""The service's installation: what it would do, what it makes below a prefix, and how strong the unit's walls are."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UNITS = ("mailgate.service", "mailgate.socket", "mailgate-backup.service", "mailgate-backup.timer")
COMMAND = "/usr/local/bin/mailgate"
HIGHEST_EXPOSURE = 1.5


def install(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ROOT / "scripts" / "install", *arguments], capture_output=True, text=True, check=False)


def test_a_dry_run_names_every_place_and_touches_none(tmp_path):
    done = install("--dry-run", "--prefix", str(tmp_path))
    assert done.returncode == 0, done.stderr
    for place in ("opt/mailgate/current", "etc/mailgate/mailgate.env", "var/lib/mailgate", "usr/local/bin/mailgate"):
        assert f"{tmp_path}/{place}" in done.stdout
    for unit in UNITS:
        assert f"{tmp_path}/etc/systemd/system/{unit}" in done.stdout
    # What root puts there is the group's: the command reads it as the service's user.
    assert f"chmod 2750 {tmp_path}/etc/mailgate/credentials" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_option_is_wrong_use_and_says_where_to_look():
    done = install("--purge")
    assert done.returncode == 2
    assert "--purge is no option; see scripts/install --help" in done.stderr


def test_the_help_tells_what_goes_where():
    done = install("--help")
    assert done.returncode == 0
    assert "--uninstall" in done.stdout
    assert "/etc/mailgate" in done.stdout


@pytest.mark.parametrize("unit", ["mailgate.service", "mailgate-backup.service"])
def test_the_walls_of_the_service_are_high(unit):
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", "--json=short", f"systemd/{unit}"]
    walls = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    threshold = f"--threshold={round(HIGHEST_EXPOSURE * 10)}"
    done = subprocess.run(
        [*command[:-2], threshold, command[-1]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert walls
    assert done.returncode == 0, done.stdout


def test_the_units_are_such_as_systemd_understands(tmp_path):
    # systemd looks whether the program is there.
    for unit in UNITS:
        text = (ROOT / "systemd" / unit).read_text("utf-8")
        text = text.replace("/opt/mailgate/current/bin/mailgate", "/bin/true").replace(COMMAND, "/bin/true")
        (tmp_path / unit).write_text(text, "utf-8")
    command = ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / unit) for unit in UNITS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if "mailgate" in line]
    assert complaints == []


@pytest.mark.soak
@pytest.mark.skipif(os.environ.get("MAILGATE_TEST_SOAK") != "full", reason="fetches every package; scripts/test --soak")
def test_an_installation_runs_and_an_upgrade_keeps_settings_and_data(tmp_path):
    assert install("--prefix", str(tmp_path)).returncode == 0
    command = tmp_path / "usr" / "local" / "bin" / "mailgate"
    assert "mailgate" in subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout
    settings = tmp_path / "etc" / "mailgate" / "mailgate.env"
    assert settings.stat().st_mode & 0o777 == 0o640
    settings.write_text("MAILGATE_IMAP_POLL_SECONDS=61\n", "utf-8")
    (tmp_path / "var" / "lib" / "mailgate" / "mailgate.db").write_bytes(b"kept")
    again = install("--prefix", str(tmp_path))
    assert again.returncode == 0
    assert "is made already" in again.stderr
    assert install("--prefix", str(tmp_path), "--uninstall").returncode == 0
    assert settings.read_text("utf-8") == "MAILGATE_IMAP_POLL_SECONDS=61\n"
    assert (tmp_path / "var" / "lib" / "mailgate" / "mailgate.db").read_bytes() == b"kept"
    assert not (tmp_path / "opt" / "mailgate").exists()
    assert not command.exists()


def test_a_reload_tries_the_settings_where_their_secrets_can_be_read_before_the_daemon_is_told():
    """systemd shows a service's credentials to no process that a reload starts as the service's user."""
    lines = (ROOT / "systemd" / "mailgate.service").read_text("utf-8").splitlines()
    first, second = (line for line in lines if line.startswith("ExecReload="))
    assert first == f"ExecReload=+{COMMAND} run --dry-run"
    assert "kill -HUP" in second
