"""The stepper's modes in a real JupyterLab: Micro, the forward pass, Predict, modules as boxes, PyTorch's losses."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from micrograd_nb.graph import text
from tests.browser.conftest import OpenNotebook
from tests.browser.lab import Lab, NotebookPage
from tests.browser.stepping import LEAVES, jump, press, shown
from tests.browser.test_lab import notebook_of

DEEP = """net = mg.nn.Sequential(*[mg.nn.Sequential(mg.nn.Linear(8, 8), mg.nn.Tanh()) for _ in range(24)])
deep = (net(mg.randn(32, 8)) ** 2).mean()
BackwardStepper(deep)"""


@pytest.fixture(scope="module")
def notebook(lab: Lab, browser: Browser) -> Iterator[NotebookPage]:
    """A notebook with three steppers: one of a few numbers, one of tensors, one of modules."""
    cells = notebook_of(
        numbers=f"{LEAVES}\nc = a * b\nloss = c.tanh() + a\nstepper = BackwardStepper(loss)\nstepper",
        tensors="X, W = mg.randn(32, 2), mg.randn(2, 20, requires_grad=True)\nBackwardStepper((X @ W).tanh().mean())",
        modules=DEEP,
    )
    with lab.open(browser, cells) as notebook:
        notebook.run_all()
        notebook.page.locator(".mg-stepper").nth(2).wait_for()
        yield notebook
        assert notebook.problems() == []


@pytest.fixture
def numbers(notebook: NotebookPage) -> Locator:
    return fresh(notebook, 0)


def fresh(notebook: NotebookPage, place: int) -> Locator:
    """A stepper before its first step, in the modes that it begins with."""
    stepper = notebook.page.locator(".mg-stepper").nth(place)
    for name in ("Explain", "Function", "Backward"):
        stepper.get_by_role("button", name=name, exact=True).click()
    stepper.focus()
    stepper.press("Home")
    expect(stepper.locator(".mg-count")).to_contain_text("step 0 of")
    expect(stepper.locator(".mg-question")).to_be_hidden()
    return stepper


def count(stepper: Locator) -> tuple[int, int]:
    """The step, and how many there are."""
    words = (stepper.locator(".mg-count").text_content() or "").split()
    return int(words[1]), int(words[3])


def rows(stepper: Locator) -> list[str]:
    return stepper.locator(".mg-rows dt").all_text_contents()


# -- Micro mode


def test_micro_mode_shows_one_part_after_the_other(numbers: Locator) -> None:
    jump(numbers, 4)
    numbers.get_by_role("button", name="Micro", exact=True).click()
    total = count(numbers)[1]
    assert total > 20
    assert rows(numbers)[0] == "incoming"
    numbers.focus()
    numbers.press("Home")
    seen = []
    for _ in range(total):
        numbers.press("ArrowRight")
        seen.append(numbers.locator(".mg-rows dt.mg-row-now").all_text_contents())
    assert seen[:5] == [["seed", "why"], ["incoming"], ["rule"], ["send"], ["Tanh #2 gets", "code"]]
    assert ["free"] in seen
    numbers.get_by_role("button", name="Function", exact=True).click()
    assert count(numbers)[0] == count(numbers)[1]


def test_the_place_is_kept_when_the_grain_changes(numbers: Locator) -> None:
    for step in (1, 3, 5, 7):
        jump(numbers, step)
        title = numbers.locator(".mg-title").text_content()
        notes = numbers.locator(".node text:last-of-type").all_text_contents()
        numbers.get_by_role("button", name="Micro", exact=True).click()
        assert numbers.locator(".mg-title").text_content() == title
        assert numbers.locator(".node text:last-of-type").all_text_contents() == notes
        numbers.get_by_role("button", name="Function", exact=True).click()
        assert count(numbers)[0] == step


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("grain", ["Function", "Micro"])
@pytest.mark.parametrize("direction", ["Backward", "Forward"])
def test_time_travel_is_exact(notebook: NotebookPage, place: int, grain: str, direction: str) -> None:
    """Acceptance test 3, in each pass and grain: steps forward, back, and jumps show the same page."""
    stepper = fresh(notebook, place)
    stepper.get_by_role("button", name=direction, exact=True).click()
    stepper.get_by_role("button", name=grain, exact=True).click()
    stepper.focus()
    stepper.press("Home")
    total = count(stepper)[1]
    there = [shown(stepper)]
    for _ in range(total):
        stepper.press("ArrowRight")
        there.append(shown(stepper))
    assert len(set(there)) == total + 1
    for step in reversed(range(total)):
        stepper.press("ArrowLeft")
        assert shown(stepper) == there[step]
    jumps = random.Random(place)
    for _ in range(25):
        step = jumps.randint(0, total)
        jump(stepper, step)
        assert shown(stepper) == there[step]


# -- forward


def test_forward_the_graph_grows(numbers: Locator) -> None:
    numbers.get_by_role("button", name="Forward", exact=True).click()
    expect(numbers.locator(".mg-name")).to_have_text("loss, the forward pass")
    expect(numbers.locator(".node:visible")).to_have_count(0)
    numbers.focus()
    numbers.press("ArrowRight")
    visible = numbers.locator(".node:not(.mg-unborn)").evaluate_all("nodes => nodes.map(node => node.id).sort()")
    assert visible == ["f1", "o1", "p1", "p2"]
    expect(numbers.locator(".mg-rows")).to_contain_text("2 × −3 = −6")
    numbers.press("End")
    expect(numbers.locator(".mg-unborn")).to_have_count(0)
    numbers.get_by_role("button", name="Backward", exact=True).click()
    expect(numbers.locator(".mg-count")).to_contain_text("step 0 of")
    expect(numbers.locator(".mg-unborn")).to_have_count(0)


# -- tensors and modules


def test_a_tensor_has_its_heat_map_and_its_facts(notebook: NotebookPage) -> None:
    stepper = fresh(notebook, 1)
    jump(stepper, 3)
    image = stepper.locator(".mg-heat").first
    expect(image).to_be_visible()
    assert image.evaluate(
        "async image => { await image.decode(); return [image.naturalWidth, image.naturalHeight] }"
    ) == [
        20,
        32,
    ]
    expect(stepper.locator(".mg-facts").first).to_contain_text("min ")
    jump(stepper, 4)
    expect(stepper.locator(".mg-rows")).to_contain_text("Xᵀ (2, 32) @ G (32, 20) → (2, 20)")


def test_modules_are_boxes(notebook: NotebookPage) -> None:
    stepper = fresh(notebook, 2)
    expect(stepper.locator(".node.module")).to_have_count(1)
    expect(stepper.locator(".mg-key-module")).to_be_visible()
    stepper.press("End")
    expect(stepper.locator(".node.module")).to_contain_text("48 gradients kept")
    stepper.get_by_label("find node").fill("0 – 23")
    expect(stepper.locator(".mg-title")).to_contain_text("Pow")  # which sends to the box


# -- Predict mode


def answer(stepper: Locator, text: str) -> None:
    stepper.get_by_role("textbox", name="your answer").fill(text)
    stepper.get_by_role("textbox", name="your answer").press("Enter")


def test_predict_from_the_first_question_to_a_wrong_answer_and_on(notebook: NotebookPage, numbers: Locator) -> None:
    page = notebook.page
    numbers.press("p")
    question = numbers.locator(".mg-question")
    expect(question).to_be_visible()
    expect(numbers.get_by_role("button", name="Predict", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(numbers.locator(".mg-count")).to_have_text("step 1 of 9")
    expect(question.locator(".mg-prompt")).to_have_text("Whose turn is it next?")
    question.get_by_role("button", name="Mul #1").click()
    expect(question.locator(".mg-verdict")).to_contain_text("No gradient has come to Mul #1 yet")
    question.get_by_role("button", name="Add #3").click()
    expect(question.locator(".mg-prompt")).to_contain_text("A worked example")
    question.get_by_role("button", name="go on").click()
    expect(numbers.locator(".mg-count")).to_have_text("step 2 of 9")
    expect(question.locator(".mg-line")).to_have_text("g = 1,  send = ?")
    assert "Add #3 sends 1 to a" not in numbers.inner_html()
    answer(numbers, "nonsense")
    expect(question.locator(".mg-verdict")).to_contain_text("Type a number")
    answer(numbers, "-1")
    expect(question.locator(".mg-verdict")).to_contain_text("the sign is not")
    expect(question.locator(".mg-verdict")).to_contain_text("Hint:")
    answer(numbers, "7")
    expect(question.locator(".mg-verdict")).to_contain_text("So: send = 1")
    question.get_by_role("button", name="go on").click()
    expect(numbers.locator(".mg-count")).to_have_text("step 3 of 9")
    press(page, "Escape")
    numbers.focus()
    numbers.press("ArrowLeft")
    expect(question).to_be_hidden()
    numbers.press("ArrowRight")
    expect(question).to_be_visible()
    numbers.press("p")
    expect(question).to_be_hidden()
    expect(numbers.locator(".mg-count")).to_have_text("step 3 of 9")  # Python has sent all steps again
    numbers.press("End")
    expect(numbers.locator(".mg-count")).to_have_text("step 9 of 9")


SECRETS = """import micrograd_nb as mg
from micrograd_nb.widgets import BackwardStepper
a = mg.tensor(1.7321, requires_grad=True)
b = mg.tensor(-2.2361, requires_grad=True)
loss = (a * b).sin() * 1.9
stepper = BackwardStepper(loss, predict=True)
stepper"""


def known(notebook: NotebookPage) -> str:
    """The page's HTML and the notebook. What the widget's own state holds, tests/widgets/test_stepper.py looks at."""
    return notebook.page.content() + json.dumps(notebook.cells(), ensure_ascii=False)


def test_no_answer_is_in_the_page_before_it_is_given(open_notebook: OpenNotebook) -> None:
    """Acceptance test 10: 1.9 · cos(a · b) and its products with a and b are known to Python alone."""
    slope = 1.9 * math.cos(1.7321 * -2.2361)
    first, second, third = (text.number(slope * x) for x in (1, 1.7321, -2.2361))
    with open_notebook(notebook_of(secrets=SECRETS)) as notebook:
        notebook.run_all()
        stepper = notebook.page.locator(".mg-stepper")
        stepper.wait_for()
        question = stepper.locator(".mg-question")
        question.get_by_role("button", name="Mul #3").click()
        question.get_by_role("button", name="go on").click()  # the worked example
        question.get_by_role("button", name="Sin #2").click()
        expect(question.locator(".mg-line")).to_contain_text("1.9 × cos(−3.873) = ?")
        page = known(notebook)
        assert "cos(−3.873)" in page
        for secret in (first, second, third):
            assert secret not in page
        answer(stepper, "1.9")
        expect(question.locator(".mg-verdict")).to_contain_text("the local derivative is missing")
        assert first not in known(notebook)
        answer(stepper, first)
        expect(stepper.locator(".mg-count")).to_contain_text("step 3 of")
        assert first in known(notebook)
        assert second not in known(notebook)
        assert third not in known(notebook)
        assert notebook.problems() == []


# -- PyTorch


def test_a_real_pytorch_loss(open_notebook: OpenNotebook) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")
    source = """import torch
from micrograd_nb.widgets import BackwardStepper
a = torch.tensor(2.0, requires_grad=True)
b = torch.tensor(-3.0, requires_grad=True)
loss = a * b + a
BackwardStepper(loss)"""
    with open_notebook(notebook_of(torch=source, after="a.grad is None")) as notebook:
        notebook.run_all()
        stepper = notebook.page.locator(".mg-stepper")
        stepper.wait_for()
        jump(stepper, 4)
        expect(stepper.locator(".mg-rows")).to_contain_text("1 + −3 = −2   (2 of 2)")
        assert notebook.cells()[1].outputs[0].data["text/plain"] == "True"
        assert notebook.problems() == []


# -- the end


def test_closing_takes_it_away(open_notebook: OpenNotebook) -> None:
    source = f"{LEAVES}\nstepper = BackwardStepper(a * b)\nstepper"
    with open_notebook(notebook_of(open=source)) as notebook:
        notebook.run_all()
        stepper = notebook.page.locator(".mg-stepper")
        stepper.get_by_role("button", name="play").click()
        notebook.page.evaluate("window.kept = new WeakRef(document.querySelector('.mg-stepper'))")
        notebook.page.evaluate(
            """() => jupyterapp.shell.currentWidget.sessionContext.session.kernel
                .requestExecute({code: 'stepper.close()'}).done"""
        )
        expect(stepper).to_have_count(0)
        notebook.page.wait_for_timeout(1500)  # no timer goes on playing
        assert notebook.problems() == []
