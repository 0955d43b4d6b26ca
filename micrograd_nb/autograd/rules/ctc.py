"""Connectionist temporal classification: how likely a row of labels is, when it is not known where each of them begins.

(Graves et al. 2006; the forward-backward algorithm is its section 4.1.)

A path gives each moment one label or the blank; repeated labels and blanks drop out of it, so that many paths read the
same. The labels with blanks around each are the *states* that a path goes through: from one moment to the next it
stays, goes on by one, or skips a blank between two labels that differ. `alpha` adds up the paths that come to a state,
`beta` those that lead on from it, both as logarithms, and for all states of all samples at a time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from ..operation import operation

IMPOSSIBLE = -1e30  # the logarithm of a probability of 0: with −∞, differences would be NaN

# fmt: off

def _states(labels: ndarray, blank: int) -> tuple[ndarray, ndarray]:
    """The states of each sample, (n, 2 s + 1): blank, label, blank, … blank; and whether a path may skip to each."""
    states = np.full((len(labels), 2 * labels.shape[1] + 1), blank)
    states[:, 1::2] = labels
    may_skip = np.zeros(states.shape, np.bool_)
    may_skip[:, 2:] = (states[:, 2:] != blank) & (states[:, 2:] != states[:, :-2])
    return states, may_skip

def _log(possible: ndarray, dtype: Any) -> ndarray:
    return np.where(possible, 0, dtype.type(IMPOSSIBLE))

def _ctc(input: Any, *, labels: Any, input_lengths: Any, target_lengths: Any, blank: int, zero_infinity: bool) -> Any:
    """−log of the probability of each sample's labels: input (time, n, classes), labels (n, s), value (n,)."""
    states, may_skip = _states(labels, blank)
    emitted = np.maximum(np.take_along_axis(input, states[None], 2), IMPOSSIBLE)  # (time, n, states)
    alpha = _paths(emitted, _log(may_skip, input.dtype), _log(np.arange(states.shape[1]) < 2, input.dtype))
    ends = _log(_ends(states, target_lengths), input.dtype)
    at_end = alpha[input_lengths - 1, np.arange(len(states))] + ends
    log_p = np.logaddexp.reduce(at_end, 1)
    log_p[input_lengths == 0] = IMPOSSIBLE
    log_p[(input_lengths == 0) & (target_lengths == 0)] = 0  # nothing says nothing
    possible = log_p > IMPOSSIBLE / 2
    losses = np.where(possible, -log_p, 0 if zero_infinity else np.inf)
    return losses, {"states": states, "may_skip": may_skip, "ends": ends, "emitted": emitted, "alpha": alpha,
                    "log_p": log_p, "possible": possible}

def _ends(states: ndarray, target_lengths: ndarray) -> ndarray:
    """Where a path may end: in the last blank, or in the last label."""
    last = 2 * target_lengths[:, None] - np.arange(states.shape[1])
    return (last == 0) | (last == 1)

def _paths(emitted: ndarray, skip: ndarray, start: ndarray, over: Any = None) -> ndarray:
    """alpha, the logarithm of the probability of all paths that come to each state: (time, n, states).

    Arguments:
        skip, start: 0 for the states that a path may skip to, and where it may start; else IMPOSSIBLE.
        over: for each time and sample, whether paths start then, instead of at the first time.
    """
    time, count, states = emitted.shape
    alpha = np.full((time, count, states + 2), IMPOSSIBLE, emitted.dtype)  # two states before the first
    coming = np.empty((3, count, states), emitted.dtype)
    for t in range(time):
        if t:
            before = alpha[t - 1]
            np.add(before[:, :-2], skip, coming[0])
            coming[1], coming[2] = before[:, 1:-1], before[:, 2:]
            most = np.maximum.reduce(coming)
            coming -= most
            np.exp(coming, coming)
            sums = np.log(np.add.reduce(coming)) + most
            if over is not None:
                sums = np.where(over[t][:, None], start, sums)
        np.add(emitted[t], sums if t else start, alpha[t, :, 2:])
    return alpha[:, :, 2:]

def _towards_paths(g: Any, f: Any) -> Any:
    """−g · the probability that a path of the labels is in a state with this label at this time."""
    time = len(f.emitted)
    skip = np.full_like(f.ends, IMPOSSIBLE)
    skip[:, 2:] = _log(f.may_skip, g.dtype)[:, :0:-1][:, :-1]
    starts = time - f.input_lengths == np.arange(time)[:, None]
    beta = _paths(f.emitted[::-1, :, ::-1], skip, f.ends[:, ::-1], starts)[::-1, :, ::-1]
    share = f.alpha + beta
    share -= f.emitted
    share -= f.log_p[:, None]
    np.exp(share, share)
    share *= (np.arange(time)[:, None] < f.input_lengths)[..., None]
    share[:, ~f.possible] = 0 if f.zero_infinity else np.nan
    share *= -g[:, None]
    return _scattered(share, f.states, f.input.shape)

def _scattered(share: ndarray, states: ndarray, shape: Any) -> ndarray:
    """Adds up what belongs to one label. At flat indices, NumPy is five times as fast."""
    time, count, classes = shape
    rows = np.arange(time * count).reshape(time, count, 1) * classes
    out = np.zeros(shape, share.dtype)
    np.add.at(out.reshape(-1), (rows + states).reshape(-1), share.reshape(-1))
    return out

def _ctc_by_parts(
    input: Any, *, labels: Any, input_lengths: Any, target_lengths: Any, blank: int, zero_infinity: bool
) -> Any:
    """The same by small operations, of finite numbers only."""
    states, may_skip = _states(labels, blank)
    place, sample = np.arange(states.shape[1]), np.arange(len(states))
    emitted = input[np.arange(len(input))[:, None, None], sample[:, None], states]
    one, two = np.maximum(place - 1, 0), np.maximum(place - 2, 0)
    no_one, no_two = _log(place > 0, input.dtype), _log(may_skip, input.dtype)
    alpha = final = emitted[0] + _log(place < 2, input.dtype)
    for t in range(1, len(input)):
        alpha = emitted[t] + np.logaddexp(alpha, np.logaddexp(alpha[:, one] + no_one, alpha[:, two] + no_two))
        final = np.where((t < input_lengths)[:, None], alpha, final)
    final = final + _log(_ends(states, target_lengths), input.dtype)
    log_p = final[:, 0]
    for state in place[1:]:
        log_p = np.logaddexp(log_p, final[:, state])
    return np.where(log_p > IMPOSSIBLE / 2, -log_p, 0) if zero_infinity else -log_p

ctc = operation("CtcLossBackward0", _ctc, _towards_paths, keeps=True, explodes=True, definition=_ctc_by_parts)
