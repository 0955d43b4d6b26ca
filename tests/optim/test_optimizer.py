"""Optimizer: groups, gradients, state, and what it says of parameters that it cannot optimize."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.autograd import changes
from micrograd_nb.autograd.node import next_number
from tests.nn.alike import error_of
from tests.optim.training import OPTIONS


def leaf(lib, *shape: int):
    return lib.ones(*(shape or (2,)), requires_grad=True)


# -- errors ------------------------------------------------------------------------------------------------------------


def exhausted(lib):
    model = lib.nn.Linear(1, 1)
    parameters = model.parameters()
    list(parameters)
    return lib.optim.SGD(parameters)


def twice(lib):
    p = leaf(lib)
    return lib.optim.SGD([{"params": [p]}, {"params": [p]}])


ERRORS = {
    "empty": lambda lib: lib.optim.SGD([]),
    "exhausted": exhausted,
    "a tensor": lambda lib: lib.optim.SGD(leaf(lib)),
    "a set of tensors in a group": lambda lib: lib.optim.SGD([{"params": {leaf(lib)}}]),
    "a number": lambda lib: lib.optim.SGD([1]),
    "no leaf": lambda lib: lib.optim.SGD([leaf(lib) * 2]),
    "in two groups": twice,
    "names for some": lambda lib: lib.optim.SGD([("a", leaf(lib)), leaf(lib)]),
    "negative lr": lambda lib: lib.optim.SGD([leaf(lib)], lr=-1),
    "negative momentum": lambda lib: lib.optim.SGD([leaf(lib)], momentum=-1),
    "negative weight_decay": lambda lib: lib.optim.SGD([leaf(lib)], weight_decay=-1),
    "lr with elements": lambda lib: lib.optim.SGD([leaf(lib)], lr=lib.ones(2)),
    "nesterov without momentum": lambda lib: lib.optim.SGD([leaf(lib)], nesterov=True),
    "nesterov with dampening": lambda lib: lib.optim.SGD([leaf(lib)], momentum=1, dampening=1, nesterov=True),
    "fused and foreach": lambda lib: lib.optim.SGD([leaf(lib)], fused=True, foreach=True),
    "group without params": lambda lib: lib.optim.SGD([{"lr": 0.1}]),
    "group that is no dict": lambda lib: lib.optim.SGD([leaf(lib)]).add_param_group([leaf(lib)]),
    "state of another number of groups": lambda lib: lib.optim.SGD([leaf(lib)]).load_state_dict(
        lib.optim.SGD([{"params": leaf(lib)}, {"params": leaf(lib)}]).state_dict()
    ),
    "state of groups of another size": lambda lib: lib.optim.SGD([leaf(lib)]).load_state_dict(
        lib.optim.SGD([leaf(lib), leaf(lib)]).state_dict()
    ),
}


@pytest.mark.parametrize("program", ERRORS.values(), ids=ERRORS)
def test_errors_are_pytorchs(program, torch) -> None:
    ours, theirs = error_of(program, mg), error_of(program, torch)
    assert type(ours) is type(theirs)
    assert str(ours).startswith(str(theirs).replace("torch.FloatTensor", "a Tensor"))


def test_errors_say_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"Call model\.parameters\(\) anew"):
        exhausted(mg)
    with pytest.raises(ValueError, match=r"MulBackward0.*detach\(\)\.requires_grad_\(\)"):
        mg.optim.SGD([leaf(mg) * 2])
    with pytest.raises(TypeError, match="use a list"):
        mg.optim.SGD({leaf(mg)})


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(TypeError, match="momentun"):
        mg.optim.SGD([leaf(mg)], momentun=0.9)


def test_a_parameter_twice_in_a_group_warns_as_in_pytorch(torch) -> None:
    for lib in (mg, torch):
        p = leaf(lib)
        with pytest.warns(UserWarning, match="optimizer contains a parameter group with duplicate parameters"):
            lib.optim.SGD([p, p])


def test_a_computed_tensor_that_keeps_its_gradient_can_be_optimized(torch) -> None:
    for lib in (mg, torch):
        p = leaf(lib)
        q = p * 2
        q.retain_grad()
        optimizer = lib.optim.SGD([q], lr=0.1)
        q.sum().backward()
        optimizer.step()
        np.testing.assert_allclose(q.detach().numpy(), 1.9, rtol=1e-6)


def test_an_optimizer_without_update() -> None:
    with pytest.raises(NotImplementedError, match="Mine needs a method update"):
        type("Mine", (mg.optim.Optimizer,), {})([leaf(mg)], {}).step()


# -- gradients and groups ----------------------------------------------------------------------------------------------


def test_zero_grad_forgets_or_zeroes() -> None:
    p = leaf(mg)
    optimizer = mg.optim.SGD([p])
    p.sum().backward()
    optimizer.zero_grad(set_to_none=False)
    assert p.grad.tolist() == [0.0, 0.0]
    optimizer.zero_grad()
    assert p.grad is None
    optimizer.zero_grad(set_to_none=False)
    assert p.grad is None


def test_zero_grad_takes_the_history_off(torch) -> None:
    for lib in (mg, torch):
        p = leaf(lib)
        p.grad = gradient = p * 2
        lib.optim.SGD([p]).zero_grad(set_to_none=False)
        assert p.grad is gradient
        assert p.grad.tolist() == [0.0, 0.0]
        assert not p.grad.requires_grad


def test_the_closure_is_called_with_gradients_on() -> None:
    p = leaf(mg)
    optimizer = mg.optim.SGD([p], lr=0.1)

    def closure() -> mg.Tensor:
        optimizer.zero_grad()
        loss = p.sum()
        loss.backward()
        return loss

    with mg.no_grad():
        loss = optimizer.step(closure)
    assert loss.item() == 2.0
    np.testing.assert_allclose(p.detach().numpy(), 0.9, rtol=1e-6)


def test_repr_is_pytorchs(torch) -> None:
    def program(lib) -> str:
        groups = [{"params": [leaf(lib)]}, {"params": leaf(lib), "lr": 0.5, "name": "head"}]
        return repr(lib.optim.SGD(groups, lr=0.1, momentum=0.9))

    assert program(mg) == program(torch)


def test_named_parameters(torch) -> None:
    def program(lib) -> list[str]:
        return lib.optim.SGD(lib.nn.Linear(2, 1).named_parameters()).state_dict()["param_groups"][0]["param_names"]

    assert program(mg) == program(torch) == ["weight", "bias"]


def test_a_group_added_later_takes_the_defaults() -> None:
    optimizer = mg.optim.SGD([leaf(mg)], lr=0.1)
    optimizer.add_param_group({"params": leaf(mg), "momentum": 0.5})
    assert [(group["lr"], group["momentum"]) for group in optimizer.param_groups] == [(0.1, 0), (0.1, 0.5)]


# -- state -------------------------------------------------------------------------------------------------------------


def run(model, optimizer, lib, x, steps: int) -> None:
    for _ in range(steps):
        optimizer.zero_grad()
        model(lib.tensor(x)).sin().sum().backward()
        optimizer.step()


def made(lib, weights=None):
    model = lib.nn.Linear(3, 2, dtype=lib.float64)
    if weights is not None:
        model.load_state_dict({name: lib.tensor(array) for name, array in weights.items()})
    return model, lib.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def weights_of(model) -> dict[str, np.ndarray]:
    return {name: tensor.numpy().copy() for name, tensor in model.state_dict().items()}


def test_loaded_state_goes_on_where_it_was(rng) -> None:
    x = rng.standard_normal((4, 3))
    model, optimizer = made(mg)
    run(model, optimizer, mg, x, 5)
    other, other_optimizer = made(mg, weights_of(model))
    other_optimizer.load_state_dict(optimizer.state_dict())
    for m, o in ((model, optimizer), (other, other_optimizer)):
        run(m, o, mg, x, 5)
    assert model.weight.tolist() == other.weight.tolist()


def test_loaded_state_shares_no_memory() -> None:
    model, optimizer = made(mg)
    run(model, optimizer, mg, np.ones((1, 3)), 1)
    state = optimizer.state_dict()
    other = made(mg)[1]
    other.load_state_dict(state)
    mine, theirs = (next(iter(o.state.values()))["momentum_buffer"].array for o in (optimizer, other))
    assert mine.tolist() == theirs.tolist()
    assert not np.shares_memory(mine, theirs)


def test_state_goes_to_pytorch_and_back(torch, rng) -> None:
    x = rng.standard_normal((4, 3))
    model, optimizer = made(mg)
    run(model, optimizer, mg, x, 5)

    theirs, their_optimizer = made(torch, weights_of(model))
    state = optimizer.state_dict()
    state["state"] = {
        i: {name: torch.tensor(value.numpy()) for name, value in entry.items()} for i, entry in state["state"].items()
    }
    their_optimizer.load_state_dict(state)
    run(theirs, their_optimizer, torch, x, 5)

    back, back_optimizer = made(mg, weights_of(theirs))
    back_optimizer.load_state_dict(their_optimizer.state_dict())
    run(back, back_optimizer, mg, x, 5)

    run(model, optimizer, mg, x, 10)
    np.testing.assert_allclose(model.weight.detach().numpy(), back.weight.detach().numpy(), rtol=1e-10)


def test_state_takes_the_dtype_of_its_parameter(torch) -> None:
    for lib in (mg, torch):
        p = leaf(lib)
        optimizer = lib.optim.SGD([p], momentum=0.9)
        new = {"momentum_buffer": lib.ones(2, dtype=lib.float64), "step": lib.tensor(3.0, dtype=lib.float64), "n": [1]}
        optimizer.load_state_dict({**optimizer.state_dict(), "state": {0: new}})
        state = optimizer.state[p]
        assert state["momentum_buffer"].dtype == lib.float32
        assert state["step"].dtype == lib.float64
        assert state["n"] == [1]


def test_a_count_of_steps_that_is_a_python_number_becomes_a_tensor(torch) -> None:
    for lib in (mg, torch):
        p = leaf(lib)
        optimizer = lib.optim.RMSprop([p])
        new = {"square_avg": lib.ones(2), "step": 3}
        optimizer.load_state_dict({**optimizer.state_dict(), "state": {0: new}})
        p.grad = lib.ones(2)
        optimizer.step()
        assert optimizer.state[p]["step"].item() == 4.0


def test_a_state_of_no_parameter_is_kept(torch) -> None:
    for lib in (mg, torch):
        optimizer = lib.optim.SGD([leaf(lib)])
        optimizer.state["all"]["seen"] = 7
        saved = optimizer.state_dict()
        assert saved["state"] == {"all": {"seen": 7}}
        other = lib.optim.SGD([leaf(lib)])
        other.load_state_dict(saved)
        assert other.state["all"] == {"seen": 7}


def test_a_learning_rate_of_pytorch_that_is_a_tensor_becomes_ours(torch) -> None:
    theirs = torch.optim.SGD([leaf(torch)], lr=torch.tensor(0.5))
    optimizer = mg.optim.SGD([leaf(mg)])
    optimizer.load_state_dict(theirs.state_dict())
    assert isinstance(optimizer.param_groups[0]["lr"], mg.Tensor)
    assert optimizer.param_groups[0]["lr"].item() == 0.5


def test_a_state_with_differentiable_is_refused_and_nothing_is_loaded(torch) -> None:
    theirs = torch.optim.SGD([leaf(torch)], lr=0.7, differentiable=True)
    optimizer = mg.optim.SGD([leaf(mg)], lr=0.1)
    with pytest.raises(NotImplementedError, match="differentiable"):
        optimizer.load_state_dict(theirs.state_dict())
    assert optimizer.param_groups[0]["lr"] == 0.1


def test_names_stay_where_the_loaded_state_has_none(torch) -> None:
    for lib in (mg, torch):
        optimizer = lib.optim.SGD([("a", leaf(lib))])
        optimizer.load_state_dict(lib.optim.SGD([leaf(lib)]).state_dict())
        assert optimizer.param_groups[0]["param_names"] == ["a"]
        optimizer.load_state_dict(lib.optim.SGD([("b", leaf(lib))]).state_dict())
        assert optimizer.param_groups[0]["param_names"] == ["b"]


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda pair: pickle.loads(pickle.dumps(pair))], ids=["copy", "pickle"]
)
def test_a_copy_with_its_model_goes_on_by_itself(copied) -> None:
    model, optimizer = made(mg)
    calls = []
    optimizer.register_step_post_hook(lambda *_: calls.append(1)) if copied is copy.deepcopy else None
    x = np.ones((1, 3))
    run(model, optimizer, mg, x, 3)
    other, other_optimizer = copied((model, optimizer))
    before, heard = model.weight.tolist(), len(calls)
    run(other, other_optimizer, mg, x, 3)
    assert model.weight.tolist() == before
    assert len(calls) == heard  # the hooks stay with the original
    run(model, optimizer, mg, x, 3)
    assert model.weight.tolist() == other.weight.tolist()


def test_loading_takes_over_the_options() -> None:
    optimizer = mg.optim.SGD([leaf(mg)], lr=0.1)
    optimizer.load_state_dict(mg.optim.SGD([leaf(mg)], lr=0.7).state_dict())
    assert optimizer.param_groups[0]["lr"] == 0.7


# -- hooks -------------------------------------------------------------------------------------------------------------


def test_hooks_run_around_the_step_as_in_pytorch(torch) -> None:
    def program(lib) -> list[object]:
        p, seen = leaf(lib), []
        p.grad = lib.ones(2)
        optimizer = lib.optim.SGD([p], lr=0.5)

        def before(o, args, kwargs) -> None:
            seen.append(("before", o is optimizer, args[0] is optimizer, len(args), kwargs, p.tolist()))

        def after(o, args, kwargs) -> None:
            seen.append(("after", o is optimizer, args[0] is optimizer, len(args), kwargs, p.tolist()))

        first = optimizer.register_step_pre_hook(before)
        optimizer.register_step_pre_hook(lambda *_: seen.append("second"))
        last = optimizer.register_step_post_hook(after)
        optimizer.step()
        first.remove()
        first.remove()
        optimizer.step(closure=None)
        last.remove()
        optimizer.step()
        return seen

    assert program(mg) == program(torch)


def test_a_hook_changes_the_arguments(torch) -> None:
    def program(lib) -> object:
        optimizer = lib.optim.SGD([leaf(lib)])
        optimizer.register_step_pre_hook(lambda o, args, kwargs: ((*args, lambda: "closure"), kwargs))
        return optimizer.step()

    assert program(mg) == program(torch) == "closure"


def test_hooks_that_do_not_work_are_refused(torch) -> None:
    for lib in (mg, torch):
        optimizer = lib.optim.SGD([leaf(lib)])
        with optimizer.register_step_pre_hook(lambda *_: 3), pytest.raises(RuntimeError, match="must return None or a"):
            optimizer.step()
    with pytest.raises(TypeError, match="a hook is a function, but got int"):
        mg.optim.SGD([leaf(mg)]).register_step_post_hook(3)


def own(lib):
    """An optimizer as one writes it with PyTorch, and one that extends another."""

    class Own(lib.optim.Optimizer):
        def __init__(self, params, lr) -> None:
            super().__init__(params, {"lr": lr})

        @lib.no_grad()
        def step(self, closure=None) -> str:
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        p.sub_(p.grad, alpha=group["lr"])
            return "done"

    class Louder(Own):
        def step(self, closure=None) -> str:
            return super().step(closure) + "!"

    return Own, Louder


@pytest.mark.parametrize("index", [0, 1])
def test_an_optimizer_of_ones_own_has_hooks_and_schedulers(index: int, torch) -> None:
    def program(lib) -> list[object]:
        p, seen = leaf(lib), []
        p.grad = lib.ones(2)
        optimizer = own(lib)[index]([p], lr=0.5)
        optimizer.register_step_post_hook(lambda *_: seen.append("hook"))
        scheduler = lib.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
        for _ in range(2):
            seen.append(optimizer.step())
            scheduler.step()
        return [*seen, p.tolist(), scheduler.get_last_lr()]

    assert program(mg) == program(torch)


def test_an_optimizer_with_update() -> None:
    class Plain(mg.optim.Optimizer):
        def update(self, group) -> None:
            for _, x, g, t, lr, _ in self.each(group):
                np.subtract(x, np.multiply(g, lr, t), x)

    p, q = leaf(mg), leaf(mg)
    optimizers = [Plain([p], {"lr": 0.1, "weight_decay": 0.5}), mg.optim.SGD([q], lr=0.1, weight_decay=0.5)]
    for x, optimizer in zip((p, q), optimizers, strict=True):
        x.grad = mg.tensor([1.0, -2.0])
        optimizer.step()
    assert p.tolist() == q.tolist()


# -- a step is a change in place ---------------------------------------------------------------------------------------

STEPS = {
    **{name: lambda lib, p, name=name: getattr(lib.optim, name)([p], lr=0.1).step() for name in OPTIONS},
    "LBFGS": lambda lib, p: lib.optim.LBFGS([p], lr=0.1, max_iter=1, tolerance_change=-1).step(lambda: lib.ones(())),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_graph_that_needs_the_weights_of_before_is_refused_as_in_pytorch(name: str, torch) -> None:
    for lib in (mg, torch):
        w, x = leaf(lib, 3, 3), lib.ones(2, 3, requires_grad=True)
        loss = (x @ w).sum()
        loss.backward(retain_graph=True)
        STEPS[name](lib, w)
        words = f"inplace operation.*{name}.step has overwritten it" if lib is mg else "inplace operation"
        with pytest.raises(RuntimeError, match=words):
            loss.backward()
        (x @ w).sum().backward()  # a new graph knows the new weights


def test_a_graph_is_refused_that_needs_a_view_of_the_weights() -> None:
    w = leaf(mg, 3, 3)
    loss = (w.T[0] * w[1]).sum()
    loss.backward(retain_graph=True)
    mg.optim.SGD([w], lr=0.1).step()
    with pytest.raises(RuntimeError, match=r"SGD\.step has overwritten it"):
        loss.backward()


def test_weights_that_did_not_take_part_in_the_step_are_not_refused(torch) -> None:
    for lib in (mg, torch):
        w, other, x = leaf(lib, 3, 3), leaf(lib, 3, 3), lib.ones(2, 3, requires_grad=True)
        optimizer = lib.optim.SGD([w, other], lr=0.1)
        (x @ w).sum().backward()
        loss = (x @ other).sum()
        optimizer.step()
        loss.backward()  # `other` had no gradient yet
        assert other.grad is not None


def test_the_update_needs_not_what_a_graph_has_saved_of_other_things(torch) -> None:
    """The weights of a linear layer are not needed for their own gradient."""
    for lib in (mg, torch):
        w, x = leaf(lib, 3, 3), lib.ones(2, 3)
        loss = (x @ w).sum()
        loss.backward(retain_graph=True)
        lib.optim.SGD([w], lr=0.1).step()
        loss.backward()
        assert w.grad.tolist() == [[4.0] * 3] * 3


@pytest.mark.parametrize("later", ["only the other", "with another array", "gone"])
def test_a_step_is_remembered_whatever_the_optimizer_does_later(later: str) -> None:
    a, b = leaf(mg, 3), leaf(mg, 3)
    before, array = next_number(), a.array
    optimizer = mg.optim.SGD([a, b], lr=0.1)
    a.grad, b.grad = mg.ones(3), None
    optimizer.step()
    assert changes.since(before, array)
    assert not changes.since(before, b.array)
    if later == "only the other":
        a.grad, b.grad = None, mg.ones(3)
        optimizer.step()
        assert changes.since(before, b.array)
    elif later == "with another array":
        a.data = mg.zeros(3)
        optimizer.step()
        assert changes.since(before, a.array)
    else:
        del optimizer
    assert changes.since(before, array)
    assert not changes.since(next_number(), array)


def test_of_two_changes_the_later_one_counts() -> None:
    p = leaf(mg, 3)
    optimizer = mg.optim.SGD([p], lr=0.1)
    p.grad = mg.ones(3)
    optimizer.step()
    with mg.no_grad():
        p.add_(1)
    assert changes.since(0, p.array).name == "add_"  # type: ignore[union-attr]
    del optimizer
    assert changes.since(0, p.array).name == "add_"  # type: ignore[union-attr]
