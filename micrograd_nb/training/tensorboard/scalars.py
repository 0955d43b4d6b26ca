"""The pages "Scalars" and "Custom scalars": curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .library import library
from .messages import as_array, bytes_message, summary

Layout = Mapping[str, Mapping[str, Sequence[Any]]]
"""{category: {title of a chart: ["Multiline", tags] or ["Margin", [value, lower, upper]]}}"""


def scalar(tag: str, value: Any, new_style: bool, double_precision: bool) -> Any:
    """A point of a curve. A new-style one is kept as a tensor, of float32 or, with double precision, of float64."""
    number = as_array(value).squeeze()
    if number.ndim:
        raise ValueError(
            f"a scalar is a single number, but {tag!r} got {number.size} of them, of shape {number.shape}. Reduce them "
            "first, as with .mean(), or show all of them: add_histogram."
        )
    if not new_style:
        return summary(tag, simple_value=float(number))
    kind = {"double_val": [float(number)], "dtype": "DT_DOUBLE"}
    if not double_precision:
        kind = {"float_val": [float(number)], "dtype": "DT_FLOAT"}
    return summary(tag, "scalars", tensor=library().tensor.TensorProto(**kind))


def custom_scalars(layout: Layout) -> Any:
    """Charts that are put together of several curves."""
    tb = library().custom_scalar
    categories = [
        tb.Category(title=category, chart=[_chart(title, *chart) for title, chart in charts.items()])
        for category, charts in layout.items()
    ]
    content = tb.Layout(category=categories).SerializeToString()
    return summary("custom_scalars__config__", "custom_scalars", tensor=bytes_message(content))


def _chart(title: str, kind: str, tags: Sequence[str]) -> Any:
    tb = library().custom_scalar
    if kind != "Margin":
        return tb.Chart(title=title, multiline=tb.MultilineChartContent(tag=tags))
    if len(tags) != 3:
        raise ValueError(f"a margin chart has 3 tags, [value, lower, upper], but {title!r} got {len(tags)}")
    series = tb.MarginChartContent.Series(value=tags[0], lower=tags[1], upper=tags[2])
    return tb.Chart(title=title, margin=tb.MarginChartContent(series=[series]))
