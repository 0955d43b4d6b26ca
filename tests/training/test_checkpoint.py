"""save and load: everything comes back as it was, half files never appear, other files are refused and named."""

from __future__ import annotations

import copy
import gzip
import io
import json
import math
import pickle
import signal
import subprocess
import sys
import zipfile
from collections import Counter, OrderedDict, namedtuple
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file
from safetensors.numpy import save as to_bytes

import micrograd_nb as mg
from micrograd_nb.training import CheckpointError
from micrograd_nb.training.checkpoint.file import FORMAT
from micrograd_nb.training.checkpoint.foreign import what_it_seems


def saved(value: Any) -> bytes:
    """The content of a file."""
    file = io.BytesIO()
    mg.save(value, file)
    return file.getvalue()


def loaded(content: bytes) -> Any:
    return mg.load(io.BytesIO(content))


def again(value: Any) -> Any:
    """What comes back."""
    return loaded(saved(value))


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal: also their types, the order of dicts, and NaN."""
    if type(a) is not type(b):
        return False
    if isinstance(a, mg.Tensor):
        return a.requires_grad == b.requires_grad and same(a.array, b.array)
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return same(list(a.items()), list(b.items()))
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b or (isinstance(a, float) and math.isnan(a) and math.isnan(b))


# -- everything comes back ---------------------------------------------------------------------------------------------

VALUES: dict[str, Any] = {
    "None": None,
    "numbers": [0, -1, 2**200, 0.1, -0.0, 1e-320, math.inf, -math.inf, math.nan, True, False],
    "strings": ["", "\0", "'\"\\\n", "é 层 😀", "\ud800", "</script>", "__metadata__", "a" * 10_000],
    "nested": {"a": [(1, {"b": ()}), []], "c": {}, "d": {"e": {"f": None}}},
    "keys": {1: "int", 1.5: "float", "1": "str", None: "None", (1, ("a",)): "tuple", False: "bool"},
    "dicts": [OrderedDict(b=1, a=2), Counter("banana"), OrderedDict()],
    "a tensor": mg.arange(6.0).reshape(2, 3),
    "tensors": [mg.zeros(()), mg.zeros(0), mg.zeros(2, 0, 3), mg.ones(1, 1)],
    "dtypes": [mg.ones(3, dtype=d) for d in mg.tensors.dtypes.ALL],
    "names of dtypes": list(mg.tensors.dtypes.ALL),
    "special numbers": mg.tensor([math.nan, math.inf, -math.inf, -0.0, 1e-45]),
    "requires_grad": mg.ones(2, requires_grad=True),
    "a parameter": mg.nn.Parameter(mg.ones(2)),
    "a frozen parameter": mg.nn.Parameter(mg.ones(2), requires_grad=False),
    "a buffer": mg.nn.Buffer(mg.ones(2)),
    "a shape": mg.zeros(2, 3).shape,
    "arrays": [np.arange(3), np.zeros((), bool), np.float32(1.5), np.int64(7), np.float64(0.1), np.bool_(True)],
    "transposed": mg.arange(6.0).reshape(2, 3).T,
    "a slice": mg.arange(10)[2:8:3],
    "expanded": mg.ones(1, 3).expand(4, 3),
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_value_comes_back(value: Any) -> None:
    assert same(again(value), value)


def test_a_difference_is_noticed() -> None:
    assert not same([1], [True])
    assert not same({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert not same(mg.ones(2), mg.ones(2, dtype=mg.float64))
    assert not same(0.0, mg.zeros(()))


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ARRAYS = st.builds(
    lambda shape, d: mg.from_numpy(np.random.default_rng(0).integers(0, 2, shape).astype(d)),
    st.lists(st.integers(0, 3), max_size=3),
    st.sampled_from([d.dtype for d in mg.tensors.dtypes.ALL]),
)
KEYS = st.text() | st.integers() | st.tuples(st.text(), st.integers())
NESTED = st.recursive(
    PLAIN | ARRAYS,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(KEYS, inner),
    max_leaves=20,
)


@given(NESTED)
def test_any_structure_comes_back(value: Any) -> None:
    assert same(again(value), value)


@given(st.dictionaries(st.text(), ARRAYS, min_size=2, max_size=6))
def test_tensors_with_any_names_come_back(tensors: dict[str, mg.Tensor]) -> None:
    assert same(
        again({"a": tensors, "a.": dict(reversed(tensors.items()))}),
        {"a": tensors, "a.": dict(reversed(tensors.items()))},
    )


def test_names_that_meet() -> None:
    hostile = {
        "a": {"b": mg.zeros(1)},
        "a.b": mg.ones(1),
        "a.b#2": mg.full((1,), 2.0),
        "__metadata__": mg.full((1,), 3.0),
    }
    assert same(again(hostile), hostile)
    assert same(
        again({"../../etc/passwd": mg.ones(1), "": mg.zeros(1)}), {"../../etc/passwd": mg.ones(1), "": mg.zeros(1)}
    )


def test_what_is_loaded_is_its_own() -> None:
    content = saved({"w": mg.zeros(3)})
    first, second = loaded(content), loaded(content)
    first["w"].add_(1)
    assert second["w"].tolist() == [0, 0, 0]


# -- states of what trains ---------------------------------------------------------------------------------------------


class Counted(mg.nn.Module):
    """Has a buffer, one that is not saved, a version and an extra state."""

    _version = 3

    def __init__(self) -> None:
        super().__init__()
        self.layer = mg.nn.Linear(2, 2)
        self.register_buffer("steps", mg.zeros(1, dtype=mg.int64))
        self.register_buffer("scratch", mg.zeros(1), persistent=False)
        self.extra: Any = {"seen": ["a", 1]}

    def get_extra_state(self) -> Any:
        return self.extra

    def set_extra_state(self, state: Any) -> None:
        self.extra = state


def test_a_state_dict_comes_back_with_its_versions() -> None:
    state = Counted().state_dict()
    back = again(state)
    assert same(back, state)
    assert back._metadata == state._metadata
    assert back._metadata[""] == {"version": 3}
    other = Counted()
    other.extra = None
    other.load_state_dict(back)
    assert other.extra == {"seen": ["a", 1]}


def test_an_optimizer_goes_on_from_a_file() -> None:
    model = mg.nn.Linear(3, 1)
    optimizer = mg.optim.SGD(model.named_parameters(), lr=0.1, momentum=0.9)
    model(mg.ones(2, 3)).sum().backward()
    optimizer.step()
    state = again(optimizer.state_dict())
    assert same(state, optimizer.state_dict())
    other = mg.optim.SGD(mg.nn.Linear(3, 1).named_parameters(), lr=1.0)
    other.load_state_dict(state)
    assert same(other.state_dict(), optimizer.state_dict())


def test_a_generator_goes_on_from_a_file() -> None:
    generator = mg.Generator().manual_seed(3)
    mg.rand(5, generator=generator)
    other = mg.Generator()
    other.set_state(again(generator.get_state()))
    assert same(mg.randn(5, generator=other), mg.randn(5, generator=generator))


# -- shared memory -----------------------------------------------------------------------------------------------------


class Tied(mg.nn.Module):
    """The output layer has the weights of the input layer."""

    def __init__(self) -> None:
        super().__init__()
        self.first = mg.nn.Linear(4, 4)
        self.last = mg.nn.Linear(4, 4)
        self.last.weight = self.first.weight


def test_tied_weights_are_stored_once_and_stay_tied() -> None:
    state = Tied().state_dict()
    content = saved(state)
    assert len(content) < 2 * 4 * 4 * 4 + len(saved(dict.fromkeys(state))) + 500
    back = loaded(content)
    assert np.shares_memory(back["first.weight"].array, back["last.weight"].array)
    assert not np.shares_memory(back["first.bias"].array, back["last.bias"].array)
    back["first.weight"].zero_()
    assert not back["last.weight"].any()


VIEWS = {
    "the same": lambda w: w.detach(),
    "its transpose": lambda w: w.T,
    "another shape": lambda w: w.reshape(-1),
    "a row": lambda w: w[1],
    "a column": lambda w: w[:, 2],
    "backwards": lambda w: mg.from_numpy(w.array[::-1, ::-2]),
    "a corner": lambda w: w[3:, 3:],
    "no more than all": lambda w: w.expand(2, 4, 4),
}


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_a_view_stays_a_view(view: Any, is_first: bool) -> None:
    w = mg.arange(16.0).reshape(4, 4).clone()
    value = {"view": view(w), "w": w} if is_first else {"w": w, "view": view(w)}
    back = again(value)
    assert same(back, value)
    back["w"].zero_()
    assert not back["view"].any()


def test_views_of_views_stay_views() -> None:
    w = mg.arange(24.0)
    value = {"b": w[4:20][2:6], "a": w[4:20], "w": w, "again": w[4:20], "t": w.reshape(4, 6).T}
    back = again(value)
    assert same(back, value)
    assert all(np.shares_memory(back["w"].array, x.array) for x in back.values())
    assert len(saved(value)) < len(saved({"w": w})) + 600


def test_columns_side_by_side_are_no_shared_memory() -> None:
    w = mg.arange(16.0).reshape(4, 4).clone()
    value = {"left": w[:, :2], "right": w[:, 2:]}
    assert same(again(value), value)


def test_parts_that_overlap_are_refused() -> None:
    w = mg.arange(10.0)
    with pytest.raises(ValueError, match=r"obj\['a'\] and obj\['b'\]\[0\] share part of their memory.*\.clone\(\)"):
        saved({"a": w[:6], "b": [w[4:]]})
    saved({"a": w[:6], "b": [w[4:].clone()]})
    saved({"a": w[:6], "b": [w[4:]], "w": w})


# -- what cannot be saved ----------------------------------------------------------------------------------------------

Pair = namedtuple("Pair", "x y")


@dataclass
class Options:
    """A dataclass."""

    lr: float = 0.1


class Special(mg.Tensor):
    """A tensor that is more than a tensor."""


REFUSED: dict[str, tuple[Any, str]] = {
    "a module": (mg.nn.ReLU(), r"Save its state: \.state_dict\(\)"),
    "an optimizer": (mg.optim.SGD([mg.ones(1)]), r"Save its state: \.state_dict\(\)"),
    "a generator": (mg.Generator(), r"Save its state: \.get_state\(\)"),
    "a function": (test_a_value_comes_back, "Save what it is called"),
    "a class": (Special, "Save what it is called"),
    "a set": ({1, 2}, "Save it sorted, as a list"),
    "a named tuple": (Pair(1, 2), r"or its fields as a dict: \._asdict\(\)"),
    "a dataclass": (Options(), r"dataclasses\.asdict"),
    "bytes": (b"abc", "bytes, and save takes"),
    "a complex number": (1j, "complex, and save takes"),
    "an array of objects": (np.array([None]), "of NumPy's type object"),
    "an array of complex numbers": (np.array([1j]), "of NumPy's type complex128"),
    "a tensor of a class of its own": (Special(), "Special, and save takes"),
    "an object": (object(), "object, and save takes"),
}


@pytest.mark.parametrize(("value", "words"), REFUSED.values(), ids=REFUSED)
def test_what_would_need_code_is_refused(value: Any, words: str, tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    with pytest.raises(TypeError, match=r"obj\['a'\]\[1\] is (a )?.*" + words):
        mg.save({"a": [0, value]}, path)
    assert list(tmp_path.iterdir()) == []


def test_a_tensor_of_pytorch_is_refused(torch) -> None:
    with pytest.raises(TypeError, match=r"obj is a Tensor.*from_torch"):
        saved(torch.ones(1))


def test_keys_that_would_need_code_are_refused() -> None:
    with pytest.raises(
        TypeError, match=r"a key of obj\['state'\] is a Parameter, and save takes keys that are strings"
    ):
        saved({"state": {mg.nn.Parameter(mg.ones(1)): 1}})


def test_what_contains_itself_is_refused() -> None:
    cycle: list[Any] = []
    cycle.append({"a": cycle})
    with pytest.raises(ValueError, match="contains itself"):
        saved(cycle)


def test_too_much_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"takes 1\d\d,\d{3},\d{3} bytes of text.*Make tensors of long lists"):
        saved("x" * 100_000_001)


def test_arguments_in_the_wrong_order(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"got dict. The order is save\(what, where\)"):
        mg.save("x.safetensors", {"a": 1})  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match=r"Parent directory .*nowhere does not exist"):
        mg.save({}, tmp_path / "nowhere" / "x.safetensors")
    with pytest.raises(FileNotFoundError):
        mg.load(tmp_path / "x.safetensors")
    with pytest.raises(TypeError, match="open it with"):
        mg.load(io.StringIO("text"))  # type: ignore[arg-type]


def test_options_of_pytorchs_load() -> None:
    content = saved([1])
    assert mg.load(io.BytesIO(content), "cpu", weights_only=True) == [1]
    assert mg.load(io.BytesIO(content), map_location="cpu") == [1]
    with pytest.raises(ValueError, match="no device but the cpu"):
        mg.load(io.BytesIO(content), map_location="cuda")
    with pytest.raises(ValueError, match="would run what a file tells it to"):
        mg.load(io.BytesIO(content), weights_only=False)
    with pytest.raises(NotImplementedError, match="mmap"):
        mg.load(io.BytesIO(content), mmap=True)


# -- whole or not there ------------------------------------------------------------------------------------------------


def test_a_path_may_be_a_string_or_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "x.safetensors", tmp_path / "latest.safetensors"
    mg.save([1], str(target))
    link.symlink_to(target)
    mg.save([2], link)
    assert link.is_symlink()
    assert mg.load(target) == [2]
    assert [path.name for path in target.parent.iterdir()] == ["x.safetensors"]


def test_the_file_can_be_read_by_those_who_may_read_others(tmp_path: Path) -> None:
    mg.save([1], tmp_path / "ours")
    (tmp_path / "plain").write_bytes(b"")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("fails", ["pathlib.Path.write_bytes", "os.fsync", "pathlib.Path.replace"])
def test_an_error_while_writing_leaves_the_old_file(
    fails: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.safetensors"
    mg.save(["old"], path)

    def no_space(*given: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(fails, no_space)
        with pytest.raises(OSError, match="No space left"):
            mg.save(["new"], path)
    assert mg.load(path) == ["old"]
    assert [p.name for p in tmp_path.iterdir()] == ["x.safetensors"]


SAVES_FOR_EVER = """
import sys
import micrograd_nb as mg

step = 0
while True:
    step += 1
    mg.save({"step": step, "w": [mg.full((250_000,), float(step)) for _ in range(8)]}, sys.argv[1])
    if step == 1:
        print("begun", flush=True)
"""


@pytest.mark.parametrize("wait", [0.0, 0.05, 0.11, 0.17])
def test_a_killed_program_leaves_a_whole_file(wait: float, tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    program = subprocess.Popen([sys.executable, "-c", SAVES_FOR_EVER, path], stdout=subprocess.PIPE)
    assert program.stdout is not None
    assert program.stdout.readline() == b"begun\n"
    with pytest.raises(subprocess.TimeoutExpired):
        program.wait(wait)
    program.send_signal(signal.SIGKILL)
    program.communicate()
    found = mg.load(path)
    assert all((w == found["step"]).all() for w in found["w"])
    assert len(found["w"]) == 8
    mg.save([1], path)
    assert mg.load(path) == [1]


# -- other files -------------------------------------------------------------------------------------------------------


def zipped(**files: bytes) -> bytes:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return file.getvalue()


def packed_array(save: Any) -> bytes:
    file = io.BytesIO()
    save(file, np.arange(3))
    return file.getvalue()


WHOLE = to_bytes({"w": np.arange(100.0)})
OTHERS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "it is empty"),
    "zeros": (bytes(1000), "all its 1,000 bytes are 0"),
    "a png": (b"\x89PNG\r\n\x1a\n" + bytes(100), "it is a PNG image"),
    "a jpeg": (b"\xff\xd8\xff\xe0" + bytes(100), "it is a JPEG image"),
    "a web page": (b"\n<!DOCTYPE html>\n<html>", "it is a web page"),
    "a small web page": (b"<HTML><body>404</body></HTML>", "it is a web page"),
    "a pdf": (b"%PDF-1.7\n", "it is a PDF document"),
    "a text": ("Grüße\nvon hier".encode(), "it is a text that begins with 'Grüße'"),
    "json": (b'{"epoch": 1}', "it is a text that begins with '{\"epoch\": 1}'"),
    "a pickle": (pickle.dumps({"a": 1}), "it is a pickle. It was saved with torch.save.*from_torch"),
    "a zip": (zipped(a__txt=b"a", b__txt=b"b", c__txt=b"c", d__txt=b"d"), "a zip archive, with a.txt, b.txt, c.txt, …"),
    "half a zip": (zipped(a__txt=b"a")[:40], "a zip archive that is damaged, or not whole"),
    "an array": (packed_array(np.save), r"an array of NumPy's. Load it with numpy\.load"),
    "arrays": (packed_array(np.savez), r"an archive of NumPy's. Load it with numpy\.load"),
    "gzip": (gzip.compress(b"abc"), "gzip has packed"),
    "a pointer of git lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "git lfs pull"),
    "bytes": (bytes(range(1, 200)), "no kind that is known here; it begins with"),
    "truncated in the header": (WHOLE[:20], r"not whole: it has 20 bytes, and should have at least"),
    "truncated in the numbers": (
        WHOLE[:-1],
        rf"not whole: it has {len(WHOLE) - 1:,} bytes, and should have {len(WHOLE):,}",
    ),
    "too long": (WHOLE + b"x", "does not fit the rest of it: it is damaged"),
    "header damaged": (WHOLE.replace(b"shape", b"shap\xff"), "its header is damaged"),
    "wrong shape": (WHOLE.replace(b"[100]", b"[101]"), "does not fit the rest of it: it is damaged"),
    "unknown dtype": (WHOLE.replace(b'"F64"', b'"U64"'), r"tensor 'w' is of type U64.*\.float\(\) makes float32"),
}


@pytest.mark.parametrize(("content", "words"), OTHERS.values(), ids=OTHERS)
def test_another_file_is_named(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=rf"cannot load weights\.safetensors: .*({words})"):
        mg.load(path)


@pytest.mark.parametrize("is_zip", [True, False])
def test_a_file_of_torch_save_is_named(is_zip: bool, tmp_path: Path, torch) -> None:
    path = tmp_path / "weights.pt"
    torch.save({"w": torch.ones(2)}, path, _use_new_zipfile_serialization=is_zip)
    with pytest.raises(CheckpointError, match=r"weights\.pt: .*t was saved with torch\.save.*weights_only=True"):
        mg.load(path)
    assert "a pickle is a program" in what_it_seems(path.read_bytes())


def test_loading_runs_no_pickle(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return Path.touch, (tmp_path / "was here",)

    for content in (pickle.dumps(Evil()), zipped(**{"archive/data__pkl": pickle.dumps(Evil())})):
        with pytest.raises(CheckpointError):
            loaded(content)
    assert list(tmp_path.iterdir()) == []


def test_every_truncated_file_is_refused() -> None:
    content = saved({"w": mg.arange(3.0), "epoch": 1})
    for keep in range(len(content)):
        with pytest.raises(CheckpointError, match=r"cannot load the file: (all its|it is (not whole|empty))"):
            loaded(content[:keep])


@given(st.data())
def test_a_damaged_file_is_refused_or_a_value(data: st.DataObject) -> None:
    content = bytearray(
        saved({"w": mg.arange(3.0), "more": [{"a": (1, 2)}, mg.ones(2, requires_grad=True)], "n": None})
    )
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        loaded(bytes(content))
    except CheckpointError:
        return


def with_tree(tree: Any, version: Any = FORMAT, **arrays: np.ndarray) -> bytes:
    """A file as a later version, or an enemy, might write it."""
    return to_bytes(arrays, {"micrograd_nb": json.dumps({"format": version, "tree": tree})})


def test_a_newer_version_is_named() -> None:
    with pytest.raises(CheckpointError, match=r"in format 2, and this one reads format 1.*pip install --upgrade"):
        loaded(with_tree({"what": "is this"}, version=2))


DAMAGED: dict[str, bytes] = {
    "an unknown kind": with_tree({"function": "os.system"}),
    "a class": with_tree({"__class__": "Popen"}),
    "no kind": with_tree({}),
    "a tensor that is not there": with_tree({"tensor": "w"}),
    "a tensor too many": with_tree(1, w=np.zeros(2)),
    "keys that cannot be": with_tree({"dict": [[[1], 2]]}),
    "pairs of three": with_tree({"dict": [[1, 2, 3]]}),
    "a part beyond the end": with_tree({"tensor": "w", "view": [1, [2], [1]]}, w=np.zeros(2)),
    "a part before the beginning": with_tree({"tensor": "w", "view": [0, [2], [-1]]}, w=np.zeros(2)),
    "a part that is far away": with_tree({"tensor": "w", "view": [0, [2], [10**9]]}, w=np.zeros(2)),
    "a part of no size": with_tree({"tensor": "w", "view": [0, [-5], [1]]}, w=np.zeros(2)),
    "a part of two lengths": with_tree({"tensor": "w", "view": [0, [2, 1], [1]]}, w=np.zeros(2)),
    "a parameter of integers": with_tree({"parameter": "w"}, w=np.zeros(2, int)),
    "an unknown dtype": with_tree({"dtype": "float8"}),
    "no version": to_bytes({}, {"micrograd_nb": "{}"}),
    "no json": to_bytes({}, {"micrograd_nb": "{"}),
    "deep": to_bytes({}, {"micrograd_nb": '{"format": 1, "tree": ' + "[" * 100_000 + "]" * 100_000 + "}"}),
    "a long number": to_bytes({}, {"micrograd_nb": '{"format": 1, "tree": ' + "1" * 10_000 + "}"}),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_tree_is_refused(content: bytes) -> None:
    with pytest.raises(CheckpointError, match="what it says of their order is damaged"):
        loaded(content)


# -- other programs ----------------------------------------------------------------------------------------------------


def test_the_tensors_are_there_for_every_reader_of_the_format(tmp_path: Path) -> None:
    model = mg.nn.Linear(2, 3)
    path = tmp_path / "x.safetensors"
    mg.save(model.state_dict(), path)
    assert {name: array.tolist() for name, array in load_file(path).items()} == {
        name: tensor.tolist() for name, tensor in model.state_dict().items()
    }
    mg.save({"model": model.state_dict(), "optimizer": {"state": {0: {"momentum_buffer": mg.ones(1)}}}}, path)
    assert set(load_file(path)) == {"model.weight", "model.bias", "optimizer.state.0.momentum_buffer"}


def test_a_file_of_another_program_is_a_dict_of_tensors() -> None:
    back = loaded(to_bytes({"b": np.ones(2, np.float16), "a": np.zeros((), np.int64)}, {"format": "pt"}))
    assert type(back) is dict
    assert same(dict(sorted(back.items())), {"a": mg.tensor(0), "b": mg.ones(2, dtype=mg.float16)})


# -- stopping and going on ---------------------------------------------------------------------------------------------


def trained(path: Path, stop_at: int | None, start: bool) -> dict[str, Any]:
    """Trains with noise, in shuffled batches, up to a step in the middle of an epoch; or goes on from there."""
    model = mg.nn.Sequential(mg.nn.Linear(3, 8), mg.nn.Tanh(), mg.nn.Linear(8, 1))
    optimizer = mg.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    shuffling, noise = mg.Generator(), mg.Generator()
    data = mg.data.TensorDataset(mg.arange(60.0).reshape(20, 3) / 60, mg.arange(20.0).reshape(20, 1) / 20)
    loader = mg.data.DataLoader(data, batch_size=4, shuffle=True, generator=shuffling)
    epoch, done = 0, 0
    if start:
        shuffling.manual_seed(1)
        noise.manual_seed(2)
    else:
        checkpoint = mg.load(path)
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        shuffling.set_state(checkpoint["shuffling"])
        noise.set_state(checkpoint["noise"])
        epoch, done = checkpoint["epoch"], checkpoint["batches"]
    for epoch in range(epoch, 4):  # noqa: B020
        shuffling_before = copy.deepcopy(shuffling.get_state())
        for batch, (x, y) in enumerate(loader):
            if batch < done:
                continue  # of this epoch, these were used before the stop
            if stop_at == 5 * epoch + batch:
                mg.save(
                    {
                        "model": model.state_dict(),
                        "optimizer": optimizer.state_dict(),
                        "shuffling": shuffling_before,
                        "noise": noise.get_state(),
                        "epoch": epoch,
                        "batches": batch,
                    },
                    path,
                )
                return {}
            optimizer.zero_grad()
            mg.nn.functional.mse_loss(model(x + 0.01 * mg.randn(x.shape, generator=noise)), y).backward()
            optimizer.step()
        done = 0
    return {**model.state_dict(), **{str(k): v["momentum_buffer"] for k, v in optimizer.state_dict()["state"].items()}}


@pytest.mark.parametrize("stop_at", [0, 5, 7, 13, 19])
def test_a_training_goes_on_as_if_it_had_never_stopped(stop_at: int, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    mg.manual_seed(0)
    at_once = trained(path, None, start=True)
    mg.manual_seed(0)
    assert trained(path, stop_at, start=True) == {}
    mg.manual_seed(99)  # the new model begins with other numbers
    assert same(trained(path, None, start=False), at_once)
