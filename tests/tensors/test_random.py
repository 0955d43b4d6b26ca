"""Random numbers: the same seed gives PyTorch's, generators are independent, and states can be gone back to."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from tests.autograd.reference import kind, numbers

# fmt: off
SAME: dict[str, Callable[[Any], Any]] = {
    "rand":                   lambda m: m.rand(2, 3),
    "rand, float64":          lambda m: m.rand(5, dtype=m.float64),
    "rand, float16":          lambda m: m.rand(50, dtype=m.float16),
    "rand, 0-d":              lambda m: m.rand(()),
    "rand, none":             lambda m: m.rand(0, 3),
    "rand_like":              lambda m: m.rand_like(m.zeros(3, dtype=m.int64), dtype=m.float32),
    "randint":                lambda m: m.randint(10, (20,)),
    "randint, from":          lambda m: m.randint(-5, 5, (4, 5)),
    "randint, many":          lambda m: m.randint(0, 2**28, (20,)),
    "randint, all":           lambda m: m.randint(-2**63, 2**63 - 1, (20,)),
    "randint, small dtype":   lambda m: m.randint(0, 200, (20,), dtype=m.uint8),
    "randint, floats":        lambda m: m.randint(3, (20,), dtype=m.float64),
    "randint_like":           lambda m: m.randint_like(m.zeros(9), 2, 9),
    "randperm":               lambda m: m.randperm(100),
    "randperm of one":        lambda m: m.randperm(1),
    "randperm of none":       lambda m: m.randperm(0),
    "randperm, many":         lambda m: m.randperm(5000, dtype=m.int32),
    "uniform_":               lambda m: m.empty(9).uniform_(-3, 5),
    "uniform_, a view":       lambda m: m.zeros(4, 5).T.uniform_(),
    "random_":                lambda m: m.empty(9).random_(),
    "random_, int64":         lambda m: m.empty(9, dtype=m.int64).random_(),
    "random_, int32":         lambda m: m.empty(9, dtype=m.int32).random_(),
    "random_, uint8":         lambda m: m.empty(9, dtype=m.uint8).random_(),
    "random_, bool":          lambda m: m.empty(9, dtype=m.bool).random_(),
    "random_, float64":       lambda m: m.empty(9, dtype=m.float64).random_(),
    "random_, to":            lambda m: m.empty(9).random_(7),
    "random_, from to":       lambda m: m.empty(9, dtype=m.int64).random_(3, 7),
    "bernoulli":              lambda m: m.bernoulli(m.full((50,), 0.3)),
    "bernoulli, float64":     lambda m: m.bernoulli(m.full((50,), 0.3, dtype=m.float64)),
    "bernoulli_ by tensor":   lambda m: m.empty(50).bernoulli_(m.full((50,), 0.3)),
    "geometric_":             lambda m: m.empty(50).geometric_(0.3),
    "multinomial":            lambda m: m.multinomial(m.tensor([0.1, 0.2, 0.3, 0.4]), 3),
    "multinomial, one":       lambda m: m.multinomial(m.tensor([[0.1, 0.2, 0.7]] * 20), 1),
    "multinomial, again":     lambda m: m.multinomial(m.tensor([0.1, 0.2, 0.3, 0.4]), 50, replacement=True),
    "multinomial, rows":      lambda m: m.multinomial(m.tensor([[0.1, 0.9], [0.9, 0.1]]), 9, replacement=True),
    "one after the other":    lambda m: [m.randn(3), m.rand(1), m.randn(4), m.randint(9, (2,)), m.randn(16)][3],
}
CLOSE: dict[str, Callable[[Any], Any]] = {
    "randn":                  lambda m: m.randn(3),
    "randn, 16":              lambda m: m.randn(4, 4),
    "randn, 17":              lambda m: m.randn(17),
    "randn, many":            lambda m: m.randn(10, 101),
    "randn, float64":         lambda m: m.randn(50, dtype=m.float64),
    "randn, few, float64":    lambda m: m.randn(5, dtype=m.float64),
    "randn, few and again":   lambda m: m.cat([m.randn(3), m.randn(2), m.randn(1)]),
    "randn_like":             lambda m: m.randn_like(m.zeros(20)),
    "normal_":                lambda m: m.empty(40).normal_(2, 3),
    "normal_, few":           lambda m: m.empty(4).normal_(2, 3),
    "normal_, a view":        lambda m: m.zeros(8, 5).T.normal_(),
    "normal":                 lambda m: m.normal(2.0, 3.0, (40,)),
    "normal, tensors":        lambda m: m.normal(m.arange(20.0), m.arange(20.0) + 1),
    "normal, a mean":         lambda m: m.normal(m.zeros(2, 1), 2.0),
    "normal, broadcast":      lambda m: m.normal(m.zeros(2, 1), m.ones(10)),
    "exponential_":           lambda m: m.empty(20).exponential_(2),
    "cauchy_":                lambda m: m.empty(20).cauchy_(1, 2),
    "log_normal_":            lambda m: m.empty(20).log_normal_(0.5, 0.25),
}
# fmt: on


@pytest.mark.parametrize("seed", [0, 1, 42, 2**40 + 7, -3])
@pytest.mark.parametrize("name", [*SAME, *CLOSE])
def test_same_seed_same_numbers_as_pytorch(name: str, seed: int, torch: ModuleType) -> None:
    made = []
    for m in (mg, torch):
        m.manual_seed(seed)
        made.append((SAME | CLOSE)[name](m))
    assert kind(made[0]) == kind(made[1])
    tolerance = 0.0 if name in SAME else 1e-6
    np.testing.assert_allclose(numbers(made[0]), numbers(made[1]), rtol=tolerance, atol=tolerance)


def test_bernoulli_by_a_number_is_bernoulli() -> None:
    """PyTorch draws these by Intel's library where it has that: so only their mean can be tested."""
    mg.manual_seed(0)
    drawn = mg.empty(20_000).bernoulli_(0.3)
    assert set(drawn.tolist()) == {0.0, 1.0}
    assert abs(drawn.mean().item() - 0.3) < 0.02


def test_layer_starts_with_the_weights_that_it_has_in_pytorch(torch: ModuleType) -> None:
    layers = []
    for m in (mg, torch):
        m.manual_seed(0)
        layers.append(m.nn.Linear(20, 30))
    for ours, theirs in zip(*(layer.parameters() for layer in layers), strict=True):
        np.testing.assert_allclose(numbers(ours), numbers(theirs), rtol=0, atol=1e-7)


def test_state_of_pytorch_is_gone_on_from(torch: ModuleType) -> None:
    """The bytes of the two are the same, also with a normal number left over."""
    torch.manual_seed(5)
    torch.randn(3), torch.rand(700)
    mg.set_rng_state(mg.from_numpy(torch.get_rng_state().numpy()))
    assert mg.initial_seed() == 5
    np.testing.assert_allclose(numbers(mg.randn(1)), numbers(torch.randn(1)), rtol=1e-6)
    assert mg.rand(3).tolist() == torch.rand(3).tolist()
    mg.randn(1)
    torch.set_rng_state(torch.from_numpy(mg.get_rng_state().numpy()))
    np.testing.assert_allclose(numbers(mg.randn(2)), numbers(torch.randn(2)), rtol=1e-6)
    assert mg.rand(3).tolist() == torch.rand(3).tolist()


# fmt: off
SEEDS: dict[str, Callable[[Any], Any]] = {
    "manual_seed":       lambda m: m.manual_seed(7).initial_seed(),
    "negative":          lambda m: m.manual_seed(-1).initial_seed(),
    "the largest":       lambda m: m.manual_seed(2**64 - 1).initial_seed(),
    "of a tensor":       lambda m: m.manual_seed(m.tensor(3)).initial_seed(),
    "initial_seed":      lambda m: (m.manual_seed(7), m.initial_seed(), m.random.initial_seed())[1:],
    "no seed":           lambda m: m.Generator().initial_seed(),
    "device":            lambda m: str(m.Generator(device="cpu").device),
    "state":             lambda m: (tuple(m.get_rng_state().shape), str(m.get_rng_state().dtype)[-5:]),
    "the same object":   lambda m: m.manual_seed(7) is m.default_generator,
}
# fmt: on


@pytest.mark.parametrize("name", SEEDS)
def test_seed_as_in_pytorch(name: str, torch: ModuleType) -> None:
    assert SEEDS[name](mg) == SEEDS[name](torch)


def test_seed_of_the_system_changes() -> None:
    first, second = mg.seed(), mg.seed()
    assert first != second == mg.initial_seed()
    generator = mg.Generator()
    assert generator.seed() != generator.seed()


def test_fork_leaves_the_sequence_as_it_was() -> None:
    mg.manual_seed(0)
    with mg.random.fork_rng():
        inside = mg.rand(2).tolist()
    assert mg.rand(2).tolist() == inside
    with mg.random.fork_rng(enabled=False):
        inside = mg.rand(2).tolist()
    assert mg.rand(2).tolist() != inside


def test_clone_of_a_generator_stands_where_it_does() -> None:
    generator = mg.Generator().manual_seed(1)
    mg.randn(3, generator=generator)
    clone = generator.clone_state()
    assert mg.randn(5, generator=clone).tolist() == mg.randn(5, generator=generator).tolist()


def test_permutation_is_one_swap_after_the_other() -> None:
    """The order is computed all at once, and is that of the textbook's loop."""
    for n in (0, 1, 2, 3, 7, 100):
        generator, again = (mg.Generator().manual_seed(n) for _ in range(2))
        order = list(range(n))
        for i in range(n - 1):
            place = i + int(again.bits32(1)[0]) % (n - i)
            order[i], order[place] = order[place], order[i]
        assert mg.randperm(n, generator=generator).tolist() == order


def test_poisson_has_its_mean_and_variance() -> None:
    drawn = mg.poisson(mg.full((20_000,), 4.0), generator=mg.Generator().manual_seed(0)).numpy()
    assert abs(drawn.mean() - 4) < 0.1
    assert abs(drawn.var() - 4) < 0.2


def test_multinomial_takes_each_with_its_probability_and_nothing_twice() -> None:
    generator = mg.Generator().manual_seed(0)
    weights = mg.tensor([[1.0, 2.0, 0.0, 5.0]] * 4000)
    first = mg.multinomial(weights, 1, generator=generator).numpy()
    assert np.allclose(np.bincount(first.ravel(), minlength=4) / 4000, [1 / 8, 2 / 8, 0, 5 / 8], atol=0.03)
    three = mg.multinomial(weights, 3, generator=generator).numpy()
    assert (np.sort(three) == [0, 1, 3]).all()
    many = mg.multinomial(weights[0], 4000, replacement=True, generator=generator).numpy()
    assert np.allclose(np.bincount(many, minlength=4) / 4000, [1 / 8, 2 / 8, 0, 5 / 8], atol=0.03)


def test_change_at_random_is_noticed_by_a_backward_pass() -> None:
    x = mg.ones(3, requires_grad=True) * 2
    y = x * x
    x.normal_()
    with pytest.raises(RuntimeError, match="normal_ has overwritten"):
        y.sum().backward()


RANDOM: dict[str, Callable[..., mg.Tensor]] = {
    "rand": lambda **options: mg.rand(1000, **options),
    "randn": lambda **options: mg.randn(1000, **options),
    "rand_like": lambda **options: mg.rand_like(mg.zeros(1000), **options),
    "randn_like": lambda **options: mg.randn_like(mg.zeros(1000), **options),
    "randint": lambda **options: mg.randint(1000, (1000,), **options),
    "randperm": lambda **options: mg.randperm(1000, **options),
    "normal": lambda **options: mg.normal(0.0, 1.0, (1000,), **options),
    "bernoulli": lambda **options: mg.bernoulli(mg.full((1000,), 0.5), **options),
    "multinomial": lambda **options: mg.multinomial(mg.ones(1000), 500, **options),
    "poisson": lambda **options: mg.poisson(mg.full((1000,), 5.0), **options),
    "uniform_": lambda **options: mg.empty(1000).uniform_(**options),
    "exponential_": lambda **options: mg.empty(1000).exponential_(**options),
    "randint_like": lambda **options: mg.randint_like(mg.zeros(1000), 1000, **options),
}


@pytest.mark.parametrize("name", RANDOM)
def test_same_seed_same_numbers(name: str) -> None:
    draw = RANDOM[name]
    mg.manual_seed(7)
    first, second = draw().tolist(), draw().tolist()
    mg.manual_seed(7)
    assert draw().tolist() == first != second


@pytest.mark.parametrize("name", RANDOM)
def test_generator_of_its_own_is_not_disturbed_and_does_not_disturb(name: str) -> None:
    draw, generator = RANDOM[name], mg.Generator()
    expected = draw(generator=generator.manual_seed(7)).tolist()
    mg.manual_seed(3)
    untouched = mg.rand(3).tolist()
    mg.manual_seed(3)
    generator.manual_seed(7)
    assert mg.rand(3).tolist() == untouched  # the generator drew nothing from the default one
    assert draw(generator=generator).tolist() == expected  # nor the other way round


def test_generator_goes_back_to_a_state() -> None:
    generator = mg.Generator()
    state = generator.get_state()
    first = mg.rand(3, generator=generator).tolist()
    generator.set_state(state)
    assert mg.rand(3, generator=generator).tolist() == first


def test_random_numbers_have_the_range_and_moments_of_their_distribution() -> None:
    generator = mg.Generator().manual_seed(0)
    uniform = mg.rand(10_000, generator=generator).numpy()
    normal = mg.randn(10_000, generator=generator).numpy()
    dice = mg.randint(1, 7, (10_000,), generator=generator)
    assert 0 <= uniform.min() < 0.01 < 0.99 < uniform.max() < 1
    assert abs(uniform.mean() - 0.5) < 0.02
    assert abs(normal.mean()) < 0.05
    assert abs(normal.std() - 1) < 0.05
    assert (dice.dtype, set(dice.tolist())) == (mg.int64, {1, 2, 3, 4, 5, 6})
    assert sorted(mg.randperm(100, generator=generator).tolist()) == list(range(100))


@pytest.mark.parametrize("dtype", [mg.float16, mg.float32, mg.float64], ids=lambda dtype: dtype.name)
def test_random_numbers_of_each_dtype_stay_below_one(dtype: mg.dtype) -> None:
    numbers = mg.rand(20_000, dtype=dtype, generator=mg.Generator().manual_seed(0))
    assert numbers.dtype is dtype
    assert numbers.max().item() < 1
