"""One step of a pass, as a person sees it: a `TraceStep`, made of its `Part`s."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

from .tensor_view import TensorView

Notes = Mapping[str, tuple[str, str]]
"""Value id → what is written below it, and what that is: none, earlier, partial, temporary, kept."""

MICRO_ONLY = ("skip", "free")  # parts that a whole step does not tell of


class Row(NamedTuple):
    """A line of the panel: what, how, and the numbers of a tensor too large to be written out."""

    name: str
    text: str
    tensor: TensorView | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a step, which Micro mode shows alone.

    | kind         | what happens                                                 |
    |--------------|--------------------------------------------------------------|
    | `seed`       | the pass begins with this gradient                           |
    | `ready`      | a function's turn has come: its gradient is complete         |
    | `skip`       | an input that needs no gradient gets none                    |
    | `local`      | the rule of one input, and what it needs of the forward pass |
    | `product`    | what the rule makes of the incoming gradient                 |
    | `reduce`     | the sum over the axes that were broadcast                    |
    | `receive`    | the input's value adds it to what it has                     |
    | `free`       | `backward()` lets go of what the function saved              |
    | `accumulate` | a leaf adds what has arrived to its `.grad`                  |
    | `take`       | forward: a function takes its inputs                         |
    | `compute`    | forward: it computes its value                               |
    | `save`       | forward: it saves what its gradient rules will need          |
    | `module`     | all that happened inside a module that is drawn as one box   |
    | `done`       | the pass is over                                             |
    | `error`      | the engine stopped                                           |
    """

    kind: str
    rows: tuple[Row, ...]
    spoken: str
    notes: Notes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """The numbers behind a step, for those who ask about it. They never reach the page."""

    target: str  # the name of the value that receives
    incoming: Any = None
    saved: Mapping[str, Any] = field(default_factory=dict)
    formula: str = ""  # the product with its numbers, `−8 × −3`; "" for more than single numbers
    product: Any = None
    summed: tuple[int, ...] = ()
    contribution: Any = None
    before: Any = None
    total: Any = None


class Told(NamedTuple):
    """What there is to say about a step."""

    parts: tuple[Part, ...]
    spoken: str
    facts: Facts | None = None


@dataclass(frozen=True)
class TraceStep:
    """One step: one edge of a backward pass, one function of a forward pass. A widget only shows its text.

    The text is written when it is asked for: of thousands of steps inside of modules, a view tells only a few. While
    it is not written, a step needs the engine's arrays; `settled()` is a step that needs nothing.
    """

    kind: str  # seed, send, accumulate, done, error; compute; module
    focus: str  # the id of the node that acts
    title: str
    tell: Callable[[], Told] = field(repr=False, compare=False)
    edges: tuple[str, ...] = ()  # the ids of the edges that something flows along
    finished: tuple[str, ...] = ()  # the ids of functions and leaves that have nothing more to do from here on
    born: tuple[str, ...] = ()  # forward: the ids of nodes and edges that are there from here on
    ready: tuple[str, ...] = ()  # functions whose gradient is complete
    waiting: tuple[str, ...] = ()  # functions that have got a part of theirs
    flow: str = ""  # what flows along the edge, short

    @cached_property
    def told(self) -> Told:
        """What there is to say about it."""
        return self.tell()

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its parts, in the order in which they happen."""
        return self.told.parts

    @property
    def spoken(self) -> str:
        """The step in a sentence."""
        return self.told.spoken

    @property
    def facts(self) -> Facts | None:
        """The numbers behind it, where there are any to ask about."""
        return self.told.facts

    def settled(self) -> TraceStep:
        """The same step with its text written."""
        told = self.told
        return replace(self, tell=lambda: told)

    @property
    def edge(self) -> str:
        """The id of the one edge that the gradient flows along, or ""."""
        return self.edges[0] if self.edges else ""

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """What the whole step says: ("incoming", "∂L/∂c = −8"), …"""
        return tuple((row.name, row.text) for part in self.parts if part.kind not in MICRO_ONLY for row in part.rows)

    @property
    def notes(self) -> dict[str, tuple[str, str]]:
        """What the step writes below values."""
        return {id: note for part in self.parts for id, note in part.notes.items()}
