"""The house stands as DESIGN draws it: imports point one way, and the domain is pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "mailgate"

# Lower rooms know nothing of higher ones.  A room may import rooms of its own floor and below.
FLOORS = (
    {"endpoints", "errors", "faultplaces", "keptjson", "resources", "__init__"},
    {"domain"},
    {"clock", "diskspace", "heartbeat", "journal", "maillog", "servicemanager", "storagelock", "vitals"},
    {"login"},
    {"extract"},
    {"containers"},
    {"reader"},
    {"sandbox", "sandboxed", "sandboxframes", "sandboxpool", "register"},
    {"backup", "delivery", "intake", "lostregister"},
    {"recording"},
    {"dailyproof", "pipeline", "reconciliation", "watchman"},
    {"config", "metrics", "settings", "worker"},
    {"equipment", "parts"},
    {"daemon"},
    {"service"},
    {"checkup"},
    {"demonstration"},
    {"cli", "__main__"},
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
STRANGERS = {("intake", "delivery"), ("delivery", "intake")}
"""Rooms of one floor that meet only in the register."""
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
        elif isinstance(node, ast.ImportFrom):
            assert node.module and not node.level, f"{path}: line {node.lineno}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms_used_by(path: Path) -> set[str]:
    """The rooms that a module imports from; what is no module of the package stands in the package itself."""
    named = {name.split(".")[1] for name in imports_of(path) if name.startswith("mailgate.")}
    return {name if name in ROOMS else "__init__" for name in named}


ROOMS = {room_of(path) for path in modules()}


def test_every_room_stands_on_a_floor_and_every_floor_has_its_rooms() -> None:
    assert set(FLOOR) == ROOMS


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_its_own_floor_and_below(path: Path) -> None:
    room = room_of(path)
    used = rooms_used_by(path)
    assert not {other for other in used if FLOOR[other] > FLOOR[room]}
    assert not {other for other in used if (room, other) in STRANGERS}


def name_of(path: Path) -> str:
    """The dotted name of a module; that of a package for its ``__init__``."""
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def modules_used_by(path: Path, known: set[str]) -> set[str]:
    """The modules that one takes names from, wherever in it: also late, and for its types alone."""
    named = {name if name in known else name.rpartition(".")[0] for name in imports_of(path)}
    return (named & known) - {name_of(path)}


def test_no_modules_import_each_other_in_a_circle() -> None:
    known = {name_of(path) for path in modules()}
    graph = {name_of(path): modules_used_by(path, known) for path in modules()}
    assert len(tuple(TopologicalSorter(graph).static_order())) == len(known)


@pytest.mark.parametrize("path", sorted((PACKAGE / "domain").rglob("*.py")), ids=lambda path: path.name)
def test_the_domain_touches_nothing_outside_itself(path: Path) -> None:
    assert not {name for name in imports_of(path) if name.split(".")[0] in IMPURE}


CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}


def clocks_read_in(source: str) -> list[str]:
    """Every ``datetime.now`` and its kin, called or not, whether the class stands alone or behind its module."""
    return [
        ast.unparse(node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, (ast.Name, ast.Attribute))
        and (node.value.id if isinstance(node.value, ast.Name) else node.value.attr, node.attr) in CLOCKS
    ]


def test_a_look_at_the_clock_is_recognised() -> None:
    source = "datetime.now(UTC); datetime.datetime.utcnow(); field(default_factory=date.today); time.time(); case.now"
    assert len(clocks_read_in(source)) == 4


@pytest.mark.parametrize("path", sorted((PACKAGE / "domain").rglob("*.py")), ids=lambda path: path.name)
def test_the_domain_has_no_clock(path: Path) -> None:
    assert clocks_read_in(path.read_text("utf-8")) == []


def test_there_is_one_clock() -> None:
    readers = {str(path.relative_to(PACKAGE)) for path in modules() if clocks_read_in(path.read_text("utf-8"))}
    assert readers == {"clock.py"}


NAMED = re.compile(r"`([\w/]+(?:\.py|/))`")


def test_each_module_that_the_page_on_the_life_of_a_mail_names_is_there() -> None:
    named = NAMED.findall((PACKAGE.parent / "docs" / "flow.md").read_text("utf-8"))
    assert len(named) > 20
    assert not [name for name in named if not (PACKAGE / name).exists()]


def test_only_config_reads_the_environment() -> None:
    readers = {
        str(path.relative_to(PACKAGE))
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
        and isinstance(node.value, ast.Name) and node.value.id == "os"
    }  # fmt: skip
    # The journal's format, and the environments of the programs that we start, are no settings.
    assert readers <= {"config.py", "cli/run.py", "sandbox.py", "extract/scan/tesseract.py"}
