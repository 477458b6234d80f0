// The buttons that show the files of one state alone.

import { LEFT_OUT } from "./delivered_file.js";

const FILTERS = [
  ["All", null],
  ["Ready", ["ready"]],
  ["Check digit", ["check_digit"]],
  ["Not your product", ["not_found"]],
  ["No GTIN", ["no_gtin"]],
  ["Already here", [...LEFT_OUT, "known"]],
  ["Skipped", ["skipped"]],
  ["To be sent", ["waiting"]],
  ["On the way", ["sending", "checking"]],
  ["Arrived", ["arrived"]],
  ["Refused", ["refused"]],
];

/** One button for each state that a file has, with how many have it. */
export class StateFilters {
  constructor(root, show) {
    this.root = root;
    root.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (!button) return;
      this.chosen = button.value;
      this.press();
      const [, states] = FILTERS[this.chosen];
      show((file) => !states || states.includes(file.state));
    });
    root.replaceChildren(...FILTERS.map(([label], index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.value = index;
      button.append(`${label} `, document.createElement("b"));
      return button;
    }));
    this.chosen = root.firstElementChild.value;
    this.press();
  }

  press() {
    for (const button of this.root.children) button.setAttribute("aria-pressed", button.value === this.chosen);
  }

  /** Shows how many files are in each state. */
  count(states) {
    const total = [...states.values()].reduce((sum, number) => sum + number, 0);
    for (const [index, [, which]] of FILTERS.entries()) {
      const button = this.root.children[index];
      const number = which ? which.reduce((sum, state) => sum + (states.get(state) ?? 0), 0) : total;
      button.hidden = !number && button.value !== this.chosen;
      button.lastElementChild.textContent = number.toLocaleString("en");
    }
  }
}
