"""The styles of an OpenDocument file as far as they decide what is seen: hidden text, lists' marks, used page styles.

OpenDocument 1.3 part 3 names the elements and attributes (sections 16 to 20).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from mailgate.extract.word.lists import written
from mailgate.extract.word.xml import child, children, local, value

_BULLET = "- "
_KINDS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_DEEPEST_STYLE = 30
_DEEPEST_LEVEL = 10
_MAX_NUMBER = 100_000


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list style; ``kind`` is "" for no mark, ``bullet``, or the way in which numbers are written."""

    kind: str
    prefix: str = ""
    suffix: str = ""
    start: int = 1
    shown_levels: int = 1


@dataclass(frozen=True, slots=True)
class Styles:
    """What is known of the styles, by their names as content refers to them."""

    hidden: frozenset[str] = frozenset()
    hidden_sections: frozenset[str] = frozenset()
    hidden_tables: frozenset[str] = frozenset()
    lists: dict[str, dict[int, Level]] = field(default_factory=dict)
    list_of_paragraph: dict[str, str] = field(default_factory=dict)
    master_pages: frozenset[str] = frozenset()


def read_styles(*roots: etree._Element) -> Styles:
    """The styles of the files of one document (``content.xml``, ``styles.xml``)."""
    named = {_key(style): style for root in roots for style in root.iter("{*}style") if value(style, "name")}
    hidden = _hidden(named)
    # LibreOffice writes a dozen list styles of ten levels into every file, and few files hold a list.
    has_lists = any(next(root.iter("{*}list", "{*}numbered-paragraph"), None) is not None for root in roots)
    listed = [style for root in roots for style in root.iter("{*}list-style")] if has_lists else []
    return Styles(
        hidden=frozenset(name for family, name in hidden if family in ("text", "paragraph")),
        hidden_sections=frozenset(name for family, name in hidden if family == "section"),
        hidden_tables=frozenset(
            name
            for (family, name), style in named.items()
            if family == "table" and value(child(style, "table-properties"), "display") == "false"
        ),
        lists={value(style, "name") or "": dict(_levels(style)) for style in listed},
        list_of_paragraph=_lists_of_paragraphs(named) if has_lists else {},
        master_pages=frozenset(filter(None, (value(style, "master-page-name") for style in named.values()))),
    )


def _key(style: etree._Element) -> tuple[str, str]:
    return value(style, "family") or "", value(style, "name") or ""


def _hidden(named: dict[tuple[str, str], etree._Element]) -> list[tuple[str, str]]:
    """The styles that say ``text:display="none"``, or that are based on one that does."""
    displays = {key: value(child(style, "text-properties"), "display") for key, style in named.items()}
    if "none" not in displays.values():
        return []
    return [key for key in named if _is_hidden(key, named, displays)]


def _is_hidden(
    key: tuple[str, str], named: dict[tuple[str, str], etree._Element], displays: dict[tuple[str, str], str | None]
) -> bool:
    family, name = key
    for _ in range(_DEEPEST_STYLE):
        style = named.get((family, name))
        if style is None:
            return False
        display = displays[family, name]
        if display is not None:
            return display == "none"
        name = value(style, "parent-style-name") or ""
    return False


def _lists_of_paragraphs(named: dict[tuple[str, str], etree._Element]) -> dict[str, str]:
    """The list style of each paragraph style that has one, its own or an inherited one."""
    found: dict[str, str] = {}
    for family, name in named:
        if family != "paragraph":
            continue
        ancestor = name
        for _ in range(_DEEPEST_STYLE):
            style = named.get((family, ancestor))
            own = value(style, "list-style-name")
            if style is None or own is not None:
                found[name] = own or ""
                break
            ancestor = value(style, "parent-style-name") or ""
    return found


def _levels(style: etree._Element) -> Iterator[tuple[int, Level]]:
    for element in style:
        number = _number(value(element, "level"), 0)
        name = local(element)
        if name in ("list-level-style-bullet", "list-level-style-image"):
            yield number, Level("bullet")
        elif name == "list-level-style-number":
            yield (
                number,
                Level(
                    kind=_KINDS.get(value(element, "num-format") or "", ""),
                    prefix=value(element, "num-prefix") or "",
                    suffix=value(element, "num-suffix") or "",
                    start=_number(value(element, "start-value"), 1),
                    shown_levels=_number(value(element, "display-levels"), 1),
                ),
            )


def _number(text: str | None, default: int) -> int:
    return min(int(text), _MAX_NUMBER) if text and text.isdecimal() and len(text) < 7 else default


@dataclass(slots=True)
class _Count:
    """The counters of one list, and the style that its marks are drawn by."""

    style: str
    numbers: dict[int, int] = field(default_factory=dict)


class ListMarks:
    """Counts the items of a document's lists in reading order, and draws their marks."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._last_of_style: dict[str, _Count] = {}
        self._by_id: dict[str, _Count] = {}

    def begin(self, element: etree._Element, outer: _Count | None) -> _Count:
        """The counter for a ``text:list``; one inside another list counts with it."""
        style = value(element, "style-name") or ""
        if outer is not None:
            return outer if not style or style == outer.style else _Count(style, outer.numbers)
        continued = self._by_id.get(value(element, "continue-list") or "")
        if continued is None and value(element, "continue-numbering") == "true":
            continued = self._last_of_style.get(style)
        count = _Count(style, dict(continued.numbers) if continued else {})
        self._last_of_style[style] = count
        if element.get("{http://www.w3.org/XML/1998/namespace}id"):
            self._by_id[element.get("{http://www.w3.org/XML/1998/namespace}id", "")] = count
        return count

    def mark(self, count: _Count, depth: int, item: etree._Element, paragraph: etree._Element) -> str:
        """What is drawn before the first paragraph of a list item (``1. ``, ``- ``), or "" for nothing."""
        depth = min(depth, _DEEPEST_LEVEL)
        style = count.style or self._styles.list_of_paragraph.get(value(paragraph, "style-name") or "", "")
        levels = self._styles.lists.get(style, {})
        level = levels.get(depth)
        if level is None:
            return ""
        started = _number(value(item, "start-value"), 0)
        count.numbers[depth] = started or count.numbers.get(depth, level.start - 1) + 1
        for deeper in [other for other in count.numbers if other > depth]:
            del count.numbers[deeper]
        return _drawn(levels, depth, count.numbers)


Count = _Count


def _drawn(levels: dict[int, Level], depth: int, numbers: dict[int, int]) -> str:
    level = levels[depth]
    if level.kind == "bullet":
        return _BULLET
    if not level.kind:
        return ""
    first = max(1, depth - level.shown_levels + 1)
    shown = [
        written(numbers.get(each, 1), (levels.get(each) or level).kind or "decimal") for each in range(first, depth + 1)
    ]
    return f"{level.prefix}{'.'.join(shown)}{level.suffix} "


def used_master_pages(styles: Styles, root: etree._Element) -> Iterator[etree._Element]:
    """The page styles in use: the first one (``Standard``), those that content names, and those that follow them."""
    pages = {value(page, "name") or "": page for page in root.iter("{*}master-page")}
    default = "Standard" if "Standard" in pages else next(iter(pages), "")
    wanted = [default, *sorted(styles.master_pages)]
    seen: set[str] = set()
    while wanted:
        name = wanted.pop(0)
        if name in pages and name not in seen:
            seen.add(name)
            yield pages[name]
            wanted.append(value(pages[name], "next-style-name") or "")


def is_display_none(element: etree._Element) -> bool:
    """True for an element that says of itself that it is not shown."""
    return value(element, "display") == "none" or value(element, "is-hidden") == "true"


def deletions_of(body: etree._Element) -> frozenset[str]:
    """The names of tracked deletions: LibreOffice leaves their text in its place where it shows changes."""
    return frozenset(
        name
        for changes in children(body)
        if local(changes) == "tracked-changes"
        for region in changes
        if child(region, "deletion") is not None
        for name in (value(region, "id"),)
        if name
    )


def forms_of(body: etree._Element) -> dict[str, etree._Element]:
    """The controls of a body's forms by the names with which ``draw:control`` refers to them."""
    return {
        str(name): control
        for forms in children(body)
        if local(forms) == "forms"
        for control in forms.iter("{*}*")
        for name in (value(control, "id"),)
        if name
    }
