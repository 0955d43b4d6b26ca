"""Small programs with transforms that run in torchvision and here, for tests that compare the two.

record_torchvision.py runs them in torchvision and keeps what comes out; test_transforms.py runs them here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image


@dataclass(frozen=True)
class Library:
    """torchvision or micrograd_nb, with a photo of 26×19 pixels in several forms."""

    T: Any  # transforms
    F: Any  # transforms.functional
    tensor: Callable[[np.ndarray], Any]
    dtypes: Any  # has float32 etc.
    photo: np.ndarray  # (19, 26, 3), bytes

    @property
    def pil(self) -> Any:
        return Image.fromarray(self.photo)

    @property
    def gray(self) -> Any:
        return self.pil.convert("L")

    @property
    def bytes(self) -> Any:
        """(3, 19, 26), bytes."""
        return self.tensor(np.ascontiguousarray(self.photo.transpose(2, 0, 1)))

    @property
    def floats(self) -> Any:
        """(3, 19, 26), from 0 to 1."""
        return self.tensor(np.ascontiguousarray(self.photo.transpose(2, 0, 1)) / np.float32(255))

    @property
    def doubles(self) -> Any:
        return self.tensor(self.photo.transpose(2, 0, 1) / 255)

    @property
    def batch(self) -> Any:
        """(2, 1, 19, 26)."""
        return self.tensor(np.ascontiguousarray(self.photo.transpose(2, 0, 1)[:2, None]) / np.float32(255))


Case = Callable[[Library], Any]
FORMS = ("pil", "gray", "bytes", "floats")
MOVED = ("pil", "gray", "bytes")  # enough for what only moves pixels


def _of_each_form(name: str, program: Callable[[Library, Any], Any], forms: tuple[str, ...] = FORMS) -> dict[str, Case]:
    return {f"{name}, {form}": lambda lib, form=form: program(lib, getattr(lib, form)) for form in forms}


def _resizing() -> dict[str, Case]:
    cases: dict[str, Case] = {}
    # Of sizes that make an image much lower but not much narrower, Pillow 13 makes the rows first, earlier ones do not.
    for size in (12, 27, (27, 8), [9], (19, 26), (26, 10)):
        cases |= _of_each_form(f"resize {size}", lambda lib, img, size=size: lib.T.Resize(size)(img))
    for mode in ("NEAREST", "NEAREST_EXACT", "BICUBIC"):
        for size in (7, 31):
            cases |= _of_each_form(
                f"resize {size} {mode}",
                lambda lib, img, size=size, mode=mode: lib.T.Resize(size, lib.T.InterpolationMode[mode])(img),
            )
    for mode in ("BOX", "HAMMING", "LANCZOS"):
        cases[f"resize {mode}"] = lambda lib, mode=mode: lib.T.Resize(9, lib.T.InterpolationMode[mode])(lib.pil)
    for mode in ("BILINEAR", "BICUBIC"):
        for size in (7, 31):
            cases |= _of_each_form(
                f"resize {size} {mode} without antialias",
                lambda lib, img, size=size, mode=mode: lib.T.Resize(
                    size, lib.T.InterpolationMode[mode], antialias=False
                )(img),
                ("bytes", "floats", "doubles"),
            )
    cases |= _of_each_form("resize max_size", lambda lib, img: lib.T.Resize(15, max_size=18)(img), (*FORMS, "batch"))
    cases |= _of_each_form("resize, doubles", lambda lib, img: lib.T.Resize(8)(img), ("doubles", "batch"))
    return cases


def _cropping() -> dict[str, Case]:
    cases: dict[str, Case] = {}
    forms = ("pil", "gray", "bytes", "batch")
    for size in (10, (7, 20), (19, 26), (30, 5), (23, 31), 40):
        cases |= _of_each_form(f"center crop {size}", lambda lib, img, size=size: lib.T.CenterCrop(size)(img), forms)
    for place in ((3, 4, 10, 12), (-3, -5, 10, 15), (15, 20, 10, 10), (-2, -2, 30, 35), (18, 25, 1, 1)):
        cases |= _of_each_form(f"crop {place}", lambda lib, img, place=place: lib.F.crop(img, *place), forms)
    cases |= _of_each_form("resized crop", lambda lib, img: lib.F.resized_crop(img, 3, 5, 12, 18, (8, 8)), forms)
    for number in range(5):
        cases |= _of_each_form(f"five crop {number}", lambda lib, img, n=number: lib.T.FiveCrop((7, 10))(img)[n], forms)
    for number in range(10):
        cases |= _of_each_form(
            f"ten crop {number}", lambda lib, img, n=number: lib.T.TenCrop(5)(img)[n], ("pil", "bytes")
        )
        cases |= _of_each_form(
            f"ten crop, vertical {number}",
            lambda lib, img, n=number: lib.T.TenCrop(5, vertical_flip=True)(img)[n],
            ("pil",),
        )
    return cases


def _padding() -> dict[str, Case]:
    cases: dict[str, Case] = {}
    for padding in (3, (2, 5), (1, 2, 3, 4), [6], (-2, 3, 4, -5)):
        cases |= _of_each_form(f"pad {padding}", lambda lib, img, p=padding: lib.T.Pad(p, fill=7)(img), MOVED)
        for mode in ("edge", "reflect", "symmetric"):
            cases |= _of_each_form(
                f"pad {padding} {mode}",
                lambda lib, img, p=padding, mode=mode: lib.T.Pad(p, padding_mode=mode)(img),
                MOVED,
            )
    cases["pad with a colour"] = lambda lib: lib.T.Pad(3, fill=(10, 20, 30))(lib.pil)
    cases["pad with a palette"] = lambda lib: lib.T.Pad(3, padding_mode="edge")(lib.pil.quantize(8)).convert("RGB")
    cases["pad a batch"] = lambda lib: lib.T.Pad(3, padding_mode="symmetric")(lib.batch)
    return cases


def _turning() -> dict[str, Case]:
    cases: dict[str, Case] = {}
    forms = (*FORMS, "batch")
    cases |= _of_each_form("hflip", lambda lib, img: lib.F.hflip(img), MOVED)
    cases |= _of_each_form("vflip", lambda lib, img: lib.F.vflip(img), MOVED)
    for angle in (0, -45.5, 90, 271):
        for mode in ("NEAREST", "BILINEAR"):
            cases |= _of_each_form(
                f"rotate {angle} {mode}",
                lambda lib, img, angle=angle, mode=mode: lib.F.rotate(img, angle, lib.T.InterpolationMode[mode]),
            )
        cases |= _of_each_form(
            f"rotate {angle} expand", lambda lib, img, angle=angle: lib.F.rotate(img, angle, expand=True), FORMS
        )
    cases |= _of_each_form("rotate around a corner", lambda lib, img: lib.F.rotate(img, 20, center=(5, 6)), forms)
    cases |= _of_each_form("rotate fill", lambda lib, img: lib.F.rotate(img, 20, fill=[0.5]), ("floats", "batch"))
    cases |= _of_each_form("rotate fill bytes", lambda lib, img: lib.F.rotate(img, 20, fill=[90]), ("gray", "bytes"))
    cases |= _of_each_form(
        "rotate fill colour", lambda lib, img: lib.F.rotate(img, 20, fill=[90, 10, 200]), ("pil", "bytes")
    )
    cases |= _of_each_form(
        "rotate fill bilinear",
        lambda lib, img: lib.F.rotate(img, 20, lib.T.InterpolationMode.BILINEAR, fill=[0.5]),
        ("floats", "batch"),
    )
    cases["rotate bicubic"] = lambda lib: lib.F.rotate(lib.pil, 20, lib.T.InterpolationMode.BICUBIC)
    cases |= _of_each_form(
        "random rotation that is not", lambda lib, img: lib.T.RandomRotation((25, 25), expand=True, fill=3)(img)
    )
    moves = {
        "turn": (40, (0, 0), 1.0, (0.0, 0.0)),
        "move": (0, (5, -7), 1.0, (0.0, 0.0)),
        "grow": (0, (0, 0), 1.7, (0.0, 0.0)),
        "shear": (0, (0, 0), 1.0, (20.0, -10.0)),
        "all": (-33.3, (4, 3), 0.8, (12.0, 7.0)),
    }
    for name, move in moves.items():
        for mode in ("NEAREST", "BILINEAR"):
            cases |= _of_each_form(
                f"affine {name} {mode}",
                lambda lib, img, move=move, mode=mode: lib.F.affine(img, *move, lib.T.InterpolationMode[mode]),
                forms,
            )
    cases |= _of_each_form(
        "affine around, filled",
        lambda lib, img: lib.F.affine(img, 15, [2, 3], 1.1, 5.0, center=[7, 8], fill=[60.0]),
        ("gray", "bytes"),
    )
    cases |= _of_each_form(
        "random affine that is not", lambda lib, img: lib.T.RandomAffine((15, 15), scale=(0.9, 0.9), fill=2)(img)
    )
    return cases


def _colouring() -> dict[str, Case]:
    cases: dict[str, Case] = {}
    forms = (*FORMS, "doubles")
    for what in ("brightness", "contrast", "saturation"):
        for factor in (0, 0.3, 1.8):
            cases |= _of_each_form(
                f"{what} {factor}",
                lambda lib, img, what=what, factor=factor: getattr(lib.F, f"adjust_{what}")(img, factor),
                FORMS,
            )
    for factor in (-0.5, -0.17, 0.25):
        cases |= _of_each_form(f"hue {factor}", lambda lib, img, f=factor: lib.F.adjust_hue(img, f), FORMS)
    for channels in (1, 3):
        cases |= _of_each_form(f"grayscale {channels}", lambda lib, img, n=channels: lib.T.Grayscale(n)(img), forms)
    cases |= _of_each_form("random grayscale that is not", lambda lib, img: lib.T.RandomGrayscale(p=1)(img), forms)
    for size, sigma in ((3, 0.7), ((5, 3), 1.5), (9, (2.0, 0.6))):
        cases |= _of_each_form(
            f"blur {size} {sigma}",
            lambda lib, img, size=size, sigma=sigma: lib.F.gaussian_blur(img, size, sigma),
            forms,
        )
    cases |= _of_each_form("blur by size", lambda lib, img: lib.F.gaussian_blur(img, 5), forms)
    cases |= _of_each_form(
        "random blur that is not", lambda lib, img: lib.T.GaussianBlur(5, 1.2)(img), (*forms, "batch")
    )
    return cases


def _converting() -> dict[str, Case]:
    cases: dict[str, Case] = {}
    for mode in ("RGB", "L", "1", "P", "LA", "RGBA", "CMYK", "YCbCr", "HSV", "I", "F", "I;16"):
        cases[f"to tensor {mode}"] = lambda lib, mode=mode: lib.T.ToTensor()(_in_mode(lib.pil, mode))
        if mode != "I;16":  # uint16, which our tensors do not hold
            cases[f"PIL to tensor {mode}"] = lambda lib, mode=mode: lib.T.PILToTensor()(_in_mode(lib.pil, mode))
    cases["to tensor, array"] = lambda lib: lib.T.ToTensor()(lib.photo)
    cases["to tensor, array of one channel"] = lambda lib: lib.T.ToTensor()(lib.photo[:, :, 0])
    cases["to tensor, array of floats"] = lambda lib: lib.T.ToTensor()(lib.photo / 255)
    cases |= _of_each_form("to PIL", lambda lib, img: lib.T.ToPILImage()(img), ("bytes", "floats", "doubles"))
    cases["to PIL, array"] = lambda lib: lib.T.ToPILImage()(lib.photo)
    cases["to PIL, one channel"] = lambda lib: lib.T.ToPILImage()(lib.photo[:, :, 0])
    cases["to PIL, two channels"] = lambda lib: lib.T.ToPILImage()(lib.photo[:, :, :2])
    cases["to PIL, four channels"] = lambda lib: lib.T.ToPILImage()(np.dstack([lib.photo, lib.photo[:, :, 0]]))
    cases["to PIL, CMYK"] = lambda lib: lib.T.ToPILImage("CMYK")(np.dstack([lib.photo, lib.photo[:, :, 0]]))
    cases["to PIL, HSV"] = lambda lib: lib.T.ToPILImage("HSV")(lib.bytes)
    cases["to PIL, short"] = lambda lib: lib.T.ToPILImage()(lib.photo[:, :, :1].astype(np.int16) * 100)
    cases["to PIL, int"] = lambda lib: lib.T.ToPILImage()(lib.photo[:, :, :1].astype(np.int32) * 1000)
    cases["to PIL, float"] = lambda lib: lib.T.ToPILImage("F")(lib.photo[:, :, :1].astype(np.float32) / 7)
    for old in ("uint8", "int16", "float32", "float64"):
        for new in ("uint8", "int8", "int16", "int32", "float32", "float64"):
            if (old, new) not in (("float32", "int32"),):
                cases[f"convert {old} to {new}"] = lambda lib, old=old, new=new: lib.T.ConvertImageDtype(
                    getattr(lib.dtypes, new)
                )(lib.tensor(_on_scale(lib.photo, old)))
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    for form in ("floats", "doubles"):
        cases[f"normalize {form}"] = lambda lib, form=form: lib.T.Normalize(mean, std)(getattr(lib, form))
    cases["normalize, one value"] = lambda lib: lib.T.Normalize([0.5], [0.5])(lib.floats)
    cases["normalize, a batch"] = lambda lib: lib.T.Normalize((0.5,), (0.25,))(lib.batch)
    cases["erase"] = lambda lib: lib.F.erase(
        lib.floats, 3, 4, 10, 12, lib.tensor(np.float32([[[0.1]], [[0.2]], [[0.3]]]))
    )
    cases["the usual"] = lambda lib: lib.T.Compose(
        [lib.T.Resize(16), lib.T.CenterCrop(14), lib.T.ToTensor(), lib.T.Normalize(mean, std)]
    )(lib.pil)
    cases["the usual, of a tensor"] = lambda lib: lib.T.Compose(
        [
            lib.T.Resize(16),
            lib.T.CenterCrop(14),
            lib.T.ConvertImageDtype(lib.dtypes.float32),
            lib.T.Normalize(mean, std),
        ]
    )(lib.bytes)
    return cases


def _in_mode(img: Any, mode: str) -> Any:
    if mode == "HSV":
        return img.convert("HSV")
    if mode == "LA":
        return Image.merge("LA", img.split()[:2])
    if mode == "RGBA":
        return Image.merge("RGBA", (*img.split(), img.split()[1]))
    if mode == "I;16":
        return Image.fromarray(np.asarray(img)[:, :, 0].astype(np.uint16) * 100)
    if mode in ("I", "F", "1"):
        return img.convert("L").convert(mode)
    return img.convert(mode)


def _on_scale(photo: np.ndarray, dtype: str) -> np.ndarray:
    """The photo's values on the scale of a dtype."""
    if dtype.startswith("float"):
        return (photo / 255).astype(dtype)
    return (photo.astype(np.int64) * (np.iinfo(dtype).max + 1) // 256).astype(dtype)


CASES = {**_resizing(), **_cropping(), **_padding(), **_turning(), **_colouring(), **_converting()}

REPRS: dict[str, Callable[[Any], Any]] = {
    "Resize": lambda T: T.Resize(256),
    "Resize of both": lambda T: T.Resize((2, 3), T.InterpolationMode.BICUBIC, antialias=None),
    "Resize, max": lambda T: T.Resize([5], max_size=7),
    "Resize by Pillow's number": lambda T: T.Resize(5, 3),
    "CenterCrop": lambda T: T.CenterCrop(224),
    "CenterCrop of both": lambda T: T.CenterCrop([2, 3]),
    "RandomCrop": lambda T: T.RandomCrop(32, padding=4),
    "RandomCrop of both": lambda T: T.RandomCrop([2, 3]),
    "RandomResizedCrop": lambda T: T.RandomResizedCrop(224),
    "RandomResizedCrop, all": lambda T: T.RandomResizedCrop((2, 3), [0.5, 0.75], (1, 2), 0, antialias=False),
    "FiveCrop": lambda T: T.FiveCrop(3),
    "TenCrop": lambda T: T.TenCrop((3, 4), vertical_flip=True),
    "Pad": lambda T: T.Pad((1, 2), fill=3, padding_mode="edge"),
    "RandomHorizontalFlip": lambda T: T.RandomHorizontalFlip(),
    "RandomVerticalFlip": lambda T: T.RandomVerticalFlip(0.25),
    "RandomRotation": lambda T: T.RandomRotation(10),
    "RandomRotation, all": lambda T: T.RandomRotation((5, 6), T.InterpolationMode.BILINEAR, True, (1, 2), (3, 4, 5)),
    "RandomRotation, no fill": lambda T: T.RandomRotation(10, fill=None),
    "RandomAffine": lambda T: T.RandomAffine(10),
    "RandomAffine, all": lambda T: T.RandomAffine(
        (1, 2), (0.1, 0.2), (0.5, 2), 3, T.InterpolationMode.BILINEAR, 4, (5, 6)
    ),
    "RandomAffine, four shears": lambda T: T.RandomAffine(0, shear=[1, 2, 3, 4]),
    "ColorJitter": lambda T: T.ColorJitter(0.4, (0.5, 1.5), 0, 0.1),
    "Grayscale": lambda T: T.Grayscale(3),
    "RandomGrayscale": lambda T: T.RandomGrayscale(),
    "GaussianBlur": lambda T: T.GaussianBlur(3),
    "GaussianBlur, all": lambda T: T.GaussianBlur((3, 5), 1.5),
    "RandomErasing": lambda T: T.RandomErasing(),
    "RandomErasing, all": lambda T: T.RandomErasing(0.1, (0.1, 0.2), (1, 2), "random", True),
    "ToTensor": lambda T: T.ToTensor(),
    "PILToTensor": lambda T: T.PILToTensor(),
    "ToPILImage": lambda T: T.ToPILImage(),
    "ToPILImage, mode": lambda T: T.ToPILImage("RGB"),
    "Normalize": lambda T: T.Normalize((0.5,), [0.25]),
    "ConvertImageDtype": lambda T: T.ConvertImageDtype(None),
    "Lambda": lambda T: T.Lambda(abs),
    "Compose": lambda T: T.Compose([T.Resize(3), T.ToTensor()]),
    "Compose, nested": lambda T: T.Compose([T.Compose([T.ToTensor()]), T.RandomApply([T.ToTensor()])]),
    "RandomApply": lambda T: T.RandomApply([T.Pad(1), T.ToTensor()], p=0.3),
    "RandomChoice": lambda T: T.RandomChoice([T.Pad(1), T.ToTensor()]),
    "RandomChoice, weights": lambda T: T.RandomChoice([T.Pad(1), T.ToTensor()], p=[1, 2]),
    "RandomOrder": lambda T: T.RandomOrder([T.Pad(1), T.ToTensor()]),
}
