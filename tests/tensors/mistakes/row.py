"""`Mistake`: a call that must fail, and words that its error has to contain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Mistake:
    """A row of a table.

    call: `call(m)`, where m is `micrograd_nb` or `torch`.
    rule, came, fix: the parts of the message.
    ours: the error comes from a limit of ours, and PyTorch does something else.
    """

    name: str
    error: type[Exception]
    call: Callable[[Any], Any]
    rule: str
    came: str
    fix: str
    ours: bool = False


def leaf(m: Any) -> Any:
    return m.ones(2, 3, requires_grad=True)


def assign(target: Any, attribute: str, value: Any) -> None:
    setattr(target, attribute, value)


def set_item(target: Any, index: Any, value: Any) -> None:
    target[index] = value
