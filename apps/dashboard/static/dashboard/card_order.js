// The order of the cards: dragged, moved step by step with buttons, or put to a place.

import { say, warnBeforeLeaving } from "./notices.js";

const POINTER_EVENTS = ["pointerdown", "dragstart", "dragover", "drop", "dragend"];

const MAX_SENT = 2500; // more would not fit into a body

/** What to send; of very many only those up to the last that is not where it was. */
function listChanged(wanted, saved) {
  const last = wanted.findLastIndex((id, index) => id !== saved[index]);
  return last >= 0 && wanted.length <= MAX_SENT ? wanted : wanted.slice(0, last + 1);
}

/** Lets the pictures behind the primary be put into another order, and saves it. */
export class CardOrder {
  constructor(gallery) {
    this.gallery = gallery;
    this.dragged = null;
    this.isDropped = false;
    this.isSaving = false;
    this.saved = []; // the ids of all pictures behind the primary, those of other pages included
    this.wanted = [];
    gallery.root.addEventListener("click", (event) => this.step(event));
    for (const name of POINTER_EVENTS) {
      gallery.root.addEventListener(name, (event) => this[name](event));
    }
    gallery.root.addEventListener("arranged", () => this.read());
    warnBeforeLeaving(() => this.isSaving);
    this.read();
  }

  get movable() {
    return this.gallery.cards.filter((card) => !("primary" in card.dataset));
  }

  /** Takes the order over that the page has from the server. */
  read() {
    const told = document.getElementById("gallery-order"); // where there are more pages
    this.saved = told ? JSON.parse(told.textContent) : this.movable.map((card) => card.dataset.id);
    this.wanted = this.saved;
    this.prepare();
  }

  prepare() {
    const cards = this.movable;
    for (const card of this.gallery.cards) card.draggable = cards.includes(card);
    for (const card of cards) {
      const place = this.wanted.indexOf(card.dataset.id);
      const isLast = place === this.wanted.length - 1;
      card.querySelector('[data-action="earlier"]').setAttribute("aria-disabled", place === 0);
      card.querySelector('[data-action="later"]').setAttribute("aria-disabled", isLast);
    }
  }

  step(event) {
    const button = event.target.closest('[data-action="earlier"], [data-action="later"]');
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    const { id } = button.closest(".image-card").dataset;
    this.moveTo(id, this.wanted.indexOf(id) + (button.dataset.action === "earlier" ? -1 : 1));
  }

  /** Puts a picture to a place, from 0. */
  moveTo(id, place) {
    const others = this.wanted.filter((each) => each !== id);
    this.wanted = others.toSpliced(place, 0, id);
    this.show();
    return this.save(() => {
      const { name } = this.gallery.find(id)?.dataset ?? { name: "The picture" };
      say(`${name} is at place ${this.wanted.indexOf(id) + 1} of ${this.wanted.length} now.`);
    });
  }

  /** Puts new pictures behind all others, in their order. */
  async append(ids) {
    await this.gallery.refresh(); // for those of other windows
    const isNew = new Set(ids);
    this.wanted = [...this.wanted.filter((id) => !isNew.has(id)), ...ids];
    await this.save();
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
    if (this.isDropped) return this.moveTo(card.dataset.id, this.findPlace(card));
    this.show(); // Escape, or let go elsewhere
    this.gallery.isHeld = this.isSaving;
    return this.gallery.refreshSoon();
  }

  /** The place among all that a card has between its neighbours. */
  findPlace(card) {
    const others = this.wanted.filter((id) => id !== card.dataset.id);
    const cards = this.movable;
    const index = cards.indexOf(card);
    const next = cards[index + 1];
    if (next) return others.indexOf(next.dataset.id);
    return others.indexOf(cards[index - 1]?.dataset.id) + 1;
  }

  async save(tell = () => {}) {
    this.tell = tell;
    if (this.isSaving) return undefined;
    this.isSaving = true;
    this.gallery.isHeld = true;
    let isSaved = true;
    let ids = listChanged(this.wanted, this.saved);
    while (isSaved && ids.length) {
      const { wanted } = this;
      isSaved = await this.gallery.putInOrder(ids);
      if (isSaved) this.saved = wanted;
      ids = listChanged(this.wanted, this.saved);
    }
    this.isSaving = false;
    this.gallery.isHeld = this.dragged !== null;
    if (isSaved) this.tell();
    else this.wanted = this.saved;
    this.show();
    return this.gallery.refreshSoon();
  }

  /** Arranges the cards of this page as they are wanted. */
  show() {
    const focus = this.gallery.readFocus();
    const places = new Map(this.wanted.map((id, place) => [id, place]));
    const getPlace = (card) => places.get(card.dataset.id) ?? -1; // those that have just come
    const cards = this.movable.sort((one, other) => getPlace(one) - getPlace(other));
    if (cards.some((card, index) => card !== this.movable[index])) this.gallery.root.append(...cards);
    this.gallery.restoreFocus(focus);
    this.prepare();
  }
}
