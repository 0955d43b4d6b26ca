"""Transforms as functions, without random numbers. (torchvision: transforms.functional)

>>> import micrograd_nb as mg
>>> from micrograd_nb.data.transforms import functional as F
>>> F.hflip(mg.tensor([[[1, 2]]]))
tensor([[[2, 1]]])
"""

from .affine import affine, rotate
from .blur import gaussian_blur
from .color import adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation, rgb_to_grayscale
from .conversion import convert_image_dtype, pil_to_tensor, to_pil_image, to_tensor
from .crop import center_crop, crop, five_crop, resized_crop, ten_crop
from .erase import erase
from .flip import hflip, vflip
from .image import dimensions as get_dimensions
from .interpolation import InterpolationMode
from .normalize import normalize
from .pad import pad
from .resize import resize

__all__ = [
    "InterpolationMode",
    "adjust_brightness",
    "adjust_contrast",
    "adjust_hue",
    "adjust_saturation",
    "affine",
    "center_crop",
    "convert_image_dtype",
    "crop",
    "erase",
    "five_crop",
    "gaussian_blur",
    "get_dimensions",
    "hflip",
    "normalize",
    "pad",
    "pil_to_tensor",
    "resize",
    "resized_crop",
    "rgb_to_grayscale",
    "rotate",
    "ten_crop",
    "to_pil_image",
    "to_tensor",
    "vflip",
]
