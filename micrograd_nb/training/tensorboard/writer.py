"""SummaryWriter: writes what TensorBoard shows."""

from __future__ import annotations

import time
import weakref
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn, Self

import numpy as np

from ...nn import Module
from .embeddings import write_embedding
from .graphs import graph_messages
from .histograms import histogram, histogram_message
from .hparams import hparams
from .images import figure_pixels, image
from .library import library
from .messages import summary
from .pr_curves import pr_curve, pr_curve_raw
from .scalars import Layout, custom_scalars, scalar
from .texts import text


class SummaryWriter:
    """Writes event files into a folder, for TensorBoard. (PyTorch: torch.utils.tensorboard.SummaryWriter)

    Arguments:
        log_dir: the folder; if it is not given, a new one in `runs`, called after the time and this computer. Runs that
            are to be compared get folders in the same folder: "runs/first", "runs/second".
        comment: what the name of a folder that is not given ends with.
        purge_step: a training that crashed goes on from this step: what was written of later ones is hidden.
        max_queue: how many events wait in memory before they are written.
        flush_secs: after how many seconds they are written in any case.
        filename_suffix: what the names of the event files end with.

    A writer that is closed opens a new file when something is added. What was not written yet when the program ends,
    is written then.

    All methods that add something take a `tag`, the name under which it is shown (a `/` makes groups), a `global_step`,
    its place on the time axis, and a `walltime`, when it happened (seconds since 1970; now, if it is not given). Where
    numbers are taken, they may be tensors, arrays, or PyTorch's tensors.

    Raises:
        ImportError: the package tensorboard is not installed; the message says how to.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with SummaryWriter(folder) as writer:
    ...         for step, loss in enumerate([0.9, 0.5, 0.3]):
    ...             writer.add_scalar("loss", loss, step)
    ...     [path.name[:20] for path in Path(folder).iterdir()]
    ['events.out.tfevents.']
    """

    def __init__(
        self,
        log_dir: str | Path | None = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: int = 120,
        filename_suffix: str = "",
    ) -> None:
        self.log_dir = str(log_dir) if log_dir else _new_folder(comment)
        self.purge_step = purge_step
        self.max_queue, self.flush_secs, self.filename_suffix = max_queue, flush_secs, filename_suffix
        self._files: dict[str, Any] = {}  # the open event files, by their folders
        weakref.finalize(self, _close, self._files)
        self._file()

    # -- numbers

    def add_scalar(
        self,
        tag: str,
        scalar_value: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        new_style: bool = False,
        double_precision: bool = False,
    ) -> None:
        """A point of a curve.

        Arguments:
            scalar_value: a single number.
            new_style: keep it as a tensor, of float32 or, with `double_precision`, of float64.

        Raises:
            ValueError: more than one number.
        """
        self._add(scalar(tag, scalar_value, new_style, double_precision), global_step, walltime)

    def add_scalars(
        self,
        main_tag: str,
        tag_scalar_dict: Mapping[str, Any],
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """A point of each of several curves, which are shown in one chart. Each gets a run and a folder of its own."""
        walltime = time.time() if walltime is None else walltime
        for tag, value in tag_scalar_dict.items():
            folder = f"{self.log_dir}/{main_tag.replace('/', '_')}_{tag}"
            self._add(scalar(main_tag, value, False, False), global_step, walltime, folder)

    def add_histogram(
        self,
        tag: str,
        values: Any,
        global_step: int | None = None,
        bins: Any = "tensorflow",
        walltime: float | None = None,
        max_bins: int | None = None,
    ) -> None:
        """How the numbers of a tensor are spread, such as weights or gradients.

        Arguments:
            bins: "tensorflow", for bins that are the finer the nearer to 0; or as for `numpy.histogram`.
            max_bins: put neighbouring bins together, so that there are about so many.

        Raises:
            ValueError: no numbers, or none that is finite.
        """
        self._add(histogram(tag, values, bins, max_bins), global_step, walltime)

    def add_histogram_raw(
        self,
        tag: str,
        min: float,
        max: float,
        num: int,
        sum: float,
        sum_squares: float,
        bucket_limits: Any,
        bucket_counts: Any,
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """A histogram that is counted already.

        Arguments:
            num, sum, sum_squares: of all numbers.
            bucket_limits: the upper end of each bin.
            bucket_counts: how many numbers are in it.

        Raises:
            ValueError: not one limit for each count.
        """
        limits, counts = np.asarray(bucket_limits).tolist(), np.asarray(bucket_counts).tolist()
        if len(limits) != len(counts):
            raise ValueError(f"each bin has a limit and a count, but got {len(limits)} limits and {len(counts)} counts")
        message = histogram_message(
            min=min, max=max, num=num, sum=sum, sum_squares=sum_squares, bucket_limit=limits, bucket=counts
        )
        self._add(summary(tag, histo=message), global_step, walltime)

    def add_custom_scalars(self, layout: Layout) -> None:
        """Puts curves of `add_scalar` together into charts, on a page of their own.

        Arguments:
            layout: {category: {title: ["Multiline", [tags]]}}, or for a curve with a margin around it
                {category: {title: ["Margin", [value, lower, upper]]}}.
        """
        self._add(custom_scalars(layout))

    def add_custom_scalars_multilinechart(
        self, tags: Sequence[str], category: str = "default", title: str = "untitled"
    ) -> None:
        """One chart of several curves: see `add_custom_scalars`."""
        self.add_custom_scalars({category: {title: ["Multiline", tags]}})

    def add_custom_scalars_marginchart(
        self, tags: Sequence[str], category: str = "default", title: str = "untitled"
    ) -> None:
        """One chart of a curve and its margin, tags = [value, lower, upper]: see `add_custom_scalars`."""
        self.add_custom_scalars({category: {title: ["Margin", tags]}})

    # -- pictures and texts

    def add_image(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "CHW",
    ) -> None:
        """An image.

        Arguments:
            img_tensor: uint8 from 0 to 255, or floats from 0 to 1; what lies outside is clipped.
            dataformats: the order of its axes: "CHW", "HWC", "HW", "WH", …; C are 1, 3 or 4 channels.

        Raises:
            ValueError: axes that do not fit.
        """
        self._add(image(tag, img_tensor, dataformats), global_step, walltime)

    def add_images(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "NCHW",
    ) -> None:
        """A batch of images, as a grid of eight columns. Arguments and errors as for `add_image`, with an axis N."""
        self._add(image(tag, img_tensor, dataformats), global_step, walltime)

    def add_figure(
        self,
        tag: str,
        figure: Any,
        global_step: int | None = None,
        close: bool = True,
        walltime: float | None = None,
    ) -> None:
        """A figure of matplotlib, or several of one size, as an image.

        Arguments:
            figure: a figure, or a list of them; `plot.figure` of the plots of this package.
            close: have matplotlib forget it.
        """
        if isinstance(figure, list):
            self.add_images(tag, np.stack([figure_pixels(one, close) for one in figure]), global_step, walltime)
        else:
            self.add_image(tag, figure_pixels(figure, close), global_step, walltime)

    def add_text(
        self, tag: str, text_string: str, global_step: int | None = None, walltime: float | None = None
    ) -> None:
        """A text, which is shown as Markdown."""
        self._add(text(tag, text_string), global_step, walltime)

    # -- models, classifiers, representations, runs

    def add_graph(
        self, model: Module, input_to_model: Any = None, verbose: bool = False, use_strict_trace: bool = True
    ) -> None:
        """A model, as the operations that run in it, in boxes for its modules. It runs once, in evaluation mode.

        Arguments:
            input_to_model: a tensor, or a tuple of several arguments.
            verbose: print the nodes.
            use_strict_trace: no effect. PyTorch traces the model for this, and here the recorded graph is read.

        Raises:
            TypeError: `model` is no module.
            ValueError: no operation was recorded.
        """
        graph, devices = graph_messages(model, input_to_model, verbose)
        tb = library().event
        self._add_event(tb.Event(graph_def=graph.SerializeToString()))
        metadata = tb.TaggedRunMetadata(tag="step1", run_metadata=devices.SerializeToString())
        self._add_event(tb.Event(tagged_run_metadata=metadata))

    def add_pr_curve(
        self,
        tag: str,
        labels: Any,
        predictions: Any,
        global_step: int | None = None,
        num_thresholds: int = 127,
        weights: Any = None,
        walltime: float | None = None,
    ) -> None:
        """Precision against recall, for all thresholds above which a prediction counts as a yes.

        Arguments:
            labels: what is true, of bools or 0 and 1.
            predictions: probabilities, from 0 to 1, of the same shape.
            num_thresholds: how many thresholds, at most 127; more become 127, as in PyTorch.
            weights: how much each sample counts.

        Raises:
            ValueError: shapes or numbers that do not fit.
        """
        self._add(pr_curve(tag, labels, predictions, num_thresholds, weights), global_step, walltime)

    def add_pr_curve_raw(
        self,
        tag: str,
        true_positive_counts: Any,
        false_positive_counts: Any,
        true_negative_counts: Any,
        false_negative_counts: Any,
        precision: Any,
        recall: Any,
        global_step: int | None = None,
        num_thresholds: int = 127,
        weights: Any = None,
        walltime: float | None = None,
    ) -> None:
        """A curve whose numbers are known, one for each threshold. `weights` have no effect, as in PyTorch."""
        counts = (true_positive_counts, false_positive_counts, true_negative_counts, false_negative_counts)
        self._add(pr_curve_raw(tag, (*counts, precision, recall), num_thresholds), global_step, walltime)

    def add_embedding(
        self,
        mat: Any,
        metadata: Sequence[Any] | None = None,
        label_img: Any = None,
        global_step: int | None = None,
        tag: str = "default",
        metadata_header: Sequence[str] | None = None,
    ) -> None:
        """Points of a space with many dimensions, such as what a layer makes of each sample, for the projector.

        Arguments:
            mat: the points, (n, d).
            metadata: a label for each; with a `metadata_header`, a list of several for each.
            label_img: a picture for each, (n, 1 or 3, height, width), of floats from 0 to 1, or of bytes.

        An embedding of the same tag and step is replaced.

        Raises:
            ValueError: shapes or numbers that do not fit.
        """
        step = 0 if global_step is None else int(global_step)
        write_embedding(Path(self.log_dir), mat, metadata, label_img, step, tag, metadata_header)

    def add_hparams(
        self,
        hparam_dict: dict[str, Any],
        metric_dict: dict[str, Any],
        hparam_domain_discrete: dict[str, list[Any]] | None = None,
        run_name: str | None = None,
        global_step: int | None = None,
    ) -> None:
        """The options of a run, and what it reached, for a table that compares runs.

        Arguments:
            hparam_dict: names and values: numbers, bools, strings; None is left out.
            metric_dict: names and numbers. A name that `add_scalar` uses as well would be shown in both places.
            hparam_domain_discrete: for some options, a list of all values that they may have.
            run_name: the folder of this run, in that of the writer; the time, if it is not given.

        Raises:
            TypeError, ValueError: no dicts; values of another type.
        """
        summaries = hparams(hparam_dict, metric_dict, hparam_domain_discrete)
        with SummaryWriter(Path(self.log_dir) / (run_name or str(time.time()))) as writer:
            for message in summaries:
                writer._add(message, global_step)
            for name, value in metric_dict.items():
                writer.add_scalar(name, value, global_step)

    # -- what is left out

    def add_video(self, *arguments: Any, **options: Any) -> NoReturn:
        """Left out."""
        _leave_out("add_video", "add_images shows the frames side by side")

    def add_audio(self, *arguments: Any, **options: Any) -> NoReturn:
        """Left out."""
        _leave_out("add_audio", "add_figure shows the wave, drawn with matplotlib")

    def add_mesh(self, *arguments: Any, **options: Any) -> NoReturn:
        """Left out."""
        _leave_out("add_mesh", "add_figure shows it, drawn with matplotlib's 3-D axes")

    def add_image_with_boxes(self, *arguments: Any, **options: Any) -> NoReturn:
        """Left out."""
        _leave_out("add_image_with_boxes", "draw the boxes with PIL.ImageDraw, and add_image the result")

    def add_tensor(self, *arguments: Any, **options: Any) -> NoReturn:
        """Left out."""
        _leave_out("add_tensor", "TensorBoard has no page for it; add_histogram shows how its numbers are spread")

    def add_onnx_graph(self, *arguments: Any, **options: Any) -> NoReturn:
        """Left out."""
        _leave_out("add_onnx_graph", "add_graph shows a model of this package")

    # -- files

    def get_logdir(self) -> str:
        """The folder of the event files."""
        return self.log_dir

    def flush(self) -> None:
        """Writes everything that waits in memory."""
        for file in self._files.values():
            file.flush()

    def close(self) -> None:
        """Writes everything that waits in memory, and closes the files."""
        _close(self._files)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _add(
        self, message: Any, step: int | None = None, walltime: float | None = None, folder: str | None = None
    ) -> None:
        self._add_event(library().event.Event(summary=message), step, walltime, folder)

    def _add_event(
        self, event: Any, step: int | None = None, walltime: float | None = None, folder: str | None = None
    ) -> None:
        event.wall_time = time.time() if walltime is None else walltime
        if step is not None:
            event.step = int(step)
        self._file(folder).add_event(event)

    def _file(self, folder: str | None = None) -> Any:
        """The event file of a folder, opened if it is not open."""
        folder = folder or self.log_dir
        if folder not in self._files:
            self._files[folder] = library().EventFileWriter(
                folder, self.max_queue, self.flush_secs, self.filename_suffix
            )
            if folder == self.log_dir and self.purge_step is not None:
                self._purge()
        return self._files[folder]

    def _purge(self) -> None:
        tb = library().event
        step, self.purge_step = self.purge_step, None
        self._add_event(tb.Event(file_version="brain.Event:2"), step)
        self._add_event(tb.Event(session_log=tb.SessionLog(status=tb.SessionLog.START)), step)


def _close(files: dict[str, Any]) -> None:
    while files:
        _, file = files.popitem()
        file.close()  # which flushes


def _new_folder(comment: str) -> str:
    """A folder for a run, called after the time and the computer."""
    import socket  # here, because to import micrograd_nb must not take the time to load it

    return str(Path("runs") / f"{datetime.now():%b%d_%H-%M-%S}_{socket.gethostname()}{comment}")


def _leave_out(name: str, instead: str) -> NoReturn:
    raise NotImplementedError(f"SummaryWriter.{name} is left out: {instead}")
