"""Rows of running sums, products and extremes."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import numpy as np

from micrograd_nb.autograd.rules import elementwise, scan
from tests.autograd.table.row import ANY, CUBE, Row

# fmt: off

SCANS = [
    Row("cumsum",           scan.cumsum,            lambda m, a: m.cumsum(a, 1),             None,                               CUBE),
    Row("cumsum, last dim", scan.cumsum,            lambda m, a: m.cumsum(a, dim=-1),        lambda a: a.cumsum(-1) if a.ndim else a, ANY),
    Row("cumsum, dtype",    scan.cumsum,            lambda m, a: m.cumsum(a, 0, dtype=m.float64), lambda a: a.cumsum(0),         CUBE),
    Row("cumprod",          scan.cumprod,           lambda m, a: m.cumprod(a, 1),            None,                               CUBE),
    Row("cumprod, last dim", scan.cumprod,          lambda m, a: m.cumprod(a, dim=-1),       lambda a: a.cumprod(-1) if a.ndim else a, ANY),
    Row("logcumsumexp",     scan.logcumsumexp,      lambda m, a: m.logcumsumexp(a, 0),       lambda a: np.log(np.exp(a).cumsum(0)), CUBE),
    Row("logcumsumexp, -1", scan.logcumsumexp,      lambda m, a: m.logcumsumexp(a, -1),      lambda a: np.log(np.exp(a).cumsum(-1)) if a.ndim else a, ANY),
    Row("cummax",           scan.cummax,            lambda m, a: m.cummax(a, 1).values,      lambda a: np.maximum.accumulate(a, 1), CUBE),
    Row("cummax, last dim", scan.cummax,            lambda m, a: m.cummax(a, -1)[0],         lambda a: np.maximum.accumulate(a, -1) if a.ndim else a, ANY),
    Row("cummin",           scan.cummin,            lambda m, a: m.cummin(a, 0).values,      lambda a: np.minimum.accumulate(a, 0), CUBE),
    Row("diff",             elementwise.sub,        lambda m, a: m.diff(a),                  None,                               (*CUBE, ((1,),))),
    Row("diff twice",       elementwise.sub,        lambda m, a: m.diff(a, 2, 1),            lambda a: np.diff(a, 2, 1),         CUBE),
    Row("diff, extended",   elementwise.sub,        lambda m, a, b: m.diff(a, dim=0, prepend=b, append=a), lambda a, b: np.diff(a, axis=0, prepend=b, append=a), (((2, 3), (1, 3)), ((0, 3), (2, 3)))),
]
