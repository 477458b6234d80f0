// The table of a delivery, grouped by product; what needs a look comes first.

import { FileGroup } from "./file_group.js";
import { FileRow } from "./file_row.js";
import { Previews } from "./previews.js";

// So long the page is busy at once; then it is painted, and listens.
const BUSY_MS = 15;

function nextTurn() {
  return new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); });
}

/** A row for every file, in the group of its product. */
export class ReviewTable {
  constructor(root, { act, actOnGroup }) {
    this.root = root;
    this.productsUrl = root.closest("[data-products]").dataset.products;
    this.previews = new Previews();
    this.rows = new Map(); // by file
    this.groups = new Map(); // by GTIN, or by what has to be decided
    this.passes = () => true;
    this.turn = 0;
    root.addEventListener("click", (event) => this.listen(event, act, actOnGroup));
    root.addEventListener("change", (event) => this.listenToTicks(event, act));
  }

  /** Shows all that there is, a piece at a time. */
  async show(delivery) {
    this.turn += 1;
    const { turn } = this;
    const wanted = new Map([...delivery.groupUndecided(), ...delivery.group()]);
    for (const [key, group] of this.groups) {
      if (wanted.has(key)) continue;
      group.element.remove();
      this.groups.delete(key);
    }
    let place = this.root.firstElementChild;
    let since = performance.now();
    for (const [key, files] of wanted) {
      const group = this.getGroup(key);
      const { element } = group;
      if (place.nextElementSibling !== element) place.after(element);
      place = element;
      let last = element.firstElementChild;
      const rows = [];
      for (const file of files) {
        const row = this.getRow(file);
        row.show();
        if (last.nextElementSibling !== row.element) last.after(row.element);
        last = row.element;
        rows.push(row);
        if (performance.now() - since < BUSY_MS) continue;
        await nextTurn();
        if (turn !== this.turn) return; // something newer is shown
        since = performance.now();
      }
      while (last.nextElementSibling) last.nextElementSibling.remove();
      group.show(rows);
      group.filter(this.passes);
    }
  }

  getGroup(key) {
    if (!this.groups.has(key)) {
      this.groups.set(key, new FileGroup(key, document.getElementById("group-template"), this.productsUrl));
    }
    return this.groups.get(key);
  }

  getRow(file) {
    if (!this.rows.has(file)) {
      this.rows.set(file, new FileRow(file, document.getElementById("file-template"), this.previews));
    }
    return this.rows.get(file);
  }

  /** Shows one file as it is now. */
  update(file) {
    this.rows.get(file)?.show();
  }

  /** Leaves only those files in sight that pass. */
  filter(passes) {
    this.passes = passes;
    for (const group of this.groups.values()) group.filter(passes);
  }

  clear() {
    this.turn += 1;
    for (const group of this.groups.values()) group.element.remove();
    this.groups.clear();
    this.rows.clear();
  }

  findRow(target) {
    const element = target.closest(".file");
    const group = this.groups.get(target.closest(".group")?.dataset.key);
    return [group, group?.rows.find((row) => row.element === element)];
  }

  listen({ target }, act, actOnGroup) {
    const button = target.closest("button");
    const [group, row] = this.findRow(target);
    if (!button || !group) return;
    if (button.dataset.groupAction) actOnGroup(button.dataset.groupAction, group.chosen);
    else act(button.dataset.action, row.file);
    this.keepFocus(group);
  }

  // What was clicked may have left the table.
  keepFocus(group) {
    if (document.activeElement !== document.body || document.querySelector("dialog[open]")) return;
    const next = group.element.isConnected ? group.title : document.getElementById("sum");
    next.focus();
  }

  listenToTicks({ target }, act) {
    const [group, row] = this.findRow(target);
    if (target.dataset.action === "want") act("want", row.file);
    if (target.dataset.action !== "tick") return;
    row.isTicked = target.checked;
    group.showControls();
  }
}
