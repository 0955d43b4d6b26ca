"""Transforms of images, PIL images and tensors (…, C, H, W), as in torchvision's `transforms`, version 1.

    augment = Compose([RandomResizedCrop(224), RandomHorizontalFlip(), ToTensor(), Normalize(mean, std)])
    dataset = ImageFolder("photos", transform=augment)

Random transforms draw from `sample_generator` (data/randomness.py); `record` shows what they drew, `replay` repeats it.
"""

from . import functional
from .affine import RandomAffine, RandomRotation
from .base import RandomTransform, Transform
from .blur import GaussianBlur
from .color import ColorJitter, Grayscale, RandomGrayscale
from .compose import Compose, Lambda, RandomApply, RandomChoice, RandomOrder
from .conversion import ConvertImageDtype, PILToTensor, ToPILImage, ToTensor
from .crop import CenterCrop, FiveCrop, RandomCrop, RandomResizedCrop, TenCrop
from .draws import Draw, record, replay
from .erase import RandomErasing
from .flip import RandomHorizontalFlip, RandomVerticalFlip
from .interpolation import InterpolationMode
from .normalize import Normalize
from .pad import Pad
from .resize import Resize
from .stepwise import Stage, stepwise

__all__ = [
    "Compose",
    "Resize",
    "CenterCrop",
    "ToTensor",
    "Normalize",
    "RandomHorizontalFlip",
    "RandomVerticalFlip",
    "RandomCrop",
    "RandomResizedCrop",
    "FiveCrop",
    "TenCrop",
    "Pad",
    "RandomRotation",
    "RandomAffine",
    "ColorJitter",
    "Grayscale",
    "RandomGrayscale",
    "GaussianBlur",
    "RandomErasing",
    "PILToTensor",
    "ToPILImage",
    "ConvertImageDtype",
    "Lambda",
    "RandomApply",
    "RandomChoice",
    "RandomOrder",
    "InterpolationMode",
    "Draw",
    "record",
    "replay",
    "Stage",
    "stepwise",
    "Transform",
    "RandomTransform",
    "functional",
]
