// The order of the cards: dragged, or moved step by step with buttons.

import { say, warnBeforeLeaving } from "./notices.js";
import { planPriorities } from "./priorities.js";

const POINTER_EVENTS = ["pointerdown", "dragstart", "dragover", "drop", "dragend"];

/** Lets the cards behind the primary be put into another order, and saves it. */
export class CardOrder {
  constructor(gallery) {
    this.gallery = gallery;
    this.dragged = null;
    this.isDropped = false;
    this.moved = null;
    this.isSaving = false;
    this.isStale = false;
    gallery.root.addEventListener("click", (event) => this.step(event));
    for (const name of POINTER_EVENTS) {
      gallery.root.addEventListener(name, (event) => this[name](event));
    }
    gallery.root.addEventListener("arranged", () => this.prepare());
    warnBeforeLeaving(() => this.isSaving);
    this.prepare();
  }

  /** None where there are more pages: the numbers of pictures that are not here could not be told apart. */
  get movable() {
    if (document.getElementById("gallery-pages").childElementCount) return [];
    return this.gallery.cards.filter((card) => !("primary" in card.dataset));
  }

  prepare() {
    const cards = this.movable;
    for (const card of this.gallery.cards) card.draggable = cards.includes(card);
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

  // In a card that can be dragged, a mouse could not select a part of the caption.
  pointerdown(event) {
    const card = event.target.closest(".image-card");
    if (this.movable.includes(card)) card.draggable = !event.target.matches(".caption");
  }

  dragstart(event) {
    const card = event.target;
    if (!this.movable.includes(card)) return; // selected text, say
    this.dragged = card;
    this.isDropped = false;
    this.gallery.isHeld = true;
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
    if (!this.dragged) return;
    event.preventDefault();
    this.isDropped = true;
  }

  dragend() {
    const card = this.dragged;
    if (!card) return undefined;
    this.dragged = null;
    card.classList.remove("is-dragged");
    if (this.isDropped) return this.save(card);
    this.putBack(); // Escape, or let go elsewhere
    this.gallery.isHeld = this.isSaving;
    return this.gallery.refreshSoon();
  }

  async save(moved) {
    this.prepare();
    this.moved = moved;
    this.isStale = true;
    if (this.isSaving) return undefined;
    this.isSaving = true;
    this.gallery.isHeld = true;
    let isSaved = true;
    while (this.isStale && isSaved) {
      this.isStale = false;
      isSaved = await this.sendChanges();
    }
    this.isSaving = false;
    this.gallery.isHeld = this.dragged !== null;
    if (!isSaved) return this.putBack();
    const cards = this.movable;
    const place = cards.indexOf(this.moved) + 1;
    if (place) say(`${this.moved.dataset.name} is at place ${place} of ${cards.length} now.`);
    return this.gallery.refreshSoon();
  }

  async sendChanges() {
    const images = this.movable.map((card) => ({
      card,
      priority: Number(card.dataset.priority),
      created: Number(card.dataset.created),
    }));
    // From the end: if it stops half-way, those in front stand as they did.
    for (const [{ card }, priority] of planPriorities(images).reverse()) {
      if (!(await this.gallery.change(card, { priority }))) return false;
      card.dataset.priority = priority;
      if (this.isStale) return true;
    }
    return true;
  }

  /** Shows the order that is saved. */
  putBack() {
    const focus = this.gallery.readFocus();
    const getNumber = (card, name) => Number(card.dataset[name]);
    const cards = this.movable.sort((one, other) =>
      getNumber(one, "priority") - getNumber(other, "priority")
      || getNumber(other, "created") - getNumber(one, "created"));
    this.gallery.root.append(...cards);
    this.gallery.restoreFocus(focus);
    this.prepare();
  }
}
