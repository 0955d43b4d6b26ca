"""Predict mode: which step is shown, what is asked about the next one, and what the answers were worth."""

from __future__ import annotations

from typing import Any

from ..graph.trace import Question, Trace, Verdict, questions_of

TRIES = 2


class Prediction:
    """A learner's way through a trace. A step is revealed when all questions about it have been answered, or told.

    Arguments:
        trace: what to predict.
        revealed: how many of its steps are known already.
    """

    def __init__(self, trace: Trace, revealed: int) -> None:
        self.trace, self.revealed = trace, revealed
        self.questions: list[Question] = []  # about the next step, that which is asked now first
        self.verdict, self.state = "", ""
        self._number, self._tries = 0, 0
        self._told = False  # whether the solution of the question stands there, to be read
        self._look_ahead()

    def answer(self, text: str) -> Verdict:
        """Takes an answer to the first question."""
        question = self.questions[0]
        if self._told:
            self._next_question("", "")
            return Verdict(False, question.solution)
        verdict = question.check(text)
        if verdict.right:
            self._next_question(verdict.text, "right" if verdict.text else "")
        elif not verdict.counts:
            self.verdict, self.state = verdict.text, "unclear"
        else:
            self._tries += 1
            self._told = self._tries == TRIES
            last = f"So: {question.solution}" if self._told else f"Hint: {question.hint}"
            self.verdict, self.state = f"{verdict.text} {last}", "wrong"
            self._number += self._told  # the form changes: there is nothing to type any more
        return verdict

    def shown(self) -> dict[str, Any]:
        """What the page may know: the question, never its answer."""
        if not self.questions:
            return {}
        question = self.questions[0]
        return {
            "number": self._number,
            "kind": "worked" if self._told else question.kind,
            "prompt": question.prompt,
            "line": question.solution if self._told else question.line,
            "choices": [] if self._told else list(question.choices),
            "verdict": self.verdict,
            "state": self.state,
        }

    def _next_question(self, verdict: str, state: str) -> None:
        self.questions.pop(0)
        self.verdict, self.state = verdict, state
        self._tries, self._told, self._number = 0, False, self._number + 1
        if not self.questions:
            self.revealed += 1
            self._look_ahead()

    def _look_ahead(self) -> None:
        """Reveals the steps about which there is nothing to ask, up to the next one with questions."""
        while self.revealed < len(self.trace.steps):
            self.questions = list(questions_of(self.trace, self.revealed))
            if self.questions:
                return
            self.revealed += 1
