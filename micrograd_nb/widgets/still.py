"""`still(ids)`: widgets as they stand now, for readers without a kernel. It runs in the kernel that has the widgets.

It goes by what a widget can do: one with `export_html(path)` gives a page that works by itself, any other its HTML.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ipywidgets.widgets import widget as registry

Still = dict[str, str]


def still(ids: Iterable[str]) -> dict[str, Still]:
    """What the widgets with these model ids show, by their ids; of those that are closed, nothing.

    Returns:
        for each widget its texts: "title", what it is; "html", what stands in a notebook for it; "page", one HTML file
        in which it works; "problem", why it could not write one. What a widget does not have is left out.

    >>> import micrograd_nb as mg
    >>> from micrograd_nb.widgets import BackwardStepper
    >>> stepper = BackwardStepper(mg.tensor(2.0, requires_grad=True) * 3.0)
    >>> seen = still([stepper.model_id])[stepper.model_id]
    >>> seen["title"], seen["page"].startswith("<!DOCTYPE html>")
    ('<BackwardStepper: 4 steps>', True)
    >>> stepper.close()
    >>> still(["no such id"])
    {}
    """
    shown = {id: registry._instances.get(id) for id in ids}
    return {id: _look(widget) for id, widget in shown.items() if widget is not None}


def _look(widget: Any) -> Still:
    bundle = widget._repr_mimebundle_() or {}
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    texts = {"title": data.get("text/plain"), "html": data.get("text/html"), **_page(widget)}
    return {name: text for name, text in texts.items() if text is not None}


def _page(widget: Any) -> Still:
    if not hasattr(widget, "export_html"):
        return {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "widget.html"
        try:
            widget.export_html(path)
            return {"page": path.read_text(encoding="utf-8")}
        except Exception as error:  # one widget that refuses is no reason to have none of the others
            return {"problem": f"{type(error).__name__}: {error}"}
