"""What a learner can be asked before the next step is shown, and what a wrong answer tells.

    for question in questions_of(trace, place):
        verdict = question.check("-12")
        verdict.right, verdict.text

The questions fade: the first product is a worked example, then the result is blank, then the factor, then all of it.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import text
from .record import Trace
from .step import Facts, TraceStep
from .words import in_row, one_number

FADING = ("worked", "result", "result", "factor", "factor", "line")
TOLERANCE = 0.01  # numbers on the screen have four digits


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer was worth. One that says nothing, such as an empty one, does not count as a try."""

    right: bool
    text: str
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """A question about the next step. Only `prompt`, `line` and `choices` may be seen before it is answered."""

    kind: str  # function, worked, result, factor, line, shape, total, how
    prompt: str
    line: str  # the line with its blank, written ?
    hint: str
    solution: str  # the line without a blank
    judge: Callable[[str], Verdict]
    choices: tuple[str, ...] = ()

    def check(self, answer: str) -> Verdict:
        """What an answer is worth: a number or a sum of numbers, a shape, or one of the choices."""
        if not answer.strip() and self.kind != "worked":
            return Verdict(False, "There is no answer yet.", counts=False)
        return self.judge(answer.strip())


def questions_of(trace: Trace, place: int) -> tuple[Question, ...]:
    """What can be asked before the step at a place of a trace is shown; of some steps, nothing.

    >>> import micrograd_nb as mg
    >>> a, b = mg.tensor(2.0, requires_grad=True), mg.tensor(3.0, requires_grad=True)
    >>> trace = Trace.record(a * b, names={"a": a, "b": b})
    >>> [question.kind for place in range(len(trace.steps)) for question in questions_of(trace, place)]
    ['worked', 'result']
    >>> questions_of(trace, 2)[0].line
    '1 × 2 = ?'
    """
    return tuple(_questions(trace, place))


def _questions(trace: Trace, place: int) -> Iterator[Question]:
    step = trace.steps[place]
    facts = step.facts
    if facts is None or step.kind not in ("send", "accumulate"):
        return
    if step.kind == "send":
        if step.focus != trace.steps[place - 1].focus:
            yield from _which_function(trace, place)
        if one_number(facts.product) and not facts.summed:
            yield _product(trace, place, facts)
        elif np.shape(facts.contribution) != () or facts.summed:
            yield _shape(step, facts)
    if facts.before is not None:
        yield _total(facts) if one_number(facts.total) else _how(facts)


# -- which function ----------------------------------------------------------------------------------------------------


def _which_function(trace: Trace, place: int) -> Iterator[Question]:
    step, before = trace.steps[place], trace.steps[place - 1]
    done = {id for earlier in trace.steps[:place] for id in earlier.finished}
    open_ = [node.id for node in trace.graph.nodes if node.kind == "function" and node.id not in done]
    titles = {id: f"{trace.graph[id].name} #{id[1:]}" for id in open_}
    if len(titles) < 2 or step.focus not in titles:
        return
    right = titles[step.focus]

    def judge(answer: str) -> Verdict:
        if answer == right:
            return Verdict(True, f"{right}: its gradient is complete.")
        if answer in before.waiting:
            return Verdict(False, f"{answer} has got a part of its gradient, and must wait for the rest.")
        if answer in before.ready:
            return Verdict(False, f"{answer} is ready too. The engine takes the one that ran last in the forward pass.")
        return Verdict(False, f"No gradient has come to {answer} yet: something that was computed from it comes first.")

    hint = "Its gradient must be complete: every edge from it towards the loss has been walked."
    prompt = "Whose turn is it next?"
    yield Question("function", prompt, "next: ?", hint, f"next: {right}", judge, tuple(titles.values()))


# -- numbers -----------------------------------------------------------------------------------------------------------


def _product(trace: Trace, place: int, facts: Facts) -> Question:
    step = trace.steps[place]
    result = text.array(facts.product)
    who = f"{trace.graph[step.focus].name} #{step.focus[1:]}"
    whole = f"{facts.formula} = {result}" if facts.formula else f"send = {result}"
    hint = "Multiply the incoming gradient by the local derivative, which is taken with respect to the input."
    incoming, _, factor = facts.formula.partition(" × ")
    kind = FADING[min(_products_before(trace, place), len(FADING) - 1)]
    if kind == "factor" and (not factor or incoming != in_row(facts.incoming) or not _item(facts.incoming)):
        kind = "result"
    if kind == "worked":
        prompt = f"A worked example: what {who} sends to {facts.target}. Read it, and go on."
        return Question(kind, prompt, whole, hint, whole, lambda _: Verdict(True, ""))
    if kind == "factor":
        prompt = f"{who} sends {result} to {facts.target}. By what does it multiply the incoming gradient?"
        wanted, line = _item(facts.product) / _item(facts.incoming), f"{incoming} × ? = {result}"
        return Question(kind, prompt, line, hint, whole, _judge_number(wanted, _wrong_factors(trace, step, facts)))
    prompt = f"What does {who} send to {facts.target}?"
    line = "send = ?" if kind == "line" else f"{facts.formula} = ?"
    if not facts.formula:
        line = f"g = {in_row(facts.incoming)},  send = ?"
    judge = _judge_number(_item(facts.product), _wrong_products(trace, step, facts))
    return Question(kind, prompt, line, hint, whole, judge)


def _products_before(trace: Trace, place: int) -> int:
    """How many products of single numbers there are before a step."""
    earlier = (step.facts for step in trace.steps[:place] if step.kind == "send")
    return sum(facts is not None and one_number(facts.product) and not facts.summed for facts in earlier)


def _wrong_products(trace: Trace, step: TraceStep, facts: Facts) -> Iterator[tuple[float, str]]:
    """What a wrong answer may be, and what it says of the one who gave it. The most telling comes first."""
    g, product = _item(facts.incoming), _item(facts.product)
    if facts.before is not None:
        yield _item(facts.total), f"That is what {facts.target} has afterwards. Asked is what this edge brings."
    if g:
        yield product / g, f"That is the local derivative alone: you forgot the incoming gradient, {text.number(g)}."
    for name, x in _arguments(trace, step):
        yield g * x, f"You took the wrong operand: {name} is what the derivative for the other input would need."
    yield g, "That is the incoming gradient alone: the local derivative is missing."
    yield -product, "The size is right, the sign is not."


def _wrong_factors(trace: Trace, step: TraceStep, facts: Facts) -> Iterator[tuple[float, str]]:
    yield _item(facts.incoming), "That is the incoming gradient, which stands there already."
    for name, x in _arguments(trace, step):
        yield x, f"You took the wrong operand: {name} is what the derivative for the other input would need."
    yield _item(facts.product), "That is the product. Asked is what the incoming gradient is multiplied by."


def _arguments(trace: Trace, step: TraceStep) -> Iterator[tuple[str, float]]:
    """A function's arguments that are single numbers, where its rule takes any."""
    edges = trace.graph.incoming[step.focus] if step.facts and step.facts.saved else ()
    for edge in edges:
        value = trace.graph[edge.source]
        if value.value is not None and one_number(value.value):
            yield value.name or text.array(value.value), _item(value.value)


def _total(facts: Facts) -> Question:
    before, sent, total = map(_item, (facts.before, facts.contribution, facts.total))
    line = f"{text.number(before)} and {text.number(sent)}: ?"
    whole = f"{text.number(before)} + {text.number(sent)} = {text.number(total)}"
    wrong = (
        (sent, "You overwrote what was there. Gradients add up: the value is used in several places."),
        (before, f"That is what it had. {text.number(sent)} has arrived since."),
        (before * sent, "What arrives is added, not multiplied."),
    )
    prompt = f"{facts.target} has {text.number(before)}, and {text.number(sent)} arrives. What has it then?"
    return Question("total", prompt, line, "Gradients of several uses add up.", whole, _judge_number(total, wrong))


def _judge_number(right: float, wrong: Any) -> Callable[[str], Verdict]:
    told = tuple(wrong)

    def judge(answer: str) -> Verdict:
        number = _calculated(answer)
        if number is None:
            return Verdict(False, "Type a number, or numbers with + − × / between them.", counts=False)
        if _same(number, right):
            return Verdict(True, "Right.")
        return Verdict(False, next((told for x, told in told if _same(number, x)), "That is not it."))

    return judge


def _same(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=1e-6) or (math.isnan(a) and math.isnan(b))


def _item(x: Any) -> float:
    return float(np.asarray(x).item())


_OPERATORS: dict[type, Callable[..., float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.USub: operator.neg, ast.UAdd: operator.pos,
}  # fmt: skip


def _calculated(answer: str) -> float | None:
    """The number that was typed, or that what was typed comes to; None for anything else."""
    readable = answer.strip("[] ").replace("−", "-").replace("×", "*").replace("·", "*").replace(",", ".")
    try:
        return float(readable)
    except ValueError:
        pass
    if len(readable) > 80:
        return None
    try:
        return _value(ast.parse(readable, mode="eval").body)
    except (SyntaxError, ValueError, KeyError, ArithmeticError):
        return None


def _value(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.BinOp(left=left, op=op, right=right):
            found = _OPERATORS[type(op)](_value(left), _value(right))
            return found if isinstance(found, float) else math.nan  # a root of a negative number is complex
        case ast.UnaryOp(op=op, operand=operand):
            return _OPERATORS[type(op)](_value(operand))
    raise ValueError("not arithmetic")


# -- shapes, and what happens to what was there ------------------------------------------------------------------------


def _shape(step: TraceStep, facts: Facts) -> Question:
    right, whole, came = (np.shape(x) for x in (facts.contribution, facts.product, facts.incoming))
    solution = f"the shape is {text.shape(right)}"
    hint = f"A gradient has the shape of what it is the gradient of: here of {facts.target}."

    def judge(answer: str) -> Verdict:
        shape = _parsed_shape(answer)
        if shape is None:
            return Verdict(False, "Type a shape, such as (2, 8), or () for a single number.", counts=False)
        if shape == right:
            return Verdict(True, "Right.")
        if facts.summed and shape == whole:
            return Verdict(False, f"You missed the sum: {facts.target} was broadcast, so its gradient is summed back.")
        if len(shape) > 1 and shape == right[::-1]:
            return Verdict(False, "That is the transpose.")
        if shape == came:
            return Verdict(False, f"That is the shape of the incoming gradient, not of {facts.target}.")
        return Verdict(False, "That is not it.")

    prompt = f"Which shape has what arrives at {facts.target}?"
    return Question("shape", prompt, "shape: ?", hint, solution, judge)


def _parsed_shape(answer: str) -> tuple[int, ...] | None:
    if not re.fullmatch(r"[(\[]?[\d\s,×x]*[)\]]?", answer):
        return None
    return tuple(int(size) for size in re.findall(r"\d+", answer))


def _how(facts: Facts) -> Question:
    add, overwrite = "it is added", "it takes its place"

    def judge(answer: str) -> Verdict:
        if answer == add:
            return Verdict(True, "Right.")
        return Verdict(False, "That would overwrite what was there. Gradients add up.")

    prompt = f"{facts.target} has got a gradient already. What happens to the one that arrives?"
    return Question("how", prompt, "?", "The value is used in several places.", add, judge, (overwrite, add))
