"""nn.init: the numbers that training starts from, by their distribution, and beside PyTorch's."""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.nn import init

from .alike import Program, raises_alike
from .distribution import assert_same_distribution


def seeded() -> mg.Generator:
    return mg.Generator().manual_seed(0)


# -- by their distribution ---------------------------------------------------------------------------------------------

RANDOM: dict[str, Program] = {
    "uniform": lambda lib: lib.nn.init.uniform_(lib.empty(100, 200), -2.0, 3.0),
    "uniform of one number": lambda lib: lib.nn.init.uniform_(lib.empty(100, 200), 2.0, 2.0),
    "uniform by default": lambda lib: lib.nn.init.uniform_(lib.empty(100, 200)),
    "uniform float64": lambda lib: lib.nn.init.uniform_(lib.empty(100, 200, dtype=lib.float64), -2.0, 3.0),
    "uniform float16": lambda lib: lib.nn.init.uniform_(lib.empty(100, 200, dtype=lib.float16), -2.0, 3.0),
    "normal": lambda lib: lib.nn.init.normal_(lib.empty(100, 200), 5.0, 2.0),
    "normal by default": lambda lib: lib.nn.init.normal_(lib.empty(100, 200)),
    "normal of no width": lambda lib: lib.nn.init.normal_(lib.empty(100, 200), 5.0, 0.0),
    "normal float16": lambda lib: lib.nn.init.normal_(lib.empty(100, 200, dtype=lib.float16), 5.0, 2.0),
    "trunc_normal": lambda lib: lib.nn.init.trunc_normal_(lib.empty(100, 200)),
    "trunc_normal, narrow": lambda lib: lib.nn.init.trunc_normal_(lib.empty(100, 200), 1.0, 2.0, 0.5, 1.0),
    "trunc_normal, one side": lambda lib: lib.nn.init.trunc_normal_(lib.empty(100, 200), 0.0, 1.0, 1.5, 5.0),
    "trunc_normal float64": lambda lib: lib.nn.init.trunc_normal_(lib.empty(100, 200, dtype=lib.float64), std=3.0),
    "xavier_uniform": lambda lib: lib.nn.init.xavier_uniform_(lib.empty(100, 200)),
    "xavier_uniform with a gain": lambda lib: lib.nn.init.xavier_uniform_(lib.empty(20, 10, 3, 3, 3), gain=5 / 3),
    "xavier_normal": lambda lib: lib.nn.init.xavier_normal_(lib.empty(100, 200)),
    "xavier_normal with a gain": lambda lib: lib.nn.init.xavier_normal_(lib.empty(20, 30, 5, 5), gain=2.0),
    "kaiming_uniform": lambda lib: lib.nn.init.kaiming_uniform_(lib.empty(100, 200)),
    "kaiming_uniform for a window": lambda lib: lib.nn.init.kaiming_uniform_(lib.empty(20, 30, 5, 5), a=math.sqrt(5)),
    "kaiming_normal": lambda lib: lib.nn.init.kaiming_normal_(lib.empty(100, 200)),
    "kaiming_normal for tanh": lambda lib: lib.nn.init.kaiming_normal_(
        lib.empty(100, 200), mode="FAN_OUT", nonlinearity="tanh"
    ),
    "orthogonal": lambda lib: lib.nn.init.orthogonal_(lib.empty(100, 100)),
    "orthogonal, high": lambda lib: lib.nn.init.orthogonal_(lib.empty(200, 100), gain=3.0),
    "orthogonal, wide": lambda lib: lib.nn.init.orthogonal_(lib.empty(100, 10, 5, 5)),
    "sparse": lambda lib: lib.nn.init.sparse_(lib.empty(100, 200), 0.3, std=1.0),
}


@pytest.mark.parametrize("program", RANDOM.values(), ids=RANDOM)
def test_numbers_are_distributed_as_in_pytorch(program: Program, torch: ModuleType) -> None:
    mg.manual_seed(0)
    torch.manual_seed(0)
    ours, theirs = program(mg), program(torch)
    assert_same_distribution(ours, theirs)
    assert str(ours.dtype).partition(".")[2] == str(theirs.dtype).partition(".")[2]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (mg.zeros(1000), mg.full((1000,), 1e-3)),
        (mg.rand(20_000, generator=seeded()), 1.05 * mg.rand(20_000, generator=seeded())),
        (mg.randn(20_000, generator=seeded()), mg.randn(20_000, generator=seeded()) + 0.08),
        (mg.rand(20_000, generator=seeded()) * 12**0.5 - 3**0.5, mg.randn(20_000, generator=seeded())),
    ],
    ids=["constants", "width", "mean", "shape"],
)
def test_a_difference_is_noticed(first: mg.Tensor, second: mg.Tensor) -> None:
    with pytest.raises(AssertionError, match="the distributions differ by"):
        assert_same_distribution(first, second)


def test_too_few_numbers_are_noticed() -> None:
    with pytest.raises(AssertionError, match="too few"):
        assert_same_distribution(mg.zeros(5), mg.zeros(5))


@pytest.mark.parametrize("shape", [(7, 7), (7, 3), (3, 7), (3, 2, 2, 5), (1, 1)])
def test_orthogonal_rows_or_columns_are_at_right_angles(shape: tuple[int, ...]) -> None:
    q = init.orthogonal_(mg.empty(shape, dtype=mg.float64), gain=2.0).numpy().reshape(shape[0], -1)
    product = q @ q.T if q.shape[0] < q.shape[1] else q.T @ q
    np.testing.assert_allclose(product, 4 * np.eye(len(product)), atol=1e-12)


@pytest.mark.parametrize("sparsity", [0.0, 0.25, 0.3, 1.0])
def test_sparse_has_the_same_number_of_zeros_in_each_column(sparsity: float) -> None:
    x = init.sparse_(mg.empty(10, 50), sparsity).numpy()
    assert set((x == 0).sum(0)) == {math.ceil(10 * sparsity)}


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize(("mean", "a", "b"), [(0.0, -1.0, 0.5), (2.0, 5.0, 8.0), (0.0, 0.25, 0.25)])
@pytest.mark.filterwarnings("ignore:mean is more than 2 std")
def test_trunc_normal_stays_inside(mean: float, a: float, b: float, dtype: str) -> None:
    x = init.trunc_normal_(mg.empty(1000, dtype=getattr(mg, dtype)), mean, 1.0, a, b, seeded()).numpy()
    assert a <= x.min() <= x.max() <= b


# -- where they are written --------------------------------------------------------------------------------------------

EVERY: dict[str, Any] = {
    "uniform_": lambda x, g: init.uniform_(x, generator=g),
    "normal_": lambda x, g: init.normal_(x, generator=g),
    "trunc_normal_": lambda x, g: init.trunc_normal_(x, generator=g),
    "trunc_normal_, one side": lambda x, g: init.trunc_normal_(x, a=1.5, b=4.0, generator=g),
    "xavier_uniform_": lambda x, g: init.xavier_uniform_(x, generator=g),
    "xavier_normal_": lambda x, g: init.xavier_normal_(x, generator=g),
    "kaiming_uniform_": lambda x, g: init.kaiming_uniform_(x, generator=g),
    "kaiming_normal_": lambda x, g: init.kaiming_normal_(x, generator=g),
    "orthogonal_": lambda x, g: init.orthogonal_(x, generator=g),
    "sparse_": lambda x, g: init.sparse_(x, 0.5, generator=g),
}


@pytest.mark.parametrize("fill", EVERY.values(), ids=EVERY)
def test_the_generator_decides(fill: Any) -> None:
    def draw(seed: int) -> list[float]:
        return fill(mg.empty(6, 4), mg.Generator().manual_seed(seed)).tolist()

    mg.manual_seed(1)
    untouched = mg.rand(1).item()
    mg.manual_seed(1)
    assert draw(1) == draw(1) != draw(2)
    assert mg.rand(1).item() == untouched


@pytest.mark.parametrize("fill", EVERY.values(), ids=EVERY)
def test_without_a_generator_the_seed_decides(fill: Any) -> None:
    def draw(seed: int) -> list[float]:
        mg.manual_seed(seed)
        return fill(mg.empty(6, 4), None).tolist()

    assert draw(1) == draw(1) != draw(2)


@pytest.mark.parametrize(
    "fill",
    [*EVERY.values(), lambda x, g: init.eye_(x), lambda x, g: init.ones_(x), lambda x, g: init.zeros_(x)],
)
def test_a_parameter_is_written_in_place_and_stays_a_leaf(fill: Any) -> None:
    p = mg.nn.Parameter(mg.full((4, 3), 7.0))
    array = p.array
    assert fill(p, seeded()) is p
    assert p.array is array
    assert not (array == 7).any()
    assert p.is_leaf
    assert p.requires_grad


@pytest.mark.parametrize("fill", EVERY.values(), ids=EVERY)
def test_a_transposed_tensor_is_filled(fill: Any) -> None:
    x = mg.full((3, 4), 7.0)
    fill(x.T, seeded())
    assert not (x == 7).any()


def test_a_number_without_axes_is_filled() -> None:
    assert 2 <= init.uniform_(mg.empty(()), 2.0, 3.0).item() <= 3
    assert init.constant_(mg.empty(()), 2.0).item() == 2
    assert init.normal_(mg.empty(()), 2.0, 0.0).item() == 2
    assert -2 <= init.trunc_normal_(mg.empty(())).item() <= 2


def test_a_graph_notices_that_its_numbers_are_gone() -> None:
    layer = mg.nn.Linear(2, 2)
    y = layer(mg.ones(1, 2, requires_grad=True)).sum()
    init.zeros_(layer.weight)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()


# -- nothing random ----------------------------------------------------------------------------------------------------

EXACT: dict[str, Program] = {
    "constant": lambda lib: lib.nn.init.constant_(lib.empty(2, 3), 7.5),
    "constant of integers": lambda lib: lib.nn.init.constant_(lib.empty(2, 3, dtype=lib.int64), 7),
    "ones": lambda lib: lib.nn.init.ones_(lib.empty(2, 3)),
    "zeros": lambda lib: lib.nn.init.zeros_(lib.empty(2, 3)),
    "eye": lambda lib: lib.nn.init.eye_(lib.empty(3, 3)),
    "eye, high": lambda lib: lib.nn.init.eye_(lib.empty(4, 2)),
    "eye, wide": lambda lib: lib.nn.init.eye_(lib.empty(2, 4, dtype=lib.float64)),
    "dirac of signals": lambda lib: lib.nn.init.dirac_(lib.empty(3, 2, 5)),
    "dirac of images": lambda lib: lib.nn.init.dirac_(lib.empty(2, 3, 3, 4)),
    "dirac of volumes": lambda lib: lib.nn.init.dirac_(lib.empty(2, 2, 3, 3, 3)),
    "dirac in groups": lambda lib: lib.nn.init.dirac_(lib.empty(6, 2, 3), 3),
    "empty": lambda lib: lib.nn.init.orthogonal_(lib.empty(3, 0)),
    **{
        f"gain of {name}": lambda lib, name=name: lib.nn.init.calculate_gain(name)  # type: ignore[misc]
        for name in ("linear", "conv2d", "conv_transpose1d", "sigmoid", "tanh", "relu", "leaky_relu", "selu")
    },
    "gain of a leaky ReLU": lambda lib: lib.nn.init.calculate_gain("leaky_relu", 0.2),
    "fans": lambda lib: lib.nn.init._calculate_fan_in_and_fan_out(lib.empty(2, 3, 5, 7)),
}


@pytest.mark.parametrize("program", EXACT.values(), ids=EXACT)
def test_values_are_pytorchs(program: Program, torch: ModuleType) -> None:
    ours, theirs = program(mg), program(torch)
    assert (ours.tolist() if hasattr(ours, "tolist") else ours) == (
        theirs.tolist() if hasattr(theirs, "tolist") else theirs
    )


# -- what cannot be ----------------------------------------------------------------------------------------------------

ERRORS: dict[str, Program] = {
    "mode": lambda lib: lib.nn.init.kaiming_uniform_(lib.empty(2, 2), mode="fan"),
    "nonlinearity": lambda lib: lib.nn.init.calculate_gain("gelu"),
    "slope": lambda lib: lib.nn.init.calculate_gain("leaky_relu", True),
    "a bias": lambda lib: lib.nn.init.kaiming_uniform_(lib.empty(2)),
    "xavier of a bias": lambda lib: lib.nn.init.xavier_normal_(lib.empty(2)),
    "orthogonal bias": lambda lib: lib.nn.init.orthogonal_(lib.empty(2)),
    "sparse window": lambda lib: lib.nn.init.sparse_(lib.empty(2, 2, 2), 0.5),
    "eye of a window": lambda lib: lib.nn.init.eye_(lib.empty(2, 2, 2)),
    "dirac of a matrix": lambda lib: lib.nn.init.dirac_(lib.empty(2, 2)),
    "dirac in groups that do not divide": lambda lib: lib.nn.init.dirac_(lib.empty(4, 2, 3), 3),
    "limits the wrong way round": lambda lib: lib.nn.init.uniform_(lib.empty(2), 1, 0),
    "negative deviation": lambda lib: lib.nn.init.normal_(lib.empty(2), 0.0, -1.0),
}


@pytest.mark.parametrize("program", ERRORS.values(), ids=ERRORS)
def test_errors_are_pytorchs(program: Program, torch: ModuleType) -> None:
    raises_alike(program, torch)


def test_errors_say_what_to_do() -> None:
    with pytest.raises(TypeError, match=r"init fills a Tensor, not a Linear: for a layer, its weights, layer\.weight"):
        init.xavier_uniform_(mg.nn.Linear(2, 2))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="init fills a Tensor, not a list"):
        init.zeros_([1.0])  # type: ignore[arg-type]
    with pytest.raises(NotImplementedError, match=r"tensor of int64 are not implemented.*randint"):
        init.uniform_(mg.zeros(2, dtype=mg.int64))
    with pytest.raises(RuntimeError, match=r"expects std > 0.0, but found std 0.0\. For a constant use constant_"):
        init.trunc_normal_(mg.empty(2), std=0.0)
    with pytest.raises(ValueError, match="ones whose gain is known: linear, conv1d"):
        init.calculate_gain("gelu")


WARNINGS: dict[str, Program] = {
    "zero-element tensors": lambda lib: lib.nn.init.kaiming_normal_(lib.empty(0, 2)),
    "mean is more than 2 std": lambda lib: lib.nn.init.trunc_normal_(lib.empty(2), 9.0, 1.0, 0.0, 6.0),
}


@pytest.mark.parametrize(("words", "program"), WARNINGS.items(), ids=WARNINGS)
def test_warnings_are_pytorchs(words: str, program: Program, torch: ModuleType) -> None:
    with pytest.warns(UserWarning, match=words) as ours:
        program(mg)
    with pytest.warns(UserWarning, match=words) as theirs:
        program(torch)
    assert [str(w.message) for w in ours] == [str(w.message) for w in theirs]
    assert ours[0].filename == __file__
