"""Mistakes in making, drawing and converting tensors."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

from tests.tensors.mistakes.row import Mistake, leaf

# fmt: off

MISTAKES = [
    # creation
    Mistake("asarray(ones(2, 3), dtype=float64, copy=False)", ValueError, lambda m: m.asarray(m.ones(2, 3), dtype=m.float64, copy=False), "can't alias Tensor without a", "", "memory. Leave copy out"),
    Mistake("tensor([ones(2, 3), ones(2, 3)])", ValueError, lambda m: m.tensor([m.ones(2, 3), m.ones(2, 3)]), "only one element tensors can be", "one of shape (2, 3) in the list", "them with stack([...])"),
    Mistake("zeros_like(1)", TypeError, lambda m: m.zeros_like(1), "zeros_like():", "'input'", "not int: use a size"),
    Mistake("arange(0, float(\"inf\"))", RuntimeError, lambda m: m.arange(0, float("inf")), "unsupported range:", "0", "inf: both must be finite"),
    Mistake("linspace(0, 1, -1)", RuntimeError, lambda m: m.linspace(0, 1, -1), "number of steps must be", "-1", "but it is -1"),
    Mistake("tril_indices(-1, 2)", RuntimeError, lambda m: m.tril_indices(-1, 2), "row must be non-negative, got -", "1", "be non-negative, got -1"),
    Mistake("Tensor(tensor([1, 2]))", TypeError, lambda m: m.Tensor(m.tensor([1, 2])), "expected a tensor of", "int64", "x.to(dtype) converts", ours=True),
    Mistake("Tensor(2.5)", TypeError, lambda m: m.Tensor(2.5), "new(): data must be a", "float", "number use tensor(2.5)"),
    # random
    Mistake("randint(5, 2)", TypeError, lambda m: m.randint(5, 2), "randint(): give the limits and a", "", "randint(low, high, size)"),
    Mistake("normal(0.0, 1.0)", TypeError, lambda m: m.normal(0.0, 1.0), "normal() of two numbers needs a", "(0.0, 1.0, size=(2, 3)", "1.0, size=(2, 3))"),
    Mistake("poisson(-ones(2, 3))", RuntimeError, lambda m: m.poisson(-m.ones(2, 3)), "invalid Poisson rate, expected", "0", "has elements below 0"),
    Mistake("multinomial(tensor([1, 2]), 1)", RuntimeError, lambda m: m.multinomial(m.tensor([1, 2]), 1), "multinomial only supports", "int64", "for input, got: int64"),
    Mistake("multinomial(x.double().unsqueeze(0), 1)", RuntimeError, lambda m: m.multinomial(m.ones(2, 3).double().unsqueeze(0), 1), "prob_dist must be", "shape (1, 2, 3)", "but has shape (1, 2, 3)"),
    Mistake("multinomial(ones(2, 3), 0)", RuntimeError, lambda m: m.multinomial(m.ones(2, 3), 0), "cannot sample n_sample", "0", "<= 0 samples, got 0"),
    Mistake("multinomial(tensor([1.0, 2.0, 3.0]), 4)", RuntimeError, lambda m: m.multinomial(m.tensor([1.0, 2.0, 3.0]), 4), "cannot sample n_sample >", "(-1)", "same one may come again"),
    Mistake("multinomial(tensor([-1.0, 2.0]), 1)", RuntimeError, lambda m: m.multinomial(m.tensor([-1.0, 2.0]), 1), "probability tensor contains", "0", "`nan` or element < 0"),
    Mistake("multinomial(tensor([0.0, 0.0]), 1)", RuntimeError, lambda m: m.multinomial(m.tensor([0.0, 0.0]), 1), "invalid multinomial", "(sum of probabilities <= 0)", "<= 0): all weights are 0"),
    Mistake("x.uniform_(1, 0)", RuntimeError, lambda m: m.ones(2, 3).uniform_(1, 0), "uniform_ expects to return", "from=1 > to=0", "but found from=1 > to=0"),
    Mistake("x.exponential_(0)", RuntimeError, lambda m: m.ones(2, 3).exponential_(0), "exponential_ expects lambda", "lambda=0", "> 0.0, but found lambda=0"),
    Mistake("x.geometric_(1.5)", RuntimeError, lambda m: m.ones(2, 3).geometric_(1.5), "geometric_ expects p to be", "p=1.5", "in (0, 1), but got p=1.5"),
    Mistake("bernoulli(ones(2, 3)*2)", RuntimeError, lambda m: m.bernoulli(m.ones(2, 3)*2), "bernoulli expects p to be", "p=[[2.0, 2", "2.0], [2.0, 2.0, 2.0]]"),
    Mistake("randint(0, 300, (2, ), dtype=uint8)", RuntimeError, lambda m: m.randint(0, 300, (2, ), dtype=m.uint8), "to - 1 is out of bounds for", "8", "for uint8: it is 299"),
    Mistake("randint(1.5, (2, ))", TypeError, lambda m: m.randint(1.5, (2, )), "the limits of random integers", "int", "must be int, not float"),
    Mistake("rand(2, dtype=int64)", NotImplementedError, lambda m: m.rand(2, dtype=m.int64), "\"rand\" not implemented for", "int64", "randint, or x.random_()"),
    Mistake("x.exponential_()", RuntimeError, lambda m: m.arange(3).exponential_(), "Exponential distribution is a", "Long", "but you specified Long"),
    Mistake("normal(0.0, -1.0, (2, ))", RuntimeError, lambda m: m.normal(0.0, -1.0, (2, )), "normal expects std", "std -1.0", "0.0, but found std -1.0"),
    # generator
    Mistake("manual_seed(2**64)", ValueError, lambda m: m.manual_seed(2**64), "Overflow when unpacking long", "18446744073709551616", "is 18446744073709551616"),
    # devices
    Mistake("x.to(\"foo\")", RuntimeError, lambda m: m.ones(2, 3).to("foo"), "Expected one of cpu, cuda, ipu,", "", "then :number or nothing"),
    # dtypes
    Mistake("tensor(2**40, dtype=int32)", RuntimeError, lambda m: m.tensor(2**40, dtype=m.int32), "value cannot be converted to", "int32", "-2147483648 to 2147483647"),
    Mistake("finfo(int32)", TypeError, lambda m: m.finfo(m.int32), "finfo() requires a floating", "int32", "iinfo for whole numbers"),
    Mistake("iinfo(float32)", TypeError, lambda m: m.iinfo(m.float32), "iinfo() requires an integer", "float32", "Use finfo for floats"),
    # conversion
    Mistake("x.type(\"foo\")", ValueError, lambda m: m.ones(2, 3).type("foo"), "invalid type:", "'foo'", "'micrograd_nb.LongTensor'"),
    Mistake("x.cuda()", RuntimeError, lambda m: m.ones(2, 3).cuda(), "there is no device", "'cuda'", "else \"cpu\")", ours=True),
    Mistake("leaf(m).apply_(lambda a:a)", RuntimeError, lambda m: leaf(m).apply_(lambda a:a), "Can't call apply_() on Variable", "", "are not recorded"),
    Mistake("x.share_memory_() is ones(2, 3)", NotImplementedError, lambda m: m.ones(2, 3).share_memory_() is m.ones(2, 3), "share_memory_: tensors are not", "", "threads share them anyway", ours=True),
    Mistake("state of a generator", TypeError, lambda m: m.Generator().set_state(m.zeros(3)), "must be a torch.ByteTensor", "uint8", "get_state()"),
    Mistake("printing profile", ValueError, lambda m: m.set_printoptions(profile="long"), "profile is one of", "long", "default, short, full", ours=True),
    Mistake("randint_like, no limit", TypeError, lambda m: m.randint_like(m.ones(3)), "give the limit", "randint_like", "randint_like(x, high)"),
    Mistake("log_normal_, std", RuntimeError, lambda m: m.ones(3).log_normal_(0, 0), "expects std > 0.0", "std=0", "0"),
    Mistake("device of a new tensor", RuntimeError, lambda m: m.zeros(3, device="cuda"), "no device", "'cuda'", "is_available()", ours=True),
    Mistake("device that has to be there", RuntimeError, lambda m: m.cuda.synchronize(), "no device", "'cuda'", "is_available()", ours=True),
    Mistake("bernoulli_, p", RuntimeError, lambda m: m.ones(3).bernoulli_(2.0), "expects p to be in [0, 1]", "p=2.0", "[0, 1]"),
]
