"""Attention beside PyTorch's, over its arguments."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.nn import functional as F
from tests.nn.functional.beside import assert_alike

SHAPES = [
    ((4, 5), (6, 5), (6, 3)),
    ((2, 4, 5), (2, 6, 5), (2, 6, 5)),
    ((2, 3, 4, 5), (2, 3, 6, 5), (2, 3, 6, 5)),
    ((2, 3, 4, 5), (1, 3, 6, 5), (2, 1, 6, 5)),
]


def attend(m, *qkv, **options):
    return m.nn.functional.scaled_dot_product_attention(*qkv, **options)


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
@pytest.mark.parametrize(
    "options", [{}, {"is_causal": True}, {"scale": 0.3}, {"is_causal": True, "scale": 2.0}], ids=str
)
def test_attention(shapes, options, torch, rng) -> None:
    assert_alike(lambda m, *qkv: attend(m, *qkv, **options), [rng.normal(size=s) for s in shapes], torch)


@pytest.mark.parametrize("shape", [(4, 6), (1, 6), (2, 1, 4, 6), (2, 3, 4, 6)])
@pytest.mark.parametrize("kind", ["bools", "floats", "learned"])
def test_masks(shape, kind: str, torch, rng) -> None:
    arrays = [rng.normal(size=s) for s in SHAPES[2]]
    mask = rng.normal(size=shape)
    if kind == "learned":
        assert_alike(lambda m, *xs: attend(m, *xs[:3], attn_mask=xs[3]), [*arrays, mask], torch)
    else:
        given = mask > -0.5 if kind == "bools" else mask
        assert_alike(lambda m, *xs: attend(m, *xs, attn_mask=m.tensor(given)), arrays, torch)


def test_query_that_sees_no_key_gets_zeros(torch, rng) -> None:
    mask = np.ones((4, 6), bool)
    mask[1] = False
    arrays = [rng.normal(size=s) for s in SHAPES[2]]
    for given in (mask, np.where(mask, 0.0, -np.inf)):
        assert_alike(lambda m, *xs, given=given: attend(m, *xs, attn_mask=m.tensor(given)), arrays, torch)


def test_groups_of_queries_share_a_key(torch, rng) -> None:
    arrays = [rng.normal(size=s) for s in ((2, 6, 4, 5), (2, 3, 7, 5), (2, 3, 7, 5))]
    assert_alike(lambda m, *xs: attend(m, *xs, enable_gqa=True), arrays, torch)


def test_dropout_zeroes_its_share_and_keeps_the_mean() -> None:
    mg.manual_seed(0)
    q, k, v = mg.zeros(1, 1, 2), mg.zeros(1, 10_000, 2), mg.ones(1, 10_000, 2)
    out = attend(mg, q, k, v, dropout_p=0.25)
    assert out[0, 0, 0].item() == pytest.approx(1, abs=0.02)
    mg.manual_seed(0)
    assert np.array_equal(attend(mg, q, k, v, dropout_p=0.25).numpy(), out.numpy())


def test_gradients_with_dropout(rng) -> None:
    inputs = [mg.tensor(rng.normal(size=s), requires_grad=True) for s in SHAPES[0]]

    def program(*qkv):
        mg.manual_seed(1)
        return attend(mg, *qkv, dropout_p=0.4)

    assert mg.autograd.gradcheck(program, inputs)
    assert mg.autograd.gradgradcheck(program, inputs)


# fmt: off
MISTAKES = {
    "one axis":        (lambda m: attend(m, m.ones(3), m.ones(3), m.ones(3)),                                       "at least 2 dimensional"),
    "dtypes":          (lambda m: attend(m, m.ones(2, 3), m.ones(2, 3).double(), m.ones(2, 3)),                     "to have the same dtype"),
    "mask and causal": (lambda m: attend(m, *[m.ones(2, 3)] * 3, attn_mask=m.ones(2, 2), is_causal=True),           "Explicit attn_mask should not be set when is_causal=True"),
    "mask, dtype":     (lambda m: attend(m, *[m.ones(2, 3)] * 3, attn_mask=m.ones(2, 2).double()),                  "Expected attn_mask dtype to be bool or"),
    "heads":           (lambda m: attend(m, m.ones(1, 4, 2, 3), m.ones(1, 3, 2, 3), m.ones(1, 3, 2, 3), enable_gqa=True), "Number of heads in key and value must divide"),
    "lengths":         (lambda m: attend(m, m.ones(2, 3), m.ones(4, 2), m.ones(4, 3)),                              "query and key must have the same last axis"),
}
# fmt: on


@pytest.mark.parametrize(("program", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_refused_as_in_pytorch(program, message, torch) -> None:
    with pytest.raises(RuntimeError, match=message):
        program(mg)
    with pytest.raises(RuntimeError):
        program(torch)


def test_large_scores_do_not_overflow() -> None:
    q = mg.tensor([[1e4, 0.0]])
    assert np.isfinite(F.scaled_dot_product_attention(q, q, q).numpy()).all()
