"""What `summary` found, as numbers, as a table of text, and as one of HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from ...tensors import Tensor
from ..tables import text_table

_TITLES = ("module", "output", "dtype", "parameters", "trainable", "multiply-adds", "activations")
_LEFT = 3  # so many columns are text, and begin at the left; the others are numbers
_WIDEST = 40  # the most characters in a cell of text


@dataclass(frozen=True, slots=True)
class Row:
    """One call of one module, without what its parts do: so the numbers of all rows add up to those of the model.

    path            the module's name in the model: "" for the model, "encoder.layers.0"; "?" for one that is no part
    name            the same, without the name of the module that called it
    kind            its class
    depth           how many calls it is inside of
    output          the shapes of what it returned, as text
    dtype           of which dtypes
    parameters      how many numbers it learns; 0 in all rows but the first that has them
    trainable       how many of them require gradients
    counted_above   how many more it has that an earlier row counts: it was called before, or shares them
    multiply_adds   of products of matrices and convolutions
    activations     bytes that its operations leave for the backward pass
    """

    path: str
    name: str
    kind: str
    depth: int
    output: str
    dtype: str
    parameters: int
    trainable: int
    counted_above: int
    multiply_adds: int
    activations: int

    def with_row(self, other: Row) -> Row:
        """This row with the numbers of another added."""
        return replace(
            self,
            parameters=self.parameters + other.parameters,
            trainable=self.trainable + other.trainable,
            counted_above=self.counted_above + other.counted_above,
            multiply_adds=self.multiply_adds + other.multiply_adds,
            activations=self.activations + other.activations,
        )

    def cells(self) -> tuple[str, ...]:
        """The texts of the table's columns."""
        above = f"({self.counted_above:,})" if self.counted_above else ""
        return (
            f"{self.name} ({self.kind})" if self.name else self.kind,
            _shortened(self.output),
            self.dtype,
            f"{self.parameters:,} {above}".removeprefix("0 ") if above else _count(self.parameters),
            _count(self.trainable),
            _count(self.multiply_adds),
            _bytes(self.activations) if self.activations else "–",
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """A model at one input: a row for each call of a module, and the totals. Printed, it is a table.

    >>> import micrograd_nb as mg
    >>> model = mg.nn.Sequential(mg.nn.Linear(64, 32), mg.nn.ReLU(), mg.nn.Linear(32, 10))
    >>> summary = mg.training.summary(model, mg.zeros(5, 64))
    >>> summary.parameters, summary.multiply_adds, len(summary)
    (2410, 11840, 4)
    """

    rows: tuple[Row, ...]
    parameters: int
    trainable: int
    parameter_bytes: int
    buffers: int
    buffer_bytes: int
    notes: tuple[str, ...] = ()
    """What the numbers leave out, in words."""

    @property
    def multiply_adds(self) -> int:
        """Of one call of the model."""
        return sum(row.multiply_adds for row in self.rows)

    @property
    def activations(self) -> int:
        """Bytes that one call leaves for the backward pass, if gradients are recorded."""
        return sum(row.activations for row in self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def folded(self, depth: int) -> Summary:
        """The same with fewer rows: what is called more than `depth` calls deep is added to the row that it is part of.

        >>> import micrograd_nb as mg
        >>> summary = mg.training.summary(mg.nn.Sequential(mg.nn.Linear(2, 2), mg.nn.Linear(2, 2)), mg.zeros(1, 2))
        >>> [(row.kind, row.parameters) for row in summary.folded(0)]
        [('Sequential', 12)]
        """
        rows: list[Row] = []
        for row in self.rows:
            if row.depth <= depth:
                rows.append(row)
            else:
                rows[-1] = rows[-1].with_row(row)
        return replace(self, rows=tuple(rows))

    def __repr__(self) -> str:
        rows = [(f"{'  ' * row.depth}{first}", *rest) for row in self.rows for first, *rest in [row.cells()]]
        table = text_table(_TITLES, rows, _LEFT)
        rule = table.splitlines()[1]
        return "\n".join([table, rule, *(f"{what:<14}{much}" for what, much in self._totals()), *self._remarks()])

    def _repr_html_(self) -> str:
        """A table for notebooks. It has no colours of its own, so that the theme's show."""
        head = "".join(f'<th style="text-align:{_side(i)}">{escape(title)}</th>' for i, title in enumerate(_TITLES))
        body = "".join(f"<tr>{_html_cells(row)}</tr>" for row in self.rows)
        totals = "".join(f"<div>{escape(what)}: {escape(much)}</div>" for what, much in self._totals())
        remarks = "".join(f"<div><em>{escape(remark)}</em></div>" for remark in self._remarks())
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{totals}{remarks}"

    def _totals(self) -> list[tuple[str, str]]:
        frozen = self.parameters - self.trainable
        which = "all trainable" if not frozen else f"{self.trainable:,} trainable, {frozen:,} frozen"
        totals = [("parameters", f"{self.parameters:,} ({which}), {_bytes(self.parameter_bytes)}")]
        if self.buffers:
            totals.append(("buffers", f"{self.buffers:,}, {_bytes(self.buffer_bytes)}"))
        totals.append(("multiply-adds", f"{self.multiply_adds:,} a call"))
        totals.append(("activations", f"{_bytes(self.activations)} a call, kept for the backward pass"))
        return totals

    def _remarks(self) -> list[str]:
        above = ["( ): counted in a row above"] if any(row.counted_above for row in self.rows) else []
        return [*above, *self.notes]


def shapes(value: Any) -> str:
    """The shapes of the tensors in what a module returned, nested as they are.

    >>> import micrograd_nb as mg
    >>> shapes({"logits": mg.zeros(2, 3), "states": [mg.zeros(4), None]})
    '{logits: (2, 3), states: [(4,), None]}'
    """
    if isinstance(value, Tensor):
        return str(tuple(value.shape))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {shapes(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(shapes, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(shapes, value)) + ("," if len(value) == 1 else "") + ")"
    return repr(value) if value is None or isinstance(value, (bool, int, float, str)) else type(value).__name__


# -- cells -------------------------------------------------------------------------------------------------------------


def _html_cells(row: Row) -> str:
    indented = f";padding-left:{0.5 + 1.5 * row.depth}em"
    return "".join(
        f'<td style="text-align:{_side(i)}{"" if i else indented}">{escape(cell)}</td>'
        for i, cell in enumerate(row.cells())
    )


def _side(column: int) -> str:
    return "left" if column < _LEFT else "right"


def _count(n: int) -> str:
    return f"{n:,}" if n else "–"


def _bytes(n: int) -> str:
    """A number of bytes in a unit that keeps it short.

    >>> _bytes(40), _bytes(2048), _bytes(3_500_000)
    ('40 bytes', '2.0 KB', '3.5 MB')
    """
    if n < 1000:
        return f"{n} bytes"
    power = 1 if n < 1e6 else 2 if n < 1e9 else 3
    return f"{n / 1000**power:.1f} {' KMG'[power]}B"


def _shortened(text: str) -> str:
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"
