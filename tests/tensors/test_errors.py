"""Every error that a tensor raises says three things: the rule, what came, and the fix."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import ast
import copy
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb import tensors
from tests.tensors.mistakes import creation, indexing, linalg, reductions, shapes
from tests.tensors.mistakes.row import Mistake, assign, leaf, set_item

# fmt: off
MISTAKES = [
    # shapes
    Mistake("broadcast",               RuntimeError, lambda m: m.ones(2, 3) + m.ones(4),               "must match",                "(2, 3) and (4,)",        "only a size of 1 stretches"),
    Mistake("broadcast, product",      RuntimeError, lambda m: leaf(m) * m.ones(3, 2),                 "must match",                "(2, 3) and (3, 2)",      "only a size of 1 stretches"),
    Mistake("broadcast, comparison",   RuntimeError, lambda m: m.ones(2, 3) < m.ones(4),               "must match",                "(2, 3) and (4,)",        "only a size of 1 stretches"),
    Mistake("broadcast, where",        RuntimeError, lambda m: m.where(m.ones(4) > 0, m.ones(2, 3), 0.0), "must match",             "(4,)",                   "only a size of 1 stretches"),
    Mistake("broadcast, maximum",      RuntimeError, lambda m: m.maximum(m.ones(2, 3), m.ones(4)),     "must match",                "(2, 3) and (4,)",        "only a size of 1 stretches"),
    Mistake("matrices",                RuntimeError, lambda m: m.ones(2, 3) @ m.ones(2, 3),            "cannot be multiplied",      "2x3 and 2x3",            "Transpose"),
    Mistake("matrix and vector",       RuntimeError, lambda m: m.ones(2, 3) @ m.ones(2),               "size mismatch",             "2x3",                    "inner sizes"),
    Mistake("vector and matrix",       RuntimeError, lambda m: m.ones(3) @ m.ones(2, 3),               "cannot be multiplied",      "2x3",                    "inner sizes"),
    Mistake("two vectors",             RuntimeError, lambda m: m.ones(3) @ m.ones(2),                  "same number of elements",   "3 and 2",                "expected"),
    Mistake("batches of matrices",     RuntimeError, lambda m: m.ones(5, 2, 3) @ m.ones(5, 2, 3),      "inner sizes must be equal", "5x2x3 and 5x2x3",        "Transpose"),
    Mistake("batch sizes",             RuntimeError, lambda m: m.ones(5, 2, 3) @ m.ones(4, 3, 2),      "batch",                     "(5, 2, 3) and (4, 3, 2)", "broadcast"),
    Mistake("0-d matmul",              RuntimeError, lambda m: m.tensor(2.0) @ m.ones(2),              "at least 1D",               "0D and 1D",              "use *"),
    Mistake("mm of a vector",          RuntimeError, lambda m: m.ones(2, 3).mm(m.ones(3)),             "must be a matrix",            "(2, 3) and (3,)",        "use @"),
    Mistake("linear",                  RuntimeError, lambda m: m.nn.functional.linear(m.ones(5, 3), m.ones(2, 4), m.ones(2)), "cannot be multiplied", "5x3 and 4x2", "Linear(3, 2)"),
    Mistake("linear, no bias",         RuntimeError, lambda m: m.nn.functional.linear(m.ones(5, 3), m.ones(2, 4)), "cannot be multiplied", "5x3 and 4x2",     "Linear(3, 2)"),
    Mistake("linear, bias",            RuntimeError, lambda m: m.nn.functional.linear(m.ones(5, 3), m.ones(2, 3), m.ones(4)), "bias",    "(4,)",            "(2,)"),
    Mistake("reshape",                 RuntimeError, lambda m: m.ones(2, 3).reshape(4, 2),             "number of elements",        "(2, 3)",                 "6"),
    Mistake("reshape with -1",         RuntimeError, lambda m: m.ones(2, 3).reshape(4, -1),            "number of elements",        "(2, 3)",                 "6"),
    Mistake("view of a transpose",     RuntimeError, lambda m: m.ones(2, 3).T.view(6),                 "view",                      "(3, 2)",                 "reshape"),
    Mistake("expand",                  RuntimeError, lambda m: m.ones(2, 3).expand(4, 3),              "must match the existing size", "[2, 3]",             "a size of 1 stretches"),
    Mistake("expand to fewer axes",    RuntimeError, lambda m: m.ones(2, 3).expand(3),                 "must be greater or equal to", "(2, 3)",             "number of dimensions"),
    Mistake("cat, sizes",              RuntimeError, lambda m: m.cat([m.ones(2, 3), m.ones(2, 4)]),    "must match",                "(2, 4)",                 "dim=1"),
    Mistake("cat, 0-d",                RuntimeError, lambda m: m.cat([m.tensor(1.0), m.tensor(2.0)]),  "cannot be concatenated",    "zero-dimensional",       "stack"),
    Mistake("cat of nothing",          ValueError,   lambda m: m.cat([]),                              "non-empty",                 "cat",                    "list of Tensors"),
    Mistake("stack",                   RuntimeError, lambda m: m.stack([m.ones(2, 3), m.ones(2, 4)]),  "equal size",                "[2, 4] at entry 1",      "cat"),
    Mistake("permute",                 RuntimeError, lambda m: m.ones(2, 3).permute(0, 0),             "duplicate dims are not allowed", "(0, 0)",            "every axis once"),
    Mistake("t of a cube",             RuntimeError, lambda m: m.ones(2, 3, 4).t(),                    "<= 2 dimensions",           "3D",                     "transpose"),
    Mistake("flatten backwards",       RuntimeError, lambda m: m.ones(2, 3).flatten(1, 0),             "start_dim cannot come after", "1",                    "end_dim"),
    # axes
    Mistake("dim of a sum",            IndexError,   lambda m: m.ones(2, 3).sum(2),                    "Dimension out of range",    "but got 2",              "[-2, 1]"),
    Mistake("dim of softmax",          IndexError,   lambda m: m.ones(2, 3).softmax(-3),               "Dimension out of range",    "but got -3",             "[-2, 1]"),
    Mistake("dim of unsqueeze",        IndexError,   lambda m: m.ones(2, 3).unsqueeze(3),              "Dimension out of range",    "but got 3",              "[-3, 2]"),
    Mistake("dim of a transpose",      IndexError,   lambda m: m.ones(2, 3).transpose(0, 2),           "Dimension out of range",    "but got 2",              "[-2, 1]"),
    Mistake("dim twice",               RuntimeError, lambda m: m.ones(2, 3).sum((0, 1, -1)),           "multiple times",            "(0, 1, -1)",             "dim 1"),
    Mistake("max of nothing",          RuntimeError, lambda m: m.ones(0).max(),                        "reduction dim",             "numel() == 0",           "'dim' argument"),
    Mistake("argmax of nothing",       IndexError,   lambda m: m.ones(0).argmax(),                     "reduction dim",             "numel() == 0",           "dim"),
    # indices
    Mistake("index",                   IndexError,   lambda m: m.ones(2, 3)[5],                        "out of bounds",             "5",                      "size 2"),
    Mistake("index array",             IndexError,   lambda m: m.ones(2, 3)[m.tensor([0, 5])],         "out of bounds",             "5",                      "size 2"),
    Mistake("too many indices",        IndexError,   lambda m: m.ones(2, 3)[0, 0, 0],                  "too many indices",          "(2, 3)",                 "2"),
    Mistake("negative step",           ValueError,   lambda m: m.ones(3)[::-1],                        "step must be greater than zero", "-1",                "flip"),
    Mistake("float index",             IndexError,   lambda m: m.ones(3)[m.tensor([0.0])],             "must be long, int, byte or bool", "float32",          "x.long()"),
    Mistake("mask of another shape",   IndexError,   lambda m: m.ones(2, 3)[m.ones(2, 2) > 0],         "The shape of the mask",     "[2, 2]",                 "[2, 3]"),
    Mistake("assigned shape",          RuntimeError, lambda m: set_item(m.ones(2, 3), 0, m.ones(4)),   "must match",                "(4,)",                   "(3,)"),
    # dtypes
    Mistake("mean of integers",        RuntimeError, lambda m: m.arange(3).mean(),                     "must be either a floating point", "int64",            "x.float()"),
    Mistake("bool minus bool",         RuntimeError, lambda m: m.tensor([True]) - m.tensor([True]),    "not supported",             "bool",                   "`~`"),
    Mistake("minus bool",              RuntimeError, lambda m: -m.tensor([True]),                      "not supported",             "bool",                   "`~`"),
    Mistake("float minus bool",        RuntimeError, lambda m: m.ones(1) - m.tensor([True]),           "not supported",             "bool",                   "`~`"),
    Mistake("relu of bool",            RuntimeError, lambda m: m.tensor([True]).relu(),                "not supported",             "Boolean",                "x.float()"),
    Mistake("softmax of integers",     NotImplementedError, lambda m: m.arange(3).softmax(0),          "not implemented for",       "int64",                  "x.float()"),
    Mistake("argmax of bool",          RuntimeError, lambda m: m.tensor([True]).argmax(),              "does not support",          "bool",                   "x.long()"),
    Mistake("rounding_mode",           RuntimeError, lambda m: m.div(m.ones(2), 2, rounding_mode="up"), "expected rounding_mode to be one of", "up",          "'trunc', or 'floor'"),
    Mistake("integers by 0",           RuntimeError, lambda m: m.arange(3) // 0,                       "ZeroDivisionError",         "",                       "", ours=False),
    Mistake("integers mod 0",          RuntimeError, lambda m: m.arange(3) % m.arange(3),              "ZeroDivisionError",         "",                       ""),
    Mistake("+ of bools",              RuntimeError, lambda m: +m.tensor([True]),                      "on a bool tensor is not supported", "+",              "x.long()"),
    Mistake("addcdiv of integers",     RuntimeError, lambda m: m.addcdiv(m.arange(3), m.arange(3), m.arange(3)), "no longer supported", "Integer division",   "x.float()"),
    Mistake("alpha",                   RuntimeError, lambda m: m.add(m.arange(3), m.arange(3), alpha=0.5), "must not be a floating point number", "0.5",      "x.float()"),
    Mistake("lerp, dtypes",            RuntimeError, lambda m: m.lerp(m.ones(2), m.ones(2).double(), 0.5), "expected dtype",        "float64",                "end.to("),
    Mistake("masked_fill, mask",       RuntimeError, lambda m: m.ones(2).masked_fill(m.ones(2), 1.0),  "only supports boolean masks", "float32",              "x > 0"),
    Mistake("masked_fill, value",      RuntimeError, lambda m: m.ones(2).masked_fill(m.ones(2) > 0, m.ones(2)), "0-dimensional value", "1 dimension",         "where("),
    Mistake("bits of floats",          NotImplementedError, lambda m: m.ones(2) & m.ones(2),           "not implemented for",       "float32",                "whole numbers"),
    Mistake("~ of floats",             NotImplementedError, lambda m: m.bitwise_not(m.ones(2)),       "not implemented for",       "float32",                "whole numbers"),
    Mistake("isclose, dtypes",         RuntimeError, lambda m: m.isclose(m.ones(2), m.ones(2).double()), "did not match",           "Double",                 "x.to("),
    Mistake("index put, dtypes",       RuntimeError, lambda m: set_item(m.ones(3), [0, 1], m.ones(2).double()), "dtypes match",     "Double",                 "value.to("),
    Mistake("hook, not a function",    TypeError,    lambda m: leaf(m).register_hook(1),               "a hook is a function",      "int",                    "", ours=True),
    Mistake("negative power",          RuntimeError, lambda m: m.arange(3) ** -1,                      "not allowed",               "Integers",               "x.float()"),
    Mistake("products of dtypes",      RuntimeError, lambda m: m.ones(2, 2) @ m.ones(2, 2).double(),   "same dtype",                "float32 and float64",    ".double()"),
    Mistake("linear, dtypes",          RuntimeError, lambda m: m.nn.functional.linear(m.ones(1, 2).double(), m.ones(3, 2)), "same dtype", "float64 and float32", "x.float()"),
    Mistake("where, no condition",     RuntimeError, lambda m: m.where(m.ones(2), m.ones(2), 0.0),     "boolean tensor",            "float32",                "x > 0"),
    Mistake("target, dtype",           RuntimeError, lambda m: m.nn.functional.cross_entropy(m.ones(2, 3), m.ones(2)), "Long",      "float32",                "target.long()"),
    Mistake("target, batch",           ValueError,   lambda m: m.nn.functional.cross_entropy(m.ones(2, 3), m.tensor([1])), "to match target batch_size", "(2, 3)", "(n,)"),
    Mistake("target, class",           IndexError,   lambda m: m.nn.functional.cross_entropy(m.ones(1, 3), m.tensor([3])), "out of bounds", "Target 3",       "0 to 2"),
    Mistake("row of a table",          IndexError,   lambda m: m.nn.functional.embedding(m.tensor([0, 4]), m.ones(4, 3)), "index out of range", "4",     "0 to 3"),
    Mistake("dtype that none holds",   TypeError,    lambda m: m.tensor(np.array(["a"])),              "cannot hold",               "<U1",                    "float32"),
    Mistake("default dtype",           TypeError,    lambda m: m.set_default_dtype(m.int64),           "floating-point",            "int64",                  "float"),
    Mistake("float index of a list",   TypeError,    lambda m: [1, 2][m.tensor(1.0)],                  "only integer tensors",      "float32",                "index"),
    Mistake("addmm of a vector",       RuntimeError, lambda m: m.addmm(m.ones(2), m.ones(2, 2), m.ones(2)), "must be a matrix",     "1-D",                    "use @"),
    # gradients
    Mistake("integer leaf",            RuntimeError, lambda m: m.arange(3).requires_grad_(),           "floating point",            "int64",                  "x.float()"),
    Mistake("many roots",              RuntimeError, lambda m: leaf(m).backward(),                     "scalar outputs",            "(2, 3)",                 ".sum()"),
    Mistake("no graph",                RuntimeError, lambda m: m.ones(()).backward(),                  "does not require grad",     "grad_fn",                "requires_grad=True"),
    Mistake("gradient, shape",         RuntimeError, lambda m: leaf(m).backward(m.ones(3)),            "Mismatch in shape",         "(3,)",                   "(2, 3)"),
    Mistake("gradient, type",          TypeError,    lambda m: leaf(m).backward(1.0),                  "must be a Tensor",          "float",                  "tensor("),
    Mistake("computed, no grad",       RuntimeError, lambda m: assign(leaf(m) * 2, "requires_grad", False), "leaf",                 "computed",               "detach()"),
    Mistake("grad, type",              TypeError,    lambda m: assign(leaf(m), "grad", 1.0),           "expected to be a Tensor",   "float",                  "None"),
    Mistake("grad, shape",             RuntimeError, lambda m: assign(leaf(m), "grad", m.ones(3)),     "shape",                     "(3,)",                   "(2, 3)"),
    Mistake("in place on a leaf",      RuntimeError, lambda m: leaf(m).add_(1),                        "leaf Variable that requires grad", "add_",            "no_grad()"),
    Mistake("assigned in a leaf",      RuntimeError, lambda m: set_item(leaf(m), 0, 1.0),              "leaf Variable that requires grad", "x[index] = value", "no_grad()"),
    Mistake("in place, shape",         RuntimeError, lambda m: m.ones(3).add_(m.ones(2, 3)),           "doesn't match",             "[2, 3]",                 "new tensor"),
    Mistake("in place, recorded shape", RuntimeError, lambda m: (leaf(m)[0] * 2).add_(leaf(m)),        "doesn't match",             "[2, 3]",                 "new tensor"),
    Mistake("in place, broadcast",     RuntimeError, lambda m: m.ones(3).add_(m.ones(4)),              "must match",                "(3,) and (4,)",          "only a size of 1 stretches"),
    Mistake("in place, dtype",         RuntimeError, lambda m: m.arange(3).add_(0.5),                  "can't be cast",             "Long",                   "x.float()"),
    Mistake("in place, recorded dtype", RuntimeError, lambda m: m.arange(3).mul_(m.ones(3, requires_grad=True)), "can't be cast",   "Long",                   "x.float()"),
    Mistake("copy_, shape",            RuntimeError, lambda m: m.ones(3).copy_(m.ones(4)),             "must match",                "(4,)",                   "broadcast"),
    Mistake("assigned, recorded shape", RuntimeError, lambda m: set_item(leaf(m) * 2, 0, m.ones(4)),   "must match",                "(4,)",                   "broadcast"),
    Mistake("data, type",              TypeError,    lambda m: assign(m.ones(3), "data", 1.0),         "has to be a tensor",        "float",                  "tensor(", ours=True),
    Mistake("detach_ a view",          RuntimeError, lambda m: (leaf(m) * 2)[0].detach_(),             "Can't detach views",        "in-place",               "detach()"),
    Mistake("hook without gradient",   RuntimeError, lambda m: m.ones(3).register_hook(print),         "doesn't require gradient",  "hook",                   "requires_grad=True"),
    Mistake("hook after, computed",    RuntimeError, lambda m: (leaf(m) * 2).register_post_accumulate_grad_hook(print), "non-leaf", "post accumulate",        "leaves"),
    Mistake("retain_grad",             RuntimeError, lambda m: m.ones(3).retain_grad(),                "can't retain_grad",         "requires_grad=False",    "requires_grad=True"),
    Mistake("no tensor",               TypeError,    lambda m: m.exp(1.0),                             "must be Tensor",            "float",                  "tensor("),
    Mistake("no tensor, two",          TypeError,    lambda m: m.mul(1.0, 2.0),                        "must be Tensor",            "float",                  "tensor(", ours=True),
    # conversions
    Mistake("item of many",            RuntimeError, lambda m: m.ones(2, 3).item(),                    "cannot be converted to Scalar", "6 elements",         ".tolist()"),
    Mistake("truth of many",           RuntimeError, lambda m: bool(m.ones(2, 3)),                     "ambiguous",                 "more than one value",    ".any()"),
    Mistake("truth of none",           RuntimeError, lambda m: bool(m.ones(0)),                        "ambiguous",                 "no values",              ".any()"),
    Mistake("length of 0-d",           TypeError,    lambda m: len(m.tensor(1.0)),                     "len()",                     "0-d",                    "numel()"),
    Mistake("iteration over 0-d",      TypeError,    lambda m: list(m.tensor(1.0)),                    "iteration",                 "0-d",                    "item()"),
    Mistake("numpy of a leaf",         RuntimeError, lambda m: leaf(m).numpy(),                        "Can't call numpy()",        "requires grad",          "detach().numpy()"),
    Mistake("array of a leaf",         RuntimeError, lambda m: np.asarray(leaf(m)),                    "Can't call numpy()",        "requires grad",          "detach().numpy()"),
    Mistake("device",                  RuntimeError, lambda m: m.ones(3).to("cuda"),                   "no device",                 "'cuda'",                 "Leave .to()", ours=True),
    Mistake("plus a list",             TypeError,    lambda m: m.ones(3) + [1.0],                      "takes a Tensor",            "list",                   "tensor("),
    Mistake("list minus",              TypeError,    lambda m: [1.0] - m.ones(3),                      "takes a Tensor",            "list",                   "tensor("),
    Mistake("less than a string",      TypeError,    lambda m: m.ones(3) < "a",                        "takes a Tensor",            "str",                    "tensor("),
    Mistake("@ a number",              TypeError,    lambda m: m.ones(3) @ 2.0,                        "takes a Tensor",            "float",                  "use *"),
    Mistake("clamp without limits",    RuntimeError, lambda m: m.ones(3).clamp(),                      "At least one of",           "None",                   "'min' or 'max'"),
    Mistake("deepcopy of a result",    RuntimeError, lambda m: copy.deepcopy(leaf(m) * 2),             "graph leaves",              "computed",               "x.detach()"),
    # creation
    Mistake("ragged lists",            ValueError,   lambda m: m.tensor([[1, 2], [3]]),                "equal lengths",             "inhomogeneous",          "Pad"),
    Mistake("list of words",           ValueError,   lambda m: m.tensor(["a", "b"]),                   "holds numbers",             "list",                   "number"),
    Mistake("None",                    RuntimeError, lambda m: m.tensor(None),                         "holds numbers",             "NoneType",               "number"),
    Mistake("from_numpy of a list",    TypeError,    lambda m: m.from_numpy([1.0]),                    "np.ndarray",                "list",                   "tensor(data)"),
    Mistake("arange, step 0",          RuntimeError, lambda m: m.arange(0, 3, 0),                      "step must be nonzero",      "0",                      "nonzero"),
    Mistake("arange, wrong way",       RuntimeError, lambda m: m.arange(3, 0),                         "inconsistent with step sign", "3, 0",                 "step"),
    Mistake("randint, no range",       RuntimeError, lambda m: m.randint(5, 5, (3,)),                  "less than",                 "from=5 >= to=5",         "'from'"),
    Mistake("negative size",           RuntimeError, lambda m: m.zeros(-1),                            "negative dimension",        "-1",                     "size"),
    Mistake("eye, negative",           RuntimeError, lambda m: m.eye(-1),                              "n must be greater or equal to 0", "-1",               "0"),
    *linalg.MISTAKES,
    *reductions.MISTAKES,
    *shapes.MISTAKES,
    *indexing.MISTAKES,
    *creation.MISTAKES,
]
# fmt: on


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_error_gives_the_rule_what_came_and_the_fix(mistake: Mistake) -> None:
    with pytest.raises(mistake.error) as caught:
        mistake.call(mg)
    message = str(caught.value)
    missing = {part for part in ("rule", "came", "fix") if getattr(mistake, part) not in message}
    assert missing == set(), message
    assert type(caught.value) is mistake.error


@pytest.mark.parametrize("mistake", [m for m in MISTAKES if not m.ours], ids=lambda mistake: mistake.name)
def test_error_has_the_type_that_it_has_in_pytorch(mistake: Mistake, torch: ModuleType) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 (its type is what the test looks at)
        mistake.call(torch)
    assert type(caught.value) is mistake.error, caught.value


def statements_that_make_errors() -> Iterator[tuple[str, int]]:
    """(file, line) of each `raise` in `tensors/`, and of each `return` of an error in `tensors/errors.py`."""
    for path in Path(tensors.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            made = node.value if path.name == "errors.py" and isinstance(node, ast.Return) else None
            if isinstance(node, ast.Raise) or (isinstance(made, ast.Call) and ast.unparse(made.func).endswith("Error")):
                yield path.name, node.lineno


def test_every_error_in_the_source_is_in_the_table() -> None:
    run = set()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        path = Path(frame.f_code.co_filename)
        if path.parent != Path(tensors.__file__).parent:
            return None
        run.add((path.name, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        for mistake in MISTAKES:
            try:
                mistake.call(mg)
            except Exception:  # (which one is for the tests above)
                continue
    finally:
        sys.settrace(before)
    assert sorted(set(statements_that_make_errors()) - run) == []


def test_matmul_names_the_axes_that_pytorch_names(torch: ModuleType) -> None:
    """A learner who searches for the message finds the answers that PyTorch's users got."""
    for call in (lambda m: m.ones(2, 3) @ m.ones(2, 3), lambda m: m.ones(2, 3) + m.ones(4), lambda m: m.ones(2).item()):
        with pytest.raises(RuntimeError) as theirs:
            call(torch)
        with pytest.raises(RuntimeError) as ours:
            call(mg)
        assert str(ours.value).startswith(str(theirs.value))
