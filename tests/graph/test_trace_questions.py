"""Predict mode's questions: planted wrong answers each get their own diagnosis (acceptance test 10 of the stepper)."""

from __future__ import annotations

import pytest

import micrograd_nb as mg
from micrograd_nb.graph.trace import Question, Trace, questions_of
from tests.graph.random_graphs import random_graph


def chain(factors: int) -> tuple[Trace, dict[str, list[Question]]]:
    """A product of many factors, ((a · w1) · w2) …, and its questions by kind."""
    leaves = {f"w{i}": mg.tensor(float(i) + 1.5, requires_grad=True) for i in range(factors)}
    product = mg.tensor(3.0, requires_grad=True)
    for w in leaves.values():
        product = product * w
    trace = Trace.record(product, names=leaves)
    return trace, by_kind(trace)


def by_kind(trace: Trace) -> dict[str, list[Question]]:
    found: dict[str, list[Question]] = {}
    for place in range(len(trace.steps)):
        for question in questions_of(trace, place):
            found.setdefault(question.kind, []).append(question)
    return found


def said(question: Question, answer: str) -> str:
    verdict = question.check(answer)
    assert verdict.counts
    assert not verdict.right
    return verdict.text


def test_they_fade() -> None:
    trace, _ = chain(4)
    order = [q.kind for place in range(len(trace.steps)) for q in questions_of(trace, place) if q.kind != "function"]
    assert order == ["worked", "result", "result", "factor", "factor", "line", "line", "line"]


def test_the_worked_example_asks_nothing() -> None:
    (worked,) = chain(2)[1]["worked"]
    assert worked.line == worked.solution
    assert "?" not in worked.line
    assert worked.check("").right


def product_of_two() -> Trace:
    """L = (a · b) · 4 + a: the last edge sends 4 × a to b, the one before 4 × b to a, which has 1 already."""
    a, b = mg.tensor(5.0, requires_grad=True), mg.tensor(-3.0, requires_grad=True)
    return Trace.record((a * b) * 4.0 + a, names={"a": a, "b": b})


def question_at(trace: Trace, edge: str, *kinds: str) -> Question:
    place = next(i for i, step in enumerate(trace.steps) if step.edge == edge)
    return next(question for question in questions_of(trace, place) if question.kind in kinds)


def test_each_wrong_product_has_its_diagnosis() -> None:
    a, b = mg.tensor(5.0, requires_grad=True), mg.tensor(-3.0, requires_grad=True)
    value = a * b
    for factor in (2.0, 0.5, 2.0, 0.5, 2.0, 2.0):
        value = value * factor
    trace = Trace.record(value + a, names={"a": a, "b": b})
    question = question_at(trace, "p1-f1-0", "line")
    assert question.line == "send = ?"
    assert question.check("4 × −3").right
    assert "forgot the incoming gradient, 4" in said(question, "−3")
    assert "wrong operand: a is" in said(question, "20")
    assert "what a has afterwards" in said(question, "-11")
    assert "local derivative is missing" in said(question, "4")
    assert "the sign is not" in said(question, "12")
    assert said(question, "7") == "That is not it."


def test_a_wrong_factor_has_its_diagnosis() -> None:
    question = question_at(product_of_two(), "p1-f1-0", "factor")
    assert question.line == "4 × ? = −12"
    assert question.check("-3").right
    assert "wrong operand: a is" in said(question, "5")
    assert "incoming gradient, which stands there" in said(question, "4")
    assert "That is the product" in said(question, "-12")


def test_overwriting_has_its_diagnosis() -> None:
    question = question_at(product_of_two(), "p1-f1-0", "total")
    assert question.check("-11").right
    assert question.check("1 + -12").right
    assert "You overwrote what was there" in said(question, "-12")
    assert "That is what it had" in said(question, "1")


def test_multiplying_has_its_diagnosis() -> None:
    a, b = mg.tensor(5.0, requires_grad=True), mg.tensor(-3.0, requires_grad=True)
    question = question_at(Trace.record(a * b + a * 2.0, names={"a": a, "b": b}), "p1-f1-0", "total")
    assert question.check("2 + -3").right
    assert "added, not multiplied" in said(question, "-6")


def test_a_gradient_left_over_is_asked_for_as_well() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    (a * 5.0).backward()
    trace = Trace.record(a * 3.0, names={"a": a})
    (question,) = by_kind(trace)["total"]
    assert question.prompt.startswith("a.grad has 5, and 3 arrives.")
    assert question.check("8").right
    assert "overwrote" in said(question, "3")


def test_a_missed_sum_has_its_diagnosis() -> None:
    w = mg.ones(2, requires_grad=True)
    trace = Trace.record((mg.randn(3, 2) * w).sum(), names={"w": w})
    question = question_at(trace, "p1-f1-1", "shape")
    assert question.check("(2,)").right
    assert question.check("2").right
    assert "You missed the sum: w was broadcast" in said(question, "(3, 2)")
    assert said(question, "(7,)") == "That is not it."


def test_a_transposed_shape_has_its_diagnosis() -> None:
    X, W = mg.randn(5, 2), mg.randn(2, 3, requires_grad=True)
    trace = Trace.record((X @ W).sum(), names={"X": X, "W": W})
    question = question_at(trace, "p1-f1-1", "shape")
    assert question.check("2 x 3").right
    assert said(question, "(3, 2)") == "That is the transpose."
    assert "the incoming gradient, not of W" in said(question, "(5, 3)")


def test_the_next_function() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    b = a * 3.0  # Mul #1
    trace = Trace.record(b * b.sin(), names={"a": a, "b": b})
    questions = by_kind(trace)["function"]
    assert questions[0].choices == ("Mul #1", "Sin #2", "Mul #3")
    assert questions[0].check("Mul #3").right
    assert "No gradient has come to Mul #1 yet" in said(questions[0], "Mul #1")
    assert questions[1].check("Sin #2").right
    assert "Mul #1 has got a part of its gradient, and must wait" in said(questions[1], "Mul #1")


def test_of_two_that_are_ready_the_later_one_goes_first() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    trace = Trace.record(a.sin() + a.exp(), names={"a": a})
    second = by_kind(trace)["function"][1]
    assert second.check("Exp #2").right
    assert "Sin #1 is ready too" in said(second, "Sin #1")


def test_tensors_are_asked_what_happens_to_what_was_there() -> None:
    w = mg.ones(3, requires_grad=True)
    trace = Trace.record((w * w).sum(), names={"w": w})
    (question,) = by_kind(trace)["how"]
    assert question.check("it is added").right
    assert "overwrite" in said(question, "it takes its place")


@pytest.mark.parametrize("answer", ["", "  ", "twelve", "import os", "__import__('os')", "1 if 2 else 3", "2 ** 3 +",
                                    "[1, 2]", "9" * 100 + "x"])  # fmt: skip
def test_what_is_no_answer_is_no_try(answer: str) -> None:
    question = question_at(product_of_two(), "p1-f1-0", "total")
    verdict = question.check(answer)
    assert not verdict.right
    assert not verdict.counts


@pytest.mark.parametrize("answer", ["9 ** 9 ** 9", "1/0", "(-8) ** 0.5", "1e400"])
def test_arithmetic_without_a_result_hurts_nobody(answer: str) -> None:
    assert not question_at(product_of_two(), "p1-f1-0", "total").check(answer).right


def test_nan_can_be_predicted() -> None:
    a = mg.tensor(float("nan"), requires_grad=True)
    trace = Trace.record(a * 2.0 * a, names={"a": a})
    assert any(question.check("nan").right for question in by_kind(trace).get("result", []))


@pytest.mark.parametrize("seed", range(60))
def test_the_solution_is_right_and_nothing_gives_it_away(seed: int) -> None:
    """What a solution says is accepted; and no number in the line before it is the answer, but for known operands."""
    trace = Trace.record(random_graph(seed, scalar=seed % 2 == 0)[0])
    for kind, questions in by_kind(trace).items():
        for question in questions:
            if kind in ("result", "line", "total"):
                assert question.check(question.solution.rpartition("= ")[2]).right, question
                assert question.line.endswith("?")
            if kind == "function":
                assert question.check(question.solution.removeprefix("next: ")).right
            if kind == "shape":
                assert question.check(question.solution.removeprefix("the shape is ")).right
            if kind == "how":
                assert question.check(question.solution).right


def test_most_edges_are_asked_about() -> None:
    sends = asked = 0
    for seed in range(40):
        trace = Trace.record(random_graph(seed)[0])
        for place, step in enumerate(trace.steps):
            sends += step.kind == "send"
            asked += step.kind == "send" and bool(questions_of(trace, place))
    assert asked == sends > 100
