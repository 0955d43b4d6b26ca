"""GradientFlow: its bars, its words and the way of a NaN are those of the report."""

from __future__ import annotations

import base64
import gc
import json
import math
import re
import subprocess
import sys
import weakref
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

import micrograd_nb as mg
from micrograd_nb import nn
from micrograd_nb.training import GradientReport, gradient_report
from micrograd_nb.widgets import GradientFlow
from micrograd_nb.widgets.gradient_flow_text import LEFT, MOST_ROWS, MOST_STATIONS, RIGHT, picture

SVG = "{http://www.w3.org/2000/svg}"


def a_model() -> nn.Module:
    mg.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 3))


def a_report(**options: Any) -> GradientReport:
    model = a_model()
    return gradient_report(model, model(mg.ones(8, 4)).pow(2).mean(), **options)


class Logarithm(nn.Module):
    """Its hidden values may be 0."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 2, bias=False)
        with mg.no_grad():
            self.layer.weight.copy_(mg.tensor([[1.0, 1.0], [-1.0, -1.0]]))

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        return self.layer(x).relu().log()


def html(flow: GradientFlow) -> str:
    return flow._repr_mimebundle_()[0]["text/html"]


def bars(svg: str) -> dict[int, tuple[int | None, list[str]]]:
    """By the number of its row, where each bar ends, and its texts."""
    found = {}
    for group in ET.fromstring(svg).iter(f"{SVG}g"):
        if group.get("class") == "mg-bar":
            rects = group.findall(f"{SVG}rect")[1:]  # the first takes the mouse
            end = int(rects[0].get("x", 0)) + int(rects[0].get("width", 0)) if rects else None
            found[int(group.get("data-row", -1))] = (end, [text.text or "" for text in group.iter(f"{SVG}text")])
    return found


# -- truth -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", ["gradient", "gradient/weight", "update/weight"])
def test_bars_are_the_logarithms_of_the_reports_numbers(measure: str) -> None:
    model = a_model()
    optimizer = mg.optim.SGD(model.parameters(), lr=0.1)
    report = gradient_report(model, model(mg.ones(8, 4)).pow(2).mean(), optimizer=optimizer)
    svg = picture(report, measure)
    drawn = bars(svg)
    ticks = {  # the powers of ten on the axis, and where they are
        power: int(x) for x, power in re.findall(r'<text x="(\d+)" y="30"[^>]*>([^<]+)</text>', svg)
    }
    expected = {
        "gradient": [row.grad_norm for row in report.rows],
        "gradient/weight": [getattr(row, "grad_ratio", None) for row in report.rows],
        "update/weight": [getattr(row, "update_ratio", None) for row in report.rows],
    }[measure]
    assert set(drawn) == {i for i, x in enumerate(expected) if x is not None}
    (one, at_one), (other, at_other) = ((_exponent(power), x) for power, x in list(ticks.items())[:2])
    a_decade = (at_other - at_one) / (other - one)
    for number, (end, texts) in drawn.items():
        value = expected[number]
        assert end == pytest.approx(at_one + a_decade * (math.log10(value) - one), abs=2)
        assert texts[1].startswith(f"{value:.2g}")


def _exponent(power: str) -> int:
    raised = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return int(raised[2:]) if len(power) > 2 else len(power) - 1  # 1, 10, 10⁻³


def test_rows_come_as_the_layers_run_with_all_values() -> None:
    flow = GradientFlow(a_report())
    names = [row["name"] for row in flow.flow["rows"]]
    assert names == ["0.weight", "0.bias", "1 (relu)", "2.weight", "2.bias"]
    row = flow.report.parameters[0]
    assert flow.flow["rows"][0]["facts"] == [
        ["shape", "(5, 4)"],
        ["weight", f"{row.weight_norm:.3g}"],
        ["gradient", f"{row.grad_norm:.3g}"],
        ["gradient/weight", f"{row.grad_ratio:.3g}"],
        ["zeros", f"{100 * (row.zeros or 0):.0f} % of the gradient"],
    ]
    assert flow.flow["table"] == [list(row.cells()) for row in flow.report.rows]


def test_a_model_and_its_loss_are_reported() -> None:
    model = a_model()
    loss = model(mg.ones(8, 4)).pow(2).mean()
    assert GradientFlow(model, loss).report == gradient_report(model, loss)
    loss.backward()
    assert GradientFlow(model).report == gradient_report(model)  # from .grad


def test_what_has_no_bar_says_why() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    model[0].weight.requires_grad_(False)
    with mg.no_grad():
        model[1].weight.zero_()
    said = {number: texts[1] for number, (_, texts) in bars(GradientFlow(model).flow["pictures"]["gradient"]).items()}
    assert said[0] == "frozen"
    assert said[1] == "no gradient"
    report = gradient_report(model, model(mg.ones(1, 2)).sum())
    rows = [row.name for row in report.rows]
    end, texts = bars(picture(report, "gradient"))[rows.index("0.bias")]
    assert (end, texts[1]) == (None, "0")  # a logarithmic scale has no place for it


def test_the_way_of_a_nan_is_the_reports() -> None:
    model = Logarithm()
    flow = GradientFlow(model, model(mg.ones(3, 2)).sum())
    path = flow.report.path
    assert path is not None
    ways = flow.flow["path"]["ways"]
    forward, backward = ([x for x in path.stations if x.way == way] for way in ("forward", "backward"))
    assert [card["code"] for card in ways["forward"]] == [x.code for x in forward]
    assert [card["name"] for card in ways["forward"]] == ["Log", "Sum"]
    assert ways["forward"][0]["first"] == "first bad value"
    assert ways["forward"][0]["count"] == "3 of 6 numbers of its value not finite"
    assert [card["name"] for card in ways["backward"]] == [x.operation for x in backward]
    assert ways["backward"][-1]["first"] == "first bad gradient"
    assert flow.flow["path"]["reaches"] == "It reaches the gradient of layer.weight."
    assert str(flow.report.fault) not in flow.flow["remarks"]  # the path tells it
    end, texts = bars(flow.flow["pictures"]["gradient"])[0]
    assert (end, texts[1]) == (RIGHT, "nan")


def test_a_long_way_shows_its_ends() -> None:
    model = nn.Linear(1, 1)
    y = model(mg.ones(1, 1)) / 0
    for _ in range(1000):
        y = y + 1
    flow = GradientFlow(model, y.sum())
    cards = flow.flow["path"]["ways"]["forward"]
    assert len(cards) == MOST_STATIONS + 1
    assert cards[MOST_STATIONS // 2]["name"] == f"… {1002 - MOST_STATIONS} more"
    assert cards[0]["first"] == "first bad value"


# -- state -------------------------------------------------------------------------------------------------------------


def test_measures_that_are_not_known_are_refused() -> None:
    flow = GradientFlow(a_report())
    with pytest.raises(ValueError, match="one of 'gradient', 'gradient/weight', but measure is 'update/weight'"):
        flow.measure = "update/weight"
    assert flow.measure == "gradient"


def test_a_row_keeps_to_the_rows() -> None:
    flow = GradientFlow(a_report())
    flow.row = 99
    assert flow.row == 4
    flow.row = -5
    assert flow.row == -1


def test_several_do_not_touch_each_other() -> None:
    one, other = GradientFlow(a_report()), GradientFlow(a_report())
    one.row, one.measure = 2, "gradient/weight"
    assert (other.row, other.measure) == (-1, "gradient")


def test_closing_frees_everything() -> None:
    flow = GradientFlow(a_report())
    report = flow.report
    assert sys.getrefcount(report) > 2
    flow.close()
    gc.collect()
    assert sys.getrefcount(report) == 2  # `report` here, and the argument of getrefcount
    assert not flow.report.rows
    assert "0.weight" not in json.dumps(flow.flow)


def test_it_holds_no_tensor() -> None:
    model = a_model()
    loss = model(mg.ones(8, 4)).pow(2).mean()
    flow = GradientFlow(model, loss)
    gone = weakref.ref(loss), weakref.ref(model)
    del loss, model
    gc.collect()
    assert [ref() for ref in gone] == [None, None]
    assert len(flow.report.rows) == 5


# -- anything a user may have ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "</script><b>", "a\x00b", "w" * 5000, "\ud800"])
def test_hostile_names(name: str, tmp_path: Path) -> None:
    model = nn.Module()
    model.register_parameter(name.replace(".", ""), nn.Parameter(mg.ones(2)))
    flow = GradientFlow(model, next(model.parameters()).log().sum())
    ET.fromstring(flow.flow["pictures"]["gradient"])
    for text in (*flow.flow["pictures"].values(), html(flow)):
        assert "<img src=x" not in text
        assert "<b>" not in text
    flow.export_html(tmp_path / "flow.html")  # what cannot be written would fail


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (1,)])
def test_any_shape(shape: tuple[int, ...]) -> None:
    model = nn.Module()
    model.w = nn.Parameter(mg.ones(shape))
    flow = GradientFlow(model, (model.w * 2).sum())
    assert set(bars(flow.flow["pictures"]["gradient"])) == {0}


def test_a_model_without_parameters() -> None:
    flow = GradientFlow(nn.ReLU())
    assert repr(flow) == "<GradientFlow: ReLU, 0 parameters>"
    assert "no parameters" in flow.flow["pictures"]["gradient"]


def test_parameters_that_are_nan_and_huge_numbers() -> None:
    model = nn.Module()
    model.w, model.v = nn.Parameter(mg.tensor([float("nan")])), nn.Parameter(mg.tensor([1e-3, 1e-38]))
    flow = GradientFlow(model, (model.w.sum() * 0 + (model.v * 1e38).sum()))
    for measure in flow.flow["pictures"]:
        for end, _ in bars(flow.flow["pictures"][measure]).values():
            assert end is None or LEFT <= end <= RIGHT


def test_thousands_of_rows() -> None:
    model = nn.ParameterList([mg.ones(1) for _ in range(2 * MOST_ROWS)])
    flow = GradientFlow(model, sum(p.sum() for p in model))  # type: ignore[arg-type]
    assert len(bars(flow.flow["pictures"]["gradient"])) == MOST_ROWS
    assert f"{MOST_ROWS} more rows are in the table alone" in flow.flow["remarks"]
    assert len(flow.flow["table"]) == 2 * MOST_ROWS
    assert len(json.dumps(flow.flow)) < 800_000


# -- without a kernel --------------------------------------------------------------------------------------------------


def test_the_static_fallback_has_the_picture_the_table_and_the_way() -> None:
    model = Logarithm()
    flow = GradientFlow(model, model(mg.ones(3, 2)).sum())
    data = flow._repr_mimebundle_()[0]
    assert data["text/plain"] == "<GradientFlow: Logarithm, 1 parameter, 1 activation>"
    (image,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', data["text/html"])
    assert base64.b64decode(image).decode() == picture(flow.report, "gradient")
    assert "the first bad value" in data["text/html"]
    for row in flow.report.rows:
        assert row.name in data["text/html"]


def test_export_html_has_everything_and_asks_nobody(tmp_path: Path) -> None:
    flow = GradientFlow(a_report())
    flow.row, flow.measure = 1, "gradient/weight"
    flow.export_html(tmp_path / "flow.html")
    text = (tmp_path / "flow.html").read_text(encoding="utf-8")
    state = json.loads(re.findall(r'id="state">(.*?)</script>', text)[0])
    assert (state["row"], state["measure"]) == (1, "gradient/weight")
    assert state["flow"]["table"][0][0] == "0.weight (Linear)"
    assert set(re.findall(r"https?://[^\s\\\"')]+", text)) <= {"http://www.w3.org/2000/svg"}


PROGRAM = """
import micrograd_nb as mg
from micrograd_nb.widgets import GradientFlow
mg.manual_seed(0)
model = mg.nn.Sequential(mg.nn.Linear(4, 5), mg.nn.Sigmoid(), mg.nn.Linear(5, 3))
print(GradientFlow(model, model(mg.ones(8, 4)).log().sum())._repr_mimebundle_()[0]["text/html"])
"""


def test_it_is_the_same_with_every_hash_seed() -> None:
    def run(seed: str) -> str:
        env = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(mg.__file__).parents[1]), "PATH": ""}
        done = subprocess.run([sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=True)
        return done.stdout

    assert run("1") == run("2")
