"""Two transforms in one go, where that is faster and the result is the same to the last bit.

**Resize and CenterCrop of a PIL image**: what will be cut off is not computed. Pillow makes the new columns first and
then, of these, the new rows; so do we, but of the rows that are needed, and without the columns that are not.

To make the needed columns alone, there is `resize(box=…)`. But Pillow takes the box in 32-bit floats, and a box that
is a millionth of a pixel off changes some pixels by one. So an axis gets a box only where the box is exact: where old
length / new length is a fraction over a power of two. For a photo of 600×400 that gets 256 pixels high that is so for
both axes, 400/256 and 600/384, and half the work is saved; for one of 640×427 only for the rows.

**ToTensor and Normalize**: written into the tensor that ToTensor has just made, instead of into another.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ...tensors import Tensor
from .conversion import ToTensor, to_tensor
from .crop import CenterCrop, center
from .image import is_pil
from .interpolation import for_pil
from .normalize import Normalize, normalize
from .resize import Resize, output_size

WIDEST = 3  # pixels that a new pixel reaches to either side, if the image does not get smaller: those of LANCZOS
FLOAT32 = 1 << 24  # whole numbers up to here are exact in 32-bit floats


def fused(first: Any, second: Any, img: Any) -> Any:
    """What `second(first(img))` gives; None if there is no shorter way to it, or it is an error."""
    compute = _FUSED.get((type(first), type(second)))  # not for a subclass, which may do something else
    if compute is None or not is_pil(img) or img.mode not in ("RGB", "L"):
        return None
    try:
        return compute(first, second, img)
    except (TypeError, ValueError):
        return None  # the stage itself is to raise it


def _normalized_tensor(converting: ToTensor, normalizing: Normalize, img: Any) -> Tensor:
    return normalize(to_tensor(img), normalizing.mean, normalizing.std, inplace=True)


def _resized_and_cropped(resizing: Resize, cropping: CenterCrop, img: Any) -> Any:
    size = _new_size(resizing, img)
    if size is None or (cropping.size[0] > size[0]) or (cropping.size[1] > size[1]):
        return None
    starts = center(*size, *cropping.size)
    rows, columns = (_Axis(*axis) for axis in zip(reversed(img.size), size, starts, cropping.size, strict=True))
    mode = for_pil(resizing.interpolation)
    first, last = rows.needed()
    strip = img.crop((0, first, columns.old, last))
    if columns.is_exact:
        left, right = columns.box()
        narrow = strip.resize((columns.kept, strip.height), mode, box=(left, 0, right, strip.height))
    else:
        whole = strip.resize((columns.new, strip.height), mode)
        narrow = whole.crop((columns.start, 0, columns.start + columns.kept, strip.height))
    if rows.is_exact:
        top, bottom = rows.box()
        return narrow.resize((columns.kept, rows.kept), mode, box=(0, top - first, columns.kept, bottom - first))
    return narrow.resize((columns.kept, rows.new), mode).crop((0, rows.start, columns.kept, rows.start + rows.kept))


def _new_size(resizing: Resize, img: Any) -> tuple[int, int] | None:
    """Height and width of the resized image; None if it is not made by columns first and then rows."""
    width, height = img.size
    if "nearest" in resizing.interpolation.value or resizing.antialias is False:
        return None
    new_height, new_width = output_size(height, width, resizing.size, resizing.max_size)
    if new_height == height or new_width == width:
        return None
    # Pillow 13 makes the rows first if many more rows than columns go; earlier ones never do.
    if height - new_height > max(0, 2 * (width - new_width)):
        return None
    return new_height, new_width


class _Axis:
    """One axis: `old` pixels become `new` ones, of which `kept` are kept, from `start` on."""

    def __init__(self, old: int, new: int, start: int, kept: int) -> None:
        self.old, self.new, self.start, self.kept = old, new, start, kept
        divisor = new // math.gcd(old, new)
        self.is_exact = divisor & (divisor - 1) == 0 and old * divisor <= FLOAT32

    def box(self) -> tuple[float, float]:
        """From where to where the kept pixels lie among the old ones."""
        return self.start * self.old / self.new, (self.start + self.kept) * self.old / self.new

    def needed(self) -> tuple[int, int]:
        """The old pixels that the kept ones are made of, and a few more; all, where there is no exact box."""
        if not self.is_exact:
            return 0, self.old
        low, high = self.box()
        reach = WIDEST * max(1.0, self.old / self.new) + 1
        return max(0, math.floor(low - reach)), min(self.old, math.ceil(high + reach))


_FUSED: dict[tuple[type, type], Callable[[Any, Any, Any], Any]] = {
    (Resize, CenterCrop): _resized_and_cropped,
    (ToTensor, Normalize): _normalized_tensor,
}
