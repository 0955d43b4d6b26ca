"""Recurrent layers: a state goes through a sequence, and each step changes it. And their cells, which take one step.

Each layer and direction is one operation over the whole sequence (see `autograd/rules/recurrent.py` for the formulas).
"""

from __future__ import annotations

import math
import warnings
from typing import Any

from ..autograd import Operation
from ..autograd.rules import recurrent as rules
from ..tensors import Tensor, apply, cat, dtype, empty, stack, zeros
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter


class _Weights(Module):
    """What layers and cells have in common: weights and biases, `gates` blocks of `hidden_size` rows each."""

    gates: int
    operation: Operation

    def _learn(self, suffix: str, input_size: int, hidden_size: int, bias: bool, dtype: dtype | None) -> None:
        rows = self.gates * hidden_size
        self.register_parameter(f"weight_ih{suffix}", Parameter(empty(rows, input_size, dtype=dtype)))
        self.register_parameter(f"weight_hh{suffix}", Parameter(empty(rows, hidden_size, dtype=dtype)))
        for name in (f"bias_ih{suffix}", f"bias_hh{suffix}"):
            self.register_parameter(name, Parameter(empty(rows, dtype=dtype)) if bias else None)

    def _learned(self, suffix: str) -> list[Any]:
        """The weights and biases of a layer and direction."""
        return [getattr(self, name + suffix) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]

    def reset_parameters(self) -> None:
        """Draws new weights and biases, uniform between ±1/√hidden_size."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    hidden_size: int


class _Recurrent(_Weights):
    """What `RNN`, `LSTM` and `GRU` have in common: layers one above the other, in one direction or both."""

    states = 1  # LSTM has two

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        *,
        dtype: dtype | None = None,
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout, self.bidirectional = bias, batch_first, float(dropout), bidirectional
        self._check_options(proj_size)
        for layer in range(num_layers):
            size = input_size if layer == 0 else hidden_size * self._directions
            for suffix in self._suffixes(layer):
                self._learn(suffix, size, hidden_size, bias, dtype)
        self.reset_parameters()

    @property
    def _directions(self) -> int:
        return 2 if self.bidirectional else 1

    def _suffixes(self, layer: int) -> list[str]:
        """What the names of a layer's parameters end in, by direction."""
        return [f"_l{layer}", f"_l{layer}_reverse"][: self._directions]

    def _check_options(self, proj_size: int) -> None:
        for what in ("input_size", "hidden_size", "num_layers"):
            if getattr(self, what) <= 0:
                raise ValueError(f"{what} must be greater than zero, and is {getattr(self, what)}")
        if not 0 <= self.dropout <= 1:
            raise ValueError(
                "dropout should be a number in range [0, 1] representing the probability of an element being zeroed, "
                f"but is {self.dropout}"
            )
        if self.dropout > 0 and self.num_layers == 1:
            warnings.warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects "
                f"num_layers greater than 1, but got dropout={self.dropout} and num_layers={self.num_layers}",
                stacklevel=4,
            )
        if proj_size:
            raise NotImplementedError(
                f"proj_size={proj_size}: projections are not here. Put an nn.Linear({self.hidden_size}, {proj_size}) "
                "after the layer, which projects what comes out, if not what goes on."
            )

    def forward(self, input: Tensor, hx: Any = None) -> tuple[Tensor, Any]:
        """The hidden state after each step, of the last layer; and the states of all layers after the last step.

        Arguments:
            input: (steps, n, input_size), with `batch_first` (n, steps, input_size), or (steps, input_size).
            hx: the states to begin with, (layers · directions, n, hidden_size), for `LSTM` a pair of them; zeros if
                they are not given.
        """
        self._check_input(input)
        if input.ndim == 2:
            outputs, last = self._run(input.unsqueeze(1), self._given(hx, 2, lambda x: x.unsqueeze(1)))
            return outputs.squeeze(1), self._as_given([x.squeeze(1) for x in last])
        x = input.transpose(0, 1) if self.batch_first else input
        outputs, last = self._run(x, self._given(hx, 3, lambda x: x))
        return outputs.transpose(0, 1) if self.batch_first else outputs, self._as_given(last)

    def _run(self, x: Tensor, hx: list[Tensor] | None) -> tuple[Tensor, list[Tensor]]:
        """All layers, one above the other. (steps, n, input_size) in, (steps, n, directions · hidden_size) out."""
        shape = (self.num_layers * self._directions, x.shape[1], self.hidden_size)
        hx = [zeros(shape, dtype=x.dtype) for _ in range(self.states)] if hx is None else hx
        self._check_states(hx, shape)
        last: list[tuple[Tensor, ...]] = []
        for layer in range(self.num_layers):
            outputs = []
            for suffix in self._suffixes(layer):
                start = [states[len(last)] for states in hx]
                output, *states = self._one_layer(x, start, suffix)
                outputs.append(output)
                last.append(tuple(states))
            x = outputs[0] if len(outputs) == 1 else cat(outputs, 2)
            if self.dropout and layer < self.num_layers - 1:
                x = F.dropout(x, self.dropout, self.training)
        return x, [stack(states) for states in zip(*last, strict=True)]

    def _one_layer(self, x: Tensor, start: list[Tensor], suffix: str) -> tuple[Tensor, ...]:
        return apply(self.operation, x, *start, *self._learned(suffix), reverse=suffix.endswith("reverse"))

    def _given(self, hx: Any, ndim: int, change: Any) -> list[Tensor] | None:
        """The states to begin with, as a list; None if there are none."""
        if hx is None:
            return None
        states = [hx] if self.states == 1 else list(hx)
        for state in states:
            if state.ndim != ndim:
                kind = "batched 3-D" if ndim == 3 else "unbatched 2-D"
                raise RuntimeError(
                    f"For {kind} input, hx should also be {ndim}-D but got {state.ndim}-D tensor: "
                    f"(layers · directions, {'n, ' if ndim == 3 else ''}hidden_size)"
                )
        return [change(state) for state in states]

    def _as_given(self, states: list[Tensor]) -> Any:
        return states[0] if self.states == 1 else tuple(states)

    def _check_input(self, input: Any) -> None:
        kind = type(self).__name__
        if not isinstance(input, Tensor):
            raise TypeError(
                f"{kind} takes a Tensor, not {type(input).__name__}. There are no packed sequences here: pad them "
                "to one length, and leave out of the loss what lies beyond a sequence's end (a mask, or ignore_index)."
            )
        if input.ndim not in (2, 3):
            raise ValueError(
                f"{kind}: Expected input to be 2D or 3D, got {input.ndim}D instead: "
                f"{'(n, steps, input_size)' if self.batch_first else '(steps, n, input_size)'} or (steps, input_size)"
            )
        weight = self.weight_ih_l0
        if input.array.dtype != weight.array.dtype:
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({weight.dtype}). Convert input: "
                f"input.to({weight.dtype.name})"
            )
        if input.shape[-1] != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.shape[-1]}"
            )
        if input.shape[1 if self.batch_first and input.ndim == 3 else 0] == 0:
            raise RuntimeError("Expected sequence length to be larger than 0 in RNN: there is no step to take")

    def _check_states(self, hx: list[Tensor], expected: tuple[int, ...]) -> None:
        for name, state in zip(("hidden[0]", "hidden[1]") if self.states == 2 else ("hidden",), hx, strict=True):
            if tuple(state.shape) != expected:
                raise RuntimeError(
                    f"Expected {name} size {expected}, got {list(state.shape)}: (layers · directions, n, hidden_size)"
                )

    weight_ih_l0: Parameter

    def extra_repr(self) -> str:
        parts = [
            f"{self.input_size}, {self.hidden_size}",
            f"num_layers={self.num_layers}" if self.num_layers != 1 else "",
            "bias=False" if not self.bias else "",
            "batch_first=True" if self.batch_first else "",
            f"dropout={self.dropout}" if self.dropout else "",
            "bidirectional=True" if self.bidirectional else "",
        ]
        return ", ".join(part for part in parts if part)


class RNN(_Recurrent):
    """h ← tanh(W x + b + U h + b'), step by step through a sequence. (PyTorch: torch.nn.RNN; Elman 1990)

    Shapes: input (steps, n, input_size), output (steps, n, directions · hidden_size) and the last states
    (layers · directions, n, hidden_size); weights `weight_ih_l0` (hidden_size, input_size), `weight_hh_l0`
    (hidden_size, hidden_size), biases (hidden_size,). All start uniform between ±1/√hidden_size.

    Arguments:
        num_layers: so many layers one above the other.
        nonlinearity: "tanh" or "relu".
        bias: False leaves the biases out.
        batch_first: the input and the output are (n, steps, …).
        dropout: how much of each layer's output, but the last one's, becomes 0 in training.
        bidirectional: a second set of layers goes from the end to the beginning; `_reverse` in its parameters' names.

    Raises:
        ValueError, RuntimeError, TypeError: an option, an input or states that do not fit.

    >>> import micrograd_nb as mg
    >>> output, last = mg.nn.RNN(4, 8)(mg.randn(10, 2, 4))
    >>> output.shape, last.shape
    (micrograd_nb.Size([10, 2, 8]), micrograd_nb.Size([1, 2, 8]))
    """

    gates, operation = 1, rules.rnn

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        dtype: dtype | None = None,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, dtype=dtype)
        self.nonlinearity = nonlinearity

    def _one_layer(self, x: Tensor, start: list[Tensor], suffix: str) -> tuple[Tensor, ...]:
        reverse = suffix.endswith("reverse")
        return apply(self.operation, x, *start, *self._learned(suffix), nonlinearity=self.nonlinearity, reverse=reverse)


class LSTM(_Recurrent):
    """Long short-term memory: gates say what the state keeps, takes in and shows. (PyTorch: torch.nn.LSTM)

        i, f, o = σ(W x + b + U h + b')      g = tanh(W x + b + U h + b')      each with its own block of W, U and b
        c ← f c + i g                        h ← o tanh(c)

    (Hochreiter and Schmidhuber 1997) Shapes and arguments are those of `RNN`; the weights and biases have four blocks,
    in the order i, f, g, o, and the states are a pair (h, c).

    >>> import micrograd_nb as mg
    >>> output, (h, c) = mg.nn.LSTM(4, 8, num_layers=2)(mg.randn(10, 2, 4))
    >>> output.shape, h.shape, c.shape
    (micrograd_nb.Size([10, 2, 8]), micrograd_nb.Size([2, 2, 8]), micrograd_nb.Size([2, 2, 8]))
    """

    gates, operation, states = 4, rules.lstm, 2


class GRU(_Recurrent):
    """Gated recurrent unit: as `LSTM`, with two gates and one state. (PyTorch: torch.nn.GRU; Cho et al. 2014)

        r, z = σ(W x + b + U h + b')      n = tanh(W x + b + r (U h + b'))      h ← (1 − z) n + z h

    Shapes and arguments are those of `RNN`; the weights and biases have three blocks, in the order r, z, n.
    """

    gates, operation = 3, rules.gru


# -- cells -------------------------------------------------------------------------------------------------------------


class _Cell(_Weights):
    """What the cells have in common: one step."""

    states = 1

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, *, dtype: dtype | None = None) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        self._learn("", input_size, hidden_size, bias, dtype)
        self.reset_parameters()

    def _step(self, input: Tensor, hx: Any, **options: Any) -> tuple[Tensor, ...]:
        """The new states: (n, hidden_size) each, or (hidden_size,)."""
        kind = type(self).__name__
        if input.ndim not in (1, 2):
            raise ValueError(f"{kind}: Expected input to be 1D or 2D, got {input.ndim}D instead")
        if input.shape[-1] != self.input_size:
            raise RuntimeError(f"input has inconsistent input_size: got {input.shape[-1]} expected {self.input_size}")
        shape = (*input.shape[:-1], self.hidden_size)
        states = hx if hx is not None and self.states == 2 else [hx]
        states = [zeros(shape, dtype=input.dtype) for _ in range(self.states)] if hx is None else list(states)
        for state in states:
            if tuple(state.shape) != shape:
                raise RuntimeError(f"{kind}: hidden of shape {list(state.shape)}, and the input needs {list(shape)}")
        if input.ndim == 1:
            input, states = input.unsqueeze(0), [state.unsqueeze(0) for state in states]
        _, *new = apply(self.operation, input.unsqueeze(0), *states, *self._learned(""), reverse=False, **options)
        return tuple(new) if len(shape) == 2 else tuple(state.squeeze(0) for state in new)

    def extra_repr(self) -> str:
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")


class RNNCell(_Cell):
    """One step of an `RNN`: takes (input, h), returns h. (PyTorch: torch.nn.RNNCell)

    Shapes: input (n, input_size), h (n, hidden_size), or both without n. Without h, it is zeros.
    """

    gates, operation = 1, rules.rnn

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        *,
        dtype: dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, dtype=dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}. Select from 'tanh' or 'relu'.")
        return self._step(input, hx, nonlinearity=self.nonlinearity)[0]

    def extra_repr(self) -> str:
        return super().extra_repr() + ("" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}")


class LSTMCell(_Cell):
    """One step of an `LSTM`: takes (input, (h, c)), returns (h, c). (PyTorch: torch.nn.LSTMCell)

    Shapes: input (n, input_size), h and c (n, hidden_size), or all without n. Without h and c, they are zeros.
    """

    gates, operation, states = 4, rules.lstm, 2

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        h, c = self._step(input, hx)
        return h, c


class GRUCell(_Cell):
    """One step of a `GRU`: takes (input, h), returns h. (PyTorch: torch.nn.GRUCell)

    Shapes: input (n, input_size), h (n, hidden_size), or both without n. Without h, it is zeros.
    """

    gates, operation = 3, rules.gru

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        return self._step(input, hx)[0]
