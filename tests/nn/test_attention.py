"""Multi-head attention and transformers beside PyTorch's, from the same weights."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import numpy as np
import pytest

import micrograd_nb as mg
from tests.nn.same_weights import assert_modules_alike, pair

TARGET, SOURCE, N, SIZE = 4, 5, 3, 6


class SelfAttention:
    """Attention of a sequence to itself: one tensor as query, key and value."""

    def __new__(cls, nn, attention, which=(0, 0, 0)):
        class Layer(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.attention = attention

            def forward(self, *xs, **options):
                return self.attention(*(xs[i] for i in which), **options)

        return Layer()


def masks(rng, batch: int = N, source: int = SOURCE, target: int = TARGET) -> dict[str, dict]:
    padding = np.zeros((batch, source), bool)
    padding[1:, -2:] = True
    shape = (batch * 2, target, source)
    return {
        "none": {},
        "padding": {"key_padding_mask": padding},
        "floats": {"attn_mask": rng.normal(size=(target, source))},
        "bools": {"attn_mask": np.triu(np.ones((target, source), bool), 2)},
        "heads": {"attn_mask": rng.normal(size=shape)},
        "both": {
            "attn_mask": np.where(np.triu(np.ones((target, source), bool), 2), -np.inf, 0.0),
            "key_padding_mask": np.where(padding, -np.inf, 0.0),
        },
    }


@pytest.mark.parametrize("mask", ["none", "padding", "floats", "bools", "heads", "both"])
@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("batch_first", [True, False])
def test_attention_to_another_sequence(mask: str, need_weights: bool, batch_first: bool, torch, rng) -> None:
    shapes = [(n, N, SIZE) for n in (TARGET, SOURCE, SOURCE)]
    inputs = [rng.normal(size=(s[1], s[0], s[2]) if batch_first else s) for s in shapes]
    build = lambda nn: nn.MultiheadAttention(SIZE, 2, batch_first=batch_first)  # noqa: E731
    options = masks(rng)[mask] | {"need_weights": need_weights}
    assert_modules_alike(build, inputs, torch, **options)
    assert_modules_alike(
        lambda nn: SelfAttention(nn, build(nn), (0, 1, 1)), inputs[:2], torch, average_attn_weights=False, **options
    )


@pytest.mark.parametrize("mask", ["none", "padding", "floats", "bools", "heads", "both"])
@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("batch_first", [True, False])
def test_self_attention(mask: str, need_weights: bool, batch_first: bool, torch, rng) -> None:
    x = rng.normal(size=(N, SOURCE, SIZE) if batch_first else (SOURCE, N, SIZE))
    assert_modules_alike(
        lambda nn: SelfAttention(nn, nn.MultiheadAttention(SIZE, 2, batch_first=batch_first)),
        [x],
        torch,
        need_weights=need_weights,
        **masks(rng, target=SOURCE)[mask],
    )


@pytest.mark.parametrize(
    "options",
    [
        {"bias": False},
        {"add_bias_kv": True},
        {"add_zero_attn": True},
        {"add_bias_kv": True, "add_zero_attn": True, "bias": False},
        {"kdim": 4, "vdim": 7},
        {"kdim": 4, "vdim": 7, "bias": False, "add_bias_kv": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("need_weights", [True, False])
def test_options(options: dict, need_weights: bool, torch, rng) -> None:
    sizes = (SIZE, options.get("kdim", SIZE), options.get("vdim", SIZE))
    inputs = [rng.normal(size=(n, N, size)) for n, size in zip((TARGET, SOURCE, SOURCE), sizes, strict=True)]
    for mask in ("none", "both"):
        assert_modules_alike(
            lambda nn: nn.MultiheadAttention(SIZE, 2, **options),
            inputs,
            torch,
            need_weights=need_weights,
            **masks(rng)[mask],
        )


def test_without_a_batch(torch, rng) -> None:
    inputs = [rng.normal(size=(n, SIZE)) for n in (TARGET, SOURCE, SOURCE)]
    padding = np.array([False] * 4 + [True])
    for need_weights in (True, False):
        assert_modules_alike(
            lambda nn: nn.MultiheadAttention(SIZE, 2),
            inputs,
            torch,
            need_weights=need_weights,
            key_padding_mask=padding,
        )
        assert_modules_alike(
            lambda nn: SelfAttention(nn, nn.MultiheadAttention(SIZE, 2)), inputs[:1], torch, need_weights=need_weights
        )


def test_second_gradients(torch, rng) -> None:
    layer, _ = pair(lambda nn: nn.MultiheadAttention(4, 2), torch)
    x = mg.tensor(rng.normal(size=(3, 2, 4)), requires_grad=True)
    for need_weights in (True, False):
        program = lambda x, n=need_weights: layer(x, x, x, need_weights=n)[0]  # noqa: E731
        assert mg.autograd.gradcheck(program, [x])
        assert mg.autograd.gradgradcheck(program, [x])


def test_weights_start_as_in_pytorch(torch) -> None:
    mg.manual_seed(0)
    ours, theirs = (nn.MultiheadAttention(64, 4, add_bias_kv=True) for nn in (mg.nn, torch.nn))
    bound = (6 / (64 * 4)) ** 0.5
    for layer in (ours, theirs):
        numbers = np.sort(layer.in_proj_weight.detach().numpy().ravel())
        assert np.abs(numbers - np.linspace(-bound, bound, numbers.size)).max() < 0.03 * bound
        assert layer.in_proj_bias.detach().numpy().any() == layer.out_proj.bias.detach().numpy().any() == False  # noqa: E712
        assert layer.bias_k.detach().numpy().std() == pytest.approx((2 / (64 + 1)) ** 0.5, rel=0.5)


def test_dropout_of_weights() -> None:
    mg.manual_seed(0)
    layer, x = mg.nn.MultiheadAttention(4, 2, dropout=0.5), mg.randn(3, 2, 4)
    for need_weights in (True, False):
        layer.train()
        once, again = (layer(x, x, x, need_weights=need_weights)[0].detach().numpy() for _ in range(2))
        assert not np.array_equal(once, again)
        layer.eval()
        once, again = (layer(x, x, x, need_weights=need_weights)[0].detach().numpy() for _ in range(2))
        assert np.array_equal(once, again)


# fmt: off
MISTAKES = {
    "size 0":       lambda m: m.nn.MultiheadAttention(0, 2),
    "heads":        lambda m: m.nn.MultiheadAttention(6, 4),
    "axes":         lambda m: m.nn.MultiheadAttention(6, 2)(m.ones(6), m.ones(6), m.ones(6)),
    "embed_dim":    lambda m: m.nn.MultiheadAttention(6, 2)(m.ones(4, 3, 5), m.ones(5, 3, 5), m.ones(5, 3, 5)),
    "key, value":   lambda m: m.nn.MultiheadAttention(6, 2)(m.ones(4, 3, 6), m.ones(5, 3, 6), m.ones(4, 3, 6)),
    "lengths":      lambda m: m.nn.MultiheadAttention(6, 2, kdim=5)(m.ones(4, 3, 6), m.ones(5, 3, 5), m.ones(4, 3, 6)),
    "2D mask":      lambda m: m.nn.MultiheadAttention(6, 2)(m.ones(4, 3, 6), m.ones(5, 3, 6), m.ones(5, 3, 6), attn_mask=m.ones(4, 4)),
    "3D mask":      lambda m: m.nn.MultiheadAttention(6, 2)(m.ones(4, 3, 6), m.ones(5, 3, 6), m.ones(5, 3, 6), attn_mask=m.ones(3, 4, 5)),
    "causal alone": lambda m: m.nn.MultiheadAttention(6, 2)(m.ones(4, 3, 6), m.ones(4, 3, 6), m.ones(4, 3, 6), is_causal=True),
    "mask, dtype":  lambda m: m.nn.MultiheadAttention(6, 2)(m.ones(4, 3, 6), m.ones(4, 3, 6), m.ones(4, 3, 6), attn_mask=m.ones(4, 4).long()),
    "padding":      lambda m: m.nn.MultiheadAttention(6, 2)(m.ones(4, 3, 6), m.ones(4, 3, 6), m.ones(4, 3, 6), m.ones(4, 3)),
    "activation":   lambda m: m.nn.TransformerEncoderLayer(6, 2, activation="swish"),
    "d_model":      lambda m: m.nn.Transformer(6, 2, 1, 1, 8)(m.ones(4, 3, 5), m.ones(4, 3, 6)),
}
# fmt: on


@pytest.mark.filterwarnings("ignore:enable_nested_tensor is True")  # PyTorch could be faster at inference
@pytest.mark.parametrize("program", MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_refused_as_in_pytorch(program, torch) -> None:
    with pytest.raises((ValueError, RuntimeError, AssertionError)) as theirs:
        program(torch)
    with pytest.raises(type(theirs.value)) as ours:
        program(mg)
    assert str(ours.value)[:10] == str(theirs.value)[:10]


# -- transformers ------------------------------------------------------------------------------------------------------


def swish(x):
    return x * x.sigmoid()


LAYER = {"dropout": 0.0}
OPTIONS = [
    {},
    {"norm_first": True},
    {"batch_first": True},
    {"activation": "gelu"},
    {"activation": swish},
    {"bias": False, "layer_norm_eps": 0.1},
]


def shape(options: dict, length: int) -> tuple[int, ...]:
    return (N, length, SIZE) if options.get("batch_first") else (length, N, SIZE)


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: " ".join(options) or "default")
@pytest.mark.parametrize("mask", ["none", "padding", "bools", "both"])
def test_encoder_layer(options: dict, mask: str, torch, rng) -> None:
    given = masks(rng, target=SOURCE)[mask]
    assert_modules_alike(
        lambda nn: nn.TransformerEncoderLayer(SIZE, 2, 8, **LAYER, **options),
        [rng.normal(size=shape(options, SOURCE))],
        torch,
        src_mask=given.get("attn_mask"),
        src_key_padding_mask=given.get("key_padding_mask"),
    )


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: " ".join(options) or "default")
@pytest.mark.parametrize("masked", [False, True])
def test_decoder_layer(options: dict, masked: bool, torch, rng) -> None:
    given = {}
    if masked:
        own, other = masks(rng, source=TARGET)["both"], masks(rng)["both"]
        given = {
            "tgt_mask": own["attn_mask"],
            "tgt_key_padding_mask": own["key_padding_mask"],
            "memory_mask": other["attn_mask"],
            "memory_key_padding_mask": other["key_padding_mask"],
        }
    assert_modules_alike(
        lambda nn: nn.TransformerDecoderLayer(SIZE, 2, 8, **LAYER, **options),
        [rng.normal(size=shape(options, n)) for n in (TARGET, SOURCE)],
        torch,
        **given,
    )


@pytest.mark.parametrize("norm", [False, True])
def test_encoder_and_decoder(norm: bool, torch, rng) -> None:
    def encoder(nn):
        layer = nn.TransformerEncoderLayer(SIZE, 2, 8, **LAYER)
        return nn.TransformerEncoder(layer, 2, nn.LayerNorm(SIZE) if norm else None, enable_nested_tensor=False)

    def decoder(nn):
        layer = nn.TransformerDecoderLayer(SIZE, 2, 8, **LAYER)
        return nn.TransformerDecoder(layer, 2, nn.LayerNorm(SIZE) if norm else None)

    target, source = (rng.normal(size=(n, N, SIZE)) for n in (TARGET, SOURCE))
    causal = np.triu(np.full((SOURCE, SOURCE), -np.inf), 1)
    assert_modules_alike(encoder, [source], torch, mask=causal)
    assert_modules_alike(decoder, [target, source], torch, tgt_mask=causal[:TARGET, :TARGET])


@pytest.mark.filterwarnings("ignore:enable_nested_tensor is True")  # PyTorch could be faster at inference
def test_transformer(torch, rng) -> None:
    target, source = (rng.normal(size=(n, N, SIZE)) for n in (TARGET, SOURCE))
    build = lambda nn: nn.Transformer(SIZE, 2, 2, 1, 8, 0.0, batch_first=False)  # noqa: E731
    causal = np.triu(np.full((TARGET, TARGET), -np.inf), 1)
    assert_modules_alike(build, [source, target], torch, tgt_mask=causal)


def test_layers_of_a_stack_start_alike_and_go_their_own_ways() -> None:
    stack = mg.nn.TransformerEncoder(mg.nn.TransformerEncoderLayer(4, 2, 8), 2)
    first, second = stack.layers
    assert np.array_equal(first.linear1.weight.array, second.linear1.weight.array)
    assert not np.shares_memory(first.linear1.weight.array, second.linear1.weight.array)


def test_subsequent_mask(torch) -> None:
    ours, theirs = (nn.Transformer.generate_square_subsequent_mask(4) for nn in (mg.nn, torch.nn))
    assert ours.tolist() == theirs.tolist()
    assert ours.dtype is mg.float32


@pytest.mark.filterwarnings("ignore:enable_nested_tensor is True")
def test_repr_is_pytorchs_but_for_the_name_of_one_class(torch) -> None:
    for build in (
        lambda nn: nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8), 2, enable_nested_tensor=False),
        lambda nn: nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 8, norm_first=True), 1),
        lambda nn: nn.Transformer(4, 2, 1, 1, 8, batch_first=True),
    ):
        theirs = repr(build(torch.nn)).replace("NonDynamicallyQuantizableLinear", "Linear")
        assert repr(build(mg.nn)) == theirs


def test_dropout_in_training_only() -> None:
    mg.manual_seed(0)
    layer, x = mg.nn.TransformerEncoderLayer(4, 2, 8, dropout=0.5), mg.randn(3, 2, 4)
    assert not np.array_equal(layer(x).detach().numpy(), layer(x).detach().numpy())
    layer.eval()
    assert np.array_equal(layer(x).detach().numpy(), layer(x).detach().numpy())
