"""``mailgate smtp-user``: the line of one user for the file of MAILGATE_SMTP_USERS."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Annotated

import typer


def smtp_user(name: Annotated[str, typer.Argument(help="The name with which the user logs in.")]) -> None:
    """Print NAME:HASH for the file of MAILGATE_SMTP_USERS; the password is asked for, or read from a pipe."""
    from mailgate.intake.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD, PasswordHash, is_user_name

    if not is_user_name(name):
        raise typer.BadParameter("a name has no spaces and no colon")
    password = _password().encode()
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise typer.BadParameter(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} bytes")
    typer.echo(f"{name}:{PasswordHash.of(password)}")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass("Password: ")
    if getpass("Once more: ") != password:
        raise typer.BadParameter("the two differ")
    return password
