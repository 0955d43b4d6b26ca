"""The functions of NumPy that the program of a static graph can hold, and how each is written down.

Ufuncs (add, exp, …) need no entry. Missing are the functions whose result has another shape for other numbers
(nonzero, unique), and those that give Python's values (allclose).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray

from .errors import refused
from .program import Program

VIEWS = {np.broadcast_to, np.expand_dims, np.moveaxis, np.swapaxes, np.transpose, np.squeeze, np.diagonal}

QUESTIONS = {np.result_type, np.may_share_memory, np.shares_memory, np.can_cast, np.shape, np.ndim, np.size}
"""Functions that ask for a shape, a dtype or a place in memory: the answer is the same at each replay."""


WRITING = {np.copyto, np.put_along_axis}
"""Functions that write into their first argument."""


def into(program: Program, function: Callable[..., Any], *args: Any, **options: Any) -> ndarray:
    """A function that makes a new array each time: its result is copied into a buffer."""
    out = np.array(function(*args, **options))
    text = f"{{0}}[...] = {{1}}({_places(2, args, options)})"
    program.statement(text, out, function, *args, *options.values(), writes=out)
    return out


def _places(start: int, args: Any, options: Any) -> str:
    places = [f"{{{i}}}" for i in range(start, start + len(args))]
    return ", ".join(places + [f"{name}={{{i}}}" for i, name in enumerate(options, start + len(args))])


def _into(function: Callable[..., Any]) -> Callable[..., ndarray]:
    return lambda program, *args, **options: into(program, function, *args, **options)


def into_each(program: Program, function: Callable[..., Any], *args: Any, **options: Any) -> tuple[ndarray, ...]:
    """A function with several results: each is copied into a buffer of its own."""
    outs = tuple(map(np.array, function(*args, **options)))
    name = f"{function.__name__}{len(program.statements)}"
    text = f"{name} = {{0}}({_places(1, args, options)})"
    program.statement(text, function, *args, *options.values(), writes=None)
    for i, out in enumerate(outs):
        program.statement(f"{{0}}[...] = {name}[{i}]", out, writes=out)
    return outs


def _into_each(function: Callable[..., Any]) -> Callable[..., tuple[ndarray, ...]]:
    return lambda program, *args, **options: into_each(program, function, *args, **options)


def _svd(program: Program, a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    how = into_each if compute_uv else into
    return how(program, np.linalg.svd, a, full_matrices=full_matrices, compute_uv=compute_uv)


def _dot(program: Program, a: Any, b: Any) -> ndarray:
    out = np.asarray(np.dot(a, b))
    if out.ndim == 0:  # NumPy writes a single number only into an array with an axis
        program.call(a[None].dot, b, out.reshape(1), writes=out)
    else:
        program.call(a.dot, b, out, writes=out)
    return out


def _filled(make: Callable[..., ndarray], value: Any) -> Callable[..., ndarray]:
    """`make` takes a shape, or an array to be like."""

    def made(program: Program, like: Any, dtype: Any = None, **options: Any) -> ndarray:
        out = make(like, dtype=dtype, **options)
        if value is not None:
            program.call(out.fill, value, writes=out)
        return out

    return made


def _full_like(program: Program, a: Any, fill_value: Any, dtype: Any = None) -> ndarray:
    out = np.full_like(a, fill_value, dtype=dtype)
    program.call(np.copyto, out, fill_value, writes=out)
    return out


def _joined(function: Callable[..., ndarray]) -> Callable[..., ndarray]:
    def made(program: Program, arrays: Any, axis: int = 0) -> ndarray:
        out = function(arrays, axis)
        program.call(function, arrays, axis, out, writes=out)
        return out

    return made


def _where(program: Program, condition: Any, *values: Any) -> ndarray:
    if not values:
        raise refused("np.where of a condition alone", "the result has another shape for other numbers")
    return into(program, np.where, condition, *values)


def _copyto(program: Program, dst: ndarray, src: Any, *args: Any, **options: Any) -> None:
    program.changes(dst)
    np.copyto(dst, src, *args, **options)
    program.call(np.copyto, dst, src, *args, writes=dst, **options)


def _put_along_axis(program: Program, arr: ndarray, indices: Any, values: Any, axis: int) -> None:
    program.changes(arr)
    np.put_along_axis(arr, indices, values, axis)
    program.call(np.put_along_axis, arr, indices, values, axis, writes=arr)


ADMITTED: dict[Any, Callable[..., Any]] = {
    np.dot: _dot,
    np.zeros: _filled(np.zeros, 0),
    np.ones: _filled(np.ones, 1),
    np.empty: _filled(np.empty, None),
    np.zeros_like: _filled(np.zeros_like, 0),
    np.ones_like: _filled(np.ones_like, 1),
    np.empty_like: _filled(np.empty_like, None),
    np.full_like: _full_like,
    np.concatenate: _joined(np.concatenate),
    np.stack: _joined(np.stack),
    np.where: _where,
    np.copyto: _copyto,
    np.put_along_axis: _put_along_axis,
    **{
        function: _into(function)
        for function in (
            np.take_along_axis, np.ravel_multi_index, np.outer, np.round, np.nan_to_num, np.clip, np.sinc, np.einsum,
            np.cumsum, np.cumprod, np.flip, np.roll, np.tril, np.triu, np.sort, np.argsort, np.argmax, np.argmin,
            np.tile, np.take, np.all, np.any, np.isclose, np.count_nonzero, np.trace, np.cross, np.rot90,
            np.linalg.det, np.linalg.inv, np.linalg.solve, np.linalg.cholesky, np.partition,
        )
    },
    np.linalg.svd: _svd,
    **{function: _into_each(function) for function in (np.linalg.qr, np.linalg.eigh, np.linalg.slogdet)},
}  # fmt: skip
