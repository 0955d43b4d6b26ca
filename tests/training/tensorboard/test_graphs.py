"""add_graph: the operations that ran, in the boxes of their modules, as TensorBoard's reader gets them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import micrograd_nb as mg
from micrograd_nb.autograd import lines
from micrograd_nb.training import SummaryWriter
from tests.training.tensorboard.events import events_of

pytest.importorskip("tensorboard", reason="tensorboard is not installed: pip install tensorboard")


class Net(mg.nn.Module):
    """A model with parts of parts, one of them used twice, a buffer, and a frozen parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.body = mg.nn.Sequential(mg.nn.Linear(4, 8), mg.nn.ReLU())
        self.head = mg.nn.Linear(8, 3)
        self.act = mg.nn.Tanh()
        self.register_buffer("scale", mg.tensor(2.0))
        self.head.bias.requires_grad_(False)

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        return (self.head(self.act(self.act(self.body(x)))) * self.scale * 3.0).sum(dim=1)


def graph_of(folder: Path, model: Any, inputs: Any = None, **options: Any) -> dict[str, Any]:
    """The nodes that add_graph writes, by their names."""
    from tensorboard.compat.proto.graph_pb2 import GraphDef

    with SummaryWriter(folder) as writer:
        writer.add_graph(model, inputs, **options)
    _, event, _ = events_of(folder)["."]
    nodes = GraphDef.FromString(event.graph_def).node
    names = {node.name: node for node in nodes}
    assert len(names) == len(nodes)
    assert all(source.partition(":")[0] in names for node in nodes for source in node.input)
    return names


def shape_of(node: Any) -> list[int]:
    return [dim.size for dim in node.attr["_output_shapes"].list.shape[0].dim]


def test_each_operation_is_in_the_boxes_of_its_modules(tmp_path: Path) -> None:
    nodes = graph_of(tmp_path, Net(), mg.randn(2, 4))
    assert {name: (node.op, list(node.input)) for name, node in nodes.items()} == {
        "input/x": ("IO Node", []),
        "Net/Sequential[body]/Linear[0]/weight": ("Parameter", []),
        "Net/Sequential[body]/Linear[0]/bias": ("Parameter", []),
        "Net/Sequential[body]/Linear[0]/Linear": (
            "Linear",
            ["input/x", "Net/Sequential[body]/Linear[0]/weight", "Net/Sequential[body]/Linear[0]/bias"],
        ),
        "Net/Sequential[body]/ReLU[1]/Relu": ("Relu", ["Net/Sequential[body]/Linear[0]/Linear"]),
        "Net/Tanh[act]/Tanh": ("Tanh", ["Net/Sequential[body]/ReLU[1]/Relu"]),
        "Net/Tanh[act]/Tanh_1": ("Tanh", ["Net/Tanh[act]/Tanh"]),
        "Net/Linear[head]/weight": ("Parameter", []),
        "Net/Linear[head]/bias": ("Parameter", []),  # the frozen one
        "Net/Linear[head]/Linear": (
            "Linear",
            ["Net/Tanh[act]/Tanh_1", "Net/Linear[head]/weight", "Net/Linear[head]/bias"],
        ),
        "Net/scale": ("Buffer", []),
        "Net/Mul": ("Mul", ["Net/Linear[head]/Linear", "Net/scale"]),
        "Net/Mul_1": ("Mul", ["Net/Mul"]),
        "Net/Sum": ("Sum", ["Net/Mul_1"]),
        "output/output.1": ("IO Node", ["Net/Sum"]),
    }
    assert shape_of(nodes["input/x"]) == [2, 4]
    assert shape_of(nodes["Net/Linear[head]/weight"]) == [3, 8]
    assert shape_of(nodes["Net/Sum"]) == [2]
    assert nodes["Net/Mul_1"].attr["other"].s == b"3.0"
    assert b"1" in nodes["Net/Sum"].attr["dim"].s


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
def test_pytorch_has_the_same_boxes(torch, tmp_path: Path) -> None:
    from torch.utils.tensorboard._pytorch_graph import graph

    class Theirs(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU())
            self.head = torch.nn.Linear(8, 3)
            self.act = torch.nn.Tanh()

        def forward(self, x: Any) -> Any:
            return self.head(self.act(self.act(self.body(x)))).sum(dim=1)

    Theirs.__name__ = "Net"
    definition, _ = graph(Theirs(), torch.randn(2, 4))
    theirs = {node.name.rpartition("/")[0] for node in definition.node if node.op.startswith("aten::")}
    ours = {name.rpartition("/")[0] for name in graph_of(tmp_path, Net(), mg.randn(2, 4))}
    assert theirs | {"input", "output"} == ours


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
def test_the_events_are_pytorchs(torch, tmp_path: Path) -> None:
    from torch.utils.tensorboard import SummaryWriter as Theirs

    graph_of(tmp_path / "ours", Net(), mg.randn(2, 4))
    with Theirs(tmp_path / "theirs") as writer:
        writer.add_graph(torch.nn.Linear(2, 2), torch.randn(1, 2))
    ours, theirs = (events_of(tmp_path / name)["."] for name in ("ours", "theirs"))
    assert [event.WhichOneof("what") for event in ours] == [event.WhichOneof("what") for event in theirs]
    assert ours[2] == theirs[2]  # the devices


def test_several_inputs_and_outputs(tmp_path: Path) -> None:
    class Both(mg.nn.Module):
        def forward(self, a: mg.Tensor, index: mg.Tensor, factor: float) -> dict[str, Any]:
            total = a + a
            return {"rows": total[index], "both": (total * factor, a), "words": "not a tensor"}

    nodes = graph_of(tmp_path, Both(), (mg.ones(3, 2), mg.tensor([0, 2]), 0.5))
    assert {name: list(node.input) for name, node in nodes.items()} == {
        "input/a": [],
        "input/index": [],
        "Both/Add": ["input/a", "input/a"],
        "Both/Index": ["Both/Add", "input/index"],
        "output/output.1": ["Both/Index"],
        "Both/Mul": ["Both/Add"],
        "output/output.2": ["Both/Mul"],
        "output/output.3": ["input/a"],
    }


def test_a_model_without_inputs_and_a_tensor_from_nowhere(tmp_path: Path) -> None:
    class Constant(mg.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = mg.nn.Parameter(mg.ones(2))

        def forward(self) -> mg.Tensor:
            return self.weight * mg.ones(2)

    nodes = graph_of(tmp_path, Constant())
    assert list(nodes["Constant/Mul"].input) == ["Constant/weight", "Constant/constant"]
    assert nodes["Constant/constant"].op == "Constant"


def test_it_leaves_no_trace(tmp_path: Path) -> None:
    net, x = Net(), mg.randn(2, 4)
    net.act.eval()
    before = {name: t.tolist() for name, t in net.state_dict().items()}
    recorded = lines.on
    lines.record_lines(False)
    try:
        with mg.no_grad():
            graph_of(tmp_path, net, x)
        assert not lines.on
    finally:
        lines.record_lines(recorded)
    assert {name: t.tolist() for name, t in net.state_dict().items()} == before
    assert [module.training for module in net.modules()] == [True, True, True, True, True, False]
    assert all(p.grad is None for p in net.parameters())
    assert not x.requires_grad


def test_verbose_prints_the_nodes(tmp_path: Path, capsys) -> None:
    graph_of(tmp_path, mg.nn.ReLU(), mg.ones(1), verbose=True, use_strict_trace=False)
    assert capsys.readouterr().out == (
        "input/input = IO Node()\nReLU/Relu = Relu(input/input)\noutput/output.1 = IO Node(ReLU/Relu)\n"
    )


@pytest.mark.parametrize(
    ("error", "model", "message"),
    [
        (TypeError, lambda x: x, "takes a Module, but got function"),
        (ValueError, "whole", "no operation was recorded"),
        (RuntimeError, mg.nn.Linear(3, 2), "shapes cannot be multiplied"),
    ],
)
def test_what_is_no_graph(tmp_path: Path, error, model, message: str) -> None:
    class Whole(mg.nn.Module):
        def forward(self, x: mg.Tensor) -> mg.Tensor:
            return x.argmax()

    model = Whole() if model == "whole" else model
    with SummaryWriter(tmp_path) as writer, pytest.raises(error, match=message):
        writer.add_graph(model, mg.ones(1, 2))
    assert len(events_of(tmp_path)["."]) == 1
