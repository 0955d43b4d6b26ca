"""The source of a gradient rule, as it stands in `autograd/rules`, and with numbers put in for its names."""

from __future__ import annotations

import ast
import linecache
import re
from collections.abc import Mapping
from functools import partial
from math import prod
from typing import Any

from ..autograd.operation import negated, same

_UNNAMED = {same: "g", negated: "-g"}


def rule_text(rule: Any) -> str:
    """What a rule computes from the incoming gradient `g`, in its own words, and without the `f.` of what was saved.

    >>> rule_text(lambda g, f: g * f.other)
    'g * other'
    """
    rule = rule.args[0] if isinstance(rule, partial) else rule  # the one rule of all inputs, bound to a place
    if rule in _UNNAMED:
        return _UNNAMED[rule]
    text = _lambda_body(rule) if rule.__name__ == "<lambda>" else None
    return _without_dtypes(re.sub(r"\bf\.", "", text)) if text else f"{rule.__name__.strip('_')}(g)"


def _without_dtypes(rule: str) -> str:
    """`1` for `ONE[g.dtype]`, which is there for speed."""
    return re.sub(r"\bZERO\[[\w.]+\]", "0", re.sub(r"\bONE\[[\w.]+\]", "1", rule))


def _lambda_body(rule: Any) -> str | None:
    """The source between the first and the last character that the function's instructions come from."""
    spans = [p for p in rule.__code__.co_positions() if None not in p and p[2] != p[3]]
    if not spans:
        return None
    first, last = min(p[0] for p in spans), max(p[1] for p in spans)
    start = min(p[2] for p in spans if p[0] == first)
    end = max(p[3] for p in spans if p[1] == last)
    lines = [linecache.getline(rule.__code__.co_filename, n).encode() for n in range(first, last + 1)]
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    return " ".join(line.decode().strip() for line in lines) or None


def with_numbers(expression: str, numbers: Mapping[str, str]) -> str | None:
    """The expression with numbers for its names; None where it does more than arithmetic.

    >>> with_numbers("g * np.cos(input)", {"g": "−8", "input": "0.5"})
    '−8 × cos(0.5)'
    """
    try:
        tree = ast.parse(expression, mode="eval").body
        return _write(tree, numbers)
    except (SyntaxError, KeyError, _NotArithmetic):
        return None


class _NotArithmetic(Exception):
    pass


_SIGNS = {
    ast.Add: "+", ast.Sub: "−", ast.Mult: "×", ast.Div: "/", ast.Pow: "**", ast.Gt: ">", ast.Lt: "<", ast.Eq: "==",
}  # fmt: skip
_TIGHTNESS = {ast.Add: 1, ast.Sub: 1, ast.Mult: 2, ast.Div: 2, ast.Pow: 4}


def _write(node: ast.expr, numbers: Mapping[str, str], around: int = 0) -> str:
    match node:
        case ast.Name(id=name):
            text = numbers[name]
            return f"({text})" if around and text.startswith("−") and around > 3 else text
        case ast.Constant(value=value):
            return str(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"−({_write(operand, numbers)})"
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _TIGHTNESS:
            tight = _TIGHTNESS[type(op)]
            text = f"{_write(left, numbers, tight)} {_SIGNS[type(op)]} {_write(right, numbers, tight + 1)}"
            return f"({text})" if tight < around else text
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _SIGNS:
            return f"({_write(left, numbers)} {_SIGNS[type(op)]} {_write(right, numbers)})"
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr=name), args=[argument], keywords=[]):
            return f"{name}({_write(argument, numbers)})"
        case ast.Call(func=ast.Attribute(value=inner, attr="astype")):
            return _write(inner, numbers, around)
    raise _NotArithmetic


# -- products of matrices ----------------------------------------------------------------------------------------------


def with_shapes(expression: str, arrays: Mapping[str, tuple[str, Any]]) -> str | None:
    """A product of matrices with names and shapes; None where the expression is something else.

    Arguments:
        arrays: for each name in the expression, what to call it and the array.

    >>> import numpy as np
    >>> with_shapes("input.T.dot(g)", {"input": ("X", np.ones((32, 2))), "g": ("G", np.ones((32, 8)))})
    'Xᵀ (2, 32) @ G (32, 8)'
    """
    try:
        tree = ast.parse(expression, mode="eval").body
        found = _product(tree, arrays)
    except (SyntaxError, KeyError, _NotArithmetic):
        return None
    return found if "@" in found else None


def _product(node: ast.expr, arrays: Mapping[str, tuple[str, Any]]) -> str:
    match node:
        case ast.Call(func=ast.Attribute(value=left, attr="dot"), args=[right]):
            return f"{_product(left, arrays)} @ {_product(right, arrays)}"
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            return f"{_product(left, arrays)} @ {_product(right, arrays)}"
        case ast.Call(func=ast.Attribute(value=inner, attr="reshape")):  # as many rows as before, on more axes
            return _product(inner, arrays)
        case _:
            name, shape = _factor(node, arrays)
            return f"{name} {tuple(shape)}"


def _factor(node: ast.expr, arrays: Mapping[str, tuple[str, Any]]) -> tuple[str, tuple[int, ...]]:
    """A matrix, transposed or laid out in rows: its name and its shape."""
    match node:
        case ast.Name(id=name):
            return arrays[name][0], arrays[name][1].shape
        case ast.Attribute(value=inner, attr="T"):
            name, shape = _factor(inner, arrays)
            return f"{name}ᵀ", shape[::-1]
        case ast.Call(func=ast.Attribute(value=inner, attr="swapaxes")):
            name, shape = _factor(inner, arrays)
            return f"{name}ᵀ", (*shape[:-2], shape[-1], shape[-2])
        case ast.Call(func=ast.Name(id="_rows"), args=[inner]):
            name, shape = _factor(inner, arrays)
            return name, (prod(shape[:-1]), shape[-1])
    raise _NotArithmetic
