"""Random tensors, and random numbers written into tensors. (The seeds are those of torch.random.)

All take `generator`; without one they draw from the generator that `manual_seed` seeds. The same seed gives the
numbers that PyTorch gives, except for `poisson`.

>>> import micrograd_nb as mg
>>> _ = mg.manual_seed(0)
>>> mg.randint(10, (5,)), mg.randperm(5)
(tensor([4, 9, 3, 0, 3]), tensor([4, 0, 3, 1, 2]))
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from ..autograd import tracing
from ..autograd.rules import writing as rules
from . import axes, dtypes
from .creation import finish, or_default, or_own, sizes_of
from .generator import Generator, default_generator, of
from .in_place import replace
from .record import apply, is_tensor, wrap

if TYPE_CHECKING:
    from .core import Tensor

# -- seeds -------------------------------------------------------------------------------------------------------------


def manual_seed(seed: int) -> Generator:
    """Seeds the numbers that everything draws which is given no generator."""
    return default_generator.manual_seed(seed)


def seed() -> int:
    """Seeds them by a number that the system chooses, and returns it."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed that they started from."""
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """Where their sequence stands, as a tensor of bytes."""
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Goes to where their sequence stood at `get_rng_state`."""
    default_generator.set_state(new_state)


@contextmanager
def fork_rng(devices: Any = None, enabled: bool = True) -> Iterator[None]:
    """A context that leaves the sequence as it was before."""
    state = get_rng_state()
    try:
        yield
    finally:
        if enabled:
            set_rng_state(state)


# -- new tensors -------------------------------------------------------------------------------------------------------


def rand(
    *sizes: Any,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Uniform between 0 and 1, 1 not included."""
    shape, d = sizes_of(sizes, size, "rand"), _floats(or_default(dtype), "rand")
    return finish(_uniform(shape, d, generator), requires_grad, device)


def randn(
    *sizes: Any,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Normally distributed with mean 0 and variance 1."""
    shape, d = sizes_of(sizes, size, "randn"), _floats(or_default(dtype), "randn")
    return finish(_normal(shape, d, generator), requires_grad, device)


def rand_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """`rand` in the input's shape and dtype."""
    return finish(
        _uniform(input.array.shape, _floats(or_own(input, dtype), "rand_like"), generator), requires_grad, device
    )


def randn_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """`randn` in the input's shape and dtype."""
    return finish(
        _normal(input.array.shape, _floats(or_own(input, dtype), "randn_like"), generator), requires_grad, device
    )


def randint(
    *limits_and_size: Any,
    low: int = 0,
    high: int | None = None,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Whole numbers from `low` up to but without `high`: `randint(10, (3,))` or `randint(5, 10, (3,))`."""
    limits = list(limits_and_size)
    if size is None and limits:
        size = limits.pop()
    if high is None and limits:
        high = limits.pop()
    low = limits.pop() if limits else low
    if high is None or size is None or limits or not np.iterable(size):
        raise TypeError(
            "randint(): give the limits and a tuple with the size: randint(high, size), randint(low, high, size)"
        )
    d = dtypes.to_numpy(dtype or dtypes.int64)
    shape = sizes_of((size,), None, "randint")
    return finish(_integers(low, high, prod(shape), d, generator).reshape(shape), requires_grad, device)


def randint_like(
    input: Tensor,
    *limits: int,
    low: int = 0,
    high: int | None = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """`randint` in the input's shape and dtype: `randint_like(x, high)` or `randint_like(x, low, high)`."""
    if limits:
        low, high = limits if len(limits) == 2 else (low, limits[0])
    if high is None:
        raise TypeError("randint_like(): give the limit: randint_like(x, high), or randint_like(x, low, high)")
    drawn = _integers(low, high, input.array.size, or_own(input, dtype), generator)
    return finish(drawn.reshape(input.array.shape), requires_grad, device)


def randperm(
    n: int,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """The numbers 0 … n - 1 in random order."""
    sizes_of((n,), None, "randperm")
    d = dtypes.to_numpy(dtype or dtypes.int64)
    dtypes.element(max(n - 1, 0), d)
    return finish(of(generator).permutation(n).astype(d, copy=False), requires_grad, device)


def normal(
    mean: Any, std: Any = 1.0, size: Any = None, *, generator: Generator | None = None, **options: Any
) -> Tensor:
    """Normally distributed. Mean and standard deviation are tensors, which broadcast, or numbers with a `size`.

    >>> import micrograd_nb as mg
    >>> mg.normal(mg.zeros(2, 1), mg.tensor([1.0, 2.0, 3.0])).shape, mg.normal(0.0, 1.0, size=(4,)).shape
    (micrograd_nb.Size([2, 3]), micrograd_nb.Size([4]))
    """
    _check_std(std)
    if size is not None:
        return randn(size=size, generator=generator, **options).mul_(std).add_(mean)
    given = [x for x in (mean, std) if is_tensor(x)]
    if not given:
        raise TypeError("normal() of two numbers needs a size: normal(0.0, 1.0, size=(2, 3))")
    shape = axes.broadcast(*(x.array.shape for x in given))
    d = _floats(given[0].array.dtype, "normal")
    spread, middle = (x.array if is_tensor(x) else x for x in (std, mean))
    drawn = (_normal(shape, d, generator) * spread + middle).astype(d, copy=False)
    wanting = next((x for x in given if x.node is not None), given[0])
    return apply(rules.normal_around, wanting, value=drawn) if shape == wanting.array.shape else wrap(drawn)


def bernoulli(input: Tensor, p: Any = None, *, generator: Generator | None = None) -> Tensor:
    """1 with the probability that each element of the input is, else 0; with `p`, with that probability."""
    d = _floats(input.array.dtype, "bernoulli")
    if p is not None:
        return bernoulli_(wrap(np.empty(input.array.shape, d)), p, generator=generator)
    return apply(rules.bernoulli, input, value=_coins(input.array, generator).astype(d))


def poisson(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Poisson-distributed: how often something happens that happens `input` times on the average."""
    d = _floats(input.array.dtype, "poisson")
    if tracing.program() is None and (input.array < 0).any():
        raise RuntimeError("invalid Poisson rate, expected rate to be non-negative: the input has elements below 0")
    return apply(rules.poisson, input, value=of(generator).poisson(input.array).astype(d))


def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Indices, drawn with the probability to which the elements of the input, along the last axis, are proportional.

    Shapes: input (n,) or (m, n), result (num_samples,) or (m, num_samples).

    >>> import micrograd_nb as mg
    >>> mg.multinomial(mg.tensor([0.0, 3.0, 0.0]), 2, replacement=True)
    tensor([1, 1])
    """
    weights = input.array
    _check_weights(weights, num_samples, replacement)
    if replacement and num_samples > 1:
        return wrap(_drawn_again_and_again(weights, num_samples, generator))
    # the largest of weight / exponential number: each wins with the probability that its weight has
    waits = _exponential(weights.size, generator).astype(weights.dtype).reshape(weights.shape)
    ratios = weights / np.maximum(waits, np.finfo(weights.dtype).tiny)
    return wrap(np.flip(ratios.argsort(-1, kind="stable"), -1)[..., :num_samples].copy())


def _drawn_again_and_again(weights: ndarray, count: int, generator: Generator | None) -> ndarray:
    rows = np.atleast_2d(weights)
    sums = rows.cumsum(1, dtype=rows.dtype)
    sums /= sums[:, -1:]
    drawn = of(generator).uniform(len(rows) * count, np.dtype(np.float64)).reshape(len(rows), count)
    found = [row.searchsorted(numbers.astype(row.dtype)) for row, numbers in zip(sums, drawn, strict=True)]
    last = [np.flatnonzero(row)[-1] for row in rows]  # where rounding leaves the sum below a number
    made = np.minimum(np.array(found).reshape(drawn.shape), np.reshape(last, (-1, 1)))
    return made.reshape(*weights.shape[:-1], count)


def _check_weights(weights: ndarray, count: int, replacement: bool) -> None:
    if weights.dtype.kind != "f":
        raise RuntimeError(
            f"multinomial only supports floating-point dtypes for input, got: {dtypes.FROM_NUMPY[weights.dtype].name}"
        )
    if weights.ndim not in (1, 2) or weights.shape[-1] == 0:
        raise RuntimeError(f"prob_dist must be 1 or 2 dim, with elements along the last, but has shape {weights.shape}")
    if count <= 0:
        raise RuntimeError(f"cannot sample n_sample <= 0 samples, got {count}")
    if not replacement and count > weights.shape[-1]:
        raise RuntimeError(
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement: "
            f"{count} of {weights.shape[-1]}. With replacement=True the same one may come again."
        )
    if not (np.isfinite(weights) & (weights >= 0)).all():
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if not (weights.sum(-1) > 0).all():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0): all weights are 0")


# -- into a tensor, in place -------------------------------------------------------------------------------------------


def uniform_(input: Tensor, from_: float = 0, to: float = 1, *, generator: Generator | None = None) -> Tensor:
    """Uniform from `from_` up to but without `to`."""
    if from_ > to:
        raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={from_} > to={to}")
    d = _floats(input.array.dtype, "uniform_")
    drawn = of(generator).uniform(input.array.size, d) * d.type(to - from_) + d.type(from_)
    return _written(input, rules.uniform, drawn, "uniform_")


def normal_(input: Tensor, mean: float = 0, std: float = 1, *, generator: Generator | None = None) -> Tensor:
    """Normally distributed."""
    _check_std(std)
    d = _floats(input.array.dtype, "normal_")
    drawn = of(generator).normal(input.array.size, d, input.array.flags.c_contiguous)
    return _written(input, rules.normal, drawn * d.type(std) + d.type(mean), "normal_")


def random_(
    input: Tensor, from_: int | None = None, to: int | None = None, *, generator: Generator | None = None
) -> Tensor:
    """Whole numbers: all that the dtype can hold exactly, from 0 up; below `random_(to)`; or `random_(from, to)`."""
    d, n = input.array.dtype, input.array.size
    if from_ is None:
        return _written(input, rules.random, _any(n, d, generator), "random_")
    low, high = (0, from_) if to is None else (from_, to)
    return _written(input, rules.random, _integers(low, high, n, d, generator), "random_")


def bernoulli_(input: Tensor, p: Any = 0.5, *, generator: Generator | None = None) -> Tensor:
    """1 with the probability `p`, a number or a tensor with one for each element; else 0."""
    if is_tensor(p):
        drawn = _coins(np.broadcast_to(p.array, input.array.shape), generator).astype(input.array.dtype)
        return replace(input, rules.bernoulli_in_place, drawn, "bernoulli_")
    if not 0 <= p <= 1:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p}")
    return _written(input, rules.bernoulli_in_place, _doubles(input, generator) < p, "bernoulli_")


def exponential_(input: Tensor, lambd: float = 1, *, generator: Generator | None = None) -> Tensor:
    """Exponentially distributed: how long to wait for what happens `lambd` times in a unit of time."""
    if lambd <= 0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd}")
    _check_continuous(input, "Exponential")
    return _written(input, rules.exponential, _exponential(input.array.size, generator) / lambd, "exponential_")


def geometric_(input: Tensor, p: float, *, generator: Generator | None = None) -> Tensor:
    """Geometrically distributed: how many trials until the first success, where each succeeds with probability p."""
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p}")
    drawn = np.ceil(np.log(_doubles(input, generator)) / np.log1p(-p))
    return _written(input, rules.geometric, drawn, "geometric_")


def cauchy_(input: Tensor, median: float = 0, sigma: float = 1, *, generator: Generator | None = None) -> Tensor:
    """Cauchy-distributed around a median: so wide that it has no mean."""
    _check_continuous(input, "Cauchy")
    drawn = median + sigma * np.tan(np.pi * (_doubles(input, generator) - 0.5))
    return _written(input, rules.cauchy, drawn, "cauchy_")


def log_normal_(input: Tensor, mean: float = 1, std: float = 2, *, generator: Generator | None = None) -> Tensor:
    """Numbers whose logarithm is normally distributed, with this mean and standard deviation."""
    if std <= 0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std}")
    _check_continuous(input, "LogNormal")
    drawn = of(generator).normal(input.array.size, np.float64, False)
    return _written(input, rules.log_normal, np.exp(drawn * std + mean), "log_normal_")


def _written(input: Tensor, operation: Any, drawn: ndarray, name: str) -> Tensor:
    """Writes numbers into a tensor, in the order in which its elements lie in memory."""
    array = input.array
    drawn = drawn.astype(array.dtype, copy=False)
    if not array.flags.c_contiguous:
        laid = np.empty_like(array)
        laid.ravel(order="K")[...] = drawn
        drawn = laid
    return replace(input, operation, drawn.reshape(array.shape), name)


# -- arrays of random numbers ------------------------------------------------------------------------------------------


def _uniform(shape: tuple[int, ...], d: Any, generator: Generator | None) -> ndarray:
    return of(generator).uniform(prod(shape), d).reshape(shape)


def _normal(shape: tuple[int, ...], d: Any, generator: Generator | None) -> ndarray:
    return of(generator).normal(prod(shape), d).reshape(shape)


def _doubles(input: Tensor, generator: Generator | None) -> ndarray:
    return of(generator).uniform(input.array.size, np.dtype(np.float64))


def _exponential(n: int, generator: Generator | None) -> ndarray:
    return -np.log1p(-of(generator).uniform(n, np.dtype(np.float64)))


def _coins(p: ndarray, generator: Generator | None) -> ndarray:
    """Whether each of as many coins fell on the side whose probability is given."""
    if tracing.program() is None and not ((p >= 0) & (p <= 1)).all():
        raise RuntimeError(f"bernoulli expects p to be in [0, 1], but got p={p.tolist()}")
    d = np.dtype(np.float64 if p.dtype == np.float64 else np.float32)
    return _uniform(p.shape, d, generator) < p


def _integers(low: int, high: int, n: int, d: Any, generator: Generator | None) -> ndarray:
    low, high = (_whole(x) for x in (low, high))
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    for name, limit in (("from", low), ("to - 1", high - 1)):
        if d.kind in "iu" and not np.iinfo(d).min <= limit <= np.iinfo(d).max:
            raise RuntimeError(f"{name} is out of bounds for {d.name}: it is {limit}")
    return of(generator).integers(low, high, n).astype(d)


def _any(n: int, d: Any, generator: Generator | None) -> ndarray:
    """All whole numbers from 0 up that a dtype holds exactly; of 64 bits, where the dtype has them."""
    top = 2 if d.kind == "b" else 2 ** (np.finfo(d).nmant + 1) + 1 if d.kind == "f" else np.iinfo(d).max + 1
    drawn = of(generator).bits64(n) if d.itemsize == 8 else of(generator).bits32(n)
    return drawn % np.uint64(top)


def _whole(n: Any) -> int:
    if isinstance(n, float) or not hasattr(n, "__index__"):
        raise TypeError(f"the limits of random integers must be int, not {type(n).__name__}")
    return int(n)


def _floats(d: Any, name: str) -> Any:
    if d.kind != "f":
        raise NotImplementedError(
            f'"{name}" not implemented for {d.name}: it draws floats. For whole numbers use randint, or x.random_()'
        )
    return d


def _check_continuous(input: Tensor, name: str) -> None:
    if input.array.dtype.kind != "f":
        raise RuntimeError(
            f"{name} distribution is a continuous probability distribution. dtype must be a floating point but you "
            f"specified {input.dtype.scalar_type}"
        )


def _check_std(std: Any) -> None:
    if (np.asarray(std.array if is_tensor(std) else std) < 0).any():
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std.tolist() if is_tensor(std) else std}")
