"""The house stands as DESIGN draws it: imports point one way, and the domain is pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "mailgate"

# Lower rooms know nothing of higher ones.  A room may import rooms of its own floor and below.
FLOORS = (
    {"errors", "resources", "__init__"},
    {"domain"},
    {"maillog"},
    {"extract"},
    {"containers"},
    {"reader"},
    {"sandbox", "sandboxed", "sandboxframes", "register"},
    {"delivery", "intake"},
    {"recorder"},
    {"pipeline"},
    {"config", "worker"},
    {"daemon"},
    {"checkup"},
    {"demonstration"},
    {"cli", "__main__"},
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
IMPURE = {
    "asyncio", "http", "jinja2", "logging", "os", "pathlib", "random", "secrets", "shutil", "socket", "sqlalchemy",
    "sqlite3", "sqlmodel", "subprocess", "sys", "tempfile", "threading", "time", "urllib.request",
}  # fmt: skip


def modules() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts]


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_its_own_floor_and_below(path: Path) -> None:
    mine = FLOOR[room_of(path)]
    used = {name.split(".")[1] for name in imports_of(path) if name.startswith("mailgate.") and name.count(".") >= 1}
    above = {room for room in used if FLOOR.get(room, -1) > mine}
    assert not above


@pytest.mark.parametrize("path", sorted((PACKAGE / "domain").rglob("*.py")), ids=lambda path: path.name)
def test_the_domain_touches_nothing_outside_itself(path: Path) -> None:
    assert not {name for name in imports_of(path) if name.split(".")[0] in IMPURE}


def test_only_config_reads_the_environment() -> None:
    readers = {
        str(path.relative_to(PACKAGE))
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
        and isinstance(node.value, ast.Name) and node.value.id == "os"
    }  # fmt: skip
    # The journal's format and the sandbox's clean environment are no settings.
    assert readers <= {"config.py", "cli/run.py", "sandbox.py"}
