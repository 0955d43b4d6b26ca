"""`Panel`: the base of the data views. Python writes what is shown as HTML; the page shows it under a few controls.

A control is bound to a trait. When the reader changes it, the trait changes, and Python writes new HTML.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import traitlets

from .panel_file import describe, held, within
from .scripts import STATIC, bundle
from .widget import Widget

Control = dict[str, Any]


@dataclass(frozen=True)
class Drawn:
    """What a panel shows for some values of its traits.

    Attributes:
        markup: HTML, in which all that came from the user is escaped.
        description: one sentence of plain text, which is read aloud when it changes.
        seen: attributes of the panel that say the same as data.
    """

    markup: str
    description: str
    seen: dict[str, Any] = field(default_factory=dict)


class Panel(Widget):
    """Shows `markup` under `controls`.

    Subclasses write `draw`, `choices` and `forget`, and name in `redraw_on` the traits that `draw` takes.
    """

    _esm = bundle(STATIC / "panel.js")
    _css = (STATIC / "panel.css").read_text(encoding="utf-8")

    markup = traitlets.Unicode().tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)
    controls: Any = traitlets.List().tag(sync=True)

    redraw_on: tuple[str, ...] = ()

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._redraw()
        self.observe(lambda _: self._redraw(), list(self.redraw_on))

    def draw(self, *_: Any, **values: Any) -> Drawn:
        """What is shown for the values of the traits, given by their names. It changes nothing of the panel."""
        raise NotImplementedError(f"{type(self).__name__} has no draw")

    def choices(self) -> dict[str, Sequence[Any]]:
        """The values of each trait that are worth a place in a file, in order."""
        raise NotImplementedError(f"{type(self).__name__} has no choices")

    def forget(self) -> None:
        """Lets go of what it was made of, when it is closed: Jupyter may keep the widget itself for longer."""
        raise NotImplementedError(f"{type(self).__name__} has no forget")

    def close(self) -> None:
        """Takes the view off the page, and lets go of everything that it was made of."""
        super().close()
        self.forget()
        self.markup = self.description = ""

    def static_html(self) -> str:
        """What a reader without a kernel sees."""
        return f"<p>{html.escape(self.description)}</p>{self.markup}"

    def export_html(self, path: str | Path) -> None:
        """Writes the view as one HTML file that works in any browser, from disk, without a network.

        Python is not in the file: it holds what would be shown for some values of the controls, those next to the ones
        shown now, and says which. The others cannot be chosen there.
        """
        kept = held(self)
        state = {
            **self.now(),
            "controls": [within(control, kept) for control in self.controls],
            "markup": self.markup,
            "description": self.description,
            "traits": list(self.redraw_on),
            "states": kept.states,
            "note": describe(kept, self.controls),
        }
        self._write_page(path, repr(self).strip("<>"), state)

    def now(self) -> dict[str, Any]:
        """The values of the traits for which it is drawn."""
        return {trait: getattr(self, trait) for trait in self.redraw_on}

    def _redraw(self) -> None:
        drawn = self.draw(**self.now())
        for name, value in drawn.seen.items():
            setattr(self, name, value)
        with self.hold_sync():  # one message: HTML and description belong together
            self.markup, self.description = drawn.markup, drawn.description


def number(trait: str, label: str, last: int | None = None, *, first: int = 0) -> Control:
    """A field for a whole number from `first` to `last`."""
    return {"kind": "number", "trait": trait, "label": label, "first": first, "last": last}


def checkbox(trait: str, label: str) -> Control:
    return {"kind": "checkbox", "trait": trait, "label": label}


def button(trait: str, label: str, add: int, last: int | None = None) -> Control:
    """A button that adds to a whole number from 0 to `last`."""
    return {"kind": "button", "trait": trait, "label": label, "add": add, "first": 0, "last": last}


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table of cells that are HTML already. The first cell of a row is its heading."""
    heading = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>' for row in rows
    )
    return f"<table><thead><tr>{heading}</tr></thead><tbody>{body}</tbody></table>"


def shown(value: Any, longest: int = 60) -> str:
    """Something of the user's as text for HTML: escaped, and not too long."""
    text = value if isinstance(value, str) else _repr(value)
    return html.escape(text if len(text) <= longest else f"{text[: longest - 1]}…")


def svg_img(svg: str, alt: str) -> str:
    """An SVG as an image: the form that also shows in a notebook that is not trusted yet."""
    data = base64.b64encode(svg.encode()).decode()
    return f'<img alt="{html.escape(alt)}" src="data:image/svg+xml;base64,{data}">'


def _repr(value: Any) -> str:
    try:
        return repr(value)
    except Exception as error:  # somebody else's __repr__ is no reason to show nothing
        return f"<{type(value).__name__}: repr failed with {type(error).__name__}>"
