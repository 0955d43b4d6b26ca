"""Recurrent layers: a state goes through a sequence, and each step changes it. One node for the whole sequence.

Shapes: input (steps, n, in), a state (n, hidden); weights (gates · hidden, in) and (gates · hidden, hidden), with the
gates one below the other. Values: the hidden state after each step, (steps, n, hidden), and each state after the last.

What makes it fast: a step sees the state before it, its input and a 1, one below the other, so that U h + W x + b is
one product, [U W b] · seen, with the batch last: (gates · hidden, n). Every gate is one run of memory then. Backwards,
only what has to wait for the next step is done step by step, and the gradients of all weights are one product at the
end.

The definitions, which gradients of gradients are computed from, are the textbook's formulas, step by step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from ..constants import Constants
from ..operation import fused
from ..several import Gradients
from .elementwise import relu, sigmoid, tanh
from .neural import linear
from .shape import stack

HALF = Constants(lambda dtype: np.array(0.5, dtype))

# fmt: off

# -- what they share ---------------------------------------------------------------------------------------------------

def _in_time(x: Any, reverse: bool) -> Any:
    """The steps in the order in which they are taken."""
    return x[::-1] if reverse else x

def _seen(input: ndarray, h: ndarray, reverse: bool) -> ndarray:
    """What each step sees: (steps + 1, hidden + in + 1, n). The states are filled in as they come, and the last."""
    steps, n, size = input.shape
    hidden = h.shape[1]
    seen = np.empty((steps + 1, hidden + size + 1, n), input.dtype)
    seen[0, :hidden] = h.T
    seen[:-1, hidden:-1] = _in_time(input, reverse).swapaxes(1, 2)
    seen[:, -1] = 1
    return seen

def _all_weights(weight_ih: ndarray, weight_hh: ndarray, *biases: ndarray | None) -> ndarray:
    """[U W b], what is seen is multiplied by: (gates · hidden, hidden + in + 1)."""
    rows, hidden = weight_hh.shape
    weights = np.zeros((rows, hidden + weight_ih.shape[1] + 1), weight_hh.dtype)
    weights[:, :hidden], weights[:, hidden:-1] = weight_hh, weight_ih
    for bias in biases:
        if bias is not None:
            weights[:, -1] += bias
    return weights

def _by_gate(h: ndarray, n: int, *numbers: float) -> ndarray:
    """A number for each gate, (gates · hidden, n). With the whole batch, NumPy is faster than with one column."""
    hidden = h.shape[1]
    return np.repeat(np.array(numbers, h.dtype), hidden * n).reshape(len(numbers) * hidden, n)

def _outputs(seen: ndarray, h: ndarray, reverse: bool) -> tuple[ndarray, ndarray]:
    """The states as they are seen outside, (steps, n, hidden), a view; and the last one."""
    states = seen[1:, : h.shape[1]]
    return _in_time(states, reverse).swapaxes(1, 2), states[-1].T.copy()

def _stacked(states: list[Any], reverse: bool) -> Any:
    return stack(*_in_time(states, reverse), dim=0)

def _arrived(g: Any, f: Any) -> tuple[ndarray, ndarray, ndarray]:
    """The gradients of the outputs, in the order of the steps, and of the last states; 0 where none came."""
    grads = g if isinstance(g, Gradients) else {0: g}
    outputs, *last = f.output
    of_outputs = _in_time(grads[0] if 0 in grads else np.zeros_like(outputs), f.reverse).swapaxes(1, 2)
    of_last = [np.array(grads[k].T if k in grads else np.zeros_like(x.T), order="C") for k, x in enumerate(last, 1)]
    return np.ascontiguousarray(of_outputs), of_last[0], of_last[-1]

def _to_input(towards: ndarray, weight_ih: ndarray, f: Any) -> ndarray | None:
    """The gradient of the input, if it is wanted, from that of W x: (steps, gates · hidden, n)."""
    if f.targets[0] is None:
        return None
    dx = np.matmul(weight_ih.T, towards).swapaxes(1, 2)
    return _in_time(dx, f.reverse)

def _to_weights(towards: ndarray, seen: ndarray) -> ndarray:
    """The gradient of [U W b], summed over all steps in one product."""
    steps, rows, n = towards.shape
    columns = seen[:-1].swapaxes(1, 2).reshape(steps * n, seen.shape[1])
    return towards.swapaxes(0, 1).reshape(rows, steps * n).dot(columns)

def _parts(weights: ndarray, f: Any) -> tuple[ndarray | None, ...]:
    """The gradients of weight_ih, weight_hh, bias_ih and bias_hh, of that of [U W b]. Each has its own memory."""
    hidden = f.h.shape[1]
    of_weights = weights[:, hidden:-1].copy(), weights[:, :hidden].copy()
    return *of_weights, *(None if bias is None else weights[:, -1].copy() for bias in (f.bias_ih, f.bias_hh))

# -- h ← tanh(W x + U h + b) (Elman 1990) ------------------------------------------------------------------------------

def _rnn(input: Any, h: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any = None, bias_hh: Any = None,
         *, nonlinearity: str, reverse: bool) -> Any:
    hidden, seen = h.shape[1], _seen(input, h, reverse)
    weights, z = _all_weights(weight_ih, weight_hh, bias_ih, bias_hh), np.empty_like(h.T, order="C")
    for now, after in zip(seen, seen[1:, :hidden], strict=False):
        np.dot(weights, now, z)
        if nonlinearity == "tanh":
            np.tanh(z, after)
        else:
            np.maximum(z, 0, out=after)
    return _outputs(seen, h, reverse), {"seen": seen}

def _rnn_gradients(g: Any, f: Any) -> Any:
    g, dh, _ = _arrived(g, f)
    states = f.seen[1:, : g.shape[1]]
    slopes = 1 - states * states if f.nonlinearity == "tanh" else (states > 0).astype(g.dtype)
    u, towards = f.weight_hh.T, np.empty_like(g)
    for t in range(len(g))[::-1]:
        dh += g[t]
        np.dot(u, np.multiply(dh, slopes[t], towards[t]), dh)
    return _to_input(towards, f.weight_ih, f), dh.T, *_parts(_to_weights(towards, f.seen), f)

def _rnn_by_steps(input: Any, h: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any = None, bias_hh: Any = None,
                  *, nonlinearity: str, reverse: bool) -> Any:
    states = []
    for x in _in_time(input, reverse):
        z = linear(x, weight_ih, bias_ih) + linear(h, weight_hh, bias_hh)
        h = tanh(z) if nonlinearity == "tanh" else relu(z)
        states.append(h)
    return _stacked(states, reverse), h

rnn = fused("RnnBackward0", _rnn, _rnn_gradients, keeps=True, joint=True, definition=_rnn_by_steps)

# -- LSTM: the state c is changed only by what the gates let in and out (Hochreiter and Schmidhuber 1997) --------------
#     i, f, o = σ(W x + U h + b), three blocks of it      g = tanh of the fourth      (stored in the order i, f, g, o)
#     c ← f c + i g                                       h ← o tanh(c)
# σ(z) = ½ tanh(½ z) + ½. With these halves in place, and 1 and 0 for g, one tanh does all four gates.

def _lstm(input: Any, h: Any, c: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any = None, bias_hh: Any = None,
          *, reverse: bool) -> Any:
    steps, (n, hidden), seen = len(input), h.shape, _seen(input, h, reverse)
    half, shift = _by_gate(h, n, 0.5, 0.5, 1, 0.5), _by_gate(h, n, 0.5, 0.5, 0, 0.5)
    weights = _all_weights(weight_ih, weight_hh, bias_ih, bias_hh)
    weights *= _by_gate(h, 1, 0.5, 0.5, 1, 0.5)
    gates, added = np.empty((steps, 4 * hidden, n), h.dtype), np.empty((hidden, n), h.dtype)
    cells, squashed = (np.empty((steps, hidden, n), h.dtype) for _ in range(2))
    each = gates.reshape(steps, 4, hidden, n).swapaxes(0, 1)
    c_t = c.T
    for now, after, z, i, f, g, o, cell, squash in zip(
            seen, seen[1:, :hidden], gates, *each, cells, squashed, strict=False):
        np.dot(weights, now, z)
        np.tanh(z, z)
        z *= half
        z += shift
        c_t = np.multiply(f, c_t, cell)
        c_t += np.multiply(i, g, added)
        np.multiply(o, np.tanh(c_t, squash), after)
    kept = {"seen": seen, "gates": gates, "cells": cells, "squashed": squashed}
    return (*_outputs(seen, h, reverse), c_t.T.copy()), kept

def _lstm_gradients(g: Any, f: Any) -> Any:
    """With c and tanh(c) known, what each gate's gradient is multiplied by is computed for all steps at once."""
    g, dh, dc = _arrived(g, f)
    steps, hidden, n = g.shape
    i, forget, new, o = f.gates.reshape(steps, 4, hidden, n).swapaxes(0, 1)
    towards = f.gates * f.gates
    np.subtract(f.gates, towards, towards)  # the slopes: σ − σ², and for g 1 − g²
    to_i, to_f, to_g, to_o = towards.reshape(steps, 4, hidden, n).swapaxes(0, 1)
    np.subtract(1, new * new, to_g)
    to_i *= new
    to_f[0] *= f.c.T
    to_f[1:] *= f.cells[:-1]
    to_g *= i
    to_o *= f.squashed
    through = f.squashed * f.squashed  # ∂h/∂c
    np.subtract(1, through, through)
    through *= o
    u, added, of_c = f.weight_hh.T, np.empty_like(dc), towards[:, : 3 * hidden].reshape(steps, 3, hidden, n)
    backwards = (x[::-1] for x in (g, through, of_c, to_o, forget, towards))
    for g_t, through_t, of_c_t, of_h_t, forget_t, towards_t in zip(*backwards, strict=True):
        dh += g_t
        dc += np.multiply(dh, through_t, added)
        of_c_t *= dc
        of_h_t *= dh
        dc *= forget_t
        np.dot(u, towards_t, dh)
    return _to_input(towards, f.weight_ih, f), dh.T, dc.T, *_parts(_to_weights(towards, f.seen), f)

def _lstm_by_steps(input: Any, h: Any, c: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any = None, bias_hh: Any = None,
                   *, reverse: bool) -> Any:
    states, k = [], h.shape[1]
    for x in _in_time(input, reverse):
        z = linear(x, weight_ih, bias_ih) + linear(h, weight_hh, bias_hh)
        i, f, g, o = (z[:, block * k : (block + 1) * k] for block in range(4))
        c = sigmoid(f) * c + sigmoid(i) * tanh(g)
        h = sigmoid(o) * tanh(c)
        states.append(h)
    return _stacked(states, reverse), h, c

lstm = fused("LstmBackward0", _lstm, _lstm_gradients, keeps=True, joint=True, definition=_lstm_by_steps)

# -- GRU: one state, and two gates (Cho et al. 2014) -------------------------------------------------------------------
#     r, z = σ(W x + b + U h + b'), two blocks of it
#     n = tanh(W x + b + r (U h + b'))                    h ← (1 − z) n + z h         (stored in the order r, z, n)
# The two parts of n are kept apart, so its block becomes two: one that sees x, and one that sees h.

def _gru(input: Any, h: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any = None, bias_hh: Any = None,
         *, reverse: bool) -> Any:
    steps, (batch, hidden), seen = len(input), h.shape, _seen(input, h, reverse)
    weights = _gru_weights(weight_ih, weight_hh, bias_ih, bias_hh)
    gates, added = np.empty((steps, 4 * hidden, batch), h.dtype), np.empty((hidden, batch), h.dtype)
    for now, after, a in zip(seen, seen[1:, :hidden], gates, strict=False):
        np.dot(weights, now, a)
        sigmoids, (r, z, n, n_of_h) = a[: 2 * hidden], a.reshape(4, hidden, batch)
        sigmoids *= HALF[h.dtype]
        np.tanh(sigmoids, sigmoids)
        sigmoids *= HALF[h.dtype]
        sigmoids += HALF[h.dtype]
        n += np.multiply(r, n_of_h, added)
        np.tanh(n, n)
        np.subtract(now[:hidden], n, after)
        after *= z
        after += n
    return _outputs(seen, h, reverse), {"seen": seen, "gates": gates}

def _gru_weights(weight_ih: ndarray, weight_hh: ndarray, bias_ih: ndarray | None, bias_hh: ndarray | None) -> ndarray:
    """[U W b] with four blocks: r, z, n of x, n of h."""
    hidden = weight_hh.shape[1]
    of_both = 2 * hidden
    weights = np.zeros((4 * hidden, hidden + weight_ih.shape[1] + 1), weight_hh.dtype)
    x, h = weights[: 3 * hidden, hidden:], weights[:, :hidden]
    x[:, :-1], h[:of_both], h[3 * hidden :] = weight_ih, weight_hh[:of_both], weight_hh[of_both:]
    if bias_ih is not None:
        weights[: 3 * hidden, -1] = bias_ih
    if bias_hh is not None:
        weights[:of_both, -1] += bias_hh[:of_both]
        weights[3 * hidden :, -1] = bias_hh[of_both:]
    return weights

def _gru_gradients(g: Any, f: Any) -> Any:
    g, dh, _ = _arrived(g, f)
    steps, hidden, batch = g.shape
    r, z, n, n_of_h = f.gates.reshape(steps, 4, hidden, batch).swapaxes(0, 1)
    through_n = (1 - z) * (1 - n * n)
    through_z = (f.seen[:-1, :hidden] - n) * z * (1 - z)
    through_r = n_of_h * r * (1 - r)
    weights = _gru_weights(f.weight_ih, f.weight_hh, None, None)
    u, towards = weights[:, :hidden].T, np.empty((steps, 4, hidden, batch), g.dtype)
    for t in range(steps)[::-1]:
        dh += g[t]
        dr, dz, dn, dn_of_h = towards[t]
        np.multiply(dh, through_n[t], dn)
        np.multiply(dn, through_r[t], dr)
        np.multiply(dh, through_z[t], dz)
        np.multiply(dn, r[t], dn_of_h)
        dh *= z[t]
        dh += u.dot(towards[t].reshape(4 * hidden, batch))
    towards = towards.reshape(steps, 4 * hidden, batch)
    dx = _to_input(towards[:, : 3 * hidden], f.weight_ih, f)
    return dx, dh.T, *_gru_parts(_to_weights(towards, f.seen), f)

def _gru_parts(weights: ndarray, f: Any) -> tuple[ndarray | None, ...]:
    """The gradients of the weights and biases, of that of the four blocks."""
    hidden = f.h.shape[1]
    of_x, of_h = weights[: 3 * hidden], np.concatenate([weights[: 2 * hidden], weights[3 * hidden :]])
    of_biases = (None if b is None else w[:, -1].copy() for w, b in ((of_x, f.bias_ih), (of_h, f.bias_hh)))
    return of_x[:, hidden:-1].copy(), of_h[:, :hidden].copy(), *of_biases

def _gru_by_steps(input: Any, h: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any = None, bias_hh: Any = None,
                  *, reverse: bool) -> Any:
    states, k = [], h.shape[1]
    for x in _in_time(input, reverse):
        from_x, from_h = linear(x, weight_ih, bias_ih), linear(h, weight_hh, bias_hh)
        r, z = (sigmoid(from_x[:, at] + from_h[:, at]) for at in (slice(0, k), slice(k, 2 * k)))
        n = tanh(from_x[:, 2 * k :] + r * from_h[:, 2 * k :])
        h = n + z * (h - n)
        states.append(h)
    return _stacked(states, reverse), h

gru = fused("GruBackward0", _gru, _gru_gradients, keeps=True, joint=True, definition=_gru_by_steps)
