"""Every error that a function or a module of `nn` raises is in a table of refusals, beside what it is compared with."""

from __future__ import annotations

import ast
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest

import micrograd_nb as mg
from micrograd_nb import nn
from micrograd_nb.nn import functional
from tests.nn import test_activation, test_distance, test_dropout, test_embedding, test_loss

FILES = {
    functional: [
        "activation", "affine", "checks", "classification", "ctc", "distance", "loss", "margin", "reduction",
        "regularization", "sparse",
    ],
    nn: ["activation", "distance", "dropout", "embedding", "loss"],
}  # fmt: skip
TABLES = [test_activation, test_distance, test_dropout, test_embedding, test_loss]


def paths() -> list[Path]:
    return [Path(package.__file__).parent / f"{name}.py" for package, names in FILES.items() for name in names]


def errors_made() -> Iterator[tuple[str, int]]:
    """(file, line) of each statement that raises, or returns an error for somebody else to raise."""
    for path in paths():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            made = node.value if isinstance(node, ast.Return) else None
            if isinstance(node, ast.Raise) or (isinstance(made, ast.Call) and ast.unparse(made.func).endswith("Error")):
                yield str(path), node.lineno


def programs(table: ModuleType) -> list[Any]:
    """What a module of tests says must be refused."""
    of_both = itertools.chain(
        *(getattr(table, name, []) for name in ("REFUSED", "REFUSED_IN_OTHER_WORDS", "ONE_HOT_REFUSED"))
    )
    return [
        *(lambda program=program: program(mg) for program in of_both),
        *(row[0] for row in getattr(table, "REFUSED_WITH_THE_FIX", [])),
        lambda: mg.nn.MSELoss(reduction="avg"),
        lambda: mg.nn.MSELoss(size_average=True),
    ]


@pytest.mark.filterwarnings("ignore:Using a target size")
def test_every_error_in_the_source_is_in_a_table() -> None:
    run, files = set(), {str(path) for path in paths()}

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in files:
            return None
        run.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        for program in itertools.chain(*map(programs, TABLES)):
            try:
                program()
            except Exception:  # (which one is for the tests of the tables)
                continue
    finally:
        sys.settrace(before)
    assert sorted(set(errors_made()) - run) == []
