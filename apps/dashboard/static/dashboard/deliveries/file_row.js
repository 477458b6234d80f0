// One file in the table of a delivery.

import { describeState } from "./file_sentences.js";

const SKIP = ["skip", "Skip"];
const SEND = ["unskip", "Send it"];
const CHOOSE = ["choose", "Choose a product"];
const CONTROLS = {
  ready: (file) => (file.reading.status === "ready" ? [SKIP] : [["choose", "Choose another"], SKIP]),
  check_digit: ({ reading }) => [...(reading.product ? [["correct", "Use it"]] : []), CHOOSE, SKIP],
  not_found: () => [CHOOSE, SKIP],
  no_gtin: () => [CHOOSE, SKIP],
  skipped: () => [SEND],
  refused: () => [["again", "Try again"]],
};

function buildButton([action, label], file) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "small-button";
  button.dataset.action = action;
  button.textContent = label;
  button.setAttribute("aria-label", `${label}: ${file.name}`);
  return button;
}

function buildTick(action, label, file, isChecked) {
  const tick = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = isChecked;
  box.dataset.action = action;
  const name = document.createElement("span");
  name.className = "visually-hidden";
  name.textContent = `${label ? ":" : "Choose"} ${file.name}`;
  tick.append(box, label && ` ${label}`, name);
  return tick;
}

/** What the page shows of a file: preview, name, caption, place, state, and what to do. */
export class FileRow {
  constructor(file, template, previews) {
    this.file = file;
    this.isTicked = false;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.part = (name) => this.element.querySelector(`.file-${name}`);
    const [name, folder] = this.part("name").children;
    name.textContent = file.name;
    folder.textContent = file.folder;
    previews.watch(this.part("preview"), file.file);
    this.show();
  }

  show() {
    const { file } = this;
    const { state } = file;
    this.element.dataset.state = state;
    this.write("caption", file.title);
    this.write("place", file.hasPlace ? `Place ${file.place}` : "");
    this.write("state", describeState(file));
    this.element.classList.toggle("is-hero", file.hasPlace && file.isHero);
    const shown = `${state} ${file.reading?.status} ${file.product?.gtin}`;
    if (this.shown === shown) return;
    this.shown = shown;
    this.part("controls").replaceChildren(...this.buildControls(state));
  }

  write(name, text) {
    const part = this.part(name);
    if (part.textContent !== text) part.textContent = text;
  }

  buildControls(state) {
    const { file } = this;
    if (state === "here" || state === "twice" || (state === "ready" && file.isWanted)) {
      return [buildTick("want", "Send it again", file, file.isWanted)];
    }
    const buttons = (CONTROLS[state]?.(file) ?? []).map((control) => buildButton(control, file));
    return file.isUndecided ? [buildTick("tick", "", file, this.isTicked), ...buttons] : buttons;
  }
}
