"""`bundle(path)`: a script together with what it imports, as one text, for the browser is given one; and `styles`.

The scripts are ES modules that import one another by where they lie, `import { a, b } from "../stepper/file.js";`, one
line each. A bundle is their text, what is imported before what imports it, without those lines and without `export`.
"""

from __future__ import annotations

import re
from pathlib import Path

STATIC = Path(__file__).parent / "static"

_IMPORT = re.compile(r'^import \{[^}]*\} from "(\.\.?/[\w/-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(async )?(function|const|class)\b)", re.MULTILINE)


def bundle(path: Path) -> str:
    """The text of a script and of all that it imports, each once."""
    found: dict[Path, str] = {}
    _collect(path.resolve(), found)
    return "\n".join(found.values())


def _collect(path: Path, found: dict[Path, str]) -> None:
    source = path.read_text(encoding="utf-8")
    for name in _IMPORT.findall(source):
        imported = (path.parent / name).resolve()
        if imported not in found:
            _collect(imported, found)
    found[path] = _EXPORT.sub("", _IMPORT.sub("", source))


def styles(*names: str) -> str:
    """The text of style sheets: the theme that all widgets share, and those named, by where they lie in `static`."""
    return "\n".join((STATIC / name).read_text(encoding="utf-8") for name in ("theme.css", *names))
