// Deleting, which can be undone for ten seconds: only then is the request sent.

import { callApi } from "./api_client.js";

const UNDO_SECONDS = 10;

/** The pictures that are about to be deleted. */
export class Deletions {
  constructor(gallery) {
    this.gallery = gallery;
    this.pending = new Map();
    gallery.root.addEventListener("click", (event) => {
      const action = event.target.closest("button[data-action]")?.dataset.action;
      const card = event.target.closest(".image-card");
      if (action === "delete") this.begin(card);
      if (action === "undo") this.undo(card);
    });
    addEventListener("pagehide", () => this.flush());
  }

  begin(card) {
    if (this.pending.has(card)) return;
    const cover = this.buildCover(card);
    card.classList.add("is-leaving");
    for (const part of card.children) part.inert = true;
    card.append(cover);
    cover.querySelector("button").focus();
    let seconds = UNDO_SECONDS;
    const timer = setInterval(() => {
      seconds -= 1;
      cover.querySelector("[aria-hidden]").textContent = `in ${seconds} s`;
      if (seconds <= 0) this.finish(card);
    }, 1000);
    this.pending.set(card, timer);
  }

  buildCover(card) {
    const cover = document.createElement("div");
    cover.className = "undo";
    cover.innerHTML = `<p role="alert"><b></b> is being deleted.</p><p class="facts" aria-hidden="true">in ${UNDO_SECONDS} s</p>
      <button class="button" type="button" data-action="undo">Undo</button>`;
    cover.querySelector("b").textContent = `“${card.dataset.name}”`;
    return cover;
  }

  restore(card) {
    clearInterval(this.pending.get(card));
    this.pending.delete(card);
    card.classList.remove("is-leaving");
    card.querySelector(".undo")?.remove();
    for (const part of card.children) part.inert = false;
  }

  undo(card) {
    this.restore(card);
    card.querySelector('[data-action="delete"]').focus();
    this.gallery.refreshSoon(); // what changed meanwhile was not shown
  }

  async finish(card) {
    clearInterval(this.pending.get(card));
    this.pending.delete(card);
    const hadFocus = card.contains(document.activeElement);
    const neighbour = card.nextElementSibling ?? card.previousElementSibling;
    if (!(await this.gallery.remove(card))) {
      this.restore(card);
      return;
    }
    card.remove();
    if (hadFocus) neighbour?.querySelector("button[data-action]:not([hidden])")?.focus();
    this.gallery.refreshSoon();
  }

  // The page goes away: what was to be deleted is deleted now, by requests that outlive it.
  flush() {
    for (const [card, timer] of this.pending) {
      clearInterval(timer);
      const { api, etag } = card.dataset;
      callApi("DELETE", api, { etag, keepalive: true });
    }
    this.pending.clear();
  }
}
