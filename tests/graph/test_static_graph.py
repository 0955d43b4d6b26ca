"""Static graphs: a replay is what the plain function does, to the last bit, or there is an error that says why not."""

from __future__ import annotations

import inspect
import threading
import warnings
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import micrograd_nb as mg
from micrograd_nb import nn, optim
from micrograd_nb.graph import RetraceWarning, SideEffectWarning, StaticGraphError
from tests.autograd.table import DIFFERENTIABLE, OPERATIONS, Row, Shapes

STEPS = 200

# Operations that no static graph can hold, with what it says.
REFUSED = {
    "x[mask]": "an index by a traced mask",
    "masked_select": "an index by a traced mask",
    "unfold": "sliding_window_view",
    "unfold, apart": "sliding_window_view",
    "as_strided": "a NumPy array of a traced tensor",
    "matrix_exp": "a decision by the value",
    "nanmedian": "an index by a traced mask",
    "histc": "histogram",
    "histc, range": "a decision by the value",
    "bincount": "a decision by the value|bincount",
    "lstsq, residuals": "a decision by the value",
    "ctc_loss": "written into an array of NumPy",
}


def same(a: Any, b: Any) -> bool:
    """Whether two results are the same to the last bit."""
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, mg.Tensor):
        return a.dtype == b.dtype and a.shape == b.shape and a.array.tobytes() == b.array.tobytes()
    return bool(a == b)


# -- every operation ---------------------------------------------------------------------------------------------------


def learner(row: Row, shapes: Shapes) -> tuple[list[mg.Tensor], Callable[[mg.Tensor], Any]]:
    """Parameters, and a step that computes with an operation, differentiates, and changes them."""
    is_differentiable = row in DIFFERENTIABLE
    samples = row.samples(shapes)
    parameters = [mg.tensor(s, requires_grad=is_differentiable and s.dtype.kind == "f") for s in map(np.array, samples)]

    def step(x: mg.Tensor) -> Any:
        for p in parameters:
            p.grad = None
        value = row.call(mg, *[p * x if p.requires_grad else p for p in parameters])
        values = [v for v in (value if isinstance(value, (tuple, list)) else [value]) if isinstance(v, mg.Tensor)]
        losses = [(v * v).sum() for v in values if v.requires_grad]
        for loss in losses:
            loss.backward(retain_graph=True)
        with mg.no_grad():
            for p in parameters:
                if p.grad is not None:
                    p.sub_(p.grad * 1e-4)
        return [v.detach() for v in values]

    return parameters, step


def cases() -> Iterator[Any]:
    for row in OPERATIONS:
        for number, shapes in enumerate(row.cases):
            name = " ".join([row.name, *map(str, shapes)])
            yield pytest.param(row, shapes, STEPS if number == 0 else 4, id=name)


@pytest.mark.parametrize(("row", "shapes", "steps"), list(cases()))
def test_replay_equals_the_plain_function_or_is_refused(row: Row, shapes: Shapes, steps: int) -> None:
    plain_parameters, plain = learner(row, shapes)
    parameters, step = learner(row, shapes)
    graph = mg.graph.static(step)
    if row.name in REFUSED:
        with pytest.raises(StaticGraphError, match=REFUSED[row.name]):
            graph(mg.tensor(1.0))
        return
    for i in range(steps):
        x = mg.tensor(1.0 + i % 3 / 64)
        assert same(plain(x), graph(x)), i
        assert same(plain_parameters, parameters), i
    assert graph.count <= 2


# -- training ----------------------------------------------------------------------------------------------------------


def training(**options: Any) -> tuple[nn.Module, Callable[[mg.Tensor, mg.Tensor], mg.Tensor]]:
    mg.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))
    optimizer = optim.SGD(model.parameters(), **({"lr": 0.1, "momentum": 0.9} | options))
    loss_fn = nn.CrossEntropyLoss()

    def step(x: mg.Tensor, y: mg.Tensor) -> mg.Tensor:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.detach()

    step.optimizer = optimizer  # type: ignore[attr-defined]
    return model, step


def batches(count: int, size: int = 32) -> Iterator[tuple[mg.Tensor, mg.Tensor]]:
    rng = np.random.default_rng(1)
    for _ in range(count):
        yield mg.tensor(rng.normal(size=(size, 8)).astype("float32")), mg.tensor(rng.integers(0, 4, size))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"momentum": 0},
        {"momentum": 0.9, "dampening": 0.5},
        {"nesterov": True},
        {"weight_decay": 0.01},
        {"weight_decay": 0.01, "maximize": True, "lr": 1e-3},
    ],
    ids=str,
)
def test_training_step_equals_eager(options: dict[str, Any]) -> None:
    plain_model, plain = training(**options)
    model, step = training(**options)
    graph = mg.static_graph(step)
    for x, y in batches(STEPS):
        assert same(plain(x, y), graph(x, y))
        assert same(list(plain_model.parameters()), list(model.parameters()))
        assert same([p.grad for p in plain_model.parameters()], [p.grad for p in model.parameters()])
    assert graph.count <= 3  # the first steps begin without gradients, and without momentum


def test_input_is_read_where_it_is_filled() -> None:
    """Also where it stands beside a buffer, in two calls that could be one: t · log p and (t − 1) · log(1 − p)."""
    w = mg.tensor([[0.2, -0.3]], requires_grad=True)

    def step(x: mg.Tensor, target: mg.Tensor) -> mg.Tensor:
        w.grad = None
        loss = nn.functional.binary_cross_entropy((w * x).sigmoid(), target)
        loss.backward()
        return loss.detach()

    graph, rng = mg.static_graph(step), np.random.default_rng(0)
    for _ in range(5):
        x, target = (mg.tensor(rng.uniform(size=(3, 2))) for _ in range(2))
        assert same(step(x, target), graph(x, target))


def test_replay_makes_no_node_and_runs_no_python_of_the_function() -> None:
    calls = 0

    def step(x: mg.Tensor) -> mg.Tensor:
        nonlocal calls
        calls += 1
        return (x * w).sum().detach()

    w = mg.tensor([1.0, 2.0], requires_grad=True)
    graph = mg.static_graph(step)
    with pytest.warns(SideEffectWarning, match="step changes calls: that happens when it is traced, and not when"):
        graph(mg.tensor([1.0, 1.0]))
    before = (w * 1).node.number
    for _ in range(10):
        graph(mg.tensor([1.0, 1.0]))
    assert calls == 1
    assert (w * 1).node.number == before + 1


def test_learning_rate_may_change_without_a_new_trace() -> None:
    plain_model, plain = training()
    model, step = training()
    graph = mg.static_graph(step)
    for i, (x, y) in enumerate(batches(20)):
        for s in (plain, step):
            s.optimizer.param_groups[0]["lr"] = 0.1 / (1 + i)  # type: ignore[attr-defined]
        assert same(plain(x, y), graph(x, y))
    assert same(list(plain_model.parameters()), list(model.parameters()))
    assert graph.count == 2


def test_other_option_is_traced_again_and_says_so() -> None:
    plain_model, plain = training()
    model, step = training()
    graph = mg.static_graph(step)
    for x, y in batches(3):
        plain(x, y), graph(x, y)
    for s in (plain, step):
        s.optimizer.param_groups[0]["momentum"] = 0.5  # type: ignore[attr-defined]
    message = r"for another Python value: .*momentum was 0\.9 and is 0\.5; this was trace 3"
    with pytest.warns(RetraceWarning, match=message):
        results = [(plain(x, y), graph(x, y)) for x, y in batches(3)]
    assert all(same(*pair) for pair in results)
    assert same(list(plain_model.parameters()), list(model.parameters()))


def test_several_batch_sizes_share_the_optimizer_and_keep_their_traces() -> None:
    plain_model, plain = training()
    model, step = training()
    graph = mg.static_graph(step)
    with pytest.warns(RetraceWarning, match=r"a new signature: float32 \(7, 8\), int64 \(7,\)"):
        results = [(plain(x, y), graph(x, y)) for size in (32, 7) * 5 for x, y in batches(4, size)]
    assert all(same(*pair) for pair in results)
    assert same(list(plain_model.parameters()), list(model.parameters()))
    assert graph.count <= 6


def test_gradients_are_added_up_where_the_function_does_not_forget_them() -> None:
    def make() -> tuple[mg.Tensor, Callable[[mg.Tensor], mg.Tensor]]:
        w = mg.tensor([1.0, 2.0], requires_grad=True)

        def step(x: mg.Tensor) -> mg.Tensor:
            loss = (w * x).sum()
            loss.backward()
            return loss.detach()

        return w, step

    plain_w, plain = make()
    w, step = make()
    graph = mg.static_graph(step)
    for i in range(12):
        x = mg.tensor([1.0 + i, 2.0])
        assert same(plain(x), graph(x))
        assert same(plain_w.grad, w.grad)
        if i % 4 == 3:  # the usual accumulation: forget after some batches
            plain_w.grad = w.grad = None
        if i == 8:  # and one by hand
            plain_w.grad, w.grad = mg.tensor([5.0, 5.0]), mg.tensor([5.0, 5.0])


def test_weights_that_are_loaded_or_moved_count() -> None:
    model, _ = training(momentum=0)
    graph = mg.static_graph(lambda x: model(x).detach())
    x = next(batches(1))[0]
    graph(x)
    state = {name: mg.zeros_like(value) for name, value in model.state_dict().items()}
    model.load_state_dict(state)
    assert same(graph(x), mg.zeros(32, 4))
    model[0].bias.array = np.ones(16, "float32")
    model[2].weight.array = np.ones((4, 16), "float32")
    assert same(graph(x), mg.full((32, 4), 16.0))


def test_a_cleared_optimizer_begins_anew() -> None:
    plain_model, plain = training()
    model, step = training()
    graph = mg.static_graph(step)
    for i, (x, y) in enumerate(batches(12)):
        if i == 6:
            for s in (plain, step):
                s.optimizer.state.clear()  # type: ignore[attr-defined]
        assert same(plain(x, y), graph(x, y))
    assert same(list(plain_model.parameters()), list(model.parameters()))


def test_train_and_eval_are_two_traces() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5) if hasattr(nn, "Dropout") else nn.ReLU())
    graph = mg.static_graph(lambda x: model(x).detach())
    x = mg.ones(4, 2)
    for _ in range(3):
        graph(x)
    model.eval()
    with pytest.warns(RetraceWarning, match="training was True and is False"):
        assert same(graph(x), model(x).detach())
    model.train()
    graph(x)
    assert len(graph.traces) == 2


def test_random_numbers_are_drawn_anew_and_in_the_same_order() -> None:
    def noisy(x: mg.Tensor) -> mg.Tensor:
        return x + mg.randn(3) * mg.rand(3)

    graph = mg.static_graph(noisy)
    x = mg.zeros(3)
    mg.manual_seed(3)
    expected = [noisy(x) for _ in range(5)]
    mg.manual_seed(3)
    got = [graph(x) for _ in range(5)]
    assert same(got, expected)
    assert not same(got[0], got[1])


# -- arguments and results ---------------------------------------------------------------------------------------------


def test_arguments_by_name_with_defaults_in_structures_and_as_numbers() -> None:
    def f(pair: Any, scale: float = 2.0, *, options: dict[str, mg.Tensor]) -> dict[str, Any]:
        a, b = pair
        return {"sum": a + b * scale, "rest": (options["c"] * 1, [a])}

    graph = mg.static_graph(f)
    a, b, c = mg.tensor([1.0]), mg.tensor([2.0]), mg.tensor([3.0])
    for x in (a, b):
        assert same(graph((x, b), options={"c": c})["sum"], x + 4)
        assert same(list(graph((x, b), options={"c": c})["rest"]), [c, [x]])
    with pytest.warns(RetraceWarning, match=r"a new signature: .*float.* 3\.0"):
        assert same(graph((a, b), 3.0, options={"c": c})["sum"], a + 6)


def test_results_are_memory_of_their_own() -> None:
    graph = mg.static_graph(lambda x: x * 2)
    first = graph(mg.tensor([1.0]))
    graph(mg.tensor([5.0]))
    assert same(first, mg.tensor([2.0]))


def test_argument_stays_as_it_is() -> None:
    graph = mg.static_graph(lambda x: x.mul_(2))
    with pytest.raises(StaticGraphError, match=r"line \d+\): a change of an argument in place"):
        graph(mg.tensor([1.0]))


def test_argument_that_requires_gradients_is_refused() -> None:
    graph = mg.static_graph(lambda x: x * 2)
    with pytest.raises(StaticGraphError, match=r"the argument x of a static graph requires gradients.*x\.detach\(\)"):
        graph(mg.tensor([1.0], requires_grad=True))


def test_backward_through_a_result_says_where_it_belongs() -> None:
    w = mg.tensor([1.0], requires_grad=True)
    graph = mg.static_graph(lambda x: (x * w).sum())
    for _ in range(2):
        loss = graph(mg.tensor([2.0]))
        assert loss.requires_grad
        with pytest.raises(StaticGraphError, match=r"call backward\(\) inside of the function"):
            loss.backward()
    with mg.no_grad():
        assert not graph(mg.tensor([2.0])).requires_grad


def test_tensors_that_a_function_makes_may_change_in_place() -> None:
    def f(x: mg.Tensor) -> mg.Tensor:
        total = mg.zeros(3)
        before = total + x  # reads it before it changes
        for _ in range(3):
            total += x
        total[0] = 7.0
        return before + total

    graph = mg.static_graph(f)
    for i in range(3):
        x = mg.tensor([1.0 * i, 2.0, 3.0])
        assert same(graph(x), f(x))


def test_lists_that_a_function_fills_stay_usable() -> None:
    losses: list[mg.Tensor] = []

    def f(x: mg.Tensor) -> mg.Tensor:
        y = x * 2
        losses.append(y)
        return y

    graph = mg.static_graph(f)
    with pytest.warns(SideEffectWarning, match="f changes losses"):
        graph(mg.tensor([1.0]))
    assert same(losses[0] + 1, mg.tensor([3.0]))
    assert repr(losses[0]) == "tensor([2.])"


# -- what it cannot hold -----------------------------------------------------------------------------------------------


def decides(x: mg.Tensor) -> mg.Tensor:
    if x.sum() > 0:
        return x
    return -x


def loops(x: mg.Tensor) -> mg.Tensor:
    while x.norm() > 1 if hasattr(x, "norm") else (x * x).sum() > 1:
        x = x / 2
    return x


def counts(x: mg.Tensor) -> mg.Tensor:
    return x * mg.zeros(int(x.sum()))


def prints(x: mg.Tensor) -> mg.Tensor:
    print(f"{x.sum().item():.3f}")
    return x


def to_numpy(x: mg.Tensor) -> mg.Tensor:
    return mg.tensor(np.cumsum(x.numpy()))


def masks(x: mg.Tensor) -> mg.Tensor:
    return x[x > 0]


def asserts(x: mg.Tensor) -> mg.Tensor:
    assert (x > 0).all()
    return x


def iterates(x: mg.Tensor) -> mg.Tensor:
    return mg.tensor([float(v) for v in x])


def solves(x: mg.Tensor) -> mg.Tensor:
    return mg.from_numpy(np.linalg.eigvals(x.array))


@pytest.mark.parametrize(
    ("function", "what"),
    [
        (decides, "a decision by the value of a traced tensor"),
        (loops, "a decision by the value of a traced tensor"),
        (counts, "a Python number of it"),
        (prints, "a Python number of it"),
        (to_numpy, "a NumPy array of a traced tensor"),
        (masks, "an index by a traced mask"),
        (asserts, "a decision by the value of a traced tensor"),
        (iterates, "a Python number of it"),
        (solves, r"np\.eigvals\(…\)"),
    ],
    ids=lambda x: getattr(x, "__name__", ""),
)
def test_decisions_by_data_are_refused_with_the_line(function: Callable[..., Any], what: str) -> None:
    graph = mg.static_graph(function)
    lines, first = inspect.getsourcelines(function)
    for _ in range(2):  # no trace is kept
        with pytest.raises(StaticGraphError, match=what) as caught:
            graph(mg.tensor([1.0, 2.0]) if function is not solves else mg.eye(2))
        line = int(str(caught.value).partition("test_static_graph.py, line ")[2].partition(")")[0])
        assert first < line < first + len(lines)
    assert graph.traces == []


def test_after_a_refusal_everything_is_as_before() -> None:
    w = mg.tensor([1.0, -2.0], requires_grad=True)
    w.grad = mg.tensor([3.0, 4.0])

    def f(x: mg.Tensor) -> mg.Tensor:
        y = w * x
        return y if y.sum() > 0 else -y

    with pytest.raises(StaticGraphError):
        mg.static_graph(f)(mg.tensor([1.0, 1.0]))
    assert type(w.array) is np.ndarray
    assert same(w.grad, mg.tensor([3.0, 4.0]))
    assert same(f(mg.tensor([1.0, 1.0])).detach(), mg.tensor([-1.0, 2.0]))


def test_scratch_memory_of_numpy_is_refused() -> None:
    scratch = np.zeros(2)

    def f(x: mg.Tensor) -> mg.Tensor:
        np.multiply(x.array, 2.0, scratch)
        return mg.from_numpy(scratch + 1)

    with pytest.raises(StaticGraphError, match="traced numbers written into an array of NumPy"):
        mg.static_graph(f)(mg.tensor([1.0, 2.0], dtype=mg.float64))


def test_tensor_that_no_name_leads_to_is_refused() -> None:
    hidden = [mg.tensor([10.0]), mg.tensor([20.0])]
    get = [iter(hidden)].pop().__next__

    def combined(x: mg.Tensor) -> mg.Tensor:
        return x + SECRETS[0]

    def alone(x: mg.Tensor) -> mg.Tensor:
        return SECRETS[0] * 2

    assert same(get(), hidden[0])
    for f in (combined, alone):
        with pytest.raises(
            StaticGraphError, match="a tensor from before the graph, in a place that the function does not"
        ):
            mg.static_graph(f)(mg.tensor([1.0]))


class _Secrets:
    """Tensors that are made out of nothing anybody could look into."""

    def __init__(self) -> None:
        self._all = globals

    def __getitem__(self, i: int) -> mg.Tensor:
        return self._all()["_" + "hidden"][i]  # type: ignore[no-any-return]


_hidden = [mg.tensor([10.0])]
SECRETS = _Secrets()


def test_backward_into_what_was_computed_before_is_refused() -> None:
    w = mg.tensor([1.0], requires_grad=True)
    h = w * 2

    def f(x: mg.Tensor) -> mg.Tensor:
        loss = (h * x).sum()
        loss.backward()
        return loss.detach()

    with pytest.raises(StaticGraphError, match="a backward pass through what was computed before"):
        mg.static_graph(f)(mg.tensor([1.0]))
    h.sum().backward()
    assert same(w.grad, mg.tensor([2.0]))


def test_optimizer_that_counts_in_python_is_refused() -> None:
    class Decaying(optim.Optimizer):
        """Steps that become smaller, by a count of its own."""

        def update(self, group: dict[str, Any]) -> None:
            for p in group["params"]:
                state = self.state[p]
                state["step"] = state.get("step", 0) + 1
                p.data.sub_(p.grad.data * (group["lr"] / state["step"]))

    w = mg.tensor([1.0], requires_grad=True)
    optimizer = Decaying([w], {"lr": 0.1})

    def step(x: mg.Tensor) -> mg.Tensor:
        optimizer.zero_grad()
        loss = (w * x).sum()
        loss.backward()
        optimizer.step()
        return loss.detach()

    graph = mg.static_graph(step)
    with pytest.raises(StaticGraphError, match="it keeps 'step', which it changes, as a Python number"):
        [graph(mg.tensor([1.0])) for _ in range(3)]


def test_error_in_a_replay_names_the_operation() -> None:
    _, step = training()
    graph = mg.static_graph(step)
    for x, y in batches(3):
        graph(x, y)
    with pytest.raises(
        StaticGraphError, match=r"the replay of a static graph stopped in CrossEntropy: .*plain function"
    ):
        graph(x, y + 10)


# -- numbers, modules, threads -----------------------------------------------------------------------------------------


SCALE = 2.0
CONFIG = {"shift": 1.0}


def test_python_numbers_in_closures_globals_and_objects_are_watched() -> None:
    power = 2
    holder = SimpleNamespace(offset=0.5, unrelated=0)

    def f(x: mg.Tensor) -> mg.Tensor:
        return (x * SCALE) ** power + holder.offset + CONFIG["shift"]

    graph = mg.static_graph(f)
    x = mg.tensor([3.0])
    assert same(graph(x), mg.tensor([37.5]))
    holder.unrelated = 5
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert same(graph(x), mg.tensor([37.5]))
    power = 3
    with pytest.warns(RetraceWarning, match="power was 2 and is 3"):
        assert same(graph(x), mg.tensor([217.5]))
    holder.offset = 1.5
    with pytest.warns(RetraceWarning, match=r"holder\.offset was 0\.5 and is 1\.5"):
        assert same(graph(x), mg.tensor([218.5]))
    CONFIG["shift"] = 2.0
    try:
        with pytest.warns(RetraceWarning, match=r"CONFIG\.shift was 1\.0 and is 2\.0"):
            assert same(graph(x), mg.tensor([219.5]))
    finally:
        CONFIG["shift"] = 1.0


def test_captured_tensors_are_listed_by_name() -> None:
    model = nn.Sequential(nn.Linear(2, 3))
    scale = mg.tensor(2.0)
    graph = mg.static_graph(lambda x: model(x) * scale)
    assert set(graph.captured) == {"model.0.weight", "model.0.bias", "scale"}
    graph(mg.ones(1, 2))
    (listed,) = (line for line in graph.summary().splitlines() if line.startswith("captured: "))
    assert set(listed.removeprefix("captured: ").split(", m")) == {
        "scale float32 ()",
        "odel.0.weight float32 (3, 2)",
        "odel.0.bias float32 (3,)",
    }


def test_methods_partials_and_helpers_are_looked_through() -> None:
    class Trainer:
        def __init__(self) -> None:
            self.w = mg.tensor([2.0], requires_grad=True)

        def inner(self, x: mg.Tensor) -> mg.Tensor:
            return x * self.w

        def loss(self, x: mg.Tensor) -> mg.Tensor:
            return self.inner(x).sum().detach()

    trainer = Trainer()
    graph = mg.static_graph(trainer.loss)
    for factor in (1.0, 2.0):
        trainer.w.data.fill_(factor)
        assert same(graph(mg.tensor([3.0])), mg.tensor(3.0 * factor))


def test_a_graph_in_a_graph_is_a_part_of_it() -> None:
    w = mg.tensor([2.0], requires_grad=True)
    inner = mg.static_graph(lambda x: x * w)
    inner(mg.tensor([1.0]))

    def outer(x: mg.Tensor) -> mg.Tensor:
        w.grad = None
        loss = inner(x).sum()
        loss.backward()
        return loss.detach()

    graph = mg.static_graph(outer)
    for x in (3.0, 4.0):
        assert same(graph(mg.tensor([x])), mg.tensor(2 * x))
        assert same(w.grad, mg.tensor([x]))


def test_several_threads_may_call_one_graph() -> None:
    graph = mg.static_graph(lambda x: (x * 2 + 1) * x)
    graph(mg.zeros(1000))
    wrong: list[int] = []

    def work(seed: int) -> None:
        x = mg.full((1000,), float(seed))
        wrong.extend(seed for _ in range(200) if not same(graph(x), (x * 2 + 1) * x))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_gradients_on_and_off_are_two_traces() -> None:
    w = mg.tensor([1.0], requires_grad=True)
    graph = mg.static_graph(lambda x: x * w)
    x = mg.tensor([2.0])
    assert graph(x).requires_grad
    with mg.no_grad():
        assert not graph(x).requires_grad
    assert graph(x).requires_grad
    assert len(graph.traces) == 2


# -- what it shows -----------------------------------------------------------------------------------------------------


def test_source_is_a_program_that_can_be_read() -> None:
    _, step = training()
    graph = mg.static_graph(step)
    for x, y in batches(3):
        graph(x, y)
    source = graph.source()
    assert "# Linear\n    x.dot(model_0_weight_T, linear)" in source
    assert "# CrossEntropy backward" in source
    assert source.count("multiply(momentum_buffer") == 2  # for all parameters at once
    compile(source, "program", "exec")


def test_asking_before_the_first_call_says_what_to_do() -> None:
    graph = mg.static_graph(lambda x: x)
    assert repr(graph) == "<static graph of <lambda>: 0 traces>"
    with pytest.raises(RuntimeError, match="has not been called, so there is no graph yet: call it once"):
        graph.source()


# -- programs at random ------------------------------------------------------------------------------------------------

OPERATORS: list[Callable[..., mg.Tensor]] = [
    lambda a, b: a + b,
    lambda a, b: a * b,
    lambda a, b: a - 2 * b,
    lambda a, b: mg.tanh(a) * b,
    lambda a, b: a @ b.T @ a,
    lambda a, b: (a.sum(0, keepdim=True) + b).relu(),
    lambda a, b: mg.cat([a, b])[1:4],
    lambda a, b: a.reshape(-1)[[0, 3, 3]].sum() * b,
    lambda a, b: mg.where(a > 0, a, b * 0.5),
    lambda a, b: (a / (b * b + 1)).exp().clamp(max=2.0),
]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=8))
def test_any_program_replays_to_the_last_bit(lines: list[tuple[int, int, int]]) -> None:
    def make() -> tuple[list[mg.Tensor], Callable[[mg.Tensor], mg.Tensor]]:
        rng = np.random.default_rng(0)
        weights = [mg.tensor(rng.normal(size=(3, 3)), requires_grad=True) for _ in range(2)]

        def step(x: mg.Tensor) -> mg.Tensor:
            for w in weights:
                w.grad = None
            values = [x, *weights, x * 0.5]
            for operator, i, j in lines:
                values.append(OPERATORS[operator](values[-1 - i], values[-1 - j]))
            loss = values[-1].mean()
            if loss.requires_grad:
                loss.backward()
                with mg.no_grad():
                    for w in weights:
                        if w.grad is not None:
                            w -= 0.01 * w.grad
            return loss.detach()

        return weights, step

    plain_weights, plain = make()
    weights, step = make()
    graph = mg.static_graph(step)
    for i in range(5):
        x = mg.tensor(np.full((3, 3), 0.1 * i))
        with np.errstate(all="ignore"):
            assert same(plain(x), graph(x))
        assert same(plain_weights, weights)
