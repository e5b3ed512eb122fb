"""The secret key belongs to the register: with another one, a daemon would take its own letters for forgeries."""

from __future__ import annotations

from pathlib import Path

import pytest
from servers.deployment import Deployment, form_text, mail

FIRST, OTHER = "pierwszy-klucz-0123456789-0123456789", "drugi-klucz-0123456789-0123456789-01"


@pytest.mark.parametrize(("key", "complaints"), [(FIRST, 0), (OTHER, 1)])
def test_a_daemon_says_at_its_start_that_its_key_is_not_the_one_of_the_register(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, key: str, complaints: int
) -> None:
    with Deployment(tmp_path, SECRET_KEY=FIRST).running() as gate:
        gate.send(mail(form_text()))
        gate.settled()
    with Deployment(tmp_path, SECRET_KEY=key).running():
        pass
    said = [record.getMessage() for record in caplog.records if "another secret key" in record.getMessage()]
    assert len(said) == complaints
    assert not any(FIRST in line or OTHER in line for line in said)
