"""Makes one batch of many samples: `default_collate`. Where nothing is batched, `default_convert` makes tensors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, MutableMapping, Sequence
from copy import copy
from typing import Any

import numpy as np

from ..tensors import Tensor, as_tensor, from_numpy, stack, tensor
from ..tensors.dtypes import float64


def default_collate(batch: Sequence[Any]) -> Any:
    """Puts samples together, with the batch as a new first axis. (PyTorch: torch.utils.data.default_collate)

    | samples                      | batch                                                    |
    |------------------------------|----------------------------------------------------------|
    | tensors or arrays, one shape | a tensor (n, *shape)                                     |
    | floats, ints, bools          | a tensor (n,) of float64, int64, bool                    |
    | strings, bytes               | the samples themselves                                   |
    | tuples or lists of k things  | a list of k batches; of named tuples, such a named tuple |
    | dicts                        | a dict of batches                                        |

    Raises:
        RuntimeError: samples whose shapes or lengths differ; the message says which.
        TypeError: samples of another type.

    >>> default_collate([(1, 0.5), (2, 1.5)])
    [tensor([1, 2]), tensor([0.5000, 1.5000], dtype=micrograd_nb.float64)]
    >>> default_collate([{"name": "a", "size": 1}, {"name": "b", "size": 2}])
    {'name': ['a', 'b'], 'size': tensor([1, 2])}
    """
    if len(batch) == 0:
        raise ValueError("default_collate: a batch needs at least one sample, but the list of samples is empty")
    return _collate(list(batch), "")


def default_convert(data: Any) -> Any:
    """Makes tensors of the arrays in a sample, and leaves everything else. (PyTorch: torch.utils.data.default_convert)

    A `DataLoader` with `batch_size=None` does this to each sample.

    >>> import numpy as np
    >>> default_convert((np.array([1, 2]), "two", 3))
    [tensor([1, 2]), 'two', 3]
    """
    match data:
        case Tensor() | str() | bytes():
            return data
        case np.ndarray() if data.dtype.kind in "SUO":
            return data
        case np.ndarray() | np.generic():
            return as_tensor(data)
        case Mapping():
            return _same_kind(data, {key: default_convert(value) for key, value in data.items()})
        case tuple() if hasattr(data, "_fields"):
            return type(data)(*(default_convert(value) for value in data))
        case Sequence():
            return [default_convert(value) for value in data]  # a tuple becomes a list, as in PyTorch
    return data


def _collate(batch: list[Any], place: str) -> Any:
    """`place` says where in the samples these values stand: ['image'][0]."""
    first = batch[0]
    match first:
        case Tensor() | np.ndarray():
            return _stacked([as_tensor(x) for x in batch], place)
        case np.generic():
            return from_numpy(np.array(batch))
        case float():
            return tensor(batch, dtype=float64)
        case int():
            return tensor(batch)
        case str() | bytes():
            return batch
        case Mapping():
            return _mapping(batch, place)
        case Sequence():
            return _sequence(batch, place)
    raise TypeError(
        "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found "
        f"{type(first)}{_at(place)}. {_remedy(first)}"
    )


def _stacked(batch: list[Tensor], place: str) -> Tensor:
    shapes: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for i, x in enumerate(batch):
        shapes[x.array.shape].append(i)
    if len(shapes) > 1:
        raise RuntimeError(
            f"stack expects each tensor to be equal size, but{_at(place)} {_ragged(shapes)}. Give all samples one "
            "shape (pad or crop them), or give the DataLoader a collate_fn that knows what to do."
        )
    return stack(batch)


def _mapping(batch: list[Any], place: str) -> Any:
    first = batch[0]
    for i, sample in enumerate(batch):
        if sample.keys() != first.keys():
            raise RuntimeError(
                f"each dict in a batch must have the same keys, but{_at(place)} sample 0 has {list(first)} and "
                f"sample {i} has {list(sample)}"
            )
    return _same_kind(first, {key: _collate([sample[key] for sample in batch], f"{place}[{key!r}]") for key in first})


def _sequence(batch: list[Any], place: str) -> Any:
    lengths: defaultdict[int, list[int]] = defaultdict(list)
    for i, sample in enumerate(batch):
        lengths[len(sample)].append(i)
    if len(lengths) > 1:
        raise RuntimeError(
            f"each element in list of batch should be of equal size, but{_at(place)} {_ragged(lengths, 'length ')}. "
            "Pad the short ones, or give the DataLoader a collate_fn that knows what to do."
        )
    parts = [_collate(list(values), f"{place}[{i}]") for i, values in enumerate(zip(*batch, strict=True))]
    is_named = isinstance(batch[0], tuple) and hasattr(batch[0], "_fields")
    return type(batch[0])(*parts) if is_named else parts


def _same_kind(mapping: Any, values: dict[Any, Any]) -> Any:
    """A mapping like another, with other values. It may be more than its items: a defaultdict has its factory."""
    if type(mapping) is dict or not isinstance(mapping, MutableMapping):
        return values
    other = copy(mapping)
    other.update(values)
    return other


def _at(place: str) -> str:
    return f" at sample{place}" if place else ""


def _remedy(value: Any) -> str:
    if type(value).__module__.startswith("PIL."):
        return "An image has to become a tensor first: end the dataset's transform with transforms.ToTensor()."
    return "Give the DataLoader a collate_fn that makes a batch of a list of such samples."


def _ragged(groups: Mapping[Any, list[int]], what: str = "shape ") -> str:
    """`samples 0, 1, 2, … (5) have shape (3,) and sample 4 has shape (2,)`, the rarest last."""
    ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
    return " and ".join(f"{_samples(numbers)} {what}{group}" for group, numbers in ordered)


def _samples(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"sample {numbers[0]} has"
    shown = ", ".join(map(str, numbers[:5]))
    return f"samples {shown} have" if len(numbers) <= 5 else f"samples {shown}, … ({len(numbers)} of them) have"
