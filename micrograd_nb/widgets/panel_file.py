"""What a panel's exported file holds: `held(panel)` draws it for the values of its controls next to the present ones.

A file has no Python in it, so it can show only what was drawn before. How much that is, is bounded.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

MOST_CHARACTERS = 1_000_000  # of all that a file can show, unless one state alone has more
OTHERS = "The notebook has the others."


class Drawable(Protocol):
    """What is asked of a panel; see there."""

    markup: Any
    description: Any
    redraw_on: tuple[str, ...]

    def now(self) -> dict[str, Any]: ...
    def choices(self) -> dict[str, Sequence[Any]]: ...
    def draw(self, **values: Any) -> Any: ...


@dataclass(frozen=True)
class Held:
    """What is in a file.

    Attributes:
        values: those of each trait, in order; there is a state for each combination of them.
        states: markup and description, by `key` of the values.
    """

    values: dict[str, list[Any]]
    states: dict[str, tuple[str, str]]


def held(panel: Drawable) -> Held:
    """Draws a panel for its `choices`, as many as there is room for, from the value of its first trait outwards."""
    now, choices = panel.now(), panel.choices()
    first, *others = panel.redraw_on
    rest = {trait: choices[trait] for trait in others}
    states = _states(panel, {first: [now[first]], **rest})
    if _size(states) > MOST_CHARACTERS:  # too much for any choice but where it is now
        rest = {trait: [now[trait]] for trait in others}
        states = _states(panel, {first: [now[first]], **rest})
    values = [now[first]]
    for value in sorted(choices[first], key=lambda value: (abs(value - now[first]), -value))[1:]:
        more = _states(panel, {first: [value], **rest})
        if _size(states) + _size(more) > MOST_CHARACTERS:
            break
        states |= more
        values.append(value)
    return Held({first: sorted(values), **{trait: list(rest[trait]) for trait in others}}, states)


def key(values: Sequence[Any]) -> str:
    """The values of the traits as the page's JavaScript writes them.

    >>> from micrograd_nb.widgets.panel_file import key
    >>> key([3, True])
    '[3,true]'
    """
    return json.dumps(list(values), separators=(",", ":"))


def window(now: int, first: int, last: int, most: int) -> range:
    """At most `most` whole numbers from `first` to `last`, among them `now`.

    >>> from micrograd_nb.widgets.panel_file import window
    >>> window(2, 0, 100, 24), window(50, 0, 100, 24), window(99, 0, 100, 24)
    (range(0, 24), range(38, 62), range(77, 101))
    """
    start = max(first, min(now - most // 2, last - most + 1))
    return range(start, min(last, start + most - 1) + 1)


def within(control: dict[str, Any], kept: Held) -> dict[str, Any]:
    """A control that leads to nothing but what is in the file, and says so."""
    values = kept.values[control["trait"]]
    limit = f"This file holds {_range(control['trait'], values)}. {OTHERS}"
    if len(values) == 1:
        return {**control, "fixed": limit}
    return {**control, "first": values[0], "last": values[-1], "limit": limit}


def describe(kept: Held, controls: Sequence[dict[str, Any]]) -> str:
    """What is in the file, in a sentence.

    >>> from micrograd_nb.widgets.panel_file import Held, describe
    >>> describe(Held({"batch": [0, 1, 2], "seed": [7]}, {}), [{"trait": "batch"}, {"trait": "seed"}])
    'This file holds batch 0 to 2, seed 7. The notebook has the others.'
    """
    traits = dict.fromkeys(control["trait"] for control in controls)
    return f"This file holds {', '.join(_range(trait, kept.values[trait]) for trait in traits)}. {OTHERS}"


def _range(trait: str, values: Sequence[Any]) -> str:
    if isinstance(values[0], bool):
        return f"{trait} {' and '.join('on' if value else 'off' for value in values)}"
    return f"{trait} {values[0]}" if len(values) == 1 else f"{trait} {values[0]} to {values[-1]}"


def _states(panel: Drawable, choices: dict[str, Sequence[Any]]) -> dict[str, tuple[str, str]]:
    """What is shown for all combinations of some values, in the order of the traits."""
    combinations = itertools.product(*choices.values())
    return {key(values): _drawn(panel, dict(zip(choices, values, strict=True))) for values in combinations}


def _drawn(panel: Drawable, values: dict[str, Any]) -> tuple[str, str]:
    drawn = panel if values == panel.now() else panel.draw(**values)  # what it shows now is not drawn again
    return drawn.markup, drawn.description


def _size(states: dict[str, tuple[str, str]]) -> int:
    return sum(len(markup) + len(description) for markup, description in states.values())
