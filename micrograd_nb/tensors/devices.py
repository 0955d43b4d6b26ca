"""`device("cpu")`: where a tensor's numbers are. That is always the cpu; code that asks for another is told so.

>>> import micrograd_nb as mg
>>> device = mg.device("cuda" if mg.cuda.is_available() else "cpu")
>>> mg.zeros(3, device=device).device
device(type='cpu')
"""

from __future__ import annotations

from typing import Any

_TYPES = (
    "cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia", "xla", "lazy",
    "vulkan", "mps", "meta", "hpu", "mtia", "privateuseone",
)  # fmt: skip


class device:
    """The name of a device, such as "cpu" or "cuda:1". To name one does not mean that it is there."""

    __slots__ = ("index", "type")

    type: str
    index: int | None

    def __init__(self, type: Any, index: int | None = None) -> None:
        if isinstance(type, device):
            type, index = type.type, type.index
        if isinstance(type, int):
            type, index = "cuda", type
        name, _, number = str(type).partition(":")
        if name not in _TYPES or not (number.isdecimal() or number == ""):
            raise RuntimeError(
                f"Expected one of {', '.join(_TYPES)} device type at start of device string: {type}, and then :number "
                "or nothing"
            )
        self.type = name
        self.index = int(number) if number else index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __reduce__(self) -> tuple[Any, ...]:
        return device, (self.type, self.index)

    def __enter__(self) -> device:
        check(self)
        return self

    def __exit__(self, *error: object) -> None:
        """As a context, a device is where new tensors go; there is one only."""

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __repr__(self) -> str:
        return f"device(type='{self.type}'" + ("" if self.index is None else f", index={self.index}") + ")"


CPU = device("cpu")


def check(wanted: Any) -> None:
    """Refuses every device but the cpu."""
    if wanted is not None and wanted is not CPU and wanted != "cpu" and device(wanted).type != "cpu":
        raise no_device(wanted)


def no_device(wanted: Any) -> RuntimeError:
    """The error for a device that is not there."""
    return RuntimeError(
        f"there is no device '{wanted}': micrograd_nb computes with NumPy, on the cpu. Leave .to() and device= out, or "
        'choose by is_available(): device("cuda" if cuda.is_available() else "cpu").'
    )


def get_default_device() -> device:
    """Where new tensors go: the cpu."""
    return CPU


def set_default_device(device: Any) -> None:
    """Accepts the cpu, which it is in any case."""
    check(device)
