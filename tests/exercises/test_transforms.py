"""The checkers of lesson 2.2.2."""

from __future__ import annotations

from typing import Any

import pytest

import micrograd_nb as mg
from micrograd_nb.exercises import transforms as exercises
from micrograd_nb.teaching.solutions import transforms as solutions
from tests.exercises.cases import failures

# -- statistics --------------------------------------------------------------------------------------------------------


def rows(images: Any) -> Any:
    return mg.cat([image.flatten(1) for image in images], dim=1)


def of_the_means(images: Any) -> Any:
    return mg.stack([image.flatten(1).mean(1) for image in images]).mean(0), rows(images).std(1)


def of_the_deviations(images: Any) -> Any:
    return rows(images).mean(1), mg.stack([image.flatten(1).std(1) for image in images]).mean(0)


def test_statistics() -> None:
    mistakes = [
        (of_the_means, "that of the images' means"),
        (of_the_deviations, "how the images differ from each other"),
        (lambda images: (rows(images).mean(), rows(images).std()), "one number for all channels"),
        (lambda images: (rows(images).mean(1), rows(images).var(1)), "this is the variance"),
        (lambda images: rows(images).mean(1), "should return two things"),
        (lambda images: (rows(images).mean(0), rows(images).std(0)), "of shape (3,), and is a tensor of shape (42,)"),
        (lambda images: (rows(images).mean(1).tolist(), rows(images).std(1)), "and is a list"),
        (lambda images: (rows(images).mean(1) * 255, rows(images).std(1)), "the mean is ["),
        (lambda images: (rows(images).mean(1), rows(images).std(1) * 255), "the standard deviation is ["),
        (lambda images: (mg.stack(images).mean(0), 1), "raised RuntimeError"),
    ]
    stubs = [lambda images: None, lambda images: (rows(images).mean(1), ...), ...]
    right = [solutions.statistics, lambda images: (rows(images).mean(1), rows(images).std(1, correction=0))]
    assert list(failures(exercises.statistics, stubs, mistakes, right)) == []


# -- random_square -----------------------------------------------------------------------------------------------------


class Square:
    """A right answer; the others change one thing of it."""

    def __init__(self, size: int) -> None:
        self.size = size

    def place(self, height: int, width: int) -> tuple[int, int]:
        top, left = mg.randint(0, height - self.size + 1, ()), mg.randint(0, width - self.size + 1, ())
        return int(top.item()), int(left.item())

    def __call__(self, img: Any) -> Any:
        return self.write(img.clone())

    def write(self, img: Any) -> Any:
        top, left = self.place(*img.shape[1:])
        img[:, top : top + self.size, left : left + self.size] = 0
        return img


class NeverAtTheEdge(Square):
    def place(self, height: int, width: int) -> tuple[int, int]:
        return super().place(height - 1, width - 1)


class NeverRight(Square):
    def place(self, height: int, width: int) -> tuple[int, int]:
        return super().place(height, width - 1)


class BeyondTheEdge(Square):
    def place(self, height: int, width: int) -> tuple[int, int]:
        return super().place(height + 1, width + 1)


class OneDraw(Square):
    def place(self, height: int, width: int) -> tuple[int, int]:
        top = int(mg.randint(0, height - self.size + 1, ()).item())
        return top, top * (width - self.size) // (height - self.size)


class Fixed(Square):
    def place(self, height: int, width: int) -> tuple[int, int]:
        return 1, 1


class InPlace(Square):
    def __call__(self, img: Any) -> Any:
        return self.write(img)


class OneChannel(Square):
    def write(self, img: Any) -> Any:
        top, left = self.place(*img.shape[1:])
        img[0, top : top + self.size, left : left + self.size] = 0
        return img


class Ones(Square):
    def write(self, img: Any) -> Any:
        return super().write(img) * 0.5


class Cuts(Square):
    def write(self, img: Any) -> Any:
        return img[:, 1:]


class Nothing(Square):
    def write(self, img: Any) -> Any:
        return img


class Stub(Square):
    def __call__(self, img: Any) -> Any: ...


def test_random_square() -> None:
    mistakes = [
        (NeverAtTheEdge, "never touched the lower edge"),
        (NeverRight, "never touched the right edge"),
        (BeyondTheEdge, "it should be 2 × 2"),
        (OneDraw, "are top and left drawn separately?"),
        (Fixed, "at the same place each time"),
        (InPlace, "has changed itself"),
        (OneChannel, "different squares"),
        (Ones, "a pixel outside of the square has changed"),
        (Cuts, "it should be the same"),
        (Nothing, "nothing was set to 0"),
        (lambda size: lambda img: [img], "should return a tensor, and returns a list"),
    ]
    assert list(failures(exercises.random_square, [Stub, None, ...], mistakes, [solutions.RandomSquare, Square])) == []


def test_random_square_leaves_the_learners_random_numbers() -> None:
    mg.manual_seed(5)
    expected = mg.rand(3)
    mg.manual_seed(5)
    exercises.random_square.verdict(solutions.RandomSquare)
    assert (mg.rand(3) == expected).all()


@pytest.mark.parametrize("checker", [exercises.statistics, exercises.random_square], ids=lambda c: c.__name__)
@pytest.mark.parametrize("answer", ["x", 3, lambda: 1, lambda *_: "y", lambda *_: [1], lambda *_: mg.ones(2)])
def test_strange_answers_are_wrong(checker: Any, answer: Any) -> None:
    verdict = checker.verdict(answer)
    assert verdict.state == "wrong"
    assert "cannot be checked" not in verdict.text
