"""Tables of cells of text, for a terminal and for a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

Cells = Sequence[str]


def text_table(titles: Cells, rows: Sequence[Cells], left: int) -> str:
    """A table with a rule under its titles. The first `left` columns begin at the left, the others end at the right.

    >>> print(text_table(("name", "n"), [("a", "10"), ("long", "5")], left=1))
    name   n
    ────────
    a     10
    long   5
    """
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    lines = ["  ".join(_padded(row, widths, left)).rstrip() for row in (titles, *rows)]
    rule = "─" * max(map(len, lines))
    return "\n".join([lines[0], rule, *lines[1:]])


def html_table(
    titles: Cells, rows: Sequence[Cells], left: int, above: Sequence[str] = (), below: Sequence[str] = ()
) -> str:
    """The same in HTML, with lines of text above and below. It has no colours of its own, so that the theme's show.

    >>> html_table(("a",), [("<b>",)], left=1).partition("<tbody>")[2]
    '<tr><td style="text-align:left">&lt;b&gt;</td></tr></tbody></table>'
    """
    head = "".join(f'<th style="{_side(i, left)}">{escape(title)}</th>' for i, title in enumerate(titles))
    body = "".join(
        "<tr>" + "".join(f'<td style="{_side(i, left)}">{escape(cell)}</td>' for i, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return "".join([*map(_line, above), table, *map(_line, below)])


def _padded(row: Cells, widths: list[int], left: int) -> list[str]:
    return [
        cell.ljust(width) if i < left else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]


def _side(column: int, left: int) -> str:
    return f"text-align:{'left' if column < left else 'right'}"


def _line(text: str) -> str:
    return f"<div>{escape(text)}</div>"
