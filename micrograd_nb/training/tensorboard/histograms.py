"""The pages "Histograms" and "Distributions": how numbers are spread, step by step."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy import ndarray

from .library import library
from .messages import as_array, summary


def histogram(tag: str, values: Any, bins: Any, max_bins: int | None) -> Any:
    """A histogram of all numbers of a tensor.

    Arguments:
        bins: "tensorflow", or what `numpy.histogram` takes: a number, edges, "auto", …
        max_bins: neighbouring bins are put together, so that there are about so many.

    Raises:
        ValueError: no numbers, or none of them within the bins.
    """
    numbers = as_array(values).astype(np.float64).reshape(-1)
    if numbers.size == 0:
        raise ValueError(f"The input has no element: there is nothing to make the histogram {tag!r} of")
    counts, edges = np.histogram(numbers, tensorflow_bins() if isinstance(bins, str) and bins == "tensorflow" else bins)
    if max_bins is not None and len(counts) > max_bins:
        starts = np.arange(0, len(counts), len(counts) // max_bins)
        counts, edges = np.add.reduceat(counts, starts), np.append(edges[starts], edges[-1])
    filled = np.flatnonzero(counts)
    if not filled.size:
        raise ValueError(
            f"none of the {numbers.size} numbers for the histogram {tag!r} lies within its bins, and "
            f"{np.count_nonzero(np.isnan(numbers))} are NaN. Find out where they come from: x.isfinite().all()"
        )
    first, last = filled[0], filled[-1] + 1
    return summary(
        tag,
        histo=histogram_message(
            min=numbers.min(),
            max=numbers.max(),
            num=len(numbers),
            sum=numbers.sum(),
            sum_squares=numbers.dot(numbers),
            # Only the right edge of a bin is kept, so an empty one on the left says where the first begins.
            bucket_limit=edges[first : last + 1].tolist(),
            bucket=[0, *counts[first:last].tolist()],
        ),
    )


def histogram_message(**parts: Any) -> Any:
    """The message of a histogram whose parts are known."""
    return library().summary.HistogramProto(**parts)


@cache
def tensorflow_bins() -> ndarray:
    """TensorFlow's bins: each is 1.1 times as wide as its neighbour, outwards from 0, up to ±1e20."""
    limits, limit = [], 1e-12
    while limit < 1e20:
        limits.append(limit)
        limit *= 1.1
    return np.array([*(-limit for limit in reversed(limits)), 0, *limits])
