"""Whole commands of the program, as an administrator of a test's installation types them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mailgate.cli.program import app
from mailgate.errors import MailgateError


class Shell:
    """Runs ``mailgate ...`` with the settings of one installation, in a folder without ``.env``."""

    def __init__(self, folder: Path, environment: dict[str, str], patch: pytest.MonkeyPatch) -> None:
        patch.chdir(folder)
        self._environment = environment

    def run(self, *arguments: object, status: int = 0) -> Result:
        """The command must end with this exit status."""
        runner = CliRunner(env=self._environment)
        result = runner.invoke(app, [str(one) for one in arguments], catch_exceptions=True)
        assert result.exit_code == status, f"{result.output}\n{result.exception!r}"
        return result

    def refused(self, *arguments: object) -> str:
        """The sentence with which the command is refused."""
        result = CliRunner(env=self._environment).invoke(app, [str(one) for one in arguments])
        assert isinstance(result.exception, MailgateError), result.output
        return str(result.exception)
