"""The drawing of the errors, by which a caller chooses what to catch, is true."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from mailgate import errors

PACKAGE = Path(errors.__file__).parent
DRAWN = re.compile(r"^[│ ]*[├└]── (\w+) +(?:\(([\w.]+)\))?", re.MULTILINE)


def classes() -> dict[str, tuple[str, set[str]]]:
    """Every class of the package by its name, with its room and the names of its bases."""
    return {
        node.name: (
            ".".join(path.relative_to(PACKAGE).with_suffix("").parts),
            {base.id for base in node.bases if isinstance(base, ast.Name)},
        )
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    }


def descendants() -> dict[str, str]:
    """The rooms of all errors below MailgateError, by their names."""
    known, found = classes(), {"MailgateError"}
    while more := {name for name, (_, bases) in known.items() if bases & found} - found:
        found |= more
    return {name: known[name][0] for name in found - {"MailgateError"}}


def test_every_error_that_crosses_a_boundary_is_drawn_with_the_room_in_which_it_is_defined() -> None:
    drawn = {name: room or "errors" for name, room in DRAWN.findall(errors.__doc__ or "")}
    assert drawn == descendants()
