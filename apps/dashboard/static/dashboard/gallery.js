// The cards of the pictures, kept as the server has them.

import { callApi, describeAnswer, isSignedOut } from "./api_client.js";
import { say, showSignedOut } from "./notices.js";

const REFRESH_PAUSE_MS = 150;
const PARTS = ["gallery-state", "gallery-hint"];
const CHANGED = "Somebody else changed this picture meanwhile. It is shown as it is now; look, then change it again.";

/** The list of cards; the page itself, fetched anew, is where the next state comes from. */
export class Gallery {
  constructor(root) {
    this.root = root;
    this.timer = 0;
    this.turn = Promise.resolve();
  }

  get cards() {
    return [...this.root.children];
  }

  find(id) {
    return document.getElementById(`picture-${id}`);
  }

  /** Refreshes soon: several that ask at once share one. */
  refreshSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), REFRESH_PAUSE_MS);
  }

  /** Shows what the server has now; cards that did not change stay as they are. */
  async refresh() {
    let page;
    try {
      const response = await fetch(location.href, { headers: { Accept: "text/html" } });
      page = new DOMParser().parseFromString(await response.text(), "text/html");
    } catch {
      return say("The connection was lost; what you see may be out of date.");
    }
    const fresh = page.getElementById("gallery");
    if (!fresh) return this.signedOut({ status: 401 });
    for (const id of PARTS) {
      document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
    }
    this.arrange([...fresh.children]);
    return this.root.dispatchEvent(new Event("arranged"));
  }

  arrange(wanted) {
    const focus = this.readFocus();
    const old = new Map(this.cards.map((card) => [card.dataset.id, card]));
    let place = this.root.firstElementChild;
    for (const card of wanted) {
      const known = old.get(card.dataset.id);
      const kept = known && this.isStill(known, card) ? known : document.adoptNode(card);
      if (!known) kept.classList.add("is-new");
      if (kept === place) place = place.nextElementSibling;
      else this.root.insertBefore(kept, place);
      if (kept === known) old.delete(card.dataset.id);
    }
    for (const card of old.values()) card.remove();
    this.restoreFocus(focus);
  }

  isStill(known, card) {
    const caption = known.querySelector(".caption");
    const isBeingWritten = caption === document.activeElement && caption.value !== caption.defaultValue;
    const isSame = known.dataset.etag === card.dataset.etag && known.dataset.name === card.dataset.name;
    return isSame || isBeingWritten || known.matches(".is-leaving");
  }

  readFocus() {
    const control = document.activeElement?.closest?.("[data-action]");
    const card = control?.closest(".image-card");
    return card && { id: card.dataset.id, action: control.dataset.action, control };
  }

  restoreFocus(focus) {
    if (!focus || focus.control === document.activeElement) return;
    const card = this.find(focus.id);
    const control = card?.querySelector(`[data-action="${focus.action}"]`);
    (control ?? card?.querySelector("button[data-action]"))?.focus();
  }

  /** Changes one picture, after the changes before it; tells whether it is so now. */
  change(card, changes) {
    const answered = this.turn.then(() => this.send(card, "PATCH", changes));
    this.turn = answered;
    return answered;
  }

  /** Deletes one picture; tells whether it is gone. */
  remove(card) {
    const answered = this.turn.then(() => this.send(card, "DELETE"));
    this.turn = answered;
    return answered;
  }

  async send(card, method, body) {
    const { api, etag } = card.dataset;
    const answer = await callApi(method, api, { etag, body });
    if (answer.status === 200) card.dataset.etag = answer.etag;
    if (answer.status === 200 || answer.status === 204) return true;
    if (answer.status === 404 && method === "DELETE") return true;
    await this.explain(card, answer);
    return false;
  }

  async explain(card, answer) {
    if (isSignedOut(answer)) return this.signedOut(answer);
    const isStale = answer.status === 412 || answer.status === 404;
    const sentence = answer.status === 412 ? CHANGED : `Nothing was changed. ${describeAnswer(answer)}`;
    if (isStale) {
      document.activeElement?.closest?.(".caption")?.blur();
      await this.refresh();
    }
    this.note(card.dataset.id, sentence);
    return say(sentence);
  }

  /** Leaves a sentence on a card, until its next change. */
  note(id, sentence) {
    const card = this.find(id);
    if (!card) return;
    card.querySelector(".card-note")?.remove();
    const note = document.createElement("p");
    note.className = "card-note";
    note.textContent = sentence;
    card.classList.add("is-changed");
    card.querySelector(".image-words").append(note);
  }

  signedOut(answer) {
    const kept = "Your last change was not made. Sign in, come back to this page, and make it again.";
    showSignedOut(answer, kept, () => this.refresh());
  }
}
