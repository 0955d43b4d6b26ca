"""Layers with windows and normalizations beside PyTorch's, from the same weights: values, gradients, state and `repr`."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from tests.nn.same_weights import assert_modules_alike

# fmt: off
LAYERS: dict[str, tuple[Callable[[Any], Any], tuple[int, ...]]] = {
    "Conv2d":                (lambda nn: nn.Conv2d(3, 4, 3),                                           (2, 3, 6, 5)),
    "Conv2d, all":           (lambda nn: nn.Conv2d(4, 6, (3, 2), (2, 1), (1, 0), (1, 2), 2, False),    (2, 4, 7, 6)),
    "Conv2d, same":          (lambda nn: nn.Conv2d(3, 4, 3, padding="same", dilation=2),               (2, 3, 6, 5)),
    "Conv2d, valid":         (lambda nn: nn.Conv2d(3, 4, 3, padding="valid"),                          (2, 3, 6, 5)),
    "Conv2d, reflect":       (lambda nn: nn.Conv2d(3, 4, 3, padding=(2, 1), padding_mode="reflect"),   (2, 3, 6, 5)),
    "Conv2d, replicate":     (lambda nn: nn.Conv2d(3, 4, 3, padding=2, padding_mode="replicate"),      (2, 3, 6, 5)),
    "Conv2d, circular":      (lambda nn: nn.Conv2d(3, 4, 3, padding=1, padding_mode="circular", stride=2), (3, 6, 5)),
    "Conv2d, same, reflect": (lambda nn: nn.Conv2d(3, 4, (3, 4), padding="same", padding_mode="reflect"), (2, 3, 6, 5)),
    "Conv2d, valid, reflect": (lambda nn: nn.Conv2d(3, 4, 3, padding="valid", padding_mode="reflect"), (2, 3, 6, 5)),
    "Conv2d, depthwise":     (lambda nn: nn.Conv2d(4, 8, 3, groups=4),                                 (2, 4, 6, 5)),
    "Conv1d":                (lambda nn: nn.Conv1d(3, 4, 3, 2, padding=1),                             (2, 3, 9)),
    "Conv1d, circular":      (lambda nn: nn.Conv1d(3, 4, 3, padding=1, padding_mode="circular"),       (3, 9)),
    "ConvTranspose2d":       (lambda nn: nn.ConvTranspose2d(4, 6, 3, 2, 1, 1),                         (2, 4, 4, 3)),
    "ConvTranspose2d, all":  (lambda nn: nn.ConvTranspose2d(4, 6, (3, 2), (2, 3), (1, 0), (1, 2), 2, False, (1, 2)), (4, 4, 3)),
    "ConvTranspose1d":       (lambda nn: nn.ConvTranspose1d(4, 6, 3, 2),                               (2, 4, 5)),
    "MaxPool1d":             (lambda nn: nn.MaxPool1d(3, 2, 1),                                        (2, 3, 8)),
    "MaxPool2d":             (lambda nn: nn.MaxPool2d(2),                                              (2, 3, 8, 6)),
    "MaxPool2d, all":        (lambda nn: nn.MaxPool2d((3, 2), 2, (1, 0), 2, ceil_mode=True),           (2, 3, 8, 6)),
    "MaxPool2d, indices":    (lambda nn: nn.MaxPool2d(2, return_indices=True),                         (2, 3, 8, 6)),
    "AvgPool1d":             (lambda nn: nn.AvgPool1d(3, 2, 1),                                        (2, 3, 8)),
    "AvgPool2d":             (lambda nn: nn.AvgPool2d(2),                                              (2, 3, 8, 6)),
    "AvgPool2d, all":        (lambda nn: nn.AvgPool2d((3, 2), 2, (1, 0), True, False, 4),              (2, 3, 8, 6)),
    "LPPool1d":              (lambda nn: nn.LPPool1d(2, 3),                                            (2, 3, 8)),
    "LPPool2d":              (lambda nn: nn.LPPool2d(2, (3, 2), 2, True),                              (2, 3, 8, 6)),
    "AdaptiveAvgPool1d":     (lambda nn: nn.AdaptiveAvgPool1d(3),                                      (2, 3, 8)),
    "AdaptiveAvgPool2d":     (lambda nn: nn.AdaptiveAvgPool2d((3, None)),                              (2, 3, 8, 6)),
    "AdaptiveMaxPool1d":     (lambda nn: nn.AdaptiveMaxPool1d(3),                                      (2, 3, 8)),
    "AdaptiveMaxPool2d":     (lambda nn: nn.AdaptiveMaxPool2d(3, return_indices=True),                 (2, 3, 8, 6)),
    "BatchNorm1d":           (lambda nn: nn.BatchNorm1d(4),                                            (5, 4)),
    "BatchNorm1d, signals":  (lambda nn: nn.BatchNorm1d(4, eps=0.1, momentum=None),                    (3, 4, 5)),
    "BatchNorm2d":           (lambda nn: nn.BatchNorm2d(4, momentum=0.3),                              (3, 4, 5, 2)),
    "BatchNorm2d, plain":    (lambda nn: nn.BatchNorm2d(4, affine=False),                              (3, 4, 5, 2)),
    "BatchNorm2d, no bias":  (lambda nn: nn.BatchNorm2d(4, bias=False),                                (3, 4, 5, 2)),
    "BatchNorm2d, own":      (lambda nn: nn.BatchNorm2d(4, track_running_stats=False),                 (3, 4, 5, 2)),
    "InstanceNorm1d":        (lambda nn: nn.InstanceNorm1d(4),                                         (3, 4, 5)),
    "InstanceNorm1d, one":   (lambda nn: nn.InstanceNorm1d(4, affine=True),                            (4, 5)),
    "InstanceNorm2d":        (lambda nn: nn.InstanceNorm2d(4, affine=True, track_running_stats=True),  (3, 4, 5, 2)),
    "InstanceNorm2d, one":   (lambda nn: nn.InstanceNorm2d(4),                                         (4, 5, 2)),
    "LayerNorm":             (lambda nn: nn.LayerNorm(4),                                              (3, 2, 4)),
    "LayerNorm, axes":       (lambda nn: nn.LayerNorm((2, 4), eps=0.1, bias=False),                    (3, 2, 4)),
    "LayerNorm, plain":      (lambda nn: nn.LayerNorm([4], elementwise_affine=False),                  (3, 2, 4)),
    "GroupNorm":             (lambda nn: nn.GroupNorm(2, 4),                                           (3, 4, 5, 2)),
    "GroupNorm, plain":      (lambda nn: nn.GroupNorm(4, 4, affine=False),                             (3, 4)),
    "RMSNorm":               (lambda nn: nn.RMSNorm(4),                                                (3, 2, 4)),
    "RMSNorm, plain":        (lambda nn: nn.RMSNorm((2, 4), 0.1, False),                               (3, 2, 4)),
    "LocalResponseNorm":     (lambda nn: nn.LocalResponseNorm(3, 0.5),                                 (2, 4, 3, 2)),
    "ConstantPad1d":         (lambda nn: nn.ConstantPad1d((1, 2), 3.0),                                (2, 3, 4)),
    "ConstantPad2d":         (lambda nn: nn.ConstantPad2d(1, 3.0),                                     (2, 3, 4, 5)),
    "ZeroPad1d":             (lambda nn: nn.ZeroPad1d(2),                                              (2, 3, 4)),
    "ZeroPad2d":             (lambda nn: nn.ZeroPad2d((1, 2, 0, 1)),                                   (2, 3, 4, 5)),
    "ReflectionPad1d":       (lambda nn: nn.ReflectionPad1d(2),                                        (2, 3, 4)),
    "ReflectionPad2d":       (lambda nn: nn.ReflectionPad2d((1, 2, 0, 1)),                             (2, 3, 4, 5)),
    "ReplicationPad1d":      (lambda nn: nn.ReplicationPad1d(2),                                       (2, 3, 4)),
    "ReplicationPad2d":      (lambda nn: nn.ReplicationPad2d((1, 2, 0, 1)),                            (3, 4, 5)),
    "CircularPad1d":         (lambda nn: nn.CircularPad1d(2),                                          (2, 3, 4)),
    "CircularPad2d":         (lambda nn: nn.CircularPad2d((1, 2, 0, 1)),                               (2, 3, 4, 5)),
    "Upsample":              (lambda nn: nn.Upsample(scale_factor=2),                                  (2, 3, 4, 5)),
    "Upsample, bilinear":    (lambda nn: nn.Upsample((7, 3), mode="bilinear", align_corners=True),     (2, 3, 4, 5)),
    "Upsample, scales":      (lambda nn: nn.Upsample(scale_factor=(2, 1.5), mode="bicubic"),           (2, 3, 4, 5)),
    "UpsamplingNearest2d":   (lambda nn: nn.UpsamplingNearest2d(scale_factor=2),                       (2, 3, 4, 5)),
    "UpsamplingBilinear2d":  (lambda nn: nn.UpsamplingBilinear2d(size=(7, 3)),                         (2, 3, 4, 5)),
    "PixelShuffle":          (lambda nn: nn.PixelShuffle(2),                                           (2, 8, 2, 3)),
    "PixelUnshuffle":        (lambda nn: nn.PixelUnshuffle(2),                                         (2, 2, 4, 6)),
    "Unfold":                (lambda nn: nn.Unfold((2, 3), 2, 1, 2),                                   (2, 3, 5, 6)),
    "Fold":                  (lambda nn: nn.Fold((4, 5), (2, 3)),                                      (2, 12, 9)),
}
# fmt: on


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize("name", LAYERS)
def test_layer_is_pytorchs(name: str, training: bool, torch, rng) -> None:
    build, shape = LAYERS[name]
    x = rng.permutation(int(np.prod(shape))).reshape(shape) / 10 + rng.uniform(0, 0.01, shape)
    assert_modules_alike(build, [x], torch, steps=3, training=training)


@pytest.mark.parametrize("name", LAYERS)
def test_repr_is_pytorchs(name: str, torch) -> None:
    build, _ = LAYERS[name]
    assert repr(build(mg.nn)) == repr(build(torch.nn))


def test_max_unpool(torch, rng) -> None:
    def build(nn):
        class Both(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.pool = nn.MaxPool2d(2, return_indices=True)
                self.unpool = nn.MaxUnpool2d(2)

            def forward(self, x):
                return self.unpool(*self.pool(x), output_size=x.shape)

        return Both()

    assert_modules_alike(build, [rng.permutation(96).reshape(2, 3, 4, 4) / 10], torch)
    assert repr(build(mg.nn).unpool) == repr(build(torch.nn).unpool)


def test_transposed_convolution_to_a_given_size(torch, rng) -> None:
    x = rng.normal(size=(2, 3, 4, 4))
    for size in ([8, 9], [2, 3, 9, 8]):
        assert_modules_alike(lambda nn: nn.ConvTranspose2d(3, 3, 2, 2), [x], torch, output_size=size)
    for m in (mg, torch):
        with pytest.raises(ValueError, match=r"requested an output size of .*11, 8.*, but valid sizes range from"):
            m.nn.ConvTranspose2d(3, 3, 2, 2)(m.ones(1, 3, 4, 4), output_size=(11, 8))


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("groups", [1, 4])
def test_convolution_starts_uniform_as_in_pytorch(transposed: bool, groups: int, torch) -> None:
    mg.manual_seed(0)
    name = "ConvTranspose2d" if transposed else "Conv2d"
    ours, theirs = (getattr(nn, name)(64, 32, 3, groups=groups) for nn in (mg.nn, torch.nn))
    bound = (9 * (32 if transposed else 64) / groups) ** -0.5
    for parameter in ("weight", "bias"):
        mine, other = (getattr(m, parameter).detach().numpy().ravel() for m in (ours, theirs))
        assert 0.8 * bound < np.abs(mine).max() <= bound
        assert 0.8 * bound < np.abs(other).max() <= bound
    numbers = np.sort(ours.weight.detach().numpy().ravel())
    assert np.abs(numbers - np.linspace(-bound, bound, numbers.size)).max() < 0.06 * bound


def test_reset_starts_over() -> None:
    layer = mg.nn.BatchNorm1d(3)
    layer(mg.randn(4, 3))
    layer.weight.array[...] = 7
    layer.reset_parameters()
    assert layer.weight.tolist() == [1, 1, 1]
    assert layer.running_mean.tolist() == [0, 0, 0]
    assert layer.running_var.tolist() == [1, 1, 1]
    assert layer.num_batches_tracked.item() == 0


# fmt: off
MISTAKES = {
    "in_channels":       lambda m: m.nn.Conv2d(3, 4, 3, groups=2),
    "out_channels":      lambda m: m.nn.Conv2d(4, 3, 3, groups=2),
    "groups":            lambda m: m.nn.Conv2d(4, 3, 3, groups=0),
    "padding":           lambda m: m.nn.Conv2d(4, 3, 3, padding="full"),
    "same, stride":      lambda m: m.nn.Conv2d(4, 3, 3, padding="same", stride=2),
    "padding mode":      lambda m: m.nn.Conv2d(4, 3, 3, padding_mode="mirror"),
    "transposed, mode":  lambda m: m.nn.ConvTranspose2d(4, 3, 3, padding_mode="reflect"),
    "BatchNorm2d":       lambda m: m.nn.BatchNorm2d(3)(m.ones(2, 3)),
    "BatchNorm1d":       lambda m: m.nn.BatchNorm1d(3)(m.ones(2, 3, 4, 5)),
    "BatchNorm1d, one":  lambda m: m.nn.BatchNorm1d(3)(m.ones(1, 3)),
    "InstanceNorm2d":    lambda m: m.nn.InstanceNorm2d(3)(m.ones(3, 4)),
    "GroupNorm":         lambda m: m.nn.GroupNorm(2, 3),
}
# fmt: on


@pytest.mark.parametrize("program", MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_refused_as_in_pytorch(program, torch) -> None:
    with pytest.raises((ValueError, RuntimeError)) as theirs:
        program(torch)
    with pytest.raises(type(theirs.value)) as ours:
        program(mg)
    assert str(ours.value)[:25] == str(theirs.value).replace("torch.", "micrograd_nb.")[:25]
