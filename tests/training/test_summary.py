"""summary: the numbers of a model at an input, from what it did; the model as it was before; text and HTML."""

from __future__ import annotations

import copy
import re
import threading
from collections import OrderedDict, namedtuple
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.autograd import Operation, rules
from micrograd_nb.nn.hooks import of_all_modules
from micrograd_nb.training import summary
from micrograd_nb.training.model_summary.multiply_adds import COUNTS, multiply_adds
from micrograd_nb.training.model_summary.report import shapes

Pair = namedtuple("Pair", "x y")


def mlp() -> mg.nn.Sequential:
    return mg.nn.Sequential(
        OrderedDict(hidden=mg.nn.Linear(64, 32), relu=mg.nn.ReLU(), output=mg.nn.Linear(32, 10, bias=False))
    )


class Doing(mg.nn.Module):
    """A module whose `forward` is a function."""

    def __init__(self, forward: Any, **parts: mg.nn.Module | mg.nn.Parameter) -> None:
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)
        self.function = forward

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(self, *args, **kwargs)


# -- the numbers -------------------------------------------------------------------------------------------------------


def test_every_call_has_a_row() -> None:
    found = summary(mlp(), mg.zeros(5, 64))
    assert [(row.path, row.kind, row.depth, row.output, row.dtype) for row in found] == [
        ("", "Sequential", 0, "(5, 10)", "float32"),
        ("hidden", "Linear", 1, "(5, 32)", "float32"),
        ("relu", "ReLU", 1, "(5, 32)", "float32"),
        ("output", "Linear", 1, "(5, 10)", "float32"),
    ]
    assert [row.parameters for row in found] == [0, 64 * 32 + 32, 0, 320]
    assert [row.multiply_adds for row in found] == [0, 5 * 64 * 32, 0, 5 * 32 * 10]
    assert [row.activations for row in found] == [0, 4 * 5 * 32, 4 * 5 * 32, 4 * 5 * 10]
    assert (found.parameters, found.trainable, found.parameter_bytes) == (2400, 2400, 9600)
    assert (found.multiply_adds, found.activations) == (11_840, 1480)


PRODUCTS: dict[str, Any] = {
    "linear": lambda lib, x: lib.nn.functional.linear(x, lib.ones(7, 6)),
    "linear of a batch": lambda lib, x: lib.nn.functional.linear(x.reshape(2, 2, 1, 6), lib.ones(7, 6), lib.ones(7)),
    "matrix @ matrix": lambda lib, x: x @ lib.ones(6, 5),
    "batch @ matrix": lambda lib, x: x.reshape(2, 2, 6) @ lib.ones(6, 3),
    "batch @ batch": lambda lib, x: x.reshape(2, 2, 6) @ x.reshape(2, 6, 2),
    "batch that stretches": lambda lib, x: x.reshape(2, 1, 2, 6) @ lib.ones(5, 6, 3),
    "nothing": lambda lib, x: (x * x + x).relu().sum(),
    "a product of a product": lambda lib, x: (x @ x.T) @ x,
}


@pytest.mark.parametrize("program", PRODUCTS.values(), ids=PRODUCTS)
def test_multiply_adds_are_half_of_pytorchs_floating_point_operations(program: Any, torch: ModuleType) -> None:
    counter = pytest.importorskip("torch.utils.flop_counter").FlopCounterMode(display=False)
    with counter:
        program(torch, torch.ones(4, 6))
    found = summary(Doing(lambda self, x: program(mg, x)), mg.ones(4, 6))
    assert 2 * found.multiply_adds == counter.get_total_flops()


@pytest.mark.parametrize(
    ("function", "expected"),
    [(lambda x: x @ mg.ones(6), 24), (lambda x: mg.ones(4) @ x, 24), (lambda x: x[0] @ x[1], 6)],
    ids=["matrix @ vector", "vector @ matrix", "vector @ vector"],
)
def test_multiply_adds_of_vectors(function: Any, expected: int) -> None:  # which PyTorch's counter does not know
    assert summary(Doing(lambda self, x: function(x)), mg.ones(4, 6)).multiply_adds == expected


def test_operations_outside_of_parts_belong_to_the_module_that_runs_them() -> None:
    def forward(self: Any, x: mg.Tensor) -> mg.Tensor:
        return self.last((self.first(x) @ mg.ones(3, 4)) * 2)

    model = Doing(forward, first=mg.nn.Linear(2, 3), last=mg.nn.Linear(4, 5))
    assert [row.multiply_adds for row in summary(model, mg.ones(10, 2))] == [10 * 3 * 4, 10 * 2 * 3, 10 * 4 * 5]


def test_what_is_frozen_or_not_recorded_is_counted_and_keeps_nothing() -> None:
    def forward(self: Any, x: mg.Tensor) -> mg.Tensor:
        with mg.no_grad():
            features = self.backbone(x)
        return self.head(features)

    model = Doing(forward, backbone=mlp(), head=mg.nn.Linear(10, 2))
    found = summary(model, mg.zeros(5, 64))
    assert found.multiply_adds == 11_840 + 5 * 10 * 2
    assert [row.activations for row in found] == [0, 0, 0, 0, 0, 4 * 5 * (10 + 2)]  # the head keeps its input
    frozen = mlp().requires_grad_(False)
    found = summary(frozen, mg.zeros(5, 64))
    assert (found.multiply_adds, found.activations, found.trainable) == (11_840, 0, 0)
    frozen.output.requires_grad_()
    assert [row.activations for row in summary(frozen, mg.zeros(5, 64))] == [0, 0, 0, 4 * 5 * (32 + 10)]
    inputs = summary(mlp().requires_grad_(False), mg.zeros(5, 64, requires_grad=True))
    assert inputs.activations == 1480


def test_inside_of_no_grad_nothing_is_different() -> None:
    with mg.no_grad():
        found = summary(mlp(), mg.zeros(5, 64))
        assert not mg.is_grad_enabled()
    assert found.multiply_adds == 11_840


def test_what_does_not_lead_to_the_output_is_computed_and_not_kept() -> None:
    def forward(self: Any, x: mg.Tensor) -> mg.Tensor:
        self.aside(x)
        return self.on_the_way(x)

    model = Doing(forward, aside=mg.nn.Linear(3, 4), on_the_way=mg.nn.Linear(3, 5))
    _, aside, on_the_way = summary(model, mg.ones(2, 3))
    assert (aside.multiply_adds, aside.activations) == (24, 0)
    assert (on_the_way.multiply_adds, on_the_way.activations) == (30, 4 * 2 * 5)


def test_a_shared_module_is_computed_twice_and_counted_once() -> None:
    shared = mg.nn.Linear(4, 4)
    model = mg.nn.Sequential(shared, mg.nn.ReLU(), shared)
    found = summary(model, mg.ones(1, 4))
    assert [(row.path, row.parameters, row.counted_above) for row in found] == [
        ("", 0, 0),
        ("0", 20, 0),
        ("1", 0, 0),
        ("0", 0, 20),
    ]
    assert (found.parameters, found.multiply_adds) == (20, 32)
    assert "(20)" in repr(found)
    assert "( ): counted in a row above" in repr(found)


def test_shared_weights_are_counted_once() -> None:
    model = mg.nn.Sequential(mg.nn.Linear(4, 4, bias=False), mg.nn.Linear(4, 4))
    model[1].weight = model[0].weight
    found = summary(model, mg.ones(1, 4))
    assert [(row.parameters, row.counted_above) for row in found] == [(0, 0), (16, 0), (4, 16)]
    assert found.parameters == 20
    assert "4 (16)" in repr(found)


def test_several_inputs_by_position_and_by_name() -> None:
    def forward(self: Any, x: mg.Tensor, more: Any, *, scale: float, mask: mg.Tensor) -> Any:
        return self.layer(x) * scale + more["bias"][0] * mask

    model = Doing(forward, layer=mg.nn.Linear(2, 3))
    found = summary(model, mg.ones(4, 2), {"bias": [mg.ones(3), 1]}, scale=2.0, mask=mg.ones(4, 1, dtype=mg.int64))
    assert found.rows[0].output == "(4, 3)"


def test_integers_in_and_dicts_out() -> None:
    def forward(self: Any, index: mg.Tensor) -> Any:
        rows = self.table[index]
        return {"logits": rows @ mg.ones(3, 2), "best": rows.argmax(-1), "more": [(rows,), None, Pair(1, "a")]}

    found = summary(Doing(forward, table=mg.nn.Parameter(mg.ones(7, 3))), mg.tensor([1, 2, 2]))
    assert found.rows[0].output == "{logits: (3, 2), best: (3,), more: [((3, 3),), None, (1, 'a')]}"
    assert found.rows[0].dtype == "float32, int64"
    assert found.multiply_adds == 3 * 3 * 2


def test_other_outputs_are_named() -> None:
    assert shapes((mg.zeros(()), [mg.nn.ReLU()], True)) == "((), [ReLU], True)"


def test_modules_made_on_the_spot_and_modules_that_are_not_called() -> None:
    model = Doing(
        lambda self, x: mg.nn.Linear(3, 2)(x), idle=mg.nn.Linear(2, 2), parts=mg.nn.ModuleList([mg.nn.ReLU()])
    )
    found = summary(model, mg.ones(1, 3))
    assert [(row.path, row.kind) for row in found] == [("", "Doing"), ("?", "Linear")]
    assert found.notes == ("never called: idle, parts.0",)
    assert found.parameters == 6
    assert "never called: idle, parts.0" in repr(found)


def test_buffers_are_counted_with_their_bytes() -> None:
    model = mlp()
    model.register_buffer("steps", mg.zeros(3, dtype=mg.int64))
    model.register_buffer("nothing", None)
    found = summary(model, mg.zeros(1, 64))
    assert (found.buffers, found.buffer_bytes) == (3, 24)
    assert "buffers       3, 24 bytes" in repr(found)


class Cube(mg.autograd.Function):
    """An operation of the learner's own."""

    @staticmethod
    def forward(ctx, x):
        return x @ x @ x

    @staticmethod
    def backward(ctx, grad):
        return grad


def test_what_cannot_be_counted_is_said() -> None:
    found = summary(Doing(lambda self, x: Cube.apply(x) @ x), mg.ones(2, 2, requires_grad=True))
    assert found.multiply_adds == 8
    assert found.notes == ("multiply-adds not counted in custom Functions: Cube",)


def test_hooks_of_the_model_run_and_are_not_shown_as_operations() -> None:
    model, seen = mlp(), []
    model.hidden.register_forward_hook(lambda module, args, output: seen.append(output.shape))
    model.hidden.register_full_backward_hook(lambda module, grad_input, grad_output: None)
    found = summary(model, mg.zeros(5, 64))
    assert seen == [(5, 32)]
    assert found.multiply_adds == 11_840


def test_modules_in_other_threads_are_not_watched() -> None:
    def forward(self: Any, x: mg.Tensor) -> mg.Tensor:
        thread = threading.Thread(target=self.aside, args=(mg.ones(1, 2),))
        thread.start()
        thread.join()
        return x * 2

    found = summary(Doing(forward, aside=mg.nn.Linear(2, 2)), mg.ones(1))
    assert [row.path for row in found] == [""]


def names_in(function: Any, seen: set[Any]) -> set[str]:
    """The names in a function's code, and in that of the functions of its module that it calls."""
    function = getattr(function, "__wrapped__", function)
    if not isinstance(function, FunctionType) or function in seen:
        return {function.__name__} if isinstance(function, np.ufunc) else set()
    seen.add(function)
    names = set(function.__code__.co_names)
    return names.union(*(names_in(function.__globals__.get(name), seen) for name in names))


SUMS = {
    *("cross_entropy", "sum_dim", "mean_dim", "var", "std", "var_mean", "std_mean", "einsum_one"),
    *("layer_norm", "group_norm", "rms_norm"),
}
"""Operations that use `dot` to add up, which is faster than `sum`."""


def test_every_operation_with_a_product_is_counted() -> None:
    found = {
        (name, operation): names_in(operation.value, set())
        for module in vars(rules).values()
        if isinstance(module, ModuleType)
        for name, operation in vars(module).items()
        if isinstance(operation, Operation)
    }
    products = {key for key, names in found.items() if names & {"dot", "matmul", "einsum", "tensordot", "inner"}}
    assert {"mm", "bmm", "linear"} <= {name for name, _ in products}
    assert {name for name, operation in products if operation not in COUNTS} - SUMS == set()


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (lambda w: mg.einsum("ij,jk->ik", w, mg.ones(3, 5)), 2 * 3 * 5),
        (lambda w: mg.addmm(mg.ones(5), w, mg.ones(3, 5)), 2 * 3 * 5),
        (lambda w: mg.addmv(mg.ones(2), w, mg.ones(3)), 2 * 3),
        (lambda w: mg.addbmm(mg.ones(2, 5), w[None], mg.ones(1, 3, 5)), 2 * 3 * 5),
        (lambda w: mg.nn.functional.conv2d(w.reshape(1, 1, 2, 3), mg.ones(4, 1, 2, 2)), 4 * 2 * 4),
        (lambda w: mg.nn.functional.conv_transpose2d(w.reshape(1, 1, 2, 3), mg.ones(1, 4, 2, 2)), 6 * 16),
        (lambda w: mg.nn.LSTM(3, 7)(w[:, None])[0], 2 * 28 * (3 + 7)),
        (
            lambda w: mg.nn.functional.scaled_dot_product_attention(w[None], mg.ones(1, 4, 3), mg.ones(1, 4, 5)),
            2 * 4 * (3 + 5),
        ),
    ],
)
def test_multiply_adds_of_what_is_counted(program: Any, expected: int) -> None:
    node = program(mg.ones(2, 3, requires_grad=True)).grad_fn
    waiting, counted = [node], 0
    while waiting:
        node = waiting.pop()
        counted += multiply_adds(node) if node.next_functions else 0
        waiting += [function for function, _ in node.next_functions if function is not None]
    assert counted == expected


# -- the model as it was before ----------------------------------------------------------------------------------------


class Restless(mg.nn.Module):
    """Changes whatever it can when it is called."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = mg.nn.Linear(2, 2)
        self.frozen = mg.nn.Parameter(mg.ones(2), requires_grad=False)
        self.register_buffer("mean", mg.zeros(2))
        self.calls = 0

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        self.calls += 1
        self.last = x
        self.mean += x.detach().mean(0)
        self.mean = self.mean * 2
        self.layer.zero_grad()
        self.extra = mg.nn.Linear(1, 1)
        self.layer.train()
        with mg.no_grad():
            self.layer.weight.zero_()
        x += 1
        return self.layer(x) + self.frozen + mg.rand(2)


def state_of(model: mg.nn.Module) -> list[Any]:
    """Everything that should stay as it is."""
    tensors = [*model.named_parameters(), *model.named_buffers()]
    return [
        [(name, id(x), id(x.array), x.tolist(), id(x.node), id(x._grad), x.requires_grad) for name, x in tensors],
        [(name, id(module), module.training, sorted(vars(module))) for name, module in model.named_modules()],
        model.calls,
    ]


@pytest.mark.parametrize("fails", [False, True])
def test_the_model_is_as_it_was_before(fails: bool) -> None:
    model = Restless()
    model.layer.eval()
    model(mg.ones(3, 2)).sum().backward()
    model.layer.weight.register_post_accumulate_grad_hook(lambda p: None)
    model.layer.train(False)
    if fails:
        model.register_forward_hook(lambda module, args, output: 1 / 0)
    x = mg.ones(3, 2)
    before = state_of(model)
    mg.manual_seed(5)
    expected = mg.rand(3).tolist()
    mg.manual_seed(5)
    if fails:
        with pytest.raises(ZeroDivisionError):
            summary(model, x)
    else:
        summary(model, x)
    assert mg.rand(3).tolist() == expected
    assert state_of(model) == before
    assert x.tolist() == mg.ones(3, 2).tolist()
    assert not x.requires_grad
    assert mg.is_grad_enabled()
    assert not of_all_modules


def test_it_runs_in_evaluation_mode() -> None:
    modes = []
    model = Doing(lambda self, x: modes.append(self.training) or x)
    summary(model, mg.ones(1))
    assert modes == [False]
    assert model.training


def test_training_goes_on_as_if_nobody_had_looked() -> None:
    def trained(look: bool) -> list[Any]:
        mg.manual_seed(0)
        model = mlp()
        optimizer = mg.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        for _ in range(3):
            optimizer.zero_grad()
            model(mg.rand(5, 64)).sum().backward()
            if look:
                summary(model, mg.rand(2, 64, generator=mg.Generator().manual_seed(1)))
            optimizer.step()
        return [p.tolist() for p in model.parameters()]

    assert trained(look=True) == trained(look=False)


def test_what_is_no_module() -> None:
    with pytest.raises(TypeError, match="summary takes a module and what it is called with, but got a Tensor"):
        summary(mg.ones(1), mlp())  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="mat1 and mat2 shapes cannot be multiplied"):
        summary(mlp(), mg.ones(1, 2))


# -- text and HTML -----------------------------------------------------------------------------------------------------


def test_folded_rows_keep_the_sums() -> None:
    model = mg.nn.Sequential(mlp(), mg.nn.Sequential(mg.nn.Linear(10, 10), mg.nn.ReLU()))
    found = summary(model, mg.zeros(5, 64))
    for depth in range(4):
        folded = found.folded(depth)
        assert max(row.depth for row in folded) == min(depth, 2)
        assert (folded.multiply_adds, folded.activations) == (found.multiply_adds, found.activations)
        assert sum(row.parameters for row in folded) == sum(row.parameters for row in found) == folded.parameters
    assert [row.path for row in found.folded(1)] == ["", "0", "1"]
    assert len(found.folded(9)) == len(found)


def test_lines_are_straight() -> None:
    lines = repr(summary(mlp(), mg.zeros(5, 64))).splitlines()
    table = lines[2:6]
    assert len({line.index("(5, ") for line in table}) == 1
    assert len({len(line) for line in table}) == 1


def test_large_numbers_are_short() -> None:
    found = summary(mg.nn.Linear(1000, 2000), mg.zeros(1000, 1000))
    text = repr(found)
    assert "2,002,000 (all trainable), 8.0 MB" in text
    assert "2,000,000,000 a call" in text


def test_a_long_output_is_cut() -> None:
    found = summary(Doing(lambda self, x: {f"output {i}": x for i in range(50)}), mg.ones(2))
    assert max(map(len, repr(found).splitlines())) < 130
    assert "…" in repr(found)


def test_the_html_says_what_the_text_says() -> None:
    model = mlp()
    model.hidden.requires_grad_(False)
    found = summary(model, mg.zeros(5, 64))
    html = found._repr_html_()
    cells = re.findall(r"<td[^>]*>(.*?)</td>", html)
    assert cells == [cell for row in found for cell in row.cells()]
    assert "320 trainable, 2,080 frozen" in html
    assert not re.search(r"color|background|#[0-9a-f]{3}", html)  # the theme's show


def test_hostile_names_are_escaped() -> None:
    model = mg.nn.ModuleDict({"<img src=x onerror=alert(1)>": mg.nn.ReLU()})
    model.forward = lambda x: {"<b>": model["<img src=x onerror=alert(1)>"](x)}  # type: ignore[method-assign]
    html = summary(model, mg.ones(1))._repr_html_()
    assert "<img" not in html
    assert "<b>" not in html
    assert "&lt;img src=x" in html


def test_it_can_be_copied() -> None:
    found = summary(mlp(), mg.zeros(5, 64))
    assert copy.deepcopy(found) == found
