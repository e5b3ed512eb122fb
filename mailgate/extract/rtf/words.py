"""The control words of RTF that matter here (RTF specification 1.9.1): characters, ends of paragraphs, destinations."""

from __future__ import annotations

from typing import Final

SIGNS: Final = {
    "~": "\u00a0",
    "-": "",
    "_": "-",
    "\\": "\\",
    "{": "{",
    "}": "}",
    "\n": "\n\n",
    "\r": "\n\n",
    "\t": "\t",
}
CHARACTERS: Final = {
    "tab": "\t", "line": "\n", "lbr": "\n", "emdash": "\u2014", "endash": "\u2013", "lquote": "\u2018",
    "rquote": "\u2019", "ldblquote": "\u201c", "rdblquote": "\u201d", "bullet": "\u2022", "emspace": " ",
    "enspace": " ", "qmspace": " ",
}  # fmt: skip
PARAGRAPH_ENDS: Final = frozenset({"par", "sect", "page", "column"})
# Destinations without text for the reader that are not marked by \*.
UNREAD: Final = frozenset({
    "colortbl", "stylesheet", "info", "pict", "fldinst", "listtable", "listoverridetable", "revtbl", "xe", "tc", "tcn",
    "rxe", "txe", "bkmkstart", "bkmkend", "annotation", "atnid", "atnauthor", "nonshppict", "shprslt", "objdata",
    "objclass", "objname", "nonesttables", "filetbl", "themedata", "colorschememapping", "latentstyles", "datastore",
    "generator", "userprops", "template", "private", "ftncn", "ftnsep", "ftnsepc", "aftncn", "aftnsep", "aftnsepc",
    "pntxta", "pntxtb", "pnseclvl", "upr", "keywords", "doccomm", "comment", "author", "title",
    "subject", "operator", "listname", "falt", "panose", "fontemb", "headerpicture",
})  # fmt: skip
PAGE_PARTS: Final = frozenset({
    "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf", "footnote",
})  # fmt: skip
BOXES: Final = frozenset({"shptxt", "dptxbxtext"})
# Destinations that are marked by \* and yet hold something that is seen, or tell something.
READ_THOUGH_STARRED: Final = PAGE_PARTS | {
    "shpinst", "nesttableprops", "ud", "formfield", "ffl", "fldinst", "do", "pntext"
}  # fmt: skip
TEXT_OF_SHAPE: Final = "gtextUNICODE"
