"""Rows of random numbers, with parameters that leave nothing to chance.

What is drawn is another test's concern (`tests/tensors/test_random.py`).
"""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import numpy as np

from micrograd_nb.autograd.rules import writing
from tests.autograd.table.row import ANY, Row

# fmt: off

RANDOM = [
    Row("uniform_",         writing.uniform,        lambda m, x: (x * 1).uniform_(2.5, 2.5), lambda x: np.full_like(x, 2.5),     ANY),
    Row("normal_",          writing.normal,         lambda m, x: (x * 1).normal_(2.5, 0),    lambda x: np.full_like(x, 2.5),     ANY),
    Row("log_normal_",      writing.log_normal,     lambda m, x: (x * 1).log_normal_(0, 1e-30), np.ones_like,                    ANY),
    Row("cauchy_",          writing.cauchy,         lambda m, x: (x * 1).cauchy_(2.5, 1e-30), lambda x: np.full_like(x, 2.5),    ANY),
    Row("exponential_",     writing.exponential,    lambda m, x: (x * 1).exponential_(float("inf")), np.zeros_like,                      ANY),
    Row("geometric_",       writing.geometric,      lambda m, x: (x * 1).geometric_(1 - 1e-15), np.ones_like,                    ANY),
    Row("random_",          writing.random,         lambda m, x: (x * 1).random_(1),         np.zeros_like,                      ANY),
    Row("bernoulli_",       writing.bernoulli_in_place, lambda m, x: (x * 1).bernoulli_(1.0), np.ones_like,                      ANY),
    Row("bernoulli",        writing.bernoulli,      lambda m, x: m.bernoulli(x * 0),         np.zeros_like,                      ANY),
    Row("normal around",    writing.normal_around,  lambda m, x: m.normal(x * 0 + 2.5, 0.0), lambda x: np.full_like(x, 2.5),                      ANY),
    Row("poisson",          writing.poisson,        lambda m, x: m.poisson(x * 0),           np.zeros_like,                      ANY),
]
