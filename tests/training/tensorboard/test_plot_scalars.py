"""plot_scalars: the curves that were written, as a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from micrograd_nb.training import SummaryWriter, plot_scalars
from micrograd_nb.training.plots.curves import smoothed

pytest.importorskip("tensorboard", reason="tensorboard is not installed: pip install tensorboard")


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Two runs; each has a loss, and one has an accuracy, of the new style."""
    for run, rate in (("a", 1.0), ("b/c", 2.0)):
        with SummaryWriter(tmp_path / run) as writer:
            for step in range(4):
                writer.add_scalar("loss", rate / (step + 1), 10 * step)
    with SummaryWriter(tmp_path / "a") as writer:
        writer.add_scalar("accuracy", 0.75, 30, new_style=True)
    return tmp_path


def lines(plot) -> dict[str, list[tuple[list[float], list[float]]]]:
    """The points of each line, by the titles of the panels."""
    return {
        axes.get_title(loc="left"): [
            (line.get_xdata().tolist(), line.get_ydata().tolist()) for line in axes.lines if len(line.get_xdata())
        ]
        for axes in plot.figure.axes
    }


def test_a_panel_for_each_tag_and_a_line_for_each_run(runs: Path) -> None:
    plot = plot_scalars(runs)
    loss = [1.0, 1 / 2, 1 / 3, 1 / 4]
    assert lines(plot) == {
        "accuracy": [([30], [0.75])],
        "loss": [([0, 10, 20, 30], pytest.approx([r * x for x in loss])) for r in (1, 2)],
    }
    assert [text.get_text() for text in plot.figure.legends[0].get_texts()] == ["a", "b/c"]
    first, second = plot.figure.axes[1].lines[:2]
    assert first.get_color() != second.get_color()
    assert first.get_linestyle() != second.get_linestyle()


def test_its_description_says_what_it_shows(runs: Path) -> None:
    assert plot_scalars(runs).description == (
        "curves: accuracy of a, 1 point, from 0.75 to 0.75; loss of a, 4 points, from 1 to 0.25; "
        "loss of b/c, 4 points, from 2 to 0.5"
    )
    assert plot_scalars(runs / "a", "loss").description == "curves: loss, 4 points, from 1 to 0.25"


def test_some_tags_and_runs(runs: Path) -> None:
    plot = plot_scalars(runs, tags=["loss"], runs=["b/c"])
    assert {title: len(drawn) for title, drawn in lines(plot).items()} == {"loss": 1}
    assert not plot.figure.legends


def test_smoothed_curves_stand_before_the_raw_ones(runs: Path) -> None:
    (raw, smooth) = lines(plot_scalars(runs, "loss", runs="a", smoothing=0.5))["loss"]
    assert raw[1] == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4])
    weights = np.array([[0.5**i for i in range(n, -1, -1)] + [0] * (3 - n) for n in range(4)])
    assert smooth[1] == pytest.approx(weights @ raw[1] / weights.sum(1))


def test_smoothing_as_tensorboard_does_it() -> None:
    values = np.array([1.0, np.nan, 3.0, np.inf, 2.0])
    result = smoothed(values, 0.9)
    assert np.isnan(result[1])
    assert np.isinf(result[3])
    assert result[2] == pytest.approx((0.9 * 1 + 3) / 1.9)
    assert result[4] == pytest.approx((0.81 * 1 + 0.9 * 3 + 2) / (0.81 + 0.9 + 1))
    assert smoothed(values[:1], 0.9).tolist() == [1.0]


def test_a_run_that_went_on_is_one_curve(tmp_path: Path) -> None:
    for start in (0, 2):
        with SummaryWriter(tmp_path, purge_step=start) as writer:
            for step in range(start, start + 3):
                writer.add_scalar("loss", step + start, step)
    assert lines(plot_scalars(tmp_path)) == {"loss": [([0, 1, 2, 3, 4], [0, 1, 4, 5, 6])]}


@pytest.mark.parametrize(
    ("error", "arguments", "message"),
    [
        (ValueError, {"tags": ["los"]}, r"no tags \['los'\]; they have \['accuracy', 'loss'\]"),
        (ValueError, {"runs": "d"}, r"no runs \['d'\]; they have \['a', 'b/c'\]"),
        (ValueError, {"smoothing": 1.0}, "got 1.0"),
        (ValueError, {"smoothing": -0.1}, "got -0.1"),
    ],
)
def test_what_is_not_there(runs: Path, error, arguments, message: str) -> None:
    with pytest.raises(error, match=message):
        plot_scalars(runs, **arguments)


def test_nothing_to_draw(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no event files are below .*flush\(\)"):
        plot_scalars(tmp_path)
    SummaryWriter(tmp_path).close()
    with pytest.raises(ValueError, match="hold no scalars"):
        plot_scalars(tmp_path)
