"""`Widget`: the base of all widgets. With a kernel, its script draws it; without one, a file or static HTML does.

A subclass has its JavaScript and its CSS as texts, `_esm = bundle(…)` and `_css = styles(…)`, and writes `static_html`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget

from .page import page


class Widget(anywidget.AnyWidget):
    """What a reader sees of a widget who has no kernel."""

    _esm: str
    _css: str

    def static_html(self) -> str:
        """What it shows, for readers without a kernel, or with a notebook that is not trusted yet."""
        raise NotImplementedError

    def _write_page(self, path: str | Path, title: str, state: dict[str, Any], fallback: str | None = None) -> None:
        """Writes a file in which the widget's script works as in a notebook.

        Arguments:
            path: of the HTML file.
            title: of the page.
            state: what the script asks for, by name: the traits, and whatever they would be set to.
            fallback: HTML for those who read without JavaScript; left out, `static_html()`.
        """
        fallback = self.static_html() if fallback is None else fallback
        text = page(title=title, css=self._css, script=self._esm, state=state, fallback=fallback)
        Path(path).write_text(text, encoding="utf-8")

    def _repr_mimebundle_(self, **options: Any) -> Any:
        still = self.static_html()
        made = super()._repr_mimebundle_(**options)
        data, metadata = made if isinstance(made, tuple) else (made or {}, {})
        return {**data, "text/plain": repr(self), "text/html": still}, metadata
