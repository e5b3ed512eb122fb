"""``mailgate status`` tells of a right to log in that is near its end, before it is an outage."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from servers.deployment import Deployment

from mailgate.clock import utc_now
from mailgate.config import environment_without_settings
from mailgate.register.database import migrate


@pytest.mark.usefixtures("databases")
def test_the_end_of_a_client_secret_is_told_two_weeks_ahead(tmp_path: Path) -> None:
    day = (utc_now() + timedelta(days=9)).date()
    gate = Deployment(
        tmp_path,
        IMAP_URL="imaps://hotline@imap.gmina.example/INBOX",
        OAUTH2_TOKEN_URL="https://login.microsoftonline.com/tenant/oauth2/v2.0/token",
        OAUTH2_CLIENT_ID="app",
        OAUTH2_CLIENT_SECRET="tajne",
        OAUTH2_EXPIRES=day.isoformat(),
    )
    gate.settings.storage.mkdir()
    migrate(gate.engine)
    shown = [
        subprocess.run(
            [sys.executable, "-m", "mailgate", "status", *options],
            env=environment_without_settings() | gate.environment,
            cwd=gate.folder, capture_output=True, text=True, timeout=60,
        ).stdout
        for options in ((), ("--json",))
    ]  # fmt: skip
    assert str(day) in shown[0]
    assert str(day) in json.loads(shown[1])["expiry"]
    assert "tajne" not in "".join(shown)
