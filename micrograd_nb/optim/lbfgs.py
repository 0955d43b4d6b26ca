"""LBFGS: a quasi-Newton method. It learns the curvature of the loss from its last steps."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from ..autograd import changes, enable_grad
from ..tensors import Tensor
from ..tensors.record import wrap
from .groups import Group, Params, check_options
from .line_search import Point, strong_wolfe
from .optimizer import Optimizer


class LBFGS(Optimizer):
    """Limited-memory BFGS, for losses that are computed exactly, not on batches. (PyTorch: torch.optim.LBFGS)

    Liu and Nocedal 1989, "On the Limited Memory BFGS Method for Large Scale Optimization"; Nocedal and Wright 2006,
    "Numerical Optimization", algorithm 7.4.

        d ← −H g        H, the inverse of the second derivative, as the last `history_size` steps show it
        p ← p + t · d   t = lr, or what a line search finds; the very first t is smaller, lr · min(1, 1 / Σ|g|)

    One `step(closure)` makes up to `max_iter` of these, and calls the closure for each: it must zero the gradients,
    compute the loss and its gradients, and return the loss. There is one group of parameters.

    Arguments:
        params: tensors, (name, tensor) pairs, or one group.
        lr: how far to go in a direction; with a line search, what it tries first.
        max_iter: how many iterations a step makes at most.
        max_eval: how many times it calls the closure at most; 5/4 of `max_iter` if it is not given.
        tolerance_grad: stop when no element of the gradient is larger.
        tolerance_change: stop when the loss, or every parameter, changes by less.
        history_size: how many steps the curvature is learnt from.
        line_search_fn: "strong_wolfe", or None.

    Raises:
        ValueError: a negative learning rate, more than one group, parameters that cannot be optimized.
        RuntimeError: another line search, at the step.
        TypeError: a step without a closure.

    >>> import micrograd_nb as mg
    >>> p = mg.tensor([-1.0, 2.0], requires_grad=True)
    >>> optimizer = mg.optim.LBFGS([p], line_search_fn="strong_wolfe")
    >>> def closure():  # Rosenbrock's valley
    ...     optimizer.zero_grad()
    ...     loss = (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2
    ...     loss.backward()
    ...     return loss
    >>> for _ in range(3):
    ...     loss = optimizer.step(closure)
    >>> p
    tensor([1.0000, 1.0000], requires_grad=True)
    """

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check_options(lr)
        defaults: dict[str, Any] = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)

    def add_param_group(self, param_group: Group) -> None:
        """Adds the one group that there may be."""
        if self.param_groups:
            raise ValueError(
                "LBFGS doesn't support per-parameter options (parameter groups): it moves all parameters together, "
                "in one direction. Give it all in one list."
            )
        super().add_param_group(param_group)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Iterates until the loss is at its lowest, or `max_iter` times. Returns the loss of before.

        Arguments:
            closure: zeroes the gradients, computes the loss with its gradients, and returns it.
        """
        if closure is None:
            raise TypeError(
                "LBFGS.step() missing 1 required positional argument: 'closure'. It computes the loss several times in "
                "a step: give it a function that zeroes the gradients, calls backward(), and returns the loss."
            )
        group = self.param_groups[0]
        if group["line_search_fn"] not in (None, "strong_wolfe"):
            raise RuntimeError(f"only 'strong_wolfe' is supported, and None, but got {group['line_search_fn']!r}")
        objective = _Objective(group["params"], closure, self._name)
        with np.errstate(all="ignore"):  # numbers that explode become inf and NaN without a warning
            _iterate(objective, group, self.state[group["params"][0]])
        return objective.first_loss


class _Objective:
    """The closure as a function of one vector: all parameters, one after the other."""

    def __init__(self, params: list[Tensor], closure: Callable[[], Any], name: str) -> None:
        self.params, self.closure, self.name = params, closure, name
        self.evaluations = 0
        self.warnings = np.geterr()

    def evaluate(self) -> tuple[float, ndarray]:
        """The loss and its gradient, where the parameters are now."""
        with enable_grad(), np.errstate(**self.warnings):
            loss = self.closure()
        if not self.evaluations:
            self.first_loss = loss
        self.evaluations += 1
        return float(loss), np.concatenate([_gradient(p).reshape(-1) for p in self.params])

    def move(self, t: float, d: ndarray) -> None:
        """Adds t · d to the parameters."""
        places = np.cumsum([p.numel() for p in self.params])[:-1]
        for p, part in zip(self.params, np.split(d, places), strict=True):
            p.array += (t * part).reshape(p.array.shape)
        changes.note_all([p.array for p in self.params], self.name)

    def at(self, d: ndarray, t: float) -> Point:
        """The loss in a distance t in the direction d. The parameters stay where they are."""
        here = [p.array.copy() for p in self.params]
        self.move(t, d)
        loss, gradient = self.evaluate()
        for p, array in zip(self.params, here, strict=True):
            np.copyto(p.array, array)
        changes.note_all([p.array for p in self.params], self.name)
        return Point(t, loss, gradient, np.float64(gradient.dot(d)))


class _Pair(NamedTuple):
    """What a step showed of the curvature: it went by s, and the gradient changed by y."""

    y: ndarray
    s: ndarray
    rho: float  # 1 / (y · s)


def _iterate(objective: _Objective, group: Group, state: dict[str, Any]) -> None:
    """The iterations of one step. What the next step needs stays in `state`, under PyTorch's names."""
    lr = float(group["lr"])
    loss, g = objective.evaluate()
    state.setdefault("n_iter", 0)
    state["func_evals"] = state.get("func_evals", 0) + 1
    if _largest(g) <= group["tolerance_grad"]:
        return

    pairs, scale, d, t, before = _loaded(state, group["history_size"])
    for iteration in range(1, group["max_iter"] + 1):
        state["n_iter"] += 1
        if state["n_iter"] == 1:
            d = -g
            t = min(1.0, 1.0 / float(np.abs(g).sum())) * lr
        else:
            y, s = g - before, d * t
            if (ys := float(y.dot(s))) > 1e-10:  # the loss curves upwards
                pairs.append(_Pair(y, s, 1 / ys))
                scale = ys / float(y.dot(y))
            d = direction(g, pairs, scale)
            t = lr
        before, loss_before, evaluations = g, loss, objective.evaluations
        slope = g.dot(d)
        if slope > -group["tolerance_change"]:
            break

        if group["line_search_fn"]:
            start = Point(0, loss, g, np.float64(slope))
            most = group["max_eval"] - evaluations
            along, most = partial(objective.at, d), group["max_eval"] - evaluations
            point = strong_wolfe(along, start, t, _largest(d), tolerance=group["tolerance_change"], most=most)
            loss, g, t = point.loss, point.gradient, point.t
            objective.move(t, d)
        else:
            objective.move(t, d)
            if iteration < group["max_iter"]:  # of a last iteration nobody asks for the loss
                loss, g = objective.evaluate()
        state["func_evals"] += objective.evaluations - evaluations

        if objective.evaluations >= group["max_eval"] or _largest(g) <= group["tolerance_grad"]:
            break
        if _largest(d * t) <= group["tolerance_change"] or abs(loss - loss_before) < group["tolerance_change"]:
            break
    _save(state, pairs, d, t, H_diag=scale, prev_flat_grad=wrap(before), prev_loss=loss_before)


def direction(g: ndarray, pairs: Iterable[_Pair], scale: float) -> ndarray:
    """−H g, by the two loops of Nocedal and Wright's algorithm 7.4, without ever making the matrix H."""
    pairs = list(pairs)
    q = -g
    weights = []
    for y, s, rho in reversed(pairs):
        weights.append(float(s.dot(q)) * rho)
        q -= weights[-1] * y
    q *= scale
    for (y, s, rho), weight in zip(pairs, reversed(weights), strict=True):
        q += (weight - float(y.dot(q)) * rho) * s
    return q


def _loaded(state: dict[str, Any], history_size: int) -> tuple[deque[_Pair], float, Any, Any, Any]:
    """The pairs, the scale of H, the last direction, its length and the gradient there, as `_save` left them."""
    triples = zip(state.get("old_dirs") or [], state.get("old_stps") or [], state.get("ro") or [], strict=True)
    pairs = deque((_Pair(y.array, s.array, float(rho)) for y, s, rho in triples), history_size)
    d, t, before = state.get("d"), state.get("t"), state.get("prev_flat_grad")
    if d is None or t is None or before is None:
        return pairs, 1.0, None, None, None
    return pairs, float(state["H_diag"]), d.array, float(t), before.array


def _save(state: dict[str, Any], pairs: Iterable[_Pair], d: ndarray, t: float, **others: Any) -> None:
    state.update(
        d=wrap(d),
        t=t,
        old_dirs=[wrap(pair.y) for pair in pairs],
        old_stps=[wrap(pair.s) for pair in pairs],
        ro=[pair.rho for pair in pairs],
        **others,
    )


def _gradient(p: Tensor) -> ndarray:
    return np.zeros_like(p.array) if p.grad is None else p.grad.array


def _largest(x: ndarray) -> float:
    return float(np.abs(x).max())
