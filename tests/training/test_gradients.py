"""`gradient_report`: its numbers, what it finds, and that it changes nothing."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb import nn
from micrograd_nb.training import GradientReport, gradient_report
from micrograd_nb.training.gradients import ActivationFlow, ParameterFlow
from micrograd_nb.training.gradients.activity import ACTIVATIONS, slopes


@pytest.fixture
def model() -> nn.Module:
    mg.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 3))


def some_loss(model: nn.Module) -> mg.Tensor:
    mg.manual_seed(1)
    return nn.functional.cross_entropy(model(mg.randn(8, 4)), mg.tensor([0, 1, 2, 0, 1, 2, 0, 1]))


def by_name(report: GradientReport) -> dict[str, ParameterFlow | ActivationFlow]:
    return {row.name: row for row in report.rows}


# -- its numbers -------------------------------------------------------------------------------------------------------


def test_norms_are_those_of_the_gradients(model: nn.Module) -> None:
    report = gradient_report(model, some_loss(model))
    loss = some_loss(model)
    loss.backward()
    assert report.loss == loss.item()
    assert report.fault is None
    for row, (name, p) in zip(report.parameters, model.named_parameters(), strict=True):
        weight, grad = p.detach().numpy(), p.grad.numpy()
        assert (row.name, row.kind, row.shape) == (name, "Linear", weight.shape)
        assert row.weight_norm == pytest.approx(np.sqrt((weight.astype("f8") ** 2).sum()))
        assert row.grad_norm == pytest.approx(np.sqrt((grad.astype("f8") ** 2).sum()))
        assert row.grad_ratio == pytest.approx(row.grad_norm / row.weight_norm)
        assert (row.zeros, row.not_finite) == (np.mean(grad == 0), 0)
    assert gradient_report(model).parameters == report.parameters  # read from .grad


def test_gradient_of_an_activation(model: nn.Module) -> None:
    hidden = []
    model[1].register_forward_hook(lambda module, args, output: hidden.append(output))
    (row,) = gradient_report(model, some_loss(model)).activations
    hidden.clear()
    loss = some_loss(model)
    (grad,) = mg.autograd.grad(loss, hidden)
    assert (row.name, row.shape, row.units) == ("1 (relu)", (8, 5), 5)
    assert row.grad_norm == pytest.approx(np.linalg.norm(grad.numpy()))
    assert row.zeros == np.mean(hidden[0].detach().numpy() == 0)
    assert row.line is not None
    assert row.line[0].endswith("test_gradients.py")


@pytest.mark.parametrize("make", [lambda p: mg.optim.SGD(p, lr=0.5, momentum=0.9), lambda p: mg.optim.AdamW(p, lr=0.1)])
@pytest.mark.parametrize("with_loss", [True, False])
def test_update_is_the_optimizers_next_step(model: nn.Module, make: Callable[[Any], Any], with_loss: bool) -> None:
    optimizer = make(model.parameters())
    for _ in range(2):  # so that it has a state
        optimizer.zero_grad()
        some_loss(model).backward()
        optimizer.step()
    optimizer.zero_grad()
    if not with_loss:
        some_loss(model).backward()
    report = gradient_report(model, some_loss(model) if with_loss else None, optimizer=optimizer)
    before = [p.detach().numpy().copy() for p in model.parameters()]
    optimizer.zero_grad()
    some_loss(model).backward()
    optimizer.step()
    for row, old, p in zip(report.parameters, before, model.parameters(), strict=True):
        assert row.update_norm == pytest.approx(np.linalg.norm(p.detach().numpy() - old), rel=1e-5)
        assert row.update_ratio == pytest.approx(row.update_norm / np.linalg.norm(old), rel=1e-5)


def test_norms_are_pytorchs(torch: Any, model: nn.Module) -> None:
    theirs = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3))
    theirs.load_state_dict(mg.training.to_torch(model.state_dict()))
    mg.manual_seed(1)
    x = torch.from_numpy(mg.randn(8, 4).numpy())
    torch.nn.functional.cross_entropy(theirs(x), torch.tensor([0, 1, 2, 0, 1, 2, 0, 1])).backward()
    for row, p in zip(gradient_report(model, some_loss(model)).parameters, theirs.parameters(), strict=True):
        assert row.grad_norm == pytest.approx(p.grad.norm().item(), rel=1e-5)


def test_it_changes_nothing(model: nn.Module) -> None:
    optimizer = mg.optim.Adam(model.parameters())
    some_loss(model).backward()
    optimizer.step()
    state = copy.deepcopy((model.state_dict(), optimizer.state_dict(), [p.grad for p in model.parameters()]))
    loss = some_loss(model)
    random = mg.get_rng_state()
    gradient_report(model, loss, optimizer=optimizer)
    assert mg.equal(mg.get_rng_state(), random)
    after = (model.state_dict(), optimizer.state_dict(), [p.grad for p in model.parameters()])
    assert str(after) == str(state)
    loss.backward()  # the graph is whole


# -- order -------------------------------------------------------------------------------------------------------------


class Backwards(nn.Module):
    """Its layers are made in another order than they run."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(3, 1)
        self.unused = nn.Linear(2, 2)
        self.first = nn.Linear(2, 3, bias=False)

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        return self.last(self.first(x).tanh())


def test_rows_come_as_the_layers_run() -> None:
    model = Backwards()
    report = gradient_report(model, model(mg.ones(4, 2)).sum())
    order = ["first.weight", "tanh", "last.weight", "last.bias", "unused.weight", "unused.bias"]
    assert [row.name for row in report.rows] == order
    model(mg.ones(4, 2)).sum().backward()
    assert [row.name for row in gradient_report(model).rows] == [name for name, _ in model.named_parameters()]


def test_no_gradient_and_frozen() -> None:
    model = Backwards()
    model.last.weight.requires_grad_(False)
    report = gradient_report(model, model(mg.ones(4, 2)).sum())
    rows = by_name(report)
    assert rows["unused.weight"].grad_norm is None
    assert rows["last.weight"].cells()[3] == "frozen"
    assert report.remarks[0].startswith("no gradient: unused.weight, unused.bias.")


def test_gradients_that_vanish() -> None:
    model = nn.Sequential(*(layer for _ in range(6) for layer in (nn.Linear(3, 3), nn.Sigmoid())))
    with mg.no_grad():
        for p in model.parameters():
            p.mul_(0.05)
    report = gradient_report(model, model(mg.ones(2, 3)).sum())
    assert report.remarks[-1].startswith("vanishing: the gradient of 0.weight is ")
    assert report.remarks[-1].endswith("times smaller than that of 10.weight")


def test_a_bias_without_effect_is_no_vanishing_gradient() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))  # which takes its mean away again
    report = gradient_report(model, (model(mg.randn(4, 1, 6, 6)) ** 3).sum())
    assert report.remarks == ()


def test_numbers_that_are_broken_already() -> None:
    model = nn.Linear(2, 2)
    model.weight.data[0, 0] = float("nan")
    assert "NaN or infinite in the numbers of weight itself" in gradient_report(model).remarks


# -- dead units --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_place", [False, True])
def test_dead_relus(in_place: bool) -> None:
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(in_place), nn.Linear(4, 1))
    with mg.no_grad():
        model[0].bias.copy_(mg.tensor([0.0, -100.0, 100.0, -100.0]))
    report = gradient_report(model, model(mg.randn(16, 2)).sum())
    assert report.activations[0].dead == (1, 3)
    assert "dead: 2 of 4 units of 1 (relu) (1, 3): their slope is 0 at every sample" in report.remarks


def test_dead_channels_of_a_convolution() -> None:
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 4 * 4, 5), nn.ReLU())
    with mg.no_grad():
        model[0].bias.copy_(mg.tensor([0.0, 0.0, -100.0]))
        model[3].bias.copy_(mg.tensor([1000.0, -1000.0, 1000.0, 1000.0, 1000.0]))
    first, second = gradient_report(model, model(mg.randn(8, 1, 6, 6)).sum()).activations
    assert (first.units, first.dead) == (3, (2,))
    assert (second.units, second.dead) == (5, (1,))


def test_units_of_a_sequence_are_its_features() -> None:
    layer = nn.Linear(2, 4)
    with mg.no_grad():
        layer.bias.copy_(mg.tensor([0.0, -100.0, 100.0, 0.0]))
    model = nn.Sequential(layer, nn.ReLU())
    (row,) = gradient_report(model, model(mg.randn(8, 7, 2)).sum()).activations
    assert (row.units, row.dead) == (4, (1,))


def test_saturated_sigmoid_is_dead() -> None:
    model = nn.Sequential(nn.Linear(1, 2), nn.Sigmoid())
    with mg.no_grad():
        model[0].weight.zero_()
        model[0].bias.copy_(mg.tensor([1.0, 200.0]))
    (row,) = gradient_report(model, model(mg.ones(3, 1)).sum()).activations
    assert (row.dead, row.zeros) == ((1,), 0)


@pytest.mark.parametrize("operation", list(ACTIVATIONS), ids=list(map(str, ACTIVATIONS)))
def test_slopes_are_those_of_the_function(operation: Any) -> None:
    """Against finite differences, of each function that counts as an activation."""
    options = {
        "hardtanh": {"min_val": -1.0, "max_val": 1.0}, "leaky_relu": {"negative_slope": 0.1},
        "rrelu": {"noise": np.full(5, 0.2)}, "threshold": {"threshold": 0.1, "value": 3.0},
        "hardshrink": {"lambd": 0.5}, "softshrink": {"lambd": 0.5}, "softplus": {"beta": 1.0, "threshold": 20.0},
        "celu": {"alpha": 1.0, "scale": 1.0, "input_scale": 1.0},
        "elu": {"alpha": 1.0, "scale": 1.0, "input_scale": 1.0},
    }.get(ACTIVATIONS[operation], {})  # fmt: skip
    options = {name: value for name, value in options.items() if name in operation.options}
    x = np.array([-2.3, -0.7, 0.2, 0.9, 1.7])
    out = mg.tensors.record.apply(operation, mg.tensor(x, requires_grad=True), **options)
    there, here = operation(x + 1e-6, **options), operation(x - 1e-6, **options)
    np.testing.assert_allclose(slopes(out.grad_fn), (there - here) / 2e-6, atol=1e-7)


@pytest.mark.parametrize("shape", [(), (0, 3), (3,)])
def test_any_shape(shape: tuple[int, ...]) -> None:
    model = nn.Sequential(nn.ReLU())
    x = mg.ones(shape, requires_grad=True)
    (row,) = gradient_report(model, model(x).sum()).activations
    assert (row.shape, row.dead) == (shape, ())


# -- faults ------------------------------------------------------------------------------------------------------------


class Broken(nn.Module):
    """Takes the logarithm of a number that may be 0."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 2, bias=False)
        self.head = nn.Linear(2, 1)

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        return self.head(self.layer(x).relu().log())


def test_first_bad_value_of_the_forward_pass() -> None:
    model = Broken()
    with mg.no_grad():
        model.layer.weight.copy_(mg.tensor([[1.0, 1.0], [-1.0, -1.0]]))
    report = gradient_report(model, model(mg.ones(3, 2)).sum())
    fault = report.fault
    assert fault is not None
    assert (fault.way, fault.operation, fault.value, fault.index) == ("forward", "LogBackward0", -np.inf, (0, 1))
    assert fault.given == {"input": 0.0}
    assert fault.line is not None
    file, number = fault.line
    assert ".relu().log()" in Path(file).read_text().splitlines()[number - 1]
    assert report.remarks[0] == (
        f"-inf began on the way forward: LogBackward0 computed it at index (0, 1) of shape (3, 2), from input 0.0 "
        f"(test_gradients.py, line {number})"
    )
    assert any(remark.startswith("NaN or infinite in the gradient of layer.weight") for remark in report.remarks)


def test_it_names_the_module() -> None:
    class Log(nn.Module):
        def forward(self, x: mg.Tensor) -> mg.Tensor:
            return x.log()

    model = nn.Sequential(nn.Linear(1, 1), nn.Sequential(Log()))
    with mg.no_grad():
        model[0].weight.fill_(-1)
        model[0].bias.zero_()
    fault = gradient_report(model, model(mg.ones(1, 1)).sum()).fault
    assert fault is not None
    assert fault.module == "1.0"
    assert np.isnan(fault.value)


def test_bad_value_in_a_parameter_or_in_the_data(model: nn.Module) -> None:
    x = mg.ones(2, 4)
    x[1, 2] = float("nan")
    fault = gradient_report(model, model(x).sum()).fault
    assert fault is not None
    assert (fault.is_given, fault.operation, fault.index) == (True, "LinearBackward0", (1, 2))
    assert str(fault).startswith("nan came in from outside: LinearBackward0 in 0 was given it as input")
    with mg.no_grad():
        model[2].weight[0, 1] = float("inf")
    fault = gradient_report(model, model(mg.ones(2, 4)).sum()).fault
    assert fault is not None
    assert (list(fault.given), fault.index, fault.module) == (["weight"], (0, 1), "2")


def test_first_bad_value_of_the_backward_pass() -> None:
    model = nn.Linear(2, 2, bias=False)
    with mg.no_grad():
        model.weight.zero_()
    y = (model(mg.ones(1, 2)) ** 2).sum(1).sqrt()  # a distance of 0 has no slope
    report = gradient_report(model, y.sum())
    fault = report.fault
    assert fault is not None
    assert (fault.way, fault.operation, fault.value) == ("backward", "SqrtBackward0", np.inf)
    assert "the gradient 1.0, input 0.0" in str(fault)
    assert report.parameters[0].not_finite == 4


def test_an_infinite_number_that_is_gone_again_is_no_fault() -> None:
    model = nn.Linear(3, 3)
    mask = mg.tensor([[False, True, False]])
    weights = model(mg.ones(2, 3)).masked_fill(mask, float("-inf")).softmax(1)
    assert gradient_report(model, (weights * mg.tensor([1.0, 2.0, 3.0])).sum()).fault is None


def test_operation_with_several_values() -> None:
    model = nn.Linear(2, 2)
    values, _ = (model(mg.ones(2, 2)) / 0).max(dim=1)
    fault = gradient_report(model, values.sum()).fault
    assert fault is not None
    assert fault.operation == "DivBackward0"


# -- the way of a fault ------------------------------------------------------------------------------------------------


def ways(report: GradientReport) -> list[tuple[str, str, str, str]]:
    """The stations as (way, operation, how many are bad, what begins)."""
    assert report.path is not None
    return [
        (x.way, x.operation.removesuffix("Backward0"), f"{x.not_finite} of {x.size}", x.first)
        for x in report.path.stations
    ]


def test_way_from_a_bad_value_to_the_loss_and_back_to_a_bad_gradient() -> None:
    model = Broken()
    with mg.no_grad():
        model.layer.weight.copy_(mg.tensor([[1.0, 1.0], [-1.0, -1.0]]))
    report = gradient_report(model, model(mg.ones(3, 2)).sum())
    assert ways(report) == [
        ("forward", "Log", "3 of 6", "value"),
        ("forward", "Linear", "3 of 3", ""),
        ("forward", "Sum", "1 of 1", ""),
        ("backward", "Sum", "0 of 1", ""),
        ("backward", "Linear", "1 of 2", "gradient"),  # its weight is multiplied by -inf
    ]
    path = report.path
    assert path is not None
    assert path.value == report.fault
    assert path.gradient is not None
    assert (path.gradient.way, path.gradient.module) == ("backward", "head")
    assert path.parameters == ("layer.weight", "head.weight")
    log = path.stations[0]
    assert log.code == "return self.head(self.layer(x).relu().log())"
    assert log.place == f"test_gradients.py, line {log.line[1]}"  # type: ignore[index]
    assert str(path).splitlines()[-1] == "it reaches the gradient of layer.weight, head.weight"
    assert "test_gradients.py, line" in path._repr_html_()


def test_way_of_a_bad_gradient_begins_at_the_loss() -> None:
    model = nn.Linear(2, 2, bias=False)
    with mg.no_grad():
        model.weight.zero_()
    report = gradient_report(model, (model(mg.ones(1, 2)) ** 2).sum(1).sqrt().sum())
    assert report.path is not None
    assert report.path.value is None
    assert ways(report) == [("backward", "Sum", "0 of 1", ""), ("backward", "Sqrt", "1 of 1", "gradient")]
    assert report.path.gradient == report.fault


def test_a_bad_value_that_is_gone_before_the_loss_still_spoils_the_gradient() -> None:
    model = nn.Linear(2, 2)
    x = model(mg.ones(1, 2))
    report = gradient_report(model, mg.where(x > 100, x / 0, x).sum())
    assert report.fault is not None
    assert report.fault.way == "backward"
    assert ways(report) == [
        ("forward", "Div", "2 of 2", "value"),
        ("backward", "Sum", "0 of 1", ""),
        ("backward", "Where", "0 of 2", ""),
        ("backward", "Div", "2 of 2", "gradient"),  # 0 · ∞
    ]


def test_way_of_a_bad_number_in_the_data(model: nn.Module) -> None:
    x = mg.ones(2, 4)
    x[1, 2] = float("nan")
    report = gradient_report(model, model(x).sum())
    assert report.path is not None
    assert report.path.value is not None
    assert report.path.value.is_given
    assert ways(report)[0] == ("forward", "Linear", "5 of 10", "value")
    assert ways(report)[-1][0] == "backward"


def test_way_through_an_operation_with_several_values() -> None:
    model = nn.Linear(2, 2)
    values, _ = (model(mg.ones(2, 2)) / 0).max(dim=1)
    names = [(way, operation) for way, operation, _, _ in ways(gradient_report(model, values.sum()))]
    assert names[:3] == [("forward", "Div"), ("forward", "Max"), ("forward", "Sum")]


def test_a_long_way_needs_no_recursion() -> None:
    model = nn.Linear(1, 1)
    y = model(mg.ones(1, 1)) / 0
    for _ in range(3000):
        y = y + 1
    assert len(ways(gradient_report(model, y.sum()))) > 6000


def test_no_way_where_all_is_finite(model: nn.Module) -> None:
    assert gradient_report(model, some_loss(model)).path is None
    assert gradient_report(model).path is None


# -- what it refuses ---------------------------------------------------------------------------------------------------


def test_freed_graph(model: nn.Module) -> None:
    loss = some_loss(model)
    loss.backward()
    with pytest.raises(RuntimeError, match=r"before loss\.backward\(\)"):
        gradient_report(model, loss)


def test_what_is_no_loss(model: nn.Module) -> None:
    with pytest.raises(TypeError, match="takes a module"):
        gradient_report(some_loss(model))  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="only for scalar outputs"):
        gradient_report(model, model(mg.ones(2, 4)))
    with pytest.raises(RuntimeError, match="does not require grad"):
        gradient_report(model, mg.ones(()))


# -- how it looks ------------------------------------------------------------------------------------------------------


def test_html_has_the_same_cells_and_no_colours(model: nn.Module) -> None:
    report = gradient_report(model, some_loss(model))
    html = report._repr_html_()
    for row in report.rows:
        for cell in row.cells():
            assert f">{cell}</td>" in html
    assert html.count("<tr>") == 1 + len(report.rows)
    assert "color" not in html
    assert f"<div>loss {report.loss:.3g}</div>" in html


def test_html_escapes() -> None:
    model = nn.Module()
    model.register_parameter("<b>", nn.Parameter(mg.ones(1)))
    assert "<b>" not in gradient_report(model, model._parameters["<b>"].sum())._repr_html_()


def test_before_any_backward(model: nn.Module) -> None:
    report = gradient_report(model)
    assert (report.loss, report.activations) == (None, ())
    assert str(report).splitlines()[0].startswith("layer")
    assert report.remarks[0].startswith("no gradient: 0.weight, 0.bias, 2.weight, 2.bias.")
