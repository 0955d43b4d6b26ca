"""Between PIL images, arrays and tensors, and between the dtypes of tensors: ToTensor, PILToTensor, ToPILImage,
ConvertImageDtype."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy import ndarray

from ...tensors import Tensor, from_numpy, get_default_dtype
from ...tensors.dtypes import float32
from .base import Transform
from .image import check_pil, describe, is_pil

_LITTLE = sys.byteorder == "little"
SHORT_MODE = "I;16" if _LITTLE else "I;16B"
MODES: dict[int, dict[Any, str]] = {
    1: {np.uint8: "L", np.int16: SHORT_MODE, np.int32: "I", np.float32: "F"},
    2: {np.uint8: "LA"},
    3: {np.uint8: "RGB"},
    4: {np.uint8: "RGBA"},
}
OTHER_MODES: dict[int, list[str]] = {2: ["LA"], 3: ["RGB", "YCbCr", "HSV"], 4: ["RGBA", "CMYK", "RGBX"]}


class ToTensor(Transform):
    """A PIL image, or an array (H, W, C), as a tensor (C, H, W). (torchvision: transforms.ToTensor)

    Bytes, 0 to 255, become floats from 0.0 to 1.0 of the default dtype; other types keep their values and types.

    Raises:
        TypeError: neither a PIL image nor an array.
        ValueError: an array that has not two or three axes.

    >>> import numpy as np
    >>> ToTensor()(np.array([[0, 51], [204, 255]], np.uint8))
    tensor([[[0.0000, 0.2000],
             [0.8000, 1.0000]]])
    """

    def forward(self, pic: Any) -> Tensor:
        return to_tensor(pic)


class PILToTensor(Transform):
    """A PIL image as a tensor (C, H, W) of the same values and type. (torchvision: transforms.PILToTensor)

    >>> from PIL import Image
    >>> PILToTensor()(Image.new("RGB", (2, 1), (10, 20, 30))).tolist()
    [[[10, 10]], [[20, 20]], [[30, 30]]]
    """

    def forward(self, pic: Any) -> Tensor:
        return pil_to_tensor(pic)


class ToPILImage(Transform):
    """A tensor (C, H, W), or an array (H, W, C), as a PIL image. (torchvision: transforms.ToPILImage)

    Floats from 0.0 to 1.0 become bytes from 0 to 255, unless the mode is "F".

    Arguments:
        mode: PIL's name for what the channels mean. Without it: 1 channel is gray, 2 gray and opacity (LA), 3 RGB, 4
            RGB and opacity (RGBA).

    Raises:
        TypeError: neither tensor nor array; a dtype that images do not have.
        ValueError: more than four channels, not two or three axes, a mode that the channels do not fit.

    >>> import micrograd_nb as mg
    >>> img = ToPILImage()(mg.tensor([[[0.0, 0.5, 1.0]]]))
    >>> img.mode, img.size, [img.getpixel((x, 0)) for x in range(3)]
    ('L', (3, 1), [0, 127, 255])
    """

    def __init__(self, mode: str | None = None) -> None:
        self.mode = mode

    def forward(self, pic: Any) -> Any:
        return to_pil_image(pic, self.mode)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'' if self.mode is None else f'mode={self.mode}'})"


class ConvertImageDtype(Transform):
    """A tensor of another dtype, its values put onto that dtype's scale. (torchvision: transforms.ConvertImageDtype)

    Floats go from 0 to 1; whole numbers from 0 to the largest of their dtype.

    Raises:
        TypeError: no tensor.
        RuntimeError: floats that cannot tell so many whole numbers apart.

    >>> import micrograd_nb as mg
    >>> ConvertImageDtype(mg.float32)(mg.tensor([0, 51, 255], dtype=mg.uint8))
    tensor([0.0000, 0.2000, 1.0000])
    """

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype

    def forward(self, image: Any) -> Tensor:
        return convert_image_dtype(image, self.dtype)


# -- the same as functions ---------------------------------------------------------------------------------------------


def to_tensor(pic: Any) -> Tensor:
    """See `ToTensor`."""
    if isinstance(pic, ndarray):
        if pic.ndim not in (2, 3):
            raise ValueError(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions: {describe(pic)}")
        array = pic if pic.ndim == 3 else pic[:, :, None]
    elif is_pil(pic) and pic.mode == "RGB":
        return _scaled(_planes(pic))
    elif is_pil(pic):
        array = _pixels(pic, {"I": np.int32, SHORT_MODE: np.int16, "F": np.float32}.get(pic.mode, np.uint8))
        array = array * np.uint8(255) if pic.mode == "1" else array
    else:
        raise TypeError(f"pic should be PIL Image or ndarray. Got {type(pic)}: {describe(pic)}")
    channels_first = array.transpose(2, 0, 1)
    return _scaled(channels_first) if array.dtype == np.uint8 else from_numpy(np.array(channels_first, order="C"))


def pil_to_tensor(pic: Any) -> Tensor:
    """See `PILToTensor`."""
    check_pil(pic)
    if pic.mode.startswith("I;16"):
        raise TypeError(
            f"a PIL image of mode {pic.mode} holds uint16, which no tensor holds: ToTensor() makes int16 of it, "
            'pic.convert("I") int32'
        )
    return from_numpy(np.array(_pixels(pic, None).transpose(2, 0, 1), order="C"))


def to_pil_image(pic: Any, mode: str | None = None) -> Any:
    """See `ToPILImage`."""
    array = _channels_last(pic)
    if array.dtype.kind == "f" and mode != "F":
        array = (array * 255).astype(np.uint8)
    channels = array.shape[2]
    expected = MODES[channels].get(array.dtype.type)
    allowed: list[Any] = OTHER_MODES.get(channels, [expected])
    if mode is not None and mode not in allowed:
        raise ValueError(
            f"Incorrect mode ({mode}) supplied for {channels} channels of dtype {array.dtype}. Should be "
            f"{' or '.join(map(str, allowed))}"
        )
    if mode is None and expected is None:
        raise TypeError(
            f"Input type {array.dtype} is not supported for {channels} channels; supported are "
            f"{', '.join(kind.__name__ for kind in MODES[channels])}, and floats from 0 to 1"
        )
    return pil_image(array[:, :, 0] if channels == 1 else array, mode or str(expected))


def convert_image_dtype(image: Any, dtype: Any = float32) -> Tensor:
    """See `ConvertImageDtype`."""
    if not isinstance(image, Tensor):
        raise TypeError(f"Input img should be Tensor Image. Got {type(image)}: {describe(image)}")
    return image if image.dtype == dtype else from_numpy(rescaled(image.detach().array, dtype.dtype))


# -- what they need ----------------------------------------------------------------------------------------------------


def pil_image(array: ndarray, mode: str) -> Any:
    """A PIL image of an array (H, W) or (H, W, C), whose bytes mean what the mode says."""
    from PIL import Image  # here, because to import micrograd_nb must not take the time to load it

    return Image.frombytes(mode, (array.shape[1], array.shape[0]), array.tobytes())


def largest(dtype: np.dtype[Any]) -> int:
    """The value that stands for white in a tensor of a dtype."""
    return int(np.iinfo(dtype).max) if dtype.kind in "iu" else 1


def rescaled(array: ndarray, dtype: np.dtype[Any]) -> ndarray:
    """The values on the scale of another dtype."""
    is_float, becomes_float = array.dtype.kind == "f", dtype.kind == "f"
    white, new_white = largest(array.dtype), largest(dtype)
    if is_float and becomes_float:
        return array.astype(dtype)
    if is_float:
        if (array.dtype.itemsize, dtype.itemsize) in ((4, 4), (4, 8), (8, 8)):
            raise RuntimeError(
                f"The cast from {array.dtype} to {dtype} cannot be performed safely: a {array.dtype} does not tell all "
                f"whole numbers up to {new_white} apart. Convert to uint8 or int16."
            )
        # Just short of new_white + 1, so that whole numbers get equal shares of the floats.
        return (array * array.dtype.type(new_white + 1 - 1e-3)).astype(dtype)
    if becomes_float:
        return array.astype(dtype) / dtype.type(white)
    if white > new_white:
        return (array // ((white + 1) // (new_white + 1))).astype(dtype)
    return array.astype(dtype) * dtype.type((new_white + 1) // (white + 1))


def _scaled(array: ndarray) -> Tensor:
    """Bytes as floats from 0 to 1."""
    dtype = get_default_dtype().dtype
    floats = np.array(array, dtype, order="C")
    floats /= dtype.type(255)
    return from_numpy(floats)


def _planes(pic: Any) -> ndarray:
    """The pixels of an RGB image, (3, H, W). Pillow takes the channels apart in half the time that NumPy needs."""
    width, height = pic.size
    planes = b"".join([pic.tobytes("raw", channel) for channel in "RGB"])
    return np.frombuffer(planes, np.uint8).reshape(3, height, width)


def _pixels(pic: Any, dtype: Any) -> ndarray:
    """The pixels of a PIL image as an array (H, W, C), which may be read-only."""
    array = np.asarray(pic, dtype)
    return array if array.ndim == 3 else array[:, :, None]


def _channels_last(pic: Any) -> ndarray:
    if isinstance(pic, Tensor):
        array = pic.detach().array
        array = array.transpose(1, 2, 0) if array.ndim == 3 else array
    elif isinstance(pic, ndarray):
        array = pic
    else:
        raise TypeError(f"pic should be Tensor or ndarray. Got {type(pic)}: {describe(pic)}")
    if array.ndim not in (2, 3):
        raise ValueError(f"pic should be 2/3 dimensional. Got {array.ndim} dimensions: {describe(pic)}")
    array = array if array.ndim == 3 else array[:, :, None]
    if not 1 <= array.shape[2] <= 4:
        raise ValueError(
            f"pic should not have > 4 channels. Got {array.shape[2]} channels: {describe(pic)}. A tensor is (C, H, W), "
            "an array (H, W, C)."
        )
    return array
