// The files of one product in the table of a delivery, or those that wait for somebody to choose.

import { printGtin } from "./printed_gtins.js";

const TITLES = {
  check_digit: "The check digit is wrong",
  not_found: "Not among your products",
  no_gtin: "No GTIN in the name",
};

function countPictures(number) {
  return `${number.toLocaleString("en")} picture${number === 1 ? "" : "s"}`;
}

function describeProduct({ gtin, image_count: count, has_primary: hasPrimary }) {
  const there = count ? `${countPictures(count)} there` : "no pictures yet";
  return `GTIN ${printGtin(gtin)} · ${there}${count && !hasPrimary ? ", none of them primary" : ""}`;
}

function buildButton(action, label) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "small-button";
  button.dataset.groupAction = action;
  button.textContent = label;
  return button;
}

export class FileGroup {
  constructor(key, template, productsUrl) {
    this.key = key;
    this.rows = [];
    this.shown = null; // rows that pass the filter
    this.element = template.content.firstElementChild.cloneNode(true);
    this.element.dataset.key = key;
    this.title = this.element.querySelector("h3");
    this.part = (selector) => this.element.querySelector(selector);
    this.isUndecided = key in TITLES;
    this.element.classList.toggle("is-undecided", this.isUndecided);
    if (key in TITLES) this.title.textContent = TITLES[key];
    else this.link(productsUrl);
  }

  link(productsUrl) {
    const link = document.createElement("a");
    link.href = `${productsUrl}/${this.key}`;
    link.target = "_blank";
    link.rel = "noopener";
    this.title.append(link);
  }

  /** Those that are ticked, or all of them. */
  get chosen() {
    const ticked = this.rows.filter((row) => row.isTicked);
    return (ticked.length ? ticked : this.rows).map((row) => row.file).filter((file) => !file.isSkipped);
  }

  /** Shows the head; the rows are put below it by the table. */
  show(rows) {
    this.rows = rows;
    this.element.classList.toggle("is-single", rows.length === 1);
    const [{ file }] = rows;
    if (file.product) {
      this.title.firstChild.textContent = file.product.name;
      this.part(".quiet").textContent = describeProduct(file.product);
    }
    this.showControls();
  }

  showControls() {
    const controls = this.part(".group-controls");
    controls.hidden = !this.isUndecided || this.rows.length < 2;
    if (controls.hidden) return;
    const files = this.chosen;
    const which = `${this.rows.some((row) => row.isTicked) ? "the ticked" : "all"} ${files.length.toLocaleString("en")}`;
    const labels = [
      files.some((file) => file.reading.product) && ["correct", `Use the right digits of ${which}`],
      files.length && ["choose", `Choose a product for ${which}`],
      files.length && ["skip", `Skip ${which}`],
    ].filter(Boolean);
    const isSame = controls.children.length === labels.length
      && labels.every(([, label], index) => controls.children[index].textContent === label);
    if (!isSame) controls.replaceChildren(...labels.map(([action, label]) => buildButton(action, label)));
  }

  /** Leaves those in sight that pass; the group itself only with one of them. */
  filter(passes) {
    let count = 0;
    for (const row of this.rows) {
      const isShown = passes(row.file);
      if (row.element.hidden === isShown) row.element.hidden = !isShown;
      if (isShown) count += 1;
    }
    if (this.shown === count) return;
    this.shown = count;
    this.element.hidden = count === 0;
    this.element.style.setProperty("--rows", count); // by which its height is guessed
  }
}
