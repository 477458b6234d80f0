// The order of the cards: dragged, or moved step by step with buttons.

import { say } from "./notices.js";
import { planPriorities } from "./priorities.js";

/** Lets the cards behind the primary be put into another order, and saves it. */
export class CardOrder {
  constructor(gallery) {
    this.gallery = gallery;
    this.dragged = null;
    this.isSaving = false;
    this.isStale = false;
    gallery.root.addEventListener("click", (event) => this.step(event));
    for (const name of ["dragstart", "dragover", "drop", "dragend"]) {
      gallery.root.addEventListener(name, (event) => this[name](event));
    }
    gallery.root.addEventListener("arranged", () => this.prepare());
    this.prepare();
  }

  get movable() {
    return this.gallery.cards.filter((card) => !("primary" in card.dataset));
  }

  prepare() {
    const cards = this.movable;
    for (const card of cards) card.draggable = true;
    cards.forEach((card, index) => {
      const isLast = index === cards.length - 1;
      card.querySelector('[data-action="earlier"]').setAttribute("aria-disabled", index === 0);
      card.querySelector('[data-action="later"]').setAttribute("aria-disabled", isLast);
    });
  }

  step(event) {
    const button = event.target.closest('[data-action="earlier"], [data-action="later"]');
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    const card = button.closest(".image-card");
    const isEarlier = button.dataset.action === "earlier";
    const cards = this.movable;
    const neighbour = cards[cards.indexOf(card) + (isEarlier ? -1 : 1)];
    if (isEarlier) neighbour.before(card);
    else neighbour.after(card);
    button.focus();
    this.save(card);
  }

  dragstart(event) {
    const card = event.target.closest?.(".image-card");
    if (!card || "primary" in card.dataset) return;
    this.dragged = card;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.dataset.url);
    // After the browser has taken its picture of the card.
    setTimeout(() => card.classList.add("is-dragged"));
  }

  dragover(event) {
    if (!this.dragged) return;
    event.preventDefault();
    const over = event.target.closest(".image-card");
    if (!over || over === this.dragged || "primary" in over.dataset) return;
    const box = over.getBoundingClientRect();
    const isWide = this.gallery.root.clientWidth > box.width * 1.5;
    const isFirstHalf = isWide
      ? event.clientX < box.left + box.width / 2
      : event.clientY < box.top + box.height / 2;
    if (isFirstHalf) over.before(this.dragged);
    else over.after(this.dragged);
  }

  drop(event) {
    if (this.dragged) event.preventDefault();
  }

  dragend() {
    const card = this.dragged;
    if (!card) return;
    this.dragged = null;
    card.classList.remove("is-dragged");
    this.save(card);
  }

  async save(moved) {
    this.prepare();
    this.isStale = true;
    if (this.isSaving) return;
    this.isSaving = true;
    while (this.isStale) {
      this.isStale = false;
      if (!(await this.sendChanges())) break;
    }
    this.isSaving = false;
    this.isStale = false;
    const place = this.movable.indexOf(moved) + 1;
    if (place) say(`${moved.dataset.name} is at place ${place} of ${this.movable.length} now.`);
  }

  async sendChanges() {
    const images = this.movable.map((card) => ({
      card,
      priority: Number(card.dataset.priority),
      created: Number(card.dataset.created),
    }));
    for (const [{ card }, priority] of planPriorities(images)) {
      if (!(await this.gallery.change(card, { priority }))) {
        await this.gallery.refresh();
        return false;
      }
      card.dataset.priority = priority;
      if (this.isStale) return true;
    }
    return true;
  }
}
