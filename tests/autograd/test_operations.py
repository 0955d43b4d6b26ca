"""Every operation of the table: its value, its gradients, its dtypes, and what its rules promise the engine."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy import ndarray

import micrograd_nb as mg
from micrograd_nb.autograd import Operation, rules
from micrograd_nb.autograd.several import Gradients
from tests.autograd.reference import (
    assert_close,
    assert_same,
    assert_same_outcome,
    attempt,
    finite_differences,
    gradients,
    leaves,
)
from tests.autograd.table import DIFFERENTIABLE, NUMERIC, OPERATIONS, Row, Shapes
from tests.autograd.table.layers import RECURRENCE  # in PyTorch, functions of the modules, which check dtypes


def parameters(rows: list[Row]) -> list[Any]:
    """One test parameter for every operation and every case of it, called `a + b (3, 1) (4,)`."""
    return [
        pytest.param(row, shapes, id=" ".join([row.name, *map(str, shapes)])) for row in rows for shapes in row.cases
    ]


every_case = pytest.mark.parametrize(("row", "shapes"), parameters(OPERATIONS))
every_differentiable_case = pytest.mark.parametrize(("row", "shapes"), parameters(DIFFERENTIABLE))
every_differentiable = pytest.mark.parametrize("row", DIFFERENTIABLE, ids=lambda row: row.name)


def result(row: Row, shapes: Shapes) -> Any:
    """The operation on leaves of the given shapes."""
    return row.call(mg, *leaves(mg, row.samples(shapes)))


def gradient_for(value: Any) -> ndarray:
    """A gradient to start from: of the value's shape and dtype, different everywhere."""
    array = np.asarray(value)
    return np.random.default_rng(1).normal(size=array.shape).astype(array.dtype)


# -- the table ---------------------------------------------------------------------------------------------------------


# What only gradient rules and functions of several steps call, and so only gradients of gradients show
# (`test_second_gradients_…`), or what is made of them.
ONLY_IN_RULES = {
    rules.indexing.place, rules.indexing.add_at, rules.indexing.take_along, rules.indexing.place_along,
    rules.indexing.erase, rules.shape.overlap, rules.shape.join, rules.scan.gather, rules.scan.add_along,
    rules.writing.erase_in, rules.writing.place_in, rules.writing.look_in, rules.linalg.cofactors,
    rules.convolution.conv_weight, rules.pooling.to_largest, rules.pooling.share_out, rules.sampling.sample,
    rules.sampling.give_back, rules.sampling.cut_frame, rules.distance.norm,
}  # fmt: skip


def all_operations() -> list[Operation]:
    """Every operation in `micrograd_nb.autograd.rules`."""
    modules = [importlib.import_module(f"{rules.__name__}.{m.name}") for m in pkgutil.iter_modules(rules.__path__)]
    return list(dict.fromkeys(x for m in modules for x in vars(m).values() if isinstance(x, Operation)))


def test_every_operation_is_in_the_table() -> None:
    in_table = {row.operation for row in DIFFERENTIABLE}
    missing = [operation for operation in all_operations() if operation not in in_table]
    assert missing == [
        operation for operation in all_operations() if operation in ONLY_IN_RULES
    ]  # (and each of those is really in no row)


def test_every_operation_is_tried_on_an_empty_input() -> None:
    on_nothing = [row for row in OPERATIONS if any(0 in shape for shapes in row.cases for shape in shapes)]
    tried = {row.operation or row.name for row in on_nothing}
    reduction = rules.reduction
    assert {row.operation or row.name for row in OPERATIONS} - tried == {
        *(reduction.max, reduction.min, "argmax", "argmin", "histc, range"),  # these want elements
        rules.shape.as_strided,  # makes some out of none
        rules.ctc.ctc,
        *(reduction.var, reduction.std, reduction.var_mean, reduction.std_mean),  # and of these PyTorch warns
    }


def test_every_operation_that_broadcasts_is_tried_on_two_shapes() -> None:
    stretched = {row.operation for row in DIFFERENTIABLE if any(len(set(shapes)) > 1 for shapes in row.cases)}
    assert {o for o in all_operations() if o.broadcasts} - stretched == {rules.shape.expand}


def test_names_differ() -> None:
    assert len({row.name for row in OPERATIONS}) == len(OPERATIONS)


@every_differentiable
def test_row_runs_the_operation_that_it_names(row: Row) -> None:
    assert result(row, row.cases[0]).grad_fn.name() == row.operation.name


# -- values ------------------------------------------------------------------------------------------------------------


@every_case
def test_value_equals_numpy(row: Row, shapes: Shapes) -> None:
    arrays = row.samples(shapes)
    assert_close(row.call(mg, *map(mg.tensor, arrays)), row.reference(*arrays))


@every_case
def test_value_equals_pytorch(row: Row, shapes: Shapes, torch: ModuleType) -> None:
    for dtype in ("float32", "float64"):
        arrays = row.samples(shapes, dtype)
        ours, theirs = (row.call(m, *map(m.tensor, arrays)) for m in (mg, torch))
        assert_same(ours, theirs, dtype)


@pytest.mark.parametrize("row", [r for r in OPERATIONS if r not in RECURRENCE], ids=lambda row: row.name)
@pytest.mark.parametrize("dtype", ["bool", "int64"])
def test_integers_and_bools_are_computed_or_refused_as_by_pytorch(row: Row, dtype: str, torch: ModuleType) -> None:
    for shapes in row.cases:
        if any(0 in shape for shape in shapes):
            continue
        arrays = row.samples(shapes, dtype)
        with np.errstate(all="ignore"):
            ours, theirs = (attempt(lambda m=m: row.call(m, *map(m.tensor, arrays))) for m in (mg, torch))  # noqa: B023
        assert_same_outcome(ours, theirs, str(shapes))


SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e300, -1e300, 1e-300, 700.0, -710.0, 0.5])
SPECIAL_PAIRS = [SPECIAL.repeat(11), np.tile(SPECIAL, 11), SPECIAL.repeat(11)[::-1].copy()]


@pytest.mark.parametrize("row", NUMERIC, ids=lambda row: row.name)
def test_infinite_and_missing_numbers_as_in_pytorch(row: Row, torch: ModuleType) -> None:
    shapes = row.cases[0]
    arrays = [a.reshape((11, 11, 1)[: len(shape)]) for a, shape in zip(SPECIAL_PAIRS, shapes, strict=False)]
    with np.errstate(all="ignore"):
        ours = row.call(mg, *map(mg.tensor, arrays))
    assert_same(ours, row.call(torch, *map(torch.tensor, arrays)))


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda x: mg.log(x), id="log 0"),
        pytest.param(lambda x: 1 / x, id="1 / 0"),
        pytest.param(lambda x: x / x, id="0 / 0"),
        pytest.param(lambda x: mg.exp(x + 1000), id="exp 1000"),
        pytest.param(lambda x: mg.sigmoid(x - 1000), id="sigmoid -1000"),
        pytest.param(lambda x: mg.sqrt(x - 1), id="sqrt -1"),
        pytest.param(lambda x: x**-1, id="0 ** -1"),
        pytest.param(lambda x: x[:0].mean(), id="mean of nothing"),
    ],
)
def test_infinity_and_nan_come_without_a_warning_as_in_pytorch(call: Callable[..., Any]) -> None:
    call(mg.zeros(2))  # a warning would be an error here


# -- gradients ---------------------------------------------------------------------------------------------------------


@every_differentiable_case
def test_gradients_equal_finite_differences(row: Row, shapes: Shapes) -> None:
    arrays = row.samples(shapes)
    grad = gradient_for(row.call(mg, *map(mg.tensor, arrays)))
    expected = finite_differences(row.reference, arrays, grad)
    for i, (ours, slope) in enumerate(zip(gradients(mg, row.call, arrays, grad), expected, strict=True)):
        actual = np.zeros_like(slope) if ours is None else ours.array  # None: a condition, which has no gradient
        np.testing.assert_allclose(actual, slope, rtol=1e-6, atol=1e-6, err_msg=f"gradient of input {i}")


@every_differentiable_case
def test_gradients_equal_pytorch(row: Row, shapes: Shapes, torch: ModuleType) -> None:
    for dtype in ("float32", "float64"):
        arrays = row.samples(shapes, dtype)
        grad = gradient_for(row.call(mg, *map(mg.tensor, arrays)))
        both = (gradients(m, row.call, arrays, grad) for m in (mg, torch))
        for i, (ours, theirs) in enumerate(zip(*both, strict=True)):
            assert_same(ours, theirs, f"gradient of input {i}, {dtype}")


@every_differentiable_case
def test_second_gradients_equal_finite_differences(row: Row, shapes: Shapes) -> None:
    """Those of Σ seeds · gradients: once by `create_graph`, once by moving each input a little."""
    arrays = row.samples(shapes)
    grad = gradient_for(row.call(mg, *map(mg.tensor, arrays)))

    def first(*at: Any, recorded: bool = False) -> list[Any]:
        inputs = [x if isinstance(x, mg.Tensor) else mg.tensor(x, requires_grad=True) for x in at]
        value = row.call(mg, *inputs)
        return mg.autograd.grad(value, inputs, mg.tensor(grad), create_graph=recorded, materialize_grads=True)

    rng = np.random.default_rng(2)
    seeds = [rng.normal(size=a.shape) for a in arrays]

    def weighted(*at: ndarray) -> Any:
        return sum((seed * g.array).sum() for seed, g in zip(seeds, first(*at), strict=True))

    inputs = leaves(mg, arrays)
    total = sum((mg.tensor(seed) * g).sum() for seed, g in zip(seeds, first(*inputs, recorded=True), strict=True))
    seconds = (
        mg.autograd.grad(total, inputs, materialize_grads=True) if total.requires_grad else map(mg.zeros_like, inputs)
    )
    for i, (ours, slope) in enumerate(zip(seconds, finite_differences(weighted, arrays, np.ones(())), strict=True)):
        np.testing.assert_allclose(ours.array, slope, rtol=1e-5, atol=1e-5, err_msg=f"second gradient of input {i}")


@pytest.mark.parametrize(("row", "shapes"), parameters([row for row in DIFFERENTIABLE if len(row.cases[0]) > 1]))
def test_gradient_does_not_depend_on_which_other_inputs_want_one(row: Row, shapes: Shapes) -> None:
    arrays = row.samples(shapes)
    grad = gradient_for(row.call(mg, *map(mg.tensor, arrays)))
    for i, together in enumerate(gradients(mg, row.call, arrays, grad)):
        if together is not None:
            inputs = [mg.tensor(a, requires_grad=i == j) for j, a in enumerate(arrays)]
            row.call(mg, *inputs).backward(mg.tensor(grad))
            assert [x.grad is None for x in inputs] == [i != j for j in range(len(inputs))]
            assert_close(inputs[i].grad, together)


CONTIGUOUS = {"view", "view_as", "as_strided"}  # they never copy, and so refuse others


def spread_out(array: ndarray) -> ndarray:
    """The same numbers at every second place in memory, columns first, backwards along the first axis."""
    if array.ndim == 0:
        return array
    memory = np.full((*array.shape[::-1], 2), 99, array.dtype)
    view = memory[..., 0].T[::-1]
    view[...] = array
    return view


@pytest.mark.parametrize(("row", "shapes"), parameters([row for row in OPERATIONS if row.name not in CONTIGUOUS]))
def test_non_contiguous_inputs_and_gradients_change_nothing(row: Row, shapes: Shapes) -> None:
    arrays = row.samples(shapes)
    inputs, spread = ([mg.from_numpy(a) for a in made] for made in (arrays, map(spread_out, arrays)))
    for x in (*inputs, *spread):
        x.requires_grad = row.operation is not None
    values = [row.call(mg, *xs) for xs in (inputs, spread)]
    assert_close(values[1], values[0])
    if row.operation is not None:
        grad = gradient_for(values[0].detach())
        values[0].backward(mg.from_numpy(grad))
        values[1].backward(mg.from_numpy(spread_out(grad)))
        for x, y in zip(inputs, spread, strict=True):
            assert (x.grad is None) == (y.grad is None)
            if x.grad is not None:
                assert_close(y.grad, x.grad)


@every_differentiable
def test_gradient_that_is_one_number_stretched(row: Row) -> None:
    """`sum` sends such a gradient: it looks like a whole array, has one element in memory, and is read-only."""
    arrays = row.samples(row.cases[0])
    whole, stretched = leaves(mg, arrays), leaves(mg, arrays)
    row.call(mg, *stretched).sum().backward()
    value = row.call(mg, *whole)
    value.backward(mg.ones_like(value))
    for x, y in zip(whole, stretched, strict=True):
        assert (x.grad is None) == (y.grad is None)
        if x.grad is not None:
            assert_close(y.grad, x.grad)


# fmt: off
CONVENTIONS = [
    ("abs at 0",            lambda m, x: m.abs(x),                [0.0, -0.0, 1.0]),
    ("relu at 0",           lambda m, x: m.relu(x),               [0.0, -0.0, 1.0]),
    ("sqrt at 0",           lambda m, x: m.sqrt(x),               [0.0, 1.0, 4.0]),
    ("log at 0",            lambda m, x: m.log(x),                [0.0, 1.0, -1.0]),
    ("1 / 0",               lambda m, x: 1 / x,                   [0.0, 1.0, 2.0]),
    ("0 / 0",               lambda m, x: x / x,                   [0.0, 1.0, 2.0]),
    ("x ** 0 at 0",         lambda m, x: x ** 0,                  [0.0, 1.0, -2.0]),
    ("x ** 0.0 at inf",     lambda m, x: x ** 0.0,                [np.inf, np.nan, -2.0]),
    ("x ** 1 at 0",         lambda m, x: x ** 1,                  [0.0, 1.0, -2.0]),
    ("x ** 2 at 0",         lambda m, x: x ** 2,                  [0.0, 1.0, -2.0]),
    ("x ** 0.5 at 0",       lambda m, x: x ** 0.5,                [0.0, 1.0, 4.0]),
    ("x ** -1 at 0",        lambda m, x: x ** -1,                 [0.0, 1.0, -2.0]),
    ("x ** tensor 0",       lambda m, x: x ** m.zeros(3),         [0.0, 1.0, -2.0]),
    ("0 ** x",              lambda m, x: 0 ** x,                  [0.0, 1.0, 2.0]),
    ("0 ** x, x negative",  lambda m, x: 0 ** x,                  [-1.0, -2.0, 0.5]),
    ("(-2) ** x",           lambda m, x: (-2) ** x,               [0.0, 1.0, 2.0]),
    ("x ** x",              lambda m, x: x ** x,                  [0.0, 1.0, 2.0]),
    ("sigmoid far out",     lambda m, x: m.sigmoid(x),            [-90.0, 0.0, 90.0]),
    ("clamp at its limits", lambda m, x: m.clamp(x, -1, 1),       [-1.0, 1.0, 1.5]),
    ("clamp of NaN",        lambda m, x: m.clamp(x, -1, 1),       [np.nan, np.inf, 0.0]),
    ("clamp, min over max", lambda m, x: m.clamp(x, 1, -1),       [-2.0, 0.0, 2.0]),
    ("maximum of equals",   lambda m, x: m.maximum(x, m.ones(3)), [1.0, 0.0, 2.0]),
    ("minimum of equals",   lambda m, x: m.minimum(m.ones(3), x), [1.0, 0.0, 2.0]),
    ("maximum with itself", lambda m, x: m.maximum(x, x),         [1.0, 0.0, 2.0]),
    ("max of equals",       lambda m, x: m.max(x),                [2.0, 0.0, 2.0]),
    ("min of equals",       lambda m, x: m.min(x),                [0.0, 0.0, 2.0]),
    ("max, dim, of equals", lambda m, x: m.max(x, 0)[0],          [2.0, 0.0, 2.0]),
    ("min, dim, of equals", lambda m, x: m.min(x, 0)[0],          [0.0, 0.0, 2.0]),
    ("max of NaN",          lambda m, x: m.max(x),                [np.nan, 0.0, 2.0]),
    ("maximum of NaN",      lambda m, x: m.maximum(x, m.ones(3)), [np.nan, 0.0, 2.0]),
    ("where's other NaN",   lambda m, x: m.where(x > 0, m.log(x), 0.0), [-1.0, 0.0, 2.0]),
    ("softmax of inf",      lambda m, x: m.softmax(x, 0),         [-np.inf, 0.0, 2.0]),
    ("softmax, large",      lambda m, x: m.softmax(x, 0),         [1e4, 0.0, 2e4]),
    ("log_softmax of inf",  lambda m, x: m.log_softmax(x, 0),     [-np.inf, 0.0, 2.0]),
    ("log_softmax, large",  lambda m, x: m.log_softmax(x, 0),     [1e4, 0.0, 2e4]),
    ("cross_entropy, large", lambda m, x: m.nn.functional.cross_entropy(x[None], m.tensor([1])), [1e4, 0.0, 2e4]),
]
# fmt: on


@pytest.mark.parametrize(("call", "at"), [pytest.param(c, at, id=name) for name, c, at in CONVENTIONS])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_value_and_gradient_where_mathematics_leaves_a_choice(
    call: Callable[..., Any], at: list[float], dtype: str, torch: ModuleType
) -> None:
    (x,), (y,) = (leaves(m, [np.array(at, dtype)]) for m in (mg, torch))
    with np.errstate(all="ignore"):
        ours, theirs = call(mg, x), call(torch, y)
    assert_same(ours, theirs, "value")
    ours.sum().backward()
    theirs.sum().backward()
    assert_same(x.grad, y.grad, "gradient")


# -- the contract of an operation --------------------------------------------------------------------------------------


def arrays_in(saved: Any) -> list[ndarray]:
    """The arrays in what a node saved, also inside of tuples."""
    if isinstance(saved, ndarray):
        return [saved]
    return [array for part in saved for array in arrays_in(part)] if isinstance(saved, (tuple, list)) else []


def handed_on(value: Any, grad: ndarray) -> Any:
    """The gradient of a value as its operation gets it: by place, if it has several outputs."""
    return Gradients({value.node.place: grad}) if isinstance(value.grad_fn.output, tuple) else grad


@every_differentiable_case
def test_rule_returns_no_array_that_its_node_saved_and_changes_none(row: Row, shapes: Shapes) -> None:
    value = result(row, shapes)
    node, grad = value.grad_fn, gradient_for(value.detach())
    held = arrays_in([*node.inputs, node.output, *vars(node).values()])
    before = [array.tobytes() for array in [grad, *held]]
    for i, (target, rule) in enumerate(zip(node.targets, node.rules, strict=True)):
        if target is not None:
            made = rule(handed_on(value, grad), node)
            assert not any(np.shares_memory(made, array) for array in held), f"rule of input {i}"
            assert [array.tobytes() for array in [grad, *held]] == before, f"rule of input {i}"


@every_differentiable
def test_saved_names_all_that_the_rules_read(row: Row) -> None:
    """A node that holds nothing but what it says it saved still gives the same gradients."""
    value = result(row, row.cases[0])
    node, grad = value.grad_fn, gradient_for(value.detach())
    told = SimpleNamespace(targets=node.targets, **node.saved)
    for target, rule in zip(node.targets, node.rules, strict=True):
        if target is not None:
            given = handed_on(value, grad)
            np.testing.assert_array_equal(rule(given, told), rule(given, node))


# Where one node of ours is several of PyTorch's, and the name that PyTorch gives to the last of those.
NAMED_OTHERWISE = {
    "number / a":      "MulBackward0",         # number · (1 / a)
    "vector @ matrix": "SqueezeBackward4",     # a matrix of one row
    "batch @ batch":   "UnsafeViewBackward0",  # expand, view, bmm, view
    "batch @ vector":  "UnsafeViewBackward0",
    "vector @ batch":  "UnsafeViewBackward0",
    "linear":          "AddmmBackward0",       # its own name says which layer it was
    "linear, no bias": "MmBackward0",
    "linear, vector":  "ViewBackward0",
    "linear, batches": "ViewBackward0",
    "cross_entropy":   "NllLossBackward0",     # log_softmax, nll_loss
    "softsign":        "DivBackward0",
    "l1_loss":         "MeanBackward0",
    "l1_loss, sum":    "SumBackward0",
    "l1_loss, none":   "AbsBackward0",
    "masked_fill, 0-d": "MaskedFillBackward1",  # where
    "x[0] = y":         "CopySlices",           # its own name says what was done
    "x[1:, ::2] = y":   "CopySlices",
    "diag of a matrix": "DiagonalBackward0_copy",
    "index_select of 0-d": "IndexSelectBackward0",  # reshape of one with an axis
    "scatter, 0-d":     "ScatterBackward0",
    "x[1] = number":    "CopySlices",
    "x[0, :, index] = y": "CopySlices",
    "x[1:, 0]":        "SelectBackward0",      # a node for each index
    "x[1, 2]":         "SelectBackward0",
    "x[:, None]":      "UnsqueezeBackward0",
    "inner":           "ViewBackward0",
    "kron":            "UnsafeViewBackward0",
    "multi_dot":       "ViewBackward0",
    "multi_dot, vectors": "ViewBackward0",
    "cdist, many":     "ViewBackward0",
    **dict.fromkeys(("lstsq", "lstsq, vector", "lstsq, residuals"), "LinalgLstsqBackward0"),  # pinv, mm
    "solve, right":    "LinalgSolveExBackward0",  # transpose, solve, transpose
    "solve_triangular, right": "LinalgSolveTriangularBackward0",
    "cond":            "SqueezeBackward1",
    **dict.fromkeys(("quantile", "quantile, dim", "quantiles", "quantile, lower", "quantile, higher",
                     "quantile, midpoint", "quantile, nearest", "nanquantile", "nanquantile, dim"), "SqueezeBackward4"),
    "max_pool1d":      "SqueezeBackward1",      # an image of one row
    "avg_pool1d":      "SqueezeBackward1",
    "rms_norm":        "MulBackward0",          # pow, mean, rsqrt, mul
    "pad, circular":   "CopySlices",            # a copy for each margin
    "attention":       "UnsafeViewBackward0",   # its own name in four axes; in three: bmm, softmax, bmm
    "attention, mask": "UnsafeViewBackward0",
    "split_heads":     "SelectBackward0",
    "rnn":             "StackBackward0",        # a node for each product and each gate of each step
    "lstm":            "StackBackward0",
    "gru":             "StackBackward0",
}  # fmt: skip
ONE_NODE = {rules.einsum.einsum, rules.einsum.einsum_one}  # several nodes in PyTorch, by the equation


@every_differentiable
def test_name_equals_pytorch(row: Row, torch: ModuleType) -> None:
    arrays = row.samples(row.cases[0])
    names = (row.call(m, *leaves(m, arrays)).grad_fn.name() for m in (mg, torch))
    ours, theirs = (name.removeprefix("torch::autograd::") for name in names)
    if row.operation in ONE_NODE:
        assert theirs != ours
    elif row.name in NAMED_OTHERWISE:
        assert theirs == NAMED_OTHERWISE[row.name] != ours
    else:
        assert ours == theirs


@every_differentiable
def test_second_backward_is_refused_where_pytorch_refuses_it(row: Row, torch: ModuleType) -> None:
    """Only what saved something is freed: additions and views can be walked twice."""

    def refused(m: ModuleType) -> bool:
        value = row.call(m, *leaves(m, row.samples(row.cases[0])))
        value.backward(m.ones_like(value), retain_graph=False)
        return isinstance(attempt(lambda: value.backward(m.ones_like(value))), RuntimeError)

    assert refused(mg) == refused(torch)
