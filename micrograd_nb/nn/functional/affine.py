"""Linear and bilinear maps: y = x Wᵀ + b."""

from __future__ import annotations

from ...tensors import Tensor, linear

__all__ = ["bilinear", "linear"]


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """y[o] = x1ᵀ W[o] x2 + b[o]: a linear map of all products of a number of x1 and one of x2.

    (PyTorch: torch.nn.functional.bilinear)

    Shapes: input1 (*, in1), input2 (*, in2), weight (out, in1, in2), bias (out,); result (*, out).

    Raises:
        RuntimeError: shapes or dtypes that do not fit.
    """
    _check(input1, input2, weight, bias)
    products = input1.unsqueeze(-1) * input2.unsqueeze(-2)
    return linear(products.flatten(-2), weight.flatten(1), bias)


def _check(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    a, b, w = input1.array.shape, input2.array.shape, weight.array.shape
    given = f"the shapes are {tuple(a)}, {tuple(b)} and {tuple(w)}, and a weight is (out, in1, in2)"
    if len(a) != len(b):
        raise RuntimeError(f"bilinear(): input dimensions do not match: got {len(a)} and {len(b)}: {given}")
    apart = [i for i, (m, n) in enumerate(zip(a[:-1], b[:-1], strict=True)) if m != n]
    if apart:
        i = apart[0]
        raise RuntimeError(
            f"bilinear(): input batch dimensions do not match at dim {i}: got {a[i]} and {b[i]}: {given}"
        )
    for number, sizes in ((1, a), (2, b)):
        if len(w) != 3 or sizes[-1:] != w[number : number + 1]:
            raise RuntimeError(
                f"bilinear(): input{number} size does not match weight size: got {sizes[-1] if sizes else '()'} but "
                f"expected {w[number] if len(w) > number else 'a weight with three axes'}: {given}"
            )
    if bias is not None and bias.array.shape != w[:1]:
        raise RuntimeError(
            f"bilinear(): bias size does not match weight size: got {', '.join(map(str, bias.array.shape))} but "
            f"expected {w[0]}: a number for each output"
        )
    if not input1.array.dtype == input2.array.dtype == weight.array.dtype:
        raise RuntimeError(
            f"All tensors must have the same dtype, got input1: {input1.dtype.name}, input2: {input2.dtype.name}, "
            f"weight: {weight.dtype.name}. Convert them: x.to({weight.dtype})."
        )
