"""The checkers of lesson 2.1.1."""

from __future__ import annotations

from typing import Any

import pytest

import micrograd_nb as mg
from micrograd_nb.exercises import dynamic_graphs
from micrograd_nb.teaching.solutions import dynamic_graphs as solutions
from tests.exercises.cases import failures

# -- power -------------------------------------------------------------------------------------------------------------


def stub(x: Any, n: int) -> Any: ...


def by_bits(x: Any, n: int) -> Any:
    result = x
    for bit in bin(n)[3:]:
        result = result * result
        if bit == "1":
            result = result * x
    return result


def loop(x: Any, n: int) -> Any:
    result = x
    for _ in range(n - 1):
        result = result * x
    return result


def loop_from_one(x: Any, n: int) -> Any:
    result = mg.tensor(1.0)
    for _ in range(n):
        result = result * x
    return result


def twice(x: Any, n: int) -> Any:
    return x if n == 1 else twice(x, n // 2) * twice(x, n - n // 2)


def never_ends(x: Any, n: int) -> Any:
    return x * never_ends(x, n - 1)


def squaring_times_one(x: Any, n: int) -> Any:
    return solutions.power(x, n) * 1


def test_power() -> None:
    mistakes = [
        (loop, "one for each further factor x"),
        (twice, "computes the same power twice"),
        (squaring_times_one, "is one of them by 1?"),
        (lambda x, n: x**n, "leaves Pow in the graph"),
        (lambda x, n: (n * x.log()).exp(), "leaves Exp, Log in the graph"),
        (lambda x, n: mg.tensor(x.item() ** n, requires_grad=True), "has the right value and no graph"),
        (lambda x, n: x.item() ** n, "should be a tensor, and is a float"),
        (lambda x, n: x * n, "power(x, 2) of x = 1.5 is 3, and 1.5 to the power 2 is 2.25"),
        (never_ends, "never stops calling itself"),
    ]
    assert list(failures(dynamic_graphs.power, [stub, None, ...], mistakes, [solutions.power, by_bits])) == []


def test_power_by_a_loop_that_starts_with_one() -> None:
    assert "10 multiplications, one for each" in dynamic_graphs.power.verdict(loop_from_one).text


# -- branchless --------------------------------------------------------------------------------------------------------


def with_if(x: Any) -> Any:
    return x * x if x > 0 else -x


def with_where(x: Any) -> Any:
    return mg.where(x > 0, x * x, -x)


def test_branchless() -> None:
    mistakes = [
        (with_if, "the graph holds one branch only"),
        (with_where, "a comparison such as x > 0 leaves no Function"),
        (lambda x: x.relu() ** 2, "relu(x) is 0 where x is negative"),
        (lambda x: x.relu() ** 2 - (-x).relu(), "the sign is wrong for x below 0"),
        (lambda x: x.relu() + (-x).relu(), "branchless(3) is 3, and f(3) is 9"),
        (lambda x: mg.tensor(dynamic_graphs.f(x.item())), "there is no graph to replay"),
        (lambda x: dynamic_graphs.f(x.item()), "should be a tensor that holds one number, and is a float"),
    ]
    right = [
        solutions.branchless,
        lambda x: x.relu() * x.relu() + (-x).relu(),
        lambda x: x.relu() ** 2 + (x.abs() - x) / 2,
    ]
    assert list(failures(dynamic_graphs.branchless, [lambda x: None, ...], mistakes, right)) == []


def test_mask_in_a_product_is_a_comparison_too() -> None:
    def masked(x: Any) -> Any:
        return x * x * (x > 0) - x * (x <= 0)

    assert "leaves no Function" in dynamic_graphs.branchless.verdict(masked).text


@pytest.mark.parametrize("checker", [dynamic_graphs.power, dynamic_graphs.branchless])
@pytest.mark.parametrize("answer", ["x", 3, lambda: 1, lambda *_: "y", lambda *_: [1], lambda *_: mg.ones(2)])
def test_strange_answers_are_wrong(checker: Any, answer: Any) -> None:
    verdict = checker.verdict(answer)
    assert verdict.state == "wrong"
    assert "cannot be checked" not in verdict.text
