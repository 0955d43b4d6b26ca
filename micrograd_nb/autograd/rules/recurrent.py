"""Recurrent layers: a state goes through a sequence, and each step changes it. One node for the whole sequence.

Shapes: input (steps, n, in), a state (n, hidden); weights (gates · hidden, in) and (gates · hidden, hidden), with the
gates one below the other. Values: the hidden state after each step, (steps, n, hidden), and each state after the last.

Each step adds W x, of its input, and U h, of the state before. Only U h has to wait for the step before: the products
with all inputs are one product, before the first step, and so are the gradients of the weights, after the last.
Inside, the batch comes last, (steps, gates · hidden, n): every gate is one run of memory, and U h needs no transpose.

The definitions, which gradients of gradients are computed from, are the textbook's formulas, step by step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from ..constants import ones
from ..operation import operation
from ..several import Gradients
from .elementwise import relu, sigmoid, tanh
from .neural import linear
from .shape import stack

# fmt: off

# -- what they share ---------------------------------------------------------------------------------------------------

def _in_time(x: Any, reverse: bool) -> Any:
    """The steps in the order in which they are taken."""
    return x[::-1] if reverse else x

def _products(x: ndarray, weight: ndarray, *biases: ndarray | None) -> ndarray:
    """W x + b of all steps: (steps, gates · hidden, n)."""
    z = np.matmul(weight, x.swapaxes(1, 2))
    for bias in biases:
        if bias is not None:
            z += bias[:, None]
    return z

def _by_gate(h: ndarray, *numbers: float) -> ndarray:
    """A column that has a number for each gate."""
    return np.repeat(np.array(numbers, h.dtype), h.shape[1])[:, None]

def _outputs(states: ndarray, reverse: bool) -> ndarray:
    """The states as they are seen outside, (steps, n, hidden): a view."""
    return _in_time(states, reverse).swapaxes(1, 2)

def _stacked(states: list[Any], reverse: bool) -> Any:
    return stack(*_in_time(states, reverse), dim=0)

def _arrived(g: Any, f: Any) -> tuple[ndarray, ndarray, ndarray]:
    """The gradients of the outputs, in the order of the steps, and of the last states; 0 where none came."""
    grads = g if isinstance(g, Gradients) else {0: g}
    outputs, *last = f.output
    of_outputs = grads[0] if 0 in grads else np.zeros_like(outputs)
    of_last = [np.array(grads[k].T if k in grads else np.zeros_like(x.T), order="C") for k, x in enumerate(last, 1)]
    return _in_time(of_outputs, f.reverse).swapaxes(1, 2), of_last[0], of_last[-1]

def _before(states: ndarray, first: ndarray) -> ndarray:
    """The state before each step."""
    return np.concatenate([first.T[None], states[:-1]])

def _of_weights(of_inputs: ndarray, of_states: ndarray, states: ndarray, f: Any) -> tuple[ndarray | None, ...]:
    """The gradients of the input, the weights and the biases, from those of W x + b and of U h + b'.

    All are (steps, gates · hidden, n). Every gradient of a weight is one product over all steps.
    """
    x, before = _in_time(f.input, f.reverse), _before(states, f.h).swapaxes(1, 2)
    to_x = _as_rows(of_inputs)
    to_h = to_x if of_states is of_inputs else _as_rows(of_states)
    all_steps = to_x.shape[1]
    return (
        _in_time(to_x.T.dot(f.weight_ih).reshape(x.shape), f.reverse),
        to_x.dot(x.reshape(all_steps, x.shape[2])),
        to_h.dot(before.reshape(all_steps, before.shape[2])),
        None if f.bias_ih is None else to_x.dot(ones(all_steps, to_x.dtype)),
        None if f.bias_hh is None else to_h.dot(ones(all_steps, to_h.dtype)),
    )

def _as_rows(x: ndarray) -> ndarray:
    """A row for each gate's element, with all steps and the whole batch."""
    return x.swapaxes(0, 1).reshape(x.shape[1], len(x) * x.shape[2])

# -- h ← tanh(W x + U h + b) (Elman 1990) ------------------------------------------------------------------------------

def _rnn(input: Any, h: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any = None, bias_hh: Any = None,
         *, nonlinearity: str, reverse: bool) -> Any:
    states = _products(_in_time(input, reverse), weight_ih, bias_ih, bias_hh)  # W x + b, and then h in its place
    h_t, product = h.T, np.empty_like(states[0])
    for state in states:
        state += np.dot(weight_hh, h_t, product)
        h_t = np.tanh(state, state) if nonlinearity == "tanh" else np.maximum(state, 0, out=state)
    return (_outputs(states, reverse), h_t.T.copy()), {"states": states}

def _rnn_gradients(g: Any, f: Any) -> Any:
    g, dh, _ = _arrived(g, f)
    slopes = 1 - f.states * f.states if f.nonlinearity == "tanh" else (f.states > 0).astype(g.dtype)
    u, towards = f.weight_hh.T, np.empty_like(f.states)
    for t in range(len(g))[::-1]:
        dh += g[t]
        np.dot(u, np.multiply(dh, slopes[t], towards[t]), dh)
    dx, *of_weights = _of_weights(towards, towards, f.states, f)
    return dx, dh.T, *of_weights

def _rnn_by_steps(input: Any, h: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any = None, bias_hh: Any = None,
                  *, nonlinearity: str, reverse: bool) -> Any:
    states = []
    for x in _in_time(input, reverse):
        z = linear(x, weight_ih, bias_ih) + linear(h, weight_hh, bias_hh)
        h = tanh(z) if nonlinearity == "tanh" else relu(z)
        states.append(h)
    return _stacked(states, reverse), h

rnn = operation("RnnBackward0", _rnn, _rnn_gradients, keeps=True, joint=True, definition=_rnn_by_steps)

# -- LSTM: the state c is changed only by what the gates let in and out (Hochreiter and Schmidhuber 1997) -------------
#     i, f, o = σ(W x + U h + b), three blocks of it      g = tanh of the fourth      (stored in the order i, f, g, o)
#     c ← f c + i g                                       h ← o tanh(c)
# σ(z) = ½ tanh(½ z) + ½. With these halves in place, for g with 1 and 0, one tanh does all four gates.

def _lstm(input: Any, h: Any, c: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any = None, bias_hh: Any = None,
          *, reverse: bool) -> Any:
    half, shift = _by_gate(h, 0.5, 0.5, 1, 0.5), _by_gate(h, 0.5, 0.5, 0, 0.5)
    gates = _products(_in_time(input, reverse), weight_ih, bias_ih, bias_hh)  # W x + b, and then the gates
    gates *= half
    u, product = weight_hh * half, np.empty_like(gates[0])
    steps, hidden, n = len(gates), h.shape[1], len(h)
    states, cells, squashed = (np.empty((steps, hidden, n), h.dtype) for _ in range(3))
    h_t, c_t, added = h.T, c.T, np.empty((hidden, n), h.dtype)
    for t, z in enumerate(gates):
        z += np.dot(u, h_t, product)
        np.tanh(z, z)
        z *= half
        z += shift
        i, f, g, o = z.reshape(4, hidden, n)
        c_t = np.multiply(f, c_t, cells[t])
        c_t += np.multiply(i, g, added)
        h_t = np.multiply(o, np.tanh(c_t, squashed[t]), states[t])
    kept = {"gates": gates, "states": states, "cells": cells, "squashed": squashed}
    return (_outputs(states, reverse), h_t.T.copy(), c_t.T.copy()), kept

def _lstm_gradients(g: Any, f: Any) -> Any:
    """With c and tanh(c) known, what each gate's gradient is multiplied by is computed for all steps at once."""
    g, dh, dc = _arrived(g, f)
    steps, hidden, n = g.shape
    i, forget, new, o = f.gates.reshape(steps, 4, hidden, n).swapaxes(0, 1)
    factors = (1 - f.gates) * (f.gates + _by_gate(f.h, 0, 0, 1, 0))  # the slopes: σ (1 − σ), and for g 1 − g²
    factors = factors.reshape(steps, 4, hidden, n)
    factors[:, 0] *= new
    factors[:, 1] *= _before(f.cells, f.c)
    factors[:, 2] *= i
    factors[:, 3] *= f.squashed
    through = (1 - f.squashed * f.squashed) * o  # ∂h/∂c
    u, towards, added = f.weight_hh.T, np.empty_like(factors), np.empty_like(dc)
    for t in range(steps)[::-1]:
        dh += g[t]
        dc += np.multiply(dh, through[t], added)
        np.multiply(factors[t, :3], dc, towards[t, :3])
        np.multiply(factors[t, 3], dh, towards[t, 3])
        dc *= forget[t]
        np.dot(u, towards[t].reshape(4 * hidden, n), dh)
    towards = towards.reshape(steps, 4 * hidden, n)
    dx, *of_weights = _of_weights(towards, towards, f.states, f)
    return dx, dh.T, dc.T, *of_weights

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

lstm = operation("LstmBackward0", _lstm, _lstm_gradients, keeps=True, joint=True, definition=_lstm_by_steps)

# -- GRU: one state, and two gates (Cho et al. 2014) -------------------------------------------------------------------
#     r, z = σ(W x + U h + b), two blocks of it
#     n = tanh(W x + b + r (U h + b'))                    h ← (1 − z) n + z h         (stored in the order r, z, n)

def _gru(input: Any, h: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any = None, bias_hh: Any = None,
         *, reverse: bool) -> Any:
    half = _by_gate(h, 0.5, 0.5, 1)
    gates = _products(_in_time(input, reverse), weight_ih, bias_ih)  # W x + b, and then the gates
    gates *= half
    u, product = weight_hh * half, np.empty_like(gates[0])
    b = None if bias_hh is None else bias_hh[:, None] * half
    steps, hidden, batch = len(gates), h.shape[1], len(h)
    states, proposed = (np.empty((steps, hidden, batch), h.dtype) for _ in range(2))
    h_t = h.T
    for t, a in enumerate(gates):
        np.dot(u, h_t, product)
        if b is not None:
            product += b
        rz, n = a[: 2 * hidden], a[2 * hidden :]
        rz += product[: 2 * hidden]
        np.tanh(rz, rz)
        rz += 1
        rz *= half[0]
        proposed[t] = product[2 * hidden :]
        n += rz[:hidden] * proposed[t]
        np.tanh(n, n)
        mixed = np.subtract(h_t, n, states[t])
        mixed *= rz[hidden:]
        mixed += n
        h_t = mixed
    return (_outputs(states, reverse), h_t.T.copy()), {"gates": gates, "states": states, "proposed": proposed}

def _gru_gradients(g: Any, f: Any) -> Any:
    g, dh, _ = _arrived(g, f)
    steps, hidden, batch = g.shape
    r, z, n = f.gates.reshape(steps, 3, hidden, batch).swapaxes(0, 1)
    through_n = (1 - z) * (1 - n * n)
    through_z = (_before(f.states, f.h) - n) * z * (1 - z)
    through_r = f.proposed * r * (1 - r)
    u, of_inputs, of_states = f.weight_hh.T, *(np.empty((steps, 3, hidden, batch), g.dtype) for _ in range(2))
    for t in range(steps)[::-1]:
        dh += g[t]
        dn = np.multiply(dh, through_n[t], of_inputs[t, 2])
        np.multiply(dn, through_r[t], of_inputs[t, 0])
        np.multiply(dh, through_z[t], of_inputs[t, 1])
        of_states[t, :2] = of_inputs[t, :2]
        np.multiply(dn, r[t], of_states[t, 2])
        dh *= z[t]
        dh += u.dot(of_states[t].reshape(3 * hidden, batch))
    of_inputs, of_states = (x.reshape(steps, 3 * hidden, batch) for x in (of_inputs, of_states))
    dx, *of_weights = _of_weights(of_inputs, of_states, f.states, f)
    return dx, dh.T, *of_weights

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

gru = operation("GruBackward0", _gru, _gru_gradients, keeps=True, joint=True, definition=_gru_by_steps)

# fmt: on
