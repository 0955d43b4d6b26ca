"""In-place changes: they are recorded as in PyTorch, also through views, and what they overwrite is not used."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.autograd import changes
from tests.autograd.reference import assert_same_outcome, attempt

Program = Callable[[Any, Any], Any]
"""program(m, w): computes a number from the leaf w, in m, which is `micrograd_nb` or `torch`."""


def squares(x: Any) -> Any:
    return (x * x).sum()


def changed(x: Any, *steps: Callable[[Any], Any]) -> Any:
    """The tensor after steps that change it."""
    for step in steps:
        step(x)
    return x


def assign(index: Any, value: Callable[[Any], Any]) -> Callable[[Any], None]:
    def step(x: Any) -> None:
        x[index] = value(x)

    return step


def add_to(index: Any, value: Any) -> Callable[[Any], None]:
    def step(x: Any) -> None:
        x[index] += value

    return step


# fmt: off
PROGRAMS: dict[str, Program] = {
    "add_":                       lambda m, w: squares((w * 2).add_(w)),
    "add_, alpha":                lambda m, w: squares((w * 2).add_(w, alpha=3)),
    "chain":                      lambda m, w: squares((w * 2).sub_(1).div_(2).add_(w).mul_(2)),
    "mul_ by a number":           lambda m, w: squares((w * 2).mul_(3)),
    "mul_ by what needs the old": lambda m, w: (w * 2).add_(0).mul_(w).sum(),
    "broadcast other":            lambda m, w: squares((w * 2).mul_(w[0])),
    "x[i] = number":              lambda m, w: squares(changed(w * 2, assign(0, lambda x: 5.0))),
    "x[i] = tensor":              lambda m, w: squares(changed(w * 2, assign(0, lambda x: w[1] * w[2]))),
    "x[slice] = broadcast":       lambda m, w: squares(changed(w * 2, assign(slice(1, 3), lambda x: w[1] * 3))),
    "x[list] = tensor":           lambda m, w: squares(changed(w * 2, assign([0, 2], lambda x: w[1:] * w[:2]))),
    "x[mask] = number":           lambda m, w: squares(changed(w * 2, assign(w > 2.5, lambda x: 0.5))),
    "x[:, j] = tensor":           lambda m, w: squares(changed(w * 2, assign((slice(None), 1), lambda x: w[:, 0]))),
    "constant that takes over":   lambda m, w: squares(changed(m.zeros(3, 2, dtype=m.float64), assign(1, lambda x: w[0]))),
    "x[i] += tensor":             lambda m, w: squares(changed(w * 2, add_to(0, w[1]))),
    "x[i] += number, constant":   lambda m, w: (changed(m.zeros(3, 2, dtype=m.float64), add_to(0, w[1])) * w).sum(),
    "view changed, base used":    lambda m, w: squares(changed(w * 2, lambda x: x[1:].mul_(3))),
    "view changed, both used":    lambda m, w: (lambda x: (lambda v: squares(v.mul_(3)) + squares(x))(x[1:]))(w * 2),
    "view of a view":             lambda m, w: squares(changed(w * 2, lambda x: x[1:].T[0].mul_(3).add_(1))),
    "reshaped view":              lambda m, w: squares(changed(w * 2, lambda x: x.view(-1)[1:4].mul_(3))),
    "view of a constant":         lambda m, w: squares(changed(m.zeros(3, 2, dtype=m.float64), lambda x: x[0].copy_(w[1]))),
    "two views, one after one":   lambda m, w: squares(changed(w * 2, lambda x: x[0].mul_(3), lambda x: x[0].add_(w[1]))),
    "views side by side":         lambda m, w: (lambda x: (lambda a: (assign((slice(None), 1), lambda x: 7.0)(x), squares(a) + x.sum())[1])(x[:, 0]))(w * 2),
    "addmv_":                     lambda m, w: squares((w[0] * 2).addmv_(w[:2], w[1], beta=2, alpha=3)),
    "baddbmm_":                   lambda m, w: squares((w[None] * 2).baddbmm_(w[None], w[None, :2], alpha=3)),
    "zero_":                      lambda m, w: (lambda x: (x.zero_(), (x * w).sum())[1])(w * 2),
    "fill_ a view":               lambda m, w: squares(changed(w * 2, lambda x: x[0].fill_(3.0))),
    "copy_":                      lambda m, w: squares((w * 2).copy_(w * w)),
    "copy_, another dtype":       lambda m, w: squares((w * 2).copy_((w * w).float())),
    "detach, then change":        lambda m, w: (lambda x: (x.detach().mul_(3), x.sum())[1])(w * 2),
    "no_grad":                    lambda m, w: (lambda x: (without_grad(m, x), x.sum())[1])(w * 2),
}

REFUSED: dict[str, Program] = {
    "a leaf":                     lambda m, w: w.add_(1),
    "a leaf at an index":         lambda m, w: changed(w, assign(0, lambda x: 1.0)),
    "a view of a leaf":           lambda m, w: w[0].add_(1),
    "a view of a view of a leaf": lambda m, w: w.view(-1)[1:].zero_(),
    "an input of a product":      lambda m, w: (lambda x: (lambda y: (x.add_(1), y.sum().backward()))(x * w))(w * 2),
    "a value of exp":             lambda m, w: (lambda x: (lambda y: (x.add_(1), y.sum().backward()))(x * 1))(w.exp()),
    "through a view":             lambda m, w: (lambda x: (lambda y: (x[0].add_(1), y.sum().backward()))(x * w))(w * 2),
    "through detach":             lambda m, w: (lambda x: (lambda y: (x.detach().add_(1), y.sum().backward()))(x * w))(w * 2),
    "by an optimizer":            lambda m, w: (lambda y: (without_grad(m, w), y.backward()))(squares(w)),
    "a shape that grows":         lambda m, w: (w * 2)[0].add_(w),
    "integers get floats":        lambda m, w: m.arange(3).add_(0.5),
    "a shape that does not fit":  lambda m, w: changed(w * 2, assign(0, lambda x: m.zeros(3, dtype=m.float64))),
}
# fmt: on


# In-place forms, of x = w / 10, with y = w[0] and an index i of rows.
FORMS = """
add_(y)  sub_(y, alpha=2)  mul_(y)  multiply_(3)  div_(y)  div_(y, rounding_mode="floor")  true_divide_(2)
remainder_(0.3)  fmod_(y)  pow_(3)  pow_(y)  neg_()  abs_()  addcmul_(y, y, value=2)  addcdiv_(y, y)
lerp_(x * 3, 0.25)  square_()  sqrt_()  rsqrt_()  reciprocal_()  hypot_(y)  exp_()  exp2_()  expm1_()  log_()  log2_()
log10_()  log1p_()  xlogy_(y)  sigmoid_()  logit_()  erf_()  erfc_()  erfinv_()  sin_()  cos_()  tan_()  asin_()  acos_()
atan_()  atan2_(y)  sinh_()  cosh_()  tanh_()  sinc_()  deg2rad_()  rad2deg_()  floor_()  ceil_()
trunc_()  frac_()  round_(decimals=1)  sign_()  copysign_(-y)  relu_()  clamp_(0.2, 0.5)  clamp_min_(0.3)  clamp_max_(y)
masked_fill_(x > 0.3, 7)  nan_to_num_()  float_power_(2)  eq_(x)  ne_(0.1)  lt_(y)  ge_(0.3)  tril_()  triu_(1)  squeeze_()  unsqueeze_(1)  t_()  transpose_(0, 1)  swapaxes_(-1, 0)
scatter_(0, i[:, None], 2.0)  scatter_(0, i[:, None], w[:, :1])  scatter_add_(0, i[:, None], w[:, :1])
scatter_reduce_(0, i[:, None], w, "amax")  index_add_(0, i, w)  index_copy_(0, i[1:], w[:2])  index_fill_(0, i[:1], 3)
index_put_((i,), w, accumulate=True)  index_put_((i[1:],), y)  masked_scatter_(x > 0.3, w)  put_(i, y.sum() * w[:, 0])
cumsum_(0)  cumprod_(1)  addmm_(w, w[:2], beta=2)  addr_(w[:, 0], y)  addbmm_(w[None], w[None, :2], alpha=3)
fill_(2)  fill_(y[0])  zero_()  copy_(y)  fill_diagonal_(5)  uniform_(1, 1)  bernoulli_(1)
"""


# Those that PyTorch has no gradient for, of whole numbers 1 to 6.
WITHOUT_GRADIENT = """
floor_divide_(2)  asinh_()  acosh_()  atanh_()  le_(3)  gt_(x[1] - 1)  logical_and_(x > 2)  logical_or_(x)  logical_xor_(x)
logical_not_()  bitwise_and_(6)  bitwise_or_(x[0] * 1)  bitwise_xor_(5)  bitwise_not_()  bitwise_left_shift_(1)
bitwise_right_shift_(x[0] * 1)  pow_(2)  clamp_(2, 4)  exp_()  mul_(0.5)  add_(x > 3)  uniform_()
"""


def of_form(call: str) -> Program:
    def program(m: Any, w: Any) -> Any:
        x, y, i = w / 10, w[0], m.tensor([2, 0, 1])
        changed = eval(f"x.{call}", {"x": x, "y": y, "i": i, "w": w})
        assert changed is x
        return (x * x * m.arange(1.0, 1 + x.numel()).reshape(x.shape)).sum() + w.sum() * 0

    return program


def listed(calls: str) -> list[str]:
    return [call.strip() for call in calls.replace("\n", "  ").split("  ") if call]


CALLS = listed(FORMS)


@pytest.mark.parametrize("call", CALLS)
def test_in_place_form_equals_that_of_pytorch(call: str, torch: ModuleType) -> None:
    ours, theirs = run(mg, of_form(call)), run(torch, of_form(call))
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-12)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("dtype", ["int64", "float32"])
@pytest.mark.parametrize("call", listed(WITHOUT_GRADIENT))
def test_value_or_refusal_equals_that_of_pytorch(call: str, dtype: str, torch: ModuleType) -> None:
    def outcome(m: Any) -> Any:
        m.manual_seed(0)
        x = m.tensor([[1, 2], [3, 4], [5, 6]], dtype=getattr(m, dtype))
        return attempt(lambda: eval(f"x.{call}", {"x": x}))

    with np.errstate(all="ignore"):
        ours, theirs = outcome(mg), outcome(torch)
    if not isinstance(ours, NotImplementedError):
        assert_same_outcome(ours, theirs)


def test_every_in_place_form_is_tried() -> None:
    tried = {call.partition("(")[0] for call in CALLS + listed(WITHOUT_GRADIENT)}
    functions = {getattr(mg.Tensor, name) for name in tried}
    forms = {name for name in vars(mg.Tensor) if name.endswith("_") and not name.startswith("_")}
    assert {name for name in forms if getattr(mg.Tensor, name) not in functions} == {
        "apply_", "map_", "share_memory_", "detach_", "requires_grad_",  # nothing for gradients
        "normal_", "random_", "exponential_", "geometric_", "cauchy_", "log_normal_",  # see the table of operations
            "addmv_", "baddbmm_",  # of tensors with other axes: see above
    }  # fmt: skip


def test_in_place_forms_are_those_of_pytorch(torch: ModuleType) -> None:
    """Of every function that is a method here."""
    theirs = {name for name in dir(torch.Tensor) if name.endswith("_") and not name.startswith("_")}
    forms = {name for name in dir(mg.Tensor) if name.endswith("_") and not name.startswith("_")}
    assert forms <= theirs
    assert {name for name in theirs - forms if hasattr(mg.Tensor, name[:-1])} == {"as_strided_"}


def without_grad(m: Any, x: Any) -> None:
    with m.no_grad():
        x.mul_(3)


def run(m: Any, program: Program) -> tuple[Any, Any]:
    w = m.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], dtype=m.float64, requires_grad=True)
    value = program(m, w)
    value.backward()
    return value.item(), w.grad.tolist()


@pytest.mark.parametrize("name", PROGRAMS)
def test_value_and_gradient_equal_pytorch(name: str, torch: ModuleType) -> None:
    assert run(mg, PROGRAMS[name]) == run(torch, PROGRAMS[name])


@pytest.mark.parametrize("name", PROGRAMS)
def test_gradient_equals_finite_differences(name: str) -> None:
    def value(array: np.ndarray) -> float:
        return PROGRAMS[name](mg, mg.tensor(array, requires_grad=True)).item()

    start = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    slopes = np.empty_like(start)
    for at in np.ndindex(start.shape):
        up, down = start.copy(), start.copy()
        h = 1e-2 if "dtype" in name else 1e-6
        up[at] += h
        down[at] -= h
        slopes[at] = (value(up) - value(down)) / (2 * h)
    if name in ("detach, then change", "no_grad"):
        slopes /= 3  # the change is not recorded, and so the gradient does not know of the factor
    tolerance = 1e-2 if "dtype" in name else 1e-6
    np.testing.assert_allclose(run(mg, PROGRAMS[name])[1], slopes, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_by_pytorch(name: str, torch: ModuleType) -> None:
    for m in (torch, mg):
        with pytest.raises(RuntimeError):
            REFUSED[name](m, m.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], dtype=m.float64, requires_grad=True))


def test_overwritten_value_is_named_with_the_operation_and_the_change() -> None:
    w = mg.ones(2, 3, requires_grad=True)
    x = w * 2
    y = x * w  # the line of the product
    x[0].add_(1)
    with pytest.raises(RuntimeError) as error:
        y.sum().backward()
    message = str(error.value)
    assert message.startswith(
        "one of the variables needed for gradient computation has been modified by an inplace operat"
    )
    for part in ("MulBackward0 saved `input`", "(2, 3)", "add_", "test_in_place.py, line", "x.clone()"):
        assert part in message
    assert w.grad is None


def test_change_that_no_rule_needs_is_no_error() -> None:
    w = mg.ones(3, requires_grad=True)
    x = w * 2
    y = x + w
    x.mul_(0)
    y.sum().backward()
    assert w.grad.tolist() == [3, 3, 3]


def test_weight_changed_whose_gradient_nobody_needs_is_no_error() -> None:
    """The input of a first layer needs no gradient, so the weight is not needed for one."""
    w = mg.ones(3, requires_grad=True)
    y = (mg.ones(3) * w).sum()
    with mg.no_grad():
        w.mul_(2)
    y.backward()
    assert w.grad.tolist() == [1, 1, 1]


def test_outdated_view_is_refused_and_a_new_one_is_right() -> None:
    """PyTorch gives the old view a new history; here it is an error that says what to do."""
    w = mg.ones(2, 2, requires_grad=True)
    x = w * 2
    old = x[0]
    x.mul_(3)
    with pytest.raises(RuntimeError, match=r"MulBackward0 used a tensor .* after mul_ .* make the view again"):
        (old * old).sum().backward()
    x[0].sum().backward()
    assert w.grad.tolist() == [[6, 6], [0, 0]]


def test_training_loop_needs_no_care() -> None:
    """The optimizer changes weights before a graph begins, so the pass need not look for changes."""
    w = mg.ones(3, requires_grad=True)
    with mg.no_grad():
        w.mul_(2)
    loss = (w * w).sum()
    assert changes.latest < loss.grad_fn.next_functions[0][0].number


def test_second_gradient_through_a_change() -> None:
    w = mg.tensor([1.0, 2.0], dtype=mg.float64, requires_grad=True)

    def program(w: mg.Tensor) -> mg.Tensor:
        x = w * w
        x[0] = w[1] ** 3
        x[1:].mul_(w[0])
        return x.exp()

    assert mg.autograd.gradcheck(program, w)
    assert mg.autograd.gradgradcheck(program, w)


def test_inputs_that_only_the_definition_of_a_fused_operation_needs() -> None:
    """The rule of `mse_loss` has kept the difference; a gradient with a history is computed from the inputs again."""
    x, target = mg.ones(2, requires_grad=True), mg.zeros(2)
    loss = mg.nn.functional.mse_loss(x, target)
    target.add_(5)
    assert mg.autograd.grad(loss, x, retain_graph=True)[0].tolist() == [1.0, 1.0]
    with pytest.raises(RuntimeError, match="MseLossBackward0 saved `target`"):
        mg.autograd.grad(loss, x, create_graph=True)


def test_in_place_is_the_same_tensor_and_the_same_memory() -> None:
    x = mg.ones(3, requires_grad=True) * 2
    array = x.array
    x += 1
    assert x.array is array
    assert x.grad_fn.name() == "AddBackward0"


def test_views_through_no_grad_or_detach_do_not_hold_a_cycle() -> None:
    import gc
    import weakref

    gc.disable()
    try:
        x = mg.ones(3, requires_grad=True) * 2
        x[0].mul_(3)
        ref = weakref.ref(x)
        del x
        assert ref() is None
    finally:
        gc.enable()
