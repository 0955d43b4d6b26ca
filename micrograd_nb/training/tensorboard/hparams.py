"""The page "HParams": runs side by side, with the options that they had and what they reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...tensors import Tensor
from .library import library
from .messages import as_array, summary

PLUGIN, VERSION = "hparams", 0
EXPERIMENT, START, END = (f"_hparams_/{name}" for name in ("experiment", "session_start_info", "session_end_info"))


def hparams(options: dict[str, Any], metrics: dict[str, Any], discrete: dict[str, list[Any]] | None) -> list[Any]:
    """The three summaries of a run: what is compared, the options of this run, and that it ended well.

    Arguments:
        options: numbers, bools, strings, single-element tensors; None is left out.
        metrics: their names count.
        discrete: all values that an option may have, for some options.

    Raises:
        TypeError: no dicts; values of another type than the option.
        ValueError: an option of another type.
    """
    discrete = {} if discrete is None else discrete
    _check_dicts(options, metrics, discrete)
    tb = library()
    start = tb.hparams.SessionStartInfo()
    infos = []
    for name, value in options.items():
        if value is None:
            continue
        kind, field = _kind(value)
        plain = value if isinstance(value, (str, bool, int, float)) else as_array(value).item()
        setattr(start.hparams[name], field, plain)
        values = _values(discrete.get(name), field)
        infos.append(tb.hparams_api.HParamInfo(name=name, type=kind, domain_discrete=values))
    infos_of_metrics = [tb.hparams_api.MetricInfo(name=tb.hparams_api.MetricName(tag=name)) for name in metrics]
    experiment = tb.hparams_api.Experiment(hparam_infos=infos, metric_infos=infos_of_metrics)
    end = tb.hparams.SessionEndInfo(status=tb.hparams_api.Status.Value("STATUS_SUCCESS"))
    return [
        _summary(EXPERIMENT, experiment=experiment),
        _summary(START, session_start_info=start),
        _summary(END, session_end_info=end),
    ]


def _summary(tag: str, **content: Any) -> Any:
    data = library().hparams.HParamsPluginData(version=VERSION, **content)
    return summary(tag, PLUGIN, data.SerializeToString())


def _kind(value: Any) -> tuple[int, str]:
    """TensorBoard's type of an option, and the field for its value. A bool is a number, as in PyTorch."""
    types = library().hparams_api.DataType
    if isinstance(value, str):
        return types.Value("DATA_TYPE_STRING"), "string_value"
    if isinstance(value, (int, float)) or (_is_tensor(value) and as_array(value).size == 1):
        return types.Value("DATA_TYPE_FLOAT64"), "number_value"
    raise ValueError(
        "value should be one of int, float, str, bool, or torch.Tensor: a single number or a string, but got "
        f"{type(value).__name__}. A list or a dict can be written as a string: str(value)."
    )


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor) or hasattr(value, "__array__")


def _values(values: Sequence[Any] | None, field: str) -> Any:
    if values is None:
        return None
    tb = library().struct
    return tb.ListValue(values=[tb.Value(**{field: value}) for value in values])


def _check_dicts(options: Any, metrics: Any, discrete: Any) -> None:
    if type(options) is not dict or type(metrics) is not dict:
        raise TypeError(
            "hparam_dict and metric_dict should be dictionary: names with values; got "
            f"{type(options).__name__} and {type(metrics).__name__}"
        )
    if not isinstance(discrete, dict):
        raise TypeError("parameter: hparam_domain_discrete should be a dictionary, nothing logged.")
    for name, values in discrete.items():
        kind = type(options.get(name))
        if name not in options or not isinstance(values, list) or not all(isinstance(v, kind) for v in values):
            raise TypeError(
                f"parameter: hparam_domain_discrete[{name}] should be a list of same type as hparam_dict[{name}]."
            )
