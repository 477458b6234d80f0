// The dialog in which somebody chooses a product for files whose names tell none.

import { callApi, describeAnswer } from "../api_client.js";
import { printGtin } from "./printed_gtins.js";

const SHOWN = 20;
const PAUSE_MS = 250;

export class ProductChoice {
  constructor(dialog, itemsUrl) {
    this.dialog = dialog;
    this.itemsUrl = itemsUrl;
    this.part = (id) => dialog.querySelector(`#${id}`);
    this.timer = 0;
    this.search = this.part("choice-search");
    this.search.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.find(), PAUSE_MS);
    });
    dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.find();
    });
    dialog.addEventListener("click", ({ target }) => {
      if (target.closest('[data-action="close"]')) dialog.close();
      const button = target.closest(".choices button");
      if (button) this.end(this.found[Number(button.value)]);
    });
    dialog.addEventListener("close", () => this.resolve?.(null));
  }

  /** The product that somebody chose; null where they did not. */
  ask(title, search = "") {
    this.part("choice-title").textContent = title;
    this.search.value = search;
    this.dialog.showModal();
    this.find();
    return new Promise((resolve) => { this.resolve = resolve; });
  }

  end(product) {
    this.resolve(product);
    this.dialog.close();
  }

  async find() {
    clearTimeout(this.timer);
    const search = this.search.value.trim();
    const query = new URLSearchParams({ q: search, page_size: SHOWN });
    const answer = await callApi("GET", `${this.itemsUrl}?${query}`);
    if (this.search.value.trim() !== search) return; // a newer one is on its way
    const isFound = answer.status === 200;
    this.found = isFound ? answer.data.data.map((item) => ({
      gtin: item.gtin,
      name: item.name,
      has_primary: item.primary_image_url !== null,
      image_count: item.image_count,
    })) : [];
    this.part("choices").replaceChildren(...this.found.map((item, index) => this.buildLine(item, index)));
    this.part("choice-told").textContent = isFound
      ? this.describe(answer.data.pagination.total_count)
      : describeAnswer(answer);
  }

  describe(count) {
    if (!count) return "Nothing matches; try a part of the name, or of the GTIN.";
    if (count <= SHOWN) return `${count} product${count === 1 ? "" : "s"}`;
    return `The first ${SHOWN} of ${count.toLocaleString("en")}; write a part of the name or of the GTIN.`;
  }

  buildLine({ name, gtin }, index) {
    const line = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.value = index;
    const words = document.createElement("b");
    words.textContent = name;
    const digits = document.createElement("span");
    digits.className = "gtin";
    digits.textContent = printGtin(gtin);
    button.append(words, " ", digits);
    line.append(button);
    return line;
  }
}
