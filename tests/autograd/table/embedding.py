"""Rows of tables that are looked up."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

from numpy import ndarray

from micrograd_nb.autograd.rules import embedding
from tests.autograd.table.row import Row

WORDS = [[0, 2, 2], [1, 2, 0]]
TABLE = ((4, 3),), ((4, 0),)


def mean_of_bags(weight: ndarray) -> ndarray:
    return weight[WORDS].mean(1)


# fmt: off

EMBEDDINGS = [
    Row("embedding",            embedding.embedding, lambda m, w: m.nn.functional.embedding(m.tensor(WORDS), w),        lambda w: w[WORDS],         TABLE),
    Row("embedding, one",       embedding.embedding, lambda m, w: m.nn.functional.embedding(m.tensor(1), w),            lambda w: w[1],             TABLE),
    Row("embedding, none",      embedding.embedding, lambda m, w: m.nn.functional.embedding(m.tensor(WORDS)[:0], w),    lambda w: w[WORDS][:0],     TABLE),
    Row("embedding_bag",        embedding.sum_rows,  lambda m, w: m.nn.functional.embedding_bag(m.tensor(WORDS), w),    mean_of_bags,               TABLE),
    Row("embedding_bag, sum",   embedding.sum_rows,  lambda m, w: m.nn.functional.embedding_bag(m.tensor(WORDS), w, mode="sum"), lambda w: w[WORDS].sum(1), TABLE),
]
