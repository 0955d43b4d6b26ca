"""Session: the steps of `train_steps`, in bounded memory, and back to the start, to the last bit."""

from __future__ import annotations

import gc
import math
import threading
import weakref
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import micrograd_nb as mg
from micrograd_nb import nn, optim
from micrograd_nb.data import DataLoader, TensorDataset
from micrograd_nb.data.datasets import moons, spirals
from micrograd_nb.training import ResumableLoader, fit
from micrograd_nb.training.session import Session, Track
from micrograd_nb.training.session.boundary import MOST_POINTS, SIZE, points_of
from micrograd_nb.training.session.spread import BINS, MOST_NUMBERS, spread
from tests.training.conftest import small_problem, weights


class Noisy(nn.Module):
    """Everything that a training may change besides parameters: buffers of both kinds, random numbers, modes."""

    def __init__(self) -> None:
        super().__init__()
        self.linear, self.norm, self.dropout = nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5)
        self.output = nn.Linear(4, 2)
        self.register_buffer("calls", mg.zeros(()), persistent=False)

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        if self.training:
            self.calls += 1
        return self.output(self.dropout(self.norm(self.linear(x + 0.001 * self.calls))))


def noisy_problem(make: Any = optim.Adam) -> tuple[Any, ...]:
    """With workers, an augmentation in the shared random numbers, and a validation that is shuffled."""
    mg.manual_seed(0)
    model = Noisy()
    dataset = TensorDataset(mg.randn(10, 3), mg.randint(2, (10,)))
    return (
        (model, DataLoader(dataset, 4, shuffle=True), nn.CrossEntropyLoss(), make(model.parameters(), lr=0.05)),
        DataLoader(dataset, 3, shuffle=True, generator=mg.Generator().manual_seed(1)),
    )  # type: ignore[return-value]


def means(track: Track) -> list[float]:
    return [point.mean for point in track.points]


def planar(model: Any, data: Any, loss_fn: Any) -> Session:
    return Session(model, data, loss_fn, optim.SGD(model.parameters(), lr=0.1))


# -- the same as fit, the same again -----------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [1, 3, 7])
def test_it_loses_what_fit_loses(steps: int) -> None:
    parts, validation = noisy_problem()
    history = fit(*parts, epochs=4, validation=validation, progress=False)
    expected = weights(parts[0])
    parts, validation = noisy_problem()
    session = Session(*parts, validation=validation)
    while session.steps < 12:
        session.run(min(steps, 12 - session.steps))
        session.watched = "linear.bias"  # looking changes nothing
        session.boundary()
    assert means(session.losses) == history.step_loss
    assert means(session.validation_losses) == history.validation_loss
    assert [point.first for point in session.validation_losses.points] == [3, 6, 9, 12]
    assert weights(parts[0]) == expected
    assert (session.steps, session.epochs) == (12, 4)


@pytest.mark.parametrize("make", [optim.SGD, optim.Adam, lambda p, lr: optim.SGD(p, lr, momentum=0.9)])
@pytest.mark.parametrize("steps", [0, 2, 3, 11])
def test_reset_gives_the_same_losses_to_the_last_bit(make: Any, steps: int) -> None:
    parts, validation = noisy_problem(make)
    session = Session(*parts, validation=validation)
    start = {name: tensor.tolist() for name, tensor in [*parts[0].named_parameters(), *parts[0].named_buffers()]}
    session.run(10)
    first = means(session.losses), means(session.validation_losses), weights(parts[0])
    for _ in range(2):  # what was saved is not used up
        session.reset()
        named = [*parts[0].named_parameters(), *parts[0].named_buffers()]
        assert {name: tensor.tolist() for name, tensor in named} == start
        session.run(steps)
        session.learning_rate = 3.0
        session.run(1)
        session.reset()
        assert (session.steps, session.losses.count, session.rate_changes) == (0, 0, [])
        session.run(10)
        assert (means(session.losses), means(session.validation_losses), weights(parts[0])) == first


def test_random_numbers_of_others_go_their_own_way() -> None:
    """Neither do two sessions disturb each other, nor a session the cells of the notebook."""
    alone = Session(*noisy_problem()[0])
    alone.run(9)
    one, other = Session(*noisy_problem()[0]), Session(*noisy_problem()[0])
    mg.manual_seed(7)
    expected = mg.rand(4).tolist()
    mg.manual_seed(7)
    found = []
    for _ in range(9):
        one.step()
        other.run(1)
        if len(found) < 4:
            found.append(mg.rand(1).item())
    assert means(one.losses) == means(other.losses) == means(alone.losses)
    assert found == expected


def test_workers_end_with_the_session() -> None:
    model, loader, loss_fn, optimizer = small_problem()
    before = threading.active_count()
    session = Session(model, DataLoader(loader.dataset, 2, num_workers=2), loss_fn, optimizer)
    session.run(2)
    losses = means(session.losses)
    session.reset()
    session.run(2)
    assert means(session.losses) == losses
    session.close()
    assert threading.active_count() == before


def test_a_training_that_is_under_way_goes_on_and_back_to_where_it_was() -> None:
    model, loader, loss_fn, optimizer = small_problem()
    batches = ResumableLoader(loader)
    fit(model, batches, loss_fn, optimizer, epochs=2, progress=False)
    session = Session(model, batches, loss_fn, optimizer)
    session.run(4)
    first = session.losses.points
    assert [point.first for point in first] == [7, 8, 9, 10]
    session.reset()
    session.run(4)
    assert session.losses.points == first


def test_run_for_stops_in_time_and_makes_a_step_at_least(problem: Any) -> None:
    session = Session(*problem)
    assert session.run_for(0) == 1
    assert session.run_for(10, most=5) == 5
    assert session.steps == session.spreads.step == 6


# -- the learning rate -------------------------------------------------------------------------------------------------


def test_a_learning_rate_takes_effect_at_the_next_step_and_is_marked(problem: Any) -> None:
    model, loader, loss_fn, _ = problem
    session = Session(model, loader, loss_fn, optim.SGD(model.parameters(), lr=0.1))
    session.run(3)
    for rate in (5.0, 0.25):  # the first one was not used
        session.learning_rate = rate
    before = [p.array.copy() for p in model.parameters()]
    session.step()
    for p, old in zip(model.parameters(), before, strict=True):
        np.testing.assert_array_equal(p.array, old - np.float32(0.25) * p.grad.array)
    session.learning_rate = 1.0
    session.learning_rate = 0.25  # back again: nothing has changed
    session.run(2)
    assert session.rate_changes == [(4, 0.25)]
    assert session.first_rate == 0.1


def test_groups_keep_their_ratio(problem: Any) -> None:
    model, loader, loss_fn, _ = problem
    first, second = model[0].parameters(), model[2].parameters()
    optimizer = optim.SGD([{"params": first}, {"params": second, "lr": 0.4}], lr=0.1)
    Session(model, loader, loss_fn, optimizer).learning_rate = 0.05
    assert [group["lr"] for group in optimizer.param_groups] == pytest.approx([0.05, 0.2])


@pytest.mark.parametrize("rate", [-1, math.nan, math.inf, "fast", None])
def test_no_learning_rate(problem: Any, rate: Any) -> None:
    with pytest.raises(ValueError, match=r"a learning rate is a finite number, such as 0\.1, and not below 0; got"):
        Session(*problem).learning_rate = rate


def test_changes_are_bounded(problem: Any) -> None:
    session = Session(*problem)
    for i in range(100):
        session.learning_rate = 0.01 + i / 1e4
        session.step()
    changes = session.rate_changes
    assert len(changes) == 64
    assert changes[-1] == (100, pytest.approx(0.0199))
    assert session.first_rate == pytest.approx(changes[0].rate - 1e-4)


# -- what goes wrong ---------------------------------------------------------------------------------------------------


def test_a_loss_that_explodes_leaves_a_gap_and_reset_mends_it() -> None:
    model, data = nn.Linear(3, 1), [(mg.ones(4, 3), mg.zeros(4, 1))]
    session = planar(model, data, nn.MSELoss())
    session.run(2)
    losses = means(session.losses)
    session.learning_rate = 1e30
    with pytest.raises(FloatingPointError, match="the loss is inf at step 4"), np.errstate(all="ignore"):
        session.run(5)
    assert math.isnan(means(session.losses)[-1])
    assert math.isnan(session.losses.latest)
    session.reset()
    session.run(2)
    assert means(session.losses) == losses


def test_an_optimizer_of_another_model(problem: Any) -> None:
    model, loader, loss_fn, _ = problem
    with pytest.raises(ValueError, match="the optimizer has none of the model's parameters"):
        Session(model, loader, loss_fn, optim.SGD([mg.zeros(1, requires_grad=True)]))


@pytest.mark.parametrize("data", [[], [mg.zeros(2)]])
def test_a_loader_that_cannot_be_trained_with(problem: Any, data: Any) -> None:
    model, _, loss_fn, optimizer = problem
    session = Session(model, data, loss_fn, optimizer)
    for _ in range(2):
        with pytest.raises(ValueError, match=r"no batch|must be a pair"):
            session.step()


# -- bounded history ---------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), max_size=300), st.sampled_from([2, 4, 10, 64]))
def test_a_track_keeps_every_number_in_a_bounded_number_of_points(values: list[float], most: int) -> None:
    track = Track(most)
    for step, value in enumerate(values, start=1):
        track.add(step, value)
    assert len(track) <= most
    assert len(track) > most // 2 or len(track) == len(values)
    assert track.count == len(values)
    covered = [step for point in track.points for step in range(point.first, point.last + 1)]
    assert covered == list(range(1, len(values) + 1))
    assert all(point.last - point.first + 1 == track.every for point in track.points[:-1])  # all weigh the same
    for point in track.points:
        here = [value for value in values[point.first - 1 : point.last] if math.isfinite(value)]
        if here:
            assert point.mean == pytest.approx(sum(here) / len(here))
            assert (point.low, point.high) == (min(here), max(here))
        else:
            assert all(map(math.isnan, point[2:]))


@pytest.mark.parametrize("most", [0, 1, 7, 2.0])
def test_a_track_needs_an_even_number_of_points(most: Any) -> None:
    with pytest.raises(ValueError, match="even and at least 2"):
        Track(most)


# -- histograms --------------------------------------------------------------------------------------------------------


def test_spreads_are_those_of_the_step(problem: Any) -> None:
    model = problem[0]
    session = Session(*problem)
    assert session.spreads.gradients.size == session.spreads.updates.size == 0
    session.run(3)
    session.watched = "0.weight"
    before = model[0].weight.array.copy()
    session.step()
    for found, expected in zip(
        session.spreads[2:5], (model[0].weight.array, model[0].weight.grad.array, None), strict=True
    ):
        expected = model[0].weight.array.astype(float) - before if expected is None else expected
        assert sum(found.counts) == found.size == 12
        assert (found.low, found.high) == (expected.min(), expected.max())
        assert found.mean == pytest.approx(expected.astype(float).mean(), abs=1e-9)


def test_another_parameter_can_be_looked_at_after_the_step(problem: Any) -> None:
    session = Session(*problem)
    session.run(3)
    after = session.spreads
    session.watched = "2.bias"
    assert session.spreads.updates.size == 2
    session.watched = None
    assert session.spreads == after
    with pytest.raises(ValueError, match=r"the model has no parameter 'bias'; it has 0\.weight"):
        session.watched = "bias"


@pytest.mark.parametrize(
    "values",
    [[], [math.nan], [math.inf, -math.inf], [0.0], [5.0] * 9, [-1e308, 1e308], [1e-320, 0.0], list(range(100)), [True]],
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, bool])
def test_any_numbers_have_a_histogram(values: list[Any], dtype: Any) -> None:
    with np.errstate(all="ignore"):
        array = np.array(values).astype(dtype)
    found = spread(array)
    finite = array[np.isfinite(array)]
    assert sum(found.counts) == finite.size == found.size - found.not_finite
    assert len(found.counts) in (0, BINS)
    if finite.size:
        assert (found.low, found.high) == (finite.min(), finite.max())


def test_of_many_numbers_some_are_looked_at() -> None:
    model = nn.Linear(1000, 301)
    session = planar(model, [(mg.zeros(1, 1000), mg.zeros(1, 301))], nn.MSELoss())
    session.step()
    assert session.spreads.every == 4
    assert session.spreads.parameters.size <= MOST_NUMBERS + 2


# -- the plane ---------------------------------------------------------------------------------------------------------


def halves() -> tuple[mg.Tensor, mg.Tensor]:
    """Points of class 1 on the right, x > 0, and of class 0 on the left."""
    inputs = mg.randn(40, 2, generator=mg.Generator().manual_seed(0))
    return inputs, (inputs[:, 0] > 0).long()


@pytest.mark.parametrize(
    ("weight", "loss_fn", "shape", "labels"),
    [
        ([[-9.0, 0.0], [9.0, 0.0]], nn.CrossEntropyLoss(), (-1,), (0, 1)),
        ([[9.0, 0.0]], nn.BCEWithLogitsLoss(), (-1, 1), (0.0, 1.0)),
        ([[9.0, 0.0]], nn.functional.binary_cross_entropy_with_logits, (-1, 1), (0.0, 1.0)),
        ([[9.0, 0.0]], nn.MSELoss(), (-1, 1), (-1.0, 1.0)),
    ],
    ids=["two logits", "one logit", "one logit, a function", "a number"],
)
def test_the_boundary_is_where_the_model_says(weight: Any, loss_fn: Any, shape: Any, labels: Any) -> None:
    inputs, sides = halves()
    targets = mg.tensor([labels[side] for side in sides.tolist()]).reshape(*shape)
    model = nn.Linear(2, len(weight), bias=False)
    with mg.no_grad():
        model.weight.copy_(mg.tensor(weight))
    boundary = planar(model, [(inputs, targets)], loss_fn).boundary()
    assert boundary is not None
    assert boundary.shares.shape == (2, SIZE, SIZE)
    np.testing.assert_allclose(boundary.shares.sum(0), 1)
    left, right, _, _ = points_of([(inputs, targets)]).box  # type: ignore[union-attr]
    x = np.linspace(left, right, SIZE)
    for row in boundary.shares[1]:
        np.testing.assert_array_equal(row > 0.5, x > 0)
    assert (boundary.right, boundary.total) == (40, 40)


def test_rows_go_from_the_bottom_to_the_top() -> None:
    model = nn.Linear(2, 1, bias=False)
    with mg.no_grad():
        model.weight.copy_(mg.tensor([[0.0, 9.0]]))
    inputs, sides = halves()
    boundary = planar(model, [(inputs, sides.float().reshape(-1, 1))], nn.BCEWithLogitsLoss()).boundary()
    assert boundary is not None
    assert (boundary.shares[1, 0] < 0.5).all()
    assert (boundary.shares[1, -1] > 0.5).all()


def test_points_come_out_of_datasets_and_lists_and_nothing_is_drawn() -> None:
    data = spirals(30, classes=3)
    state = mg.Generator().manual_seed(0)
    loader = DataLoader(data, 4, shuffle=True, generator=state)
    before = state.get_state().tolist()
    points = points_of(loader)
    assert points is not None
    assert state.get_state().tolist() == before
    np.testing.assert_array_equal(points.inputs, data.tensors[0].array)
    np.testing.assert_array_equal(points.labels, data.tensors[1].array)
    assert points.values == (0.0, 1.0, 2.0)
    listed = points_of(list(DataLoader(data, 7)))
    assert listed is not None
    np.testing.assert_array_equal(listed.inputs, points.inputs)


@pytest.mark.parametrize(
    "loader",
    [
        [],
        (batch for batch in [(mg.zeros(4, 2), mg.zeros(4))]),
        [(mg.zeros(4, 3), mg.zeros(4))],
        [(mg.zeros(4, 2).long(), mg.zeros(4))],
        [(mg.zeros(4, 2), mg.zeros(4, 2))],
        [(mg.zeros(0, 2), mg.zeros(0))],
        [(mg.full((4, 2), math.nan), mg.zeros(4))],
        [(mg.randn(99, 2), mg.randn(99))],
        DataLoader(range(4)),
    ],
    ids=["none", "generator", "3-D", "integers", "two targets", "empty", "NaN", "regression", "no tensors"],
)
def test_other_data_have_no_boundary(loader: Any) -> None:
    assert points_of(loader) is None


def test_of_many_points_some_are_shown() -> None:
    points = points_of(DataLoader(moons(1801), 32))
    assert points is not None
    assert 400 <= len(points.inputs) <= MOST_POINTS


def test_outputs_that_are_no_classes_have_no_boundary() -> None:
    inputs, sides = halves()
    session = planar(nn.Linear(2, 9), [(inputs, sides)], nn.CrossEntropyLoss())
    assert session.points is not None
    assert session.boundary() is None


def test_a_session_is_freed(problem: Any) -> None:
    session = Session(*problem)
    session.run(2)
    gone = weakref.ref(session)
    session.close()
    del session
    gc.collect()
    assert gone() is None
