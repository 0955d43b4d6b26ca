"""Recurrent layers and cells beside PyTorch's, from the same weights."""

from __future__ import annotations

import numpy as np
import pytest

import micrograd_nb as mg
from tests.nn.functional.beside import assert_second_gradients
from tests.nn.same_weights import assert_modules_alike, pair

KINDS = {
    "RNN": lambda nn, *a, **k: nn.RNN(*a, **k),
    "RNN, relu": lambda nn, *a, **k: nn.RNN(*a, nonlinearity="relu", **k),
    "LSTM": lambda nn, *a, **k: nn.LSTM(*a, **k),
    "GRU": lambda nn, *a, **k: nn.GRU(*a, **k),
}
OPTIONS = [
    {},
    {"bias": False},
    {"batch_first": True},
    {"num_layers": 3},
    {"bidirectional": True},
    {"num_layers": 2, "bidirectional": True, "batch_first": True},
]
every_kind = pytest.mark.parametrize("kind", KINDS)


def states(kind: str, rng, shape) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
    made = tuple(rng.normal(size=shape) for _ in range(2))
    return made if kind == "LSTM" else made[0]


class WithStates:
    """A layer that takes its first states one by one, so that they are inputs with gradients."""

    def __new__(cls, nn, layer):
        class Given(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.layer = layer

            def forward(self, x, *hx):
                return self.layer(x, hx[0] if len(hx) == 1 else hx)

        return Given()


@every_kind
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("given", [False, True], ids=["zeros", "states"])
@pytest.mark.parametrize("shape", [(5, 2, 3), (1, 1, 3), (4, 3)], ids=str)
def test_layer(kind: str, options: dict, given: bool, shape, torch, rng) -> None:
    inputs = [rng.normal(size=shape)]
    if given:
        n = shape[0 if options.get("batch_first") else 1]
        layers = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
        made = states(kind, rng, (layers, n, 4) if len(shape) == 3 else (layers, 4))
        inputs += made if isinstance(made, tuple) else [made]
    assert_modules_alike(
        lambda nn: WithStates(nn, KINDS[kind](nn, 3, 4, **options)) if given else KINDS[kind](nn, 3, 4, **options),
        inputs,
        torch,
    )


@every_kind
@pytest.mark.parametrize("both_ways", [False, True])
def test_second_gradients(kind: str, both_ways: bool, torch, rng) -> None:
    layer, _ = pair(lambda nn: KINDS[kind](nn, 2, 3, bidirectional=both_ways), torch)
    names = [name for name, _ in layer.named_parameters()]

    def program(m, x, *weights):
        for name, weight in zip(names, weights, strict=True):
            object.__setattr__(layer, name, weight)
        output, last = layer(x)
        return (output, *last) if kind == "LSTM" else (output, last)

    weights = [p.detach().numpy() for p in layer.parameters()]
    assert_second_gradients(program, [rng.normal(size=(3, 2, 2)), *weights])


@every_kind
def test_gradient_of_each_output_alone(kind: str, torch, rng) -> None:
    """Of the last state alone, as in a classifier; and of an early step alone."""
    x = rng.normal(size=(4, 2, 3))
    ours, theirs = pair(lambda nn: KINDS[kind](nn, 3, 4), torch)
    for look in (
        lambda output, last: (last[1] if kind == "LSTM" else last).sum(),
        lambda output, last: (last[0] if kind == "LSTM" else last).sum(),
        lambda output, last: output[1].sum(),
    ):
        grads = []
        for m, layer in ((mg, ours), (torch, theirs)):
            layer.zero_grad()
            inputs = m.tensor(x, requires_grad=True)
            look(*layer(inputs)).backward()
            grads.append([inputs.grad.numpy(), *(p.grad.numpy() for p in layer.parameters())])
        for mine, other in zip(*grads, strict=True):
            np.testing.assert_allclose(mine, other, rtol=1e-8, atol=1e-10)


@every_kind
def test_biases_have_gradients_of_their_own(kind: str) -> None:
    layer = KINDS[kind](mg.nn, 3, 4)
    layer(mg.randn(2, 1, 3))[0].sum().backward()
    assert not np.shares_memory(layer.bias_ih_l0.grad.array, layer.bias_hh_l0.grad.array)


@pytest.mark.parametrize("shape", [(2, 3), (3,), (0, 3)], ids=str)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("given", [False, True], ids=["zeros", "states"])
@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
def test_cell(kind: str, given: bool, bias: bool, shape, torch, rng) -> None:
    inputs = [rng.normal(size=shape)]
    if given:
        inputs += [rng.normal(size=(*shape[:-1], 4)) for _ in range(2 if kind == "LSTMCell" else 1)]
    build = lambda nn: getattr(nn, kind)(3, 4, bias)  # noqa: E731
    assert_modules_alike(lambda nn: WithStates(nn, build(nn)) if given else build(nn), inputs, torch)
    assert repr(build(mg.nn)) == repr(build(torch.nn))


def test_relu_cell(torch, rng) -> None:
    assert_modules_alike(lambda nn: nn.RNNCell(3, 4, nonlinearity="relu"), [rng.normal(size=(2, 3))], torch)
    assert repr(mg.nn.RNNCell(3, 4, nonlinearity="relu")) == repr(torch.nn.RNNCell(3, 4, nonlinearity="relu"))


def test_cells_make_a_layer(rng) -> None:
    layer, cell = mg.nn.LSTM(3, 4), mg.nn.LSTMCell(3, 4)
    cell.load_state_dict({name.removesuffix("_l0"): p for name, p in layer.state_dict().items()})
    x, state = mg.randn(5, 2, 3), None
    for step in x:
        state = cell(step, state)
    np.testing.assert_allclose(state[0].detach().numpy(), layer(x)[0][-1].detach().numpy(), atol=1e-6)


@every_kind
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_repr_and_names_are_pytorchs(kind: str, options: dict, torch) -> None:
    ours, theirs = (KINDS[kind](nn, 3, 4, **options) for nn in (mg.nn, torch.nn))
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())


def test_options_are_in_the_order_that_they_have_in_pytorch(torch) -> None:
    for build in (
        lambda nn: nn.RNN(3, 4, 2, "relu", False, True, 0.5, True),
        lambda nn: nn.LSTM(3, 4, 2, False, True, 0.5, True),
        lambda nn: nn.GRU(3, 4, 2, False, True, 0.5, True),
    ):
        assert repr(build(mg.nn)) == repr(build(torch.nn))


@every_kind
def test_weights_start_uniform(kind: str, torch) -> None:
    mg.manual_seed(0)
    for layer in (KINDS[kind](mg.nn, 30, 25), KINDS[kind](torch.nn, 30, 25)):
        for name, p in layer.named_parameters():
            numbers = np.sort(p.detach().numpy().ravel())
            assert np.abs(numbers).max() <= 0.2
            spread = np.linspace(-0.2, 0.2, numbers.size)
            assert np.abs(numbers - spread).max() < 0.02 + 0.4 / numbers.size**0.5, name


def test_dropout_between_layers() -> None:
    layer = mg.nn.LSTM(3, 4, 2, dropout=0.5)
    x = mg.randn(5, 2, 3)
    first = layer(x)[0]
    assert not np.array_equal(first.detach().numpy(), layer(x)[0].detach().numpy())
    layer.eval()
    assert np.array_equal(layer(x)[0].detach().numpy(), layer(x)[0].detach().numpy())
    with pytest.warns(UserWarning, match="non-zero dropout expects num_layers greater than 1"):
        mg.nn.LSTM(3, 4, dropout=0.5)


# fmt: off
MISTAKES = {
    "axes":            lambda m: m.nn.LSTM(3, 4)(m.ones(2, 2, 2, 3)),
    "input size":      lambda m: m.nn.LSTM(3, 4)(m.ones(2, 2, 5)),
    "dtype":           lambda m: m.nn.GRU(3, 4)(m.ones(2, 2, 3).double()),
    "no steps":        lambda m: m.nn.GRU(3, 4)(m.ones(0, 2, 3)),
    "states":          lambda m: m.nn.RNN(3, 4)(m.ones(5, 2, 3), m.ones(1, 3, 4)),
    "states of a pair": lambda m: m.nn.LSTM(3, 4)(m.ones(5, 2, 3), (m.ones(1, 2, 4), m.ones(2, 2, 4))),
    "axes of states":  lambda m: m.nn.RNN(3, 4)(m.ones(5, 2, 3), m.ones(1, 4)),
    "hidden size":     lambda m: m.nn.RNN(3, 0),
    "layers":          lambda m: m.nn.RNN(3, 4, 0),
    "dropout":         lambda m: m.nn.RNN(3, 4, 2, dropout=2.0),
    "nonlinearity":    lambda m: m.nn.RNN(3, 4, nonlinearity="sin"),
    "cell, axes":      lambda m: m.nn.GRUCell(3, 4)(m.ones(2, 2, 3)),
    "cell, size":      lambda m: m.nn.GRUCell(3, 4)(m.ones(2, 5)),
    "cell, relu":      lambda m: m.nn.RNNCell(3, 4, nonlinearity="sin")(m.ones(2, 3)),
}
# fmt: on


@pytest.mark.parametrize("program", MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_refused_as_in_pytorch(program, torch) -> None:
    with pytest.raises((ValueError, RuntimeError)) as theirs:
        program(torch)
    with pytest.raises(type(theirs.value)) as ours:
        program(mg)
    assert str(ours.value)[:16] == str(theirs.value)[:16]


def test_cell_with_a_state_of_another_size() -> None:
    with pytest.raises(RuntimeError, match=r"GRUCell: hidden of shape \[2, 5\], and the input needs \[2, 4\]"):
        mg.nn.GRUCell(3, 4)(mg.ones(2, 3), mg.ones(2, 5))


def test_what_is_not_here_says_what_to_do() -> None:
    with pytest.raises(NotImplementedError, match=r"proj_size=2: projections are not here. Put an nn.Linear\(4, 2\)"):
        mg.nn.LSTM(3, 4, proj_size=2)
    with pytest.raises(TypeError, match="no packed sequences here: pad them to one length"):
        mg.nn.LSTM(3, 4)([[1.0]])
