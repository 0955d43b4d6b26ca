// Predict mode: the question, the answer that goes to Python, and what Python says to it. The page never knows the
// answer: Python holds back every step until it has been predicted.

import { element, QUIET } from "./elements.js";

/** The form of a question. `answer` gets what was typed or chosen. Returns what shows a question. */
export function questionForm(answer) {
  const prompt = element("p", "mg-prompt");
  const line = element("p", "mg-line");
  const field = element("input", "mg-answer", {
    type: "text",
    "aria-label": "your answer",
    autocomplete: "off",
    ...QUIET,
  });
  const choices = element("div", "mg-choices", { role: "group", "aria-label": "your answer" });
  const send = element("button", "mg-button", { type: "submit", ...QUIET }, "answer");
  const verdict = element("p", "mg-verdict", { role: "status" });
  const form = element(
    "form",
    "mg-question",
    { hidden: "" },
    prompt,
    line,
    element("div", "mg-reply", {}, field, choices, send),
    verdict,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer(field.value);
  });
  let shown = null;

  /** Shows a question; an empty one hides the form. What is typed stays until another question comes. */
  function show(question) {
    form.hidden = !question.prompt;
    if (form.hidden) {
      shown = null;
      return;
    }
    prompt.textContent = question.prompt;
    line.textContent = question.line;
    line.hidden = question.choices.length > 0;
    verdict.textContent = question.verdict;
    verdict.dataset.kind = question.state;
    const isNew = shown !== question.number;
    shown = question.number;
    if (!isNew) return;
    field.value = "";
    const wantsText = question.kind !== "worked" && !question.choices.length;
    field.hidden = !wantsText;
    send.hidden = question.choices.length > 0;
    send.textContent = question.kind === "worked" ? "go on" : "answer";
    choices.replaceChildren(...question.choices.map(choice));
    choices.hidden = !question.choices.length;
  }

  function choice(text) {
    const made = element("button", "mg-button mg-option", { type: "button", ...QUIET }, text);
    made.addEventListener("click", () => answer(text));
    return made;
  }

  /** Puts the focus where the answer goes. */
  function focus() {
    const first = [field, ...choices.children, send].find((one) => !one.hidden && one.offsetParent);
    first?.focus();
  }

  return { form, field, show, focus };
}
