"""SummaryWriter: read back by TensorBoard's own reader; what it refuses; and that nothing is lost."""

from __future__ import annotations

import io
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import micrograd_nb as mg
from micrograd_nb.training import SummaryWriter
from tests.training.tensorboard.events import events_of

pytest.importorskip("tensorboard", reason="tensorboard is not installed: pip install tensorboard")


@pytest.fixture
def writer(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        yield writer


def read_back(folder: Path) -> Any:
    """What TensorBoard's reader makes of a folder."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    return EventAccumulator(str(folder), size_guidance=dict.fromkeys(("scalars", "images", "tensors"), 0)).Reload()


def test_tensorboard_reads_it_back(writer: SummaryWriter, tmp_path: Path) -> None:
    image = np.linspace(0, 1, 24).reshape(3, 2, 4)
    for step in range(3):
        writer.add_scalar("loss", 1 / (step + 1), step, walltime=100.0 + step)
    writer.add_image("img", image, 5)
    writer.add_histogram("weights", mg.tensor([1.0, 2.0, 2.0]), 7)
    writer.add_text("notes", "words")
    writer.close()
    events = read_back(tmp_path)
    assert [(e.step, e.wall_time, e.value) for e in events.Scalars("loss")] == [
        (step, 100.0 + step, pytest.approx(1 / (step + 1))) for step in range(3)
    ]
    (stored,) = events.Images("img")
    assert (stored.step, stored.width, stored.height) == (5, 4, 2)
    pixels = np.asarray(Image.open(io.BytesIO(stored.encoded_image_string)))
    assert np.array_equal(pixels, (image.astype("f4") * 255).astype("u1").transpose(1, 2, 0))
    (histogram,) = events.Histograms("weights")
    assert (histogram.histogram_value.num, histogram.histogram_value.sum) == (3, 5)
    assert events.Tensors("notes/text_summary")[0].tensor_proto.string_val == [b"words"]


def test_purged_steps_are_hidden(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        for step in range(5):
            writer.add_scalar("loss", step, step)
    with SummaryWriter(tmp_path, purge_step=3) as writer:
        writer.add_scalar("loss", 10, 3)
    assert [(e.step, e.value) for e in read_back(tmp_path).Scalars("loss")] == [(0, 0), (1, 1), (2, 2), (3, 10)]


# -- folders, files, and the end of the program ------------------------------------------------------------------------


def test_a_folder_that_is_not_given_is_called_after_time_and_computer(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with SummaryWriter(comment="_lr_0.1") as writer:
        name = rf"runs.[A-Z][a-z]{{2}}\d\d_\d\d-\d\d-\d\d_{re.escape(socket.gethostname())}_lr_0\.1"
        assert re.fullmatch(name, writer.get_logdir())
    assert len(list((tmp_path / writer.log_dir).iterdir())) == 1


def test_flush_makes_it_readable(writer: SummaryWriter, tmp_path: Path) -> None:
    writer.add_scalar("loss", 1.0)
    writer.flush()
    assert len(read_back(tmp_path).Scalars("loss")) == 1


def test_what_was_never_closed_is_written_at_the_end_of_the_program(tmp_path: Path) -> None:
    program = "import sys; from micrograd_nb.training import SummaryWriter\n"
    program += "writer = SummaryWriter(sys.argv[1]); writer.add_scalar('loss', 2.5, 1)"
    subprocess.run([sys.executable, "-W", "error", "-c", program, str(tmp_path)], check=True)
    assert [e.value for e in read_back(tmp_path).Scalars("loss")] == [2.5]


def test_a_writer_that_nobody_holds_closes_its_files(tmp_path: Path) -> None:
    writer = SummaryWriter(tmp_path)
    writer.add_scalar("loss", 2.5, 1)
    del writer
    assert [e.value for e in read_back(tmp_path).Scalars("loss")] == [2.5]


def test_without_the_package_it_says_how_to_install_it(tmp_path: Path) -> None:
    program = "import sys; sys.modules['tensorboard'] = None; from micrograd_nb.training import *\n"
    for call in ("SummaryWriter(sys.argv[1])", "plot_scalars('.')"):
        (tmp_path / "events.out.tfevents.1").touch()
        run = subprocess.run(
            [sys.executable, "-W", "error", "-c", program + call, str(tmp_path / "new")],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        )
        error = run.stderr.splitlines()[-1]
        assert error.startswith("ImportError: event files are written and read by the package tensorboard")
        assert 'pip install "micrograd_nb[tensorboard]"' in error
        assert not (tmp_path / "new").exists()


# -- embeddings --------------------------------------------------------------------------------------------------------


def test_an_embedding_of_the_same_tag_and_step_is_replaced(writer: SummaryWriter, tmp_path: Path) -> None:
    writer.add_embedding(np.zeros((2, 3)))
    writer.add_embedding(np.ones((2, 3)), tag="other")
    writer.add_embedding(np.ones((2, 3)))
    with SummaryWriter(tmp_path) as later:
        later.add_embedding(np.full((2, 3), 2.0), tag="other")
    config = (tmp_path / "projector_config.pbtxt").read_text()
    assert re.findall(r'tensor_path: "(.*)"', config) == ["00000/default/tensors.tsv", "00000/other/tensors.tsv"]
    assert (tmp_path / "00000/default/tensors.tsv").read_text() == "1.0\t1.0\t1.0\n" * 2
    assert (tmp_path / "00000/other/tensors.tsv").read_text() == "2.0\t2.0\t2.0\n" * 2


def test_a_label_stays_in_its_line(writer: SummaryWriter, tmp_path: Path) -> None:
    writer.add_embedding(np.zeros((2, 3)), metadata=["two\nlines", "a\ttab"])
    assert (tmp_path / "00000/default/metadata.tsv").read_text() == "two lines\na tab\n"


@pytest.mark.parametrize("shape", [(5, 3, 4, 7), (5, 3, 7, 4), (1, 1, 2, 2)])
def test_each_picture_is_where_the_projector_looks(writer: SummaryWriter, tmp_path: Path, rng, shape) -> None:
    pictures = rng.integers(0, 256, shape).astype("u1")
    writer.add_embedding(np.zeros((len(pictures), 2)), label_img=mg.from_numpy(pictures))
    sprite = np.asarray(Image.open(tmp_path / "00000/default/sprite.png"))
    _, _, height, width = shape
    columns = sprite.shape[1] // width
    for i, picture in enumerate(pictures):
        row, column = divmod(i, columns)
        field = sprite[row * height : (row + 1) * height, column * width : (column + 1) * width]
        assert np.array_equal(field, np.broadcast_to(picture.transpose(1, 2, 0), field.shape))


# -- pictures ----------------------------------------------------------------------------------------------------------


def test_pixels_that_are_no_numbers_are_black(writer: SummaryWriter, tmp_path: Path) -> None:
    writer.add_image("img", np.array([[np.nan, np.inf, -np.inf, 0.5]]), dataformats="HW")
    writer.close()
    stored = read_back(tmp_path).Images("img")[0].encoded_image_string
    assert np.asarray(Image.open(io.BytesIO(stored)))[0, :, 0].tolist() == [0, 255, 0, 127]


def test_figures_are_closed_unless_they_are_to_stay(writer: SummaryWriter) -> None:
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    kept, closed = plt.figure(), plt.figure()
    writer.add_figure("kept", kept, close=False)
    writer.add_figure("closed", closed)
    assert plt.get_fignums() == [kept.number]
    plt.close("all")


def test_a_plot_of_ours_is_a_figure(writer: SummaryWriter, tmp_path: Path) -> None:
    matrix = mg.training.metrics.ConfusionMatrix()
    matrix.update([0, 1], [0, 1])
    writer.add_figure("matrix", matrix.plot().figure)
    writer.close()
    assert read_back(tmp_path).Images("matrix")[0].width > 100


# -- what is refused ---------------------------------------------------------------------------------------------------

LABELS, CHANCES = np.array([0, 1]), np.array([0.25, 0.75])


@pytest.mark.parametrize(
    ("error", "add", "message"),
    [
        (ValueError, lambda w: w.add_scalar("loss", mg.ones(2, 3)), r"'loss' got 6 of them, of shape \(2, 3\)"),
        (NotImplementedError, lambda w: w.add_scalar("loss", "high"), "numpy array or torch tensor are expected"),
        (NotImplementedError, lambda w: w.add_scalar("loss", [1.0]), r"<class 'list'>.*mg\.tensor\(list\)"),
        (ValueError, lambda w: w.add_histogram("a", mg.zeros(0)), "The input has no element.*'a'"),
        (ValueError, lambda w: w.add_histogram("a", np.full(3, np.nan)), "none of the 3 numbers .* 3 are NaN"),
        (ValueError, lambda w: w.add_histogram_raw("a", 0, 1, 2, 1, 1, [1, 2], [1]), "2 limits and 1 counts"),
        (ValueError, lambda w: w.add_image("a", mg.ones(3, 4)), r"has 2 axes, of shape \(3, 4\).*'CHW' names 3"),
        (ValueError, lambda w: w.add_image("a", mg.ones(5, 6, 3)), r"1, 3 or 4 channels, .*\(6, 3, 5\).*\"HWC\""),
        (ValueError, lambda w: w.add_image("a", mg.ones(2, 2), dataformats="HH"), "got 'HH'"),
        (ValueError, lambda w: w.add_image("a", mg.ones(2, 2), dataformats="HX"), "got 'HX'"),
        (ValueError, lambda w: w.add_custom_scalars({"a": {"b": ["Margin", ["x"]]}}), "3 tags.*'b' got 1"),
        (ValueError, lambda w: w.add_pr_curve("a", LABELS, CHANCES[:1]), r"got \(2,\) and \(1,\)"),
        (ValueError, lambda w: w.add_pr_curve("a", LABELS[:0], CHANCES[:0]), "needs a label"),
        (ValueError, lambda w: w.add_pr_curve("a", LABELS + 1, CHANCES), r"of classes: \(labels == 3\)"),
        (ValueError, lambda w: w.add_pr_curve("a", LABELS, CHANCES * 2), "from 0.5 to 1.5.*sigmoid"),
        (TypeError, lambda w: w.add_hparams([], {}), "should be dictionary.*got list and dict"),
        (TypeError, lambda w: w.add_hparams({}, {}, []), "hparam_domain_discrete should be a dictionary"),
        (TypeError, lambda w: w.add_hparams({"a": 1}, {}, {"b": [1]}), r"hparam_domain_discrete\[b\] should be a list"),
        (TypeError, lambda w: w.add_hparams({"a": 1}, {}, {"a": ["x"]}), r"of same type as hparam_dict\[a\]"),
        (ValueError, lambda w: w.add_hparams({"a": [1]}, {}), r"value should be one of int.*got list.*str\(value\)"),
        (ValueError, lambda w: w.add_embedding(mg.ones(3)), r"mat should be 2D.*\(3,\)"),
        (ValueError, lambda w: w.add_embedding(mg.ones(3, 2), ["a"]), "got 1 and 3"),
        (ValueError, lambda w: w.add_embedding(mg.ones(1, 2), [["a"]], metadata_header=["x", "y"]), "needs 2 entries"),
        (ValueError, lambda w: w.add_embedding(mg.ones(2, 2), label_img=mg.ones(2, 2, 4, 4)), r"\(2, 2, 4, 4\)"),
        (ValueError, lambda w: w.add_embedding(mg.ones(2, 2), label_img=mg.ones(3, 3, 4, 4)), "got 3 and 2"),
        (NotImplementedError, lambda w: w.add_video("a", mg.ones(1)), "add_video is left out: add_images"),
        (NotImplementedError, lambda w: w.add_audio("a", mg.ones(1)), "add_audio is left out: add_figure"),
        (NotImplementedError, lambda w: w.add_mesh("a", mg.ones(1)), "add_mesh is left out: add_figure"),
        (NotImplementedError, lambda w: w.add_image_with_boxes("a", 1, 2), "left out: .*ImageDraw"),
        (NotImplementedError, lambda w: w.add_tensor("a", mg.ones(1)), "left out: .*add_histogram"),
        (NotImplementedError, lambda w: w.add_onnx_graph("a"), "left out: add_graph"),
    ],
)
def test_what_is_refused(writer: SummaryWriter, tmp_path: Path, error, add, message: str) -> None:
    with pytest.raises(error, match=message):
        add(writer)
    writer.close()
    assert [len(events) for events in events_of(tmp_path).values()] == [1]  # the version of the file, and nothing else
    assert not (tmp_path / "projector_config.pbtxt").exists()


def test_a_tensor_is_an_option_as_good_as_a_number(writer: SummaryWriter, tmp_path: Path) -> None:
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    writer.add_hparams({"a": mg.tensor(0.5), "b": np.float32(0.25)}, {}, run_name="run")
    content = events_of(tmp_path)["run"][2].summary.value[0].metadata.plugin_data.content
    options = HParamsPluginData.FromString(content).session_start_info.hparams
    assert {name: value.number_value for name, value in options.items()} == {"a": 0.5, "b": 0.25}
