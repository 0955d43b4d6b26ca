"""The progress bar: plain text that grows, and is the same each time."""

from __future__ import annotations

import io
import re
import time

import pytest

from micrograd_nb.training import fit
from micrograd_nb.training.progress import MARKS, MOST_LINES, ProgressBar
from tests.training.conftest import small_problem


class Writes(io.StringIO):
    """Keeps what was printed each time."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def write(self, text: str) -> int:
        self.pieces.append(text)
        return super().write(text)


def printed(epochs: int, steps: int, *, told: bool = True, epoch: int = 0, batch: int = 0, stop: int = -1) -> str:
    """What is printed over some epochs, or up to a step."""
    file = io.StringIO()
    loader = range(steps) if told else iter(())
    with ProgressBar(loader, epochs, epoch=epoch, batch=batch, file=file) as bar:
        for number in range(epoch * steps + batch + 1, epochs * steps + 1):
            bar.step()
            if number == stop:
                break
            if number % steps == 0:
                bar.epoch(f"loss {number // steps}")
    return file.getvalue()


def test_a_line_for_each_epoch() -> None:
    bar = "#" * MARKS
    assert printed(2, 7) == f"epoch 1/2 [{bar}] loss 1\nepoch 2/2 [{bar}] loss 2\n"
    assert printed(10, 3).splitlines()[8:] == [f"epoch  9/10 [{bar}] loss 9", f"epoch 10/10 [{bar}] loss 10"]


@pytest.mark.parametrize("steps", [1, 3, 20, 57])
def test_it_grows_with_the_steps(steps: int) -> None:
    file = Writes()
    bar = ProgressBar(range(steps), 1, file=file)
    for done in range(1, steps + 1):
        bar.step()
        assert file.getvalue().count("#") == done * MARKS // steps


def test_many_epochs_share_lines() -> None:
    lines = printed(50, 4).splitlines()
    assert len(lines) == 17 <= MOST_LINES
    assert lines[0] == f"epochs  1- 3/50 [{'#' * MARKS}] loss 3"
    assert lines[-1] == f"epochs 49-50/50 [{'#' * MARKS}] loss 50"


def test_what_was_stopped_is_a_part_of_a_bar() -> None:
    assert printed(2, 4, stop=6).splitlines()[1] == f"epoch 2/2 [{'#' * 10}{' ' * 10}]"
    assert printed(40, 4, stop=6) == f"epochs  1- 2/40 [{'#' * 15}{' ' * 5}] loss 1\n"


def test_what_goes_on_begins_where_it_was() -> None:
    assert printed(3, 4, epoch=1, batch=3) == "".join(printed(3, 4).splitlines(keepends=True)[1:])


def test_a_loader_without_a_length_is_known_after_an_epoch() -> None:
    assert printed(2, 7, told=False) == printed(2, 7)
    file = Writes()
    bar = ProgressBar(iter(()), 1, file=file)
    for _ in range(250):
        bar.step()
    assert file.getvalue() == "epoch 1/1 [##"


def test_a_loader_that_gives_more_than_its_length_says() -> None:
    file = Writes()
    with ProgressBar(range(2), 1, file=file) as bar:
        for _ in range(5):
            bar.step()
        bar.epoch("")
    assert file.getvalue() == f"epoch 1/1 [{'#' * MARKS}]\n"


def test_fit_prints_to_standard_output_and_the_same_however_long_it_takes(capsys) -> None:
    fit(*small_problem(), epochs=2)
    quick = capsys.readouterr()
    fit(*small_problem(), epochs=2, on_step=lambda step: time.sleep(0.02 * (step.step % 3)))
    assert capsys.readouterr() == quick
    assert quick.err == ""
    assert re.fullmatch(r"(epoch \d/2 \[#{20}\] loss 0\.\d{4}\n){2}", quick.out)
    assert quick.out.isascii()  # whatever a terminal can show


def test_an_error_leaves_the_line_ended(capsys) -> None:
    def fail(step: object) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fit(*small_problem(), epochs=2, on_step=fail)
    assert capsys.readouterr().out == f"epoch 1/2 [{'#' * 6}{' ' * 14}]\n"


def test_no_bar(capsys) -> None:
    fit(*small_problem(), epochs=1, progress=False)
    assert capsys.readouterr() == ("", "")
