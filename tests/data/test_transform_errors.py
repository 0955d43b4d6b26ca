"""Transforms say what came, what the rule is and what to do; in a Compose, they say in which stage."""

from __future__ import annotations

import traceback

import numpy as np
import pytest
from PIL import Image

import micrograd_nb as mg
from micrograd_nb.data import transforms as T
from micrograd_nb.data.transforms import functional as F


def told(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


PHOTO, TENSOR = Image.new("RGB", (5, 4)), mg.zeros(3, 4, 5)

ERRORS = [
    (lambda: T.Resize("a"), TypeError, "Size should be int or sequence"),
    (lambda: T.Resize([1, 2, 3]), ValueError, "it should have 1 or 2 values"),
    (
        lambda: T.Resize(5, "bilinear"),
        TypeError,
        r"interpolation should be a InterpolationMode .* For example InterpolationMode\.BILINEAR",
    ),
    (
        lambda: T.Resize((5, 6), max_size=9)(PHOTO),
        ValueError,
        "max_size should only be passed if size specifies the length of",
    ),
    (
        lambda: T.Resize(5, max_size=5)(PHOTO),
        ValueError,
        "must be strictly greater than the requested size for the smaller edge",
    ),
    (
        lambda: T.Resize(9, T.InterpolationMode.LANCZOS)(TENSOR),
        ValueError,
        "'lanczos' is unsupported with Tensor input; nearest",
    ),
    (
        lambda: T.Resize(9)("photo.jpg"),
        TypeError,
        r"img should be PIL Image or Tensor\. Got <class 'str'>: 'photo\.jpg'",
    ),
    (
        lambda: T.Resize(9)(np.zeros((4, 5, 3))),
        TypeError,
        r"an array of shape \(4, 5, 3\).*ToPILImage\(\), or ToTensor\(\)",
    ),
    (lambda: T.Resize(9)(mg.zeros(4)), TypeError, r"Tensor is not a torch image.*\(4,\)"),
    (
        lambda: T.Resize(9)(mg.zeros(3, 4, 5, requires_grad=True)),
        RuntimeError,
        r"compute no gradients.*image\.detach\(\)",
    ),
    (lambda: T.CenterCrop((1, 2, 3)), ValueError, "Please provide only two dimensions"),
    (lambda: T.CenterCrop("ab"), TypeError, "Please provide only two dimensions"),
    (
        lambda: T.RandomCrop(9)(PHOTO),
        ValueError,
        r"crop size \(9, 9\) is larger than input image size \(4, 5\).*pad_if_needed=True",
    ),
    (lambda: T.FiveCrop(9)(PHOTO), ValueError, r"Requested crop size \(9, 9\) is bigger than input size \(4, 5\)"),
    (lambda: T.RandomResizedCrop(5, scale=1), TypeError, "Scale should be a sequence"),
    (lambda: T.RandomResizedCrop(5, ratio=1), TypeError, "Ratio should be a sequence"),
    (lambda: T.Pad("a"), TypeError, "Got inappropriate padding arg"),
    (lambda: T.Pad((1, 2, 3)), ValueError, "a 1, 2, or 4 element tuple, not a 3 element tuple"),
    (lambda: T.Pad(1, fill="a"), TypeError, "Got inappropriate fill arg"),
    (lambda: T.Pad(1, padding_mode="wrap"), ValueError, "either constant, edge, reflect or symmetric, but got 'wrap'"),
    (lambda: T.Pad(1, fill=(1, 2, 3))(TENSOR), TypeError, "a tensor is filled with one number"),
    (
        lambda: T.Pad(1, fill=(1, 2))(PHOTO),
        ValueError,
        r"does not match the number of channels of the image \(2 != 3\)",
    ),
    (lambda: T.Pad(4, padding_mode="reflect")(TENSOR), RuntimeError, "padding of 4 pixels at a height of 4"),
    (lambda: T.RandomRotation(-1), ValueError, "If degrees is a single number, it must be positive"),
    (lambda: T.RandomRotation((1, 2, 3)), ValueError, "degrees should be a sequence of length 2"),
    (lambda: T.RandomRotation(1, center=3), TypeError, "center should be a sequence of length 2"),
    (
        lambda: T.RandomRotation(1, fill="a") and T.RandomRotation(1, fill={}),
        TypeError,
        "Fill should be either a sequence or a number",
    ),
    (lambda: T.RandomRotation(1, fill=(1, 2))(TENSOR), ValueError, r"cannot broadcast .* \(2 != 3\)"),
    (lambda: T.RandomAffine(1, translate=(0, 2)), ValueError, "translation values should be between 0 and 1"),
    (lambda: T.RandomAffine(1, scale=(0, 2)), ValueError, "scale values should be positive"),
    (lambda: T.RandomAffine(1, shear=(1, 2, 3)), ValueError, "shear should be a sequence of length 2 or 4"),
    (lambda: F.affine(TENSOR, "a", (0, 0), 1, 0), TypeError, "Argument angle should be int or float"),
    (lambda: F.affine(TENSOR, 0, 3, 1, 0), TypeError, "translate should be a sequence of length 2"),
    (lambda: F.affine(TENSOR, 0, (0, 0), 0, 0), ValueError, "Argument scale should be positive"),
    (
        lambda: F.rotate(TENSOR, 0, T.InterpolationMode.BICUBIC),
        ValueError,
        "'bicubic' is unsupported with Tensor input",
    ),
    (lambda: T.ColorJitter(-1), ValueError, "If brightness is a single number, it must be non negative"),
    (lambda: T.ColorJitter(hue=0.6), ValueError, r"hue values should be between \(-0\.5, 0\.5\)"),
    (
        lambda: T.ColorJitter(contrast="a"),
        TypeError,
        "contrast should be a single number or a list/tuple with length 2",
    ),
    (lambda: F.adjust_hue(PHOTO, 0.6), ValueError, r"hue_factor \(0\.6\) is not in \[-0\.5, 0\.5\]"),
    (lambda: F.adjust_brightness(TENSOR, -1), ValueError, r"brightness_factor \(-1\) is not non-negative"),
    (lambda: F.adjust_contrast(mg.zeros(2, 4, 4), 1), TypeError, r"permitted channel values are \[1, 3\], but found 2"),
    (lambda: F.adjust_contrast(mg.zeros(4, 4), 1), TypeError, "at least 3 dimensions, but found 2"),
    (lambda: T.Grayscale(2)(PHOTO), ValueError, "num_output_channels should be either 1 or 3, but got 2"),
    (lambda: T.GaussianBlur(2), ValueError, "an odd and positive number"),
    (lambda: T.GaussianBlur(3, 0), ValueError, "it must be positive"),
    (lambda: T.GaussianBlur(3, (2, 1)), ValueError, r"of the form \(min, max\)"),
    (lambda: T.GaussianBlur(3, "a"), ValueError, "a single number or a list/tuple with length 2"),
    (lambda: F.gaussian_blur(TENSOR, 4), ValueError, "odd and positive integers"),
    (lambda: F.gaussian_blur(TENSOR, 3, -1.0), ValueError, "sigma should have positive values"),
    (lambda: T.RandomErasing(value="noise"), ValueError, "it should be 'random'"),
    (lambda: T.RandomErasing(value=None), TypeError, "either a number or str or a sequence"),
    (lambda: T.RandomErasing(scale=(0, 2)), ValueError, "Scale should be between 0 and 1"),
    (lambda: T.RandomErasing(p=2), ValueError, "probability should be between 0 and 1"),
    (lambda: T.RandomErasing(1, value=(1, 2))(TENSOR), ValueError, r"a single value or 3 \(number of input channels\)"),
    (
        lambda: T.RandomErasing()(PHOTO),
        TypeError,
        r"img should be Tensor Image.*a PIL image of mode RGB and size \(5, 4\)\. Put ToTensor\(\) before it",
    ),
    (lambda: T.ToTensor()("a"), TypeError, "pic should be PIL Image or ndarray"),
    (lambda: T.ToTensor()(TENSOR), TypeError, "pic should be PIL Image or ndarray"),
    (lambda: T.ToTensor()(np.zeros(3)), ValueError, "pic should be 2/3 dimensional. Got 1 dimensions"),
    (lambda: T.PILToTensor()(TENSOR), TypeError, "img should be PIL Image"),
    (lambda: T.PILToTensor()(Image.new("I;16", (2, 2))), TypeError, r"holds uint16, .* ToTensor\(\) makes int16"),
    (lambda: T.ToPILImage()("a"), TypeError, "pic should be Tensor or ndarray"),
    (lambda: T.ToPILImage()(mg.zeros(2, 3, 4, 5)), ValueError, "2/3 dimensional. Got 4"),
    (
        lambda: T.ToPILImage()(mg.zeros(5, 4, 4)),
        ValueError,
        r"not have > 4 channels. Got 5.*A tensor is \(C, H, W\), an array \(H, W, C\)",
    ),
    (
        lambda: T.ToPILImage("L")(TENSOR),
        ValueError,
        r"Incorrect mode \(L\) supplied for 3 channels of dtype uint8\. Should be RGB or YCbCr",
    ),
    (
        lambda: T.ToPILImage()(np.zeros((4, 4, 3), np.int16)),
        TypeError,
        "Input type int16 is not supported for 3 channels",
    ),
    (lambda: T.ConvertImageDtype(mg.uint8)(PHOTO), TypeError, "Input img should be Tensor Image"),
    (lambda: T.ConvertImageDtype(mg.int32)(TENSOR), RuntimeError, "float32 to int32 cannot be performed safely"),
    (
        lambda: T.ConvertImageDtype(mg.int64)(TENSOR.double()),
        RuntimeError,
        "float64 to int64 cannot be performed safely",
    ),
    (lambda: T.Normalize([0.5], [0.5])(PHOTO), TypeError, r"img should be Tensor Image\..*Put ToTensor\(\) before it"),
    (
        lambda: T.Normalize([0.5], [0.5])(TENSOR.long()),
        TypeError,
        "should be a float tensor. Got micrograd_nb.int64. ToTensor",
    ),
    (
        lambda: T.Normalize([0.5], [0.5])(mg.zeros(3, 4)),
        ValueError,
        r"size \(\.\.\., C, H, W\)\. Got tensor\.size\(\) = \(3, 4\)",
    ),
    (lambda: T.Normalize([0.5], [0.0])(TENSOR), ValueError, "std evaluated to zero"),
    (lambda: T.Normalize([0.5, 0.5], [1.0])(TENSOR), ValueError, "mean has 2 values, and the image has 3 channels"),
    (lambda: T.Lambda(3), TypeError, "Argument lambd should be callable, got 'int'"),
    (lambda: T.RandomChoice(3), TypeError, "Argument transforms should be a sequence"),
    (lambda: T.RandomChoice([T.ToTensor()], p=3), TypeError, "Argument p should be a sequence"),
    (lambda: T.RandomChoice([T.ToTensor()], p=[1, 2]), ValueError, "does not match the population"),
    (lambda: T.RandomOrder(3), TypeError, "Argument transforms should be a sequence"),
    (
        lambda: type("Nothing", (T.Transform,), {})()(PHOTO),
        NotImplementedError,
        "should implement forward; Nothing has none",
    ),
]


@pytest.mark.parametrize(("program", "error", "match"), ERRORS, ids=[match[:40] for _, _, match in ERRORS])
def test_an_error_says_what_came_and_what_to_do(program, error, match: str) -> None:
    with pytest.raises(error, match=match):
        program()


def test_ranges_the_wrong_way_round_warn_as_in_torchvision() -> None:
    for make in (lambda: T.RandomResizedCrop(5, scale=(1, 0.5)), lambda: T.RandomErasing(scale=(0.5, 0.1))):
        with pytest.warns(UserWarning, match=r"Scale and ratio should be of kind \(min, max\)"):
            make()


def test_pil_images_are_always_smoothed() -> None:
    with pytest.warns(UserWarning, match="Anti-alias option is always applied for PIL Image input"):
        T.Resize(2, antialias=False)(PHOTO)


def test_an_error_names_the_stage_and_what_it_got() -> None:
    compose = T.Compose([T.Resize(9), T.Normalize([0.5], [0.5]), T.ToTensor()])
    with pytest.raises(TypeError, match="img should be Tensor Image") as caught:
        compose(PHOTO)
    assert (
        "It happened in stage 2 of 3 of a Compose, Normalize(mean=[0.5], std=[0.5]), "
        "which got a PIL image of mode RGB and size (11, 9)." in told(caught.value)
    )


@pytest.mark.parametrize(
    ("compose", "stage"),
    [
        (T.Compose([T.ToTensor(), T.Normalize([0.5] * 2, [0.5] * 2)]), "stage 2 of 2 of a Compose, Normalize"),
        (T.Compose([T.ToTensor(), T.Normalize([0.5], [0.0])]), "stage 2 of 2 of a Compose, Normalize"),
        (T.Compose([T.Resize(9, max_size=9), T.CenterCrop(3)]), "stage 1 of 2 of a Compose, Resize"),
        (T.Compose([T.RandomApply([T.Lambda(len)], p=1)]), "stage 1 of 1 of a RandomApply, Lambda()"),
        (T.Compose([T.RandomChoice([T.Lambda(len)])]), "choice 1 of 1 of a RandomChoice, Lambda()"),
        (T.Compose([T.RandomOrder([T.Lambda(len)])]), "stage 1 of 1 of a RandomOrder, Lambda()"),
    ],
)
def test_every_kind_of_stage_is_named(compose, stage: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        compose(PHOTO)
    assert f"It happened in {stage}" in told(caught.value)
