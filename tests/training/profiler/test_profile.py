"""What a profile sees, and that nothing is left of it afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.autograd import profiling
from micrograd_nb.autograd.operation import all_operations
from micrograd_nb.training.profiler import EventList, ProfilerActivity, profile, record_function


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """After each test, all operations run as they are written, and nobody watches."""
    yield
    assert profiling.watcher is None
    assert [x for x in all_operations() if x.value is not x.computes] == []


def names(events: EventList) -> list[str]:
    return [event.name for event in events]


def tree(event: Any) -> Any:
    """An event's name, with those inside of it."""
    return (event.name, [tree(child) for child in event.cpu_children]) if event.cpu_children else event.name


def trees(prof: profile) -> list[Any]:
    return [tree(event) for event in prof.events() if event.cpu_parent is None]


def test_a_training_step() -> None:
    model = mg.nn.Sequential(mg.nn.Linear(4, 3), mg.nn.ReLU(), mg.nn.Linear(3, 2))
    optimizer = mg.optim.SGD(model.parameters(), lr=0.1)
    dataset = mg.data.TensorDataset(mg.ones(5, 4), mg.zeros(5, dtype=mg.int64))
    loss_fn = mg.nn.CrossEntropyLoss()
    with profile() as prof:
        for x, y in mg.data.DataLoader(dataset, batch_size=5):
            with record_function("forward"):
                loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
    leaf = "torch::autograd::AccumulateGrad"
    backward = ["CrossEntropyBackward0", "LinearBackward0", "ReluBackward0", "LinearBackward0"]
    wait = "enumerate(DataLoader)#_SingleProcessDataLoaderIter.__next__"
    assert trees(prof) == [
        wait,
        ("forward", ["mg::linear", "mg::relu", "mg::linear", "mg::cross_entropy"]),
        ("autograd::engine::execute", [*backward, leaf, leaf, leaf, leaf]),
        "Optimizer.step#SGD.step",
        wait,
    ]


# What runs, and what a profile calls it: the ways on which an operation is run, each of them.
RUNS: list[tuple[str, Callable[[mg.Tensor], Any], list[str]]] = [
    ("one tensor", lambda x: x.exp(), ["mg::exp"]),
    ("two tensors", lambda x: x * x, ["mg::mul"]),
    ("a number", lambda x: 2 - x, ["mg::rsub"]),
    ("options", lambda x: x.sum(0, keepdim=True), ["mg::sum"]),
    ("a view", lambda x: x.reshape(-1), ["mg::view"]),
    ("an index", lambda x: x[0], ["mg::select"]),
    ("several values", lambda x: x.max(dim=0), ["mg::max"]),
    ("several views", lambda x: x.split(1), ["mg::split"]),
    ("several inputs", lambda x: mg.cat([x, x]), ["mg::cat"]),
    ("in place", lambda x: x.add_(1), ["mg::add"]),
    ("in place, a method of its own", lambda x: x.div_(2), ["mg::div"]),
    ("not recorded", lambda x: x.detach() @ x.detach(), ["mg::mm"]),
]


@pytest.mark.parametrize(("run", "expected"), [row[1:] for row in RUNS], ids=[row[0] for row in RUNS])
def test_every_way_to_run_an_operation_is_seen(run: Callable[[mg.Tensor], Any], expected: list[str]) -> None:
    with profile() as prof:
        run(mg.ones(2, 2))
    assert names(prof.events()) == expected


def test_numbers_are_the_same() -> None:
    x = mg.tensor([[0.5, -1.0], [2.0, 3.0]], requires_grad=True)

    def gradient() -> np.ndarray:
        (made,) = mg.autograd.grad((x.tanh() @ x).var(0).sum(), [x])
        return made.numpy()

    plain = gradient()
    with profile(record_shapes=True, profile_memory=True):
        watched = gradient()
    np.testing.assert_array_equal(watched, plain)


def test_the_graph_is_the_same() -> None:
    x = mg.ones(2, requires_grad=True)
    with profile():
        y = (x * x).sum()
    y.backward()  # after the profile, through what it has seen
    assert y.grad_fn.name() == "SumBackward0"
    np.testing.assert_array_equal(x.grad, [2, 2])


def test_operation_with_several_values() -> None:
    with profile() as prof:
        mg.ones(3, 2, requires_grad=True).max(dim=0).values.sum().backward()
    assert trees(prof)[2][1][:2] == ["SumBackward0", "MaxBackward0"]


def test_create_graph_shows_what_the_rules_run() -> None:
    x = mg.tensor(3.0, requires_grad=True)
    y = x * x
    with profile() as prof:
        mg.autograd.grad(y, [x], create_graph=True)
    assert trees(prof) == [("autograd::engine::execute", [("MulBackward0", ["mg::mul", "mg::mul"]), "mg::add"])]


def test_custom_function() -> None:
    class Double(mg.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: mg.Tensor) -> mg.Tensor:
            return x * 2

        @staticmethod
        def backward(ctx: Any, grad_output: mg.Tensor) -> mg.Tensor:
            return grad_output * 2

    with profile() as prof:
        Double.apply(mg.ones(2, requires_grad=True)).sum().backward()
    forward, total, backward = trees(prof)
    assert (forward, total) == (("Double", ["mg::mul"]), "mg::sum")
    assert backward[1][:2] == ["SumBackward0", ("DoubleBackward", ["mg::mul"])]


def test_loader_with_workers() -> None:
    loader = mg.data.DataLoader(mg.data.TensorDataset(mg.ones(4, 1)), batch_size=2, num_workers=1)
    with profile() as prof:
        assert len(list(loader)) == 2
    assert names(prof.events()).count("enumerate(DataLoader)#_MultiProcessingDataLoaderIter.__next__") == 3


def test_step_of_an_optimizer_that_calls_super_is_one() -> None:
    class Loud(mg.optim.SGD):
        def step(self, closure: Any = None) -> Any:
            return super().step(closure)

    with profile() as prof:
        Loud([mg.ones(1, requires_grad=True)]).step()
    assert names(prof.events()) == ["Optimizer.step#Loud.step"]


# -- numbers -----------------------------------------------------------------------------------------------------------


def test_times_add_up() -> None:
    x = mg.ones(300, 300)
    with profile() as prof, record_function("outer"):
        for _ in range(3):
            x @ x
    outer, *inner = prof.events()
    assert all(event.cpu_time_total > 0 and event.cpu_parent is outer for event in inner)
    assert all(outer.time_range.start <= e.time_range.start <= e.time_range.end <= outer.time_range.end for e in inner)
    assert outer.self_cpu_time_total == pytest.approx(outer.cpu_time_total - sum(e.cpu_time_total for e in inner))
    averages = prof.key_averages()
    assert averages.self_cpu_time_total == pytest.approx(outer.cpu_time_total)
    (mm,) = (average for average in averages if average.key == "mg::mm")
    assert (mm.count, mm.cpu_time) == (3, pytest.approx(sum(e.cpu_time_total for e in inner) / 3))
    assert averages.total_average().count == 4


def test_shapes() -> None:
    x = mg.ones(2, 3)
    with profile(record_shapes=True) as prof:
        x * 2
        x * x
        mg.cat([x, x[:1]])
    mul, other, _, cat = prof.events()
    assert [mul.input_shapes, other.input_shapes] == [[[2, 3], []], [[2, 3], [2, 3]]]
    assert cat.input_shapes == [[2, 3], [1, 3]]
    assert (prof.key_averages()[0].key, prof.key_averages()[0].count) == ("mg::mul", 2)
    grouped = prof.key_averages(group_by_input_shape=True)
    assert [(e.key, e.input_shapes, e.count) for e in grouped][:2] == [
        ("mg::mul", [[2, 3], []], 1),
        ("mg::mul", [[2, 3], [2, 3]], 1),
    ]


def test_no_shapes_unless_wanted() -> None:
    with profile() as prof:
        mg.ones(2) * 2
    assert prof.events()[0].input_shapes == []


def memory(event: Any) -> tuple[int, int]:
    return event.cpu_memory_usage, event.self_cpu_memory_usage


def test_memory_is_that_of_new_arrays() -> None:
    x = mg.ones(10, 10)  # 400 bytes
    with profile(profile_memory=True) as prof:
        with record_function("kept"):
            kept = x * 2
        with record_function("freed"):
            (x * 2).sum()
        with record_function("a view"):
            view = x.T
        with record_function("in place"):
            x.add_(1)
    assert (kept.shape, view.shape) == ((10, 10), (10, 10))
    sizes = {event.name: memory(event) for event in prof.events() if event.cpu_parent is None}
    assert sizes == {"kept": (400, 0), "freed": (0, -400), "a view": (0, 0), "in place": (0, 0)}
    inner = {event.cpu_parent.name: memory(event) for event in prof.events() if event.name == "mg::mul"}
    assert inner == {"kept": (400, 400), "freed": (400, 400)}


def test_memory_of_a_backward_pass() -> None:
    x = mg.ones(10, 10, requires_grad=True)
    with profile(profile_memory=True) as prof:
        loss = (x * 3).sum()  # the product is freed by the pass, and x.grad stays
        loss.backward()
    execute = next(event for event in prof.events() if event.name == "autograd::engine::execute")
    assert execute.cpu_memory_usage == 400 - 400


def test_memory_that_an_inner_operation_made_counts_once() -> None:
    x = mg.ones(10, 10, requires_grad=True)
    y = x * 3
    with profile(profile_memory=True) as prof:
        grads = mg.autograd.grad(y, [x], mg.ones(10, 10), create_graph=True)
    rule, inner = (event for event in prof.events() if event.name in ("MulBackward0", "mg::mul"))
    assert grads[0].shape == (10, 10)
    assert (memory(rule), memory(inner)) == ((400, 0), (400, 400))


# -- threads -----------------------------------------------------------------------------------------------------------


def test_threads_are_told_apart() -> None:
    x = mg.ones(2)
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        with record_function("mine"):
            x.exp()

    threads = [threading.Thread(target=work, name=f"worker {i}") for i in range(2)]
    with profile() as prof:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        x.log()
    events = prof.events()
    assert len({event.thread for event in events}) == 3
    assert sorted(trees(prof), key=str) == [("mine", ["mg::exp"]), ("mine", ["mg::exp"]), "mg::log"]
    assert {e.thread_name for e in events if e.name == "mine"} == {"worker 0", "worker 1"}
    assert all(e.thread == e.cpu_parent.thread for e in events if e.cpu_parent)


# -- its course --------------------------------------------------------------------------------------------------------


def test_error_inside_leaves_everything_as_it_was() -> None:
    prof = profile()
    with pytest.raises(RuntimeError, match="shapes"), prof, record_function("broken"):
        mg.ones(2, 3) @ mg.ones(2, 3)
    assert trees(prof) == [("broken", ["mg::mm"])]


def test_error_in_a_gradient_rule() -> None:
    class Bad(mg.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: mg.Tensor) -> mg.Tensor:
            return x * 2

        @staticmethod
        def backward(ctx: Any, grad_output: mg.Tensor) -> mg.Tensor:
            raise ZeroDivisionError

    y = Bad.apply(mg.ones(1, requires_grad=True))
    with pytest.raises(ZeroDivisionError), profile() as prof:
        y.backward()
    assert trees(prof) == [("autograd::engine::execute", ["BadBackward"])]


def test_one_at_a_time() -> None:
    with profile() as prof:
        with pytest.raises(RuntimeError, match=r"a profile is running already.*record_function"), profile():
            pass
        mg.ones(1) * 2
    assert names(prof.events()) == ["mg::mul"]  # the outer one goes on


def test_profile_inside_of_another_threads() -> None:
    refused = []

    def other() -> None:
        try:
            profile().start()
        except RuntimeError as error:
            refused.append(str(error))

    with profile():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert len(refused) == 1


def test_start_and_stop() -> None:
    prof = profile()
    prof.start()
    mg.ones(1) * 2
    with pytest.raises(RuntimeError, match="started already"):
        prof.start()
    prof.stop()
    prof.stop()
    mg.ones(1) * 2
    assert names(prof.events()) == ["mg::mul"]
    with prof:
        mg.ones(1).exp()
    assert names(prof.events()) == ["mg::exp"]  # a second time begins anew


def test_nothing_to_show_yet() -> None:
    prof = profile()
    with pytest.raises(RuntimeError, match="nothing to show yet"):
        prof.events()
    with prof, pytest.raises(RuntimeError, match="nothing to show yet"):
        prof.key_averages()
    assert (len(prof.key_averages()), prof.key_averages().table()) == (0, "")


def test_profile_that_ends_within_a_range() -> None:
    prof = profile()
    prof.start()
    with record_function("longer"):
        mg.ones(1) * 2
        prof.stop()
    assert names(prof.events()) == ["mg::mul"]
    with record_function("earlier"):
        prof.start()
    prof.stop()
    assert names(prof.events()) == []


def test_left_out() -> None:
    for name in ("with_stack", "with_modules"):
        with pytest.raises(NotImplementedError, match="record_function"):
            profile(**{name: True})
    with pytest.raises(NotImplementedError, match=r"training\.summary"):
        profile(with_flops=True)
    with pytest.raises(NotImplementedError, match="CPU"):
        profile(activities=[ProfilerActivity.CUDA])
    profile(activities=[ProfilerActivity.CPU])
    with profile() as prof:
        pass
    with pytest.raises(NotImplementedError, match="group_by_stack_n"):
        prof.key_averages(group_by_stack_n=2)


# -- record_function ---------------------------------------------------------------------------------------------------


def test_record_function_around_a_function() -> None:
    @record_function("down", "by one")
    def down(n: int) -> int:
        return n and down(n - 1)

    assert down(1) == 0  # without a profile, too
    with profile() as prof:
        down(2)
    assert trees(prof) == [("down: by one", [("down: by one", ["down: by one"])])]
    assert prof.events()[0].is_user_annotation


def test_static_graph_in_a_profile() -> None:
    x = mg.ones(3)

    @mg.static_graph
    def double(x: mg.Tensor) -> mg.Tensor:
        return (x * 2).sum()

    with profile():
        first = double(x).item()  # traced within the profile
    assert (first, double(x).item(), double(mg.zeros(3)).item()) == (6, 6, 0)
    with profile(record_shapes=True) as prof:
        assert double(x).item() == 6
    (replay,) = prof.events()  # a replay calls NumPy, and runs no operation
    assert (replay.name, replay.input_shapes) == ("static_graph::replay", [[3]])


def test_names_are_pytorchs(torch: Any) -> None:
    """`mg::mul` is PyTorch's `aten::mul`, for all operations but those that PyTorch has not."""
    ours = {profiling.forward_name(x) for x in all_operations() if "Backward" in x.name and "<" not in x.name}
    unknown = {name for name in ours if not hasattr(torch.ops.aten, name.removeprefix("mg::"))}
    assert len(unknown) < 0.2 * len(ours), sorted(unknown)
    for name in ("max_pool2d_with_indices", "nll_loss2d", "l1_loss", "log1p", "_softmax", "im2col", "relu"):
        assert f"mg::{name.removeprefix('_')}" in ours
