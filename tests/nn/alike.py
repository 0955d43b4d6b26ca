"""Runs one program with PyTorch and with micrograd_nb: the same error, in the same words."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import micrograd_nb as mg

Program = Callable[[Any], object]

OURS = {
    "torch.nn.Buffer, torch.Tensor": "Tensor",
    "torch Tensor": "Tensor",
    "torch.nn.": "nn.",
    "torch.FloatTensor": "Tensor",
    "torch.": "micrograd_nb.",
}


def error_of(program: Program, lib: Any) -> Exception:
    """What a program raises with a library."""
    try:
        program(lib)
    except Exception as error:
        return error
    raise AssertionError(f"nothing was raised with {lib.__name__}")


def raises_alike(program: Program, torch: ModuleType) -> None:
    """Both raise an error of one type, and ours begins like PyTorch's; what follows is how to mend it."""
    theirs, ours = error_of(program, torch), error_of(program, mg)
    words = message(theirs)
    for name, our_name in OURS.items():
        words = words.replace(name, our_name)
    assert type(ours) is type(theirs)
    assert message(ours).startswith(words.rstrip(".)"))


def message(error: Exception) -> str:
    """The text; that of a KeyError without the quotes around it."""
    return str(error.args[0])
