// The cards of the pictures, kept as the server has them.

import { callApi, describeAnswer, isSignedOut } from "./api_client.js";
import { handOnUnsaved, isBeingWritten, takeUnsaved } from "./captions.js";
import { showLocalTimes } from "./local_times.js";
import { add, say, showSignedOut, warnBeforeLeaving } from "./notices.js";

const REFRESH_PAUSE_MS = 150;
const PARTS = ["gallery-state", "gallery-hint", "gallery-pages", "gallery-bin", "walk"];
const SHOWN = ["etag", "name", "priority", "primary", "readiness"];
const OUTDATED = "What you see may be out of date.";
const CHANGED = "Somebody else changed this picture meanwhile. It is shown as it is now; look, then change it again.";

function repeat(written) {
  return written ? ` You had written “${written}”.` : "";
}

/** The list of cards; the page itself, fetched anew, is where the next state comes from. */
export class Gallery {
  constructor(root) {
    this.root = root;
    this.timer = 0;
    this.turn = Promise.resolve();
    this.queued = 0;
    this.refreshed = Promise.resolve();
    this.isHeld = false; // while cards are being moved, which a refresh would undo
    warnBeforeLeaving(() => this.queued > 0);
    // Other windows and colleagues may have changed it meanwhile.
    document.addEventListener("visibilitychange", () => document.hidden || this.refreshSoon());
    addEventListener("focus", () => this.refreshSoon());
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
  refresh() {
    this.refreshed = this.refreshed.then(() => this.load()); // in turn: a late page would undo a newer one
    return this.refreshed;
  }

  async load() {
    let page;
    try {
      const response = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!response.ok) return add(`The server answered ${response.status}.`, OUTDATED);
      page = new DOMParser().parseFromString(await response.text(), "text/html");
    } catch {
      return add("The connection was lost.", OUTDATED);
    }
    const fresh = page.getElementById("gallery");
    if (!fresh) return this.signedOut({ status: 401 }, "Sign in, come back to this page, and go on.");
    showLocalTimes(fresh);
    if (this.isHeld) return this.takeTags([...fresh.children]);
    for (const id of PARTS) {
      document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
    }
    this.arrange([...fresh.children]);
    return this.root.dispatchEvent(new Event("arranged"));
  }

  // What was put in order has another tag by that; whatever else was changed is shown before it is changed again.
  takeTags(cards) {
    for (const card of cards) {
      const known = this.find(card.dataset.id);
      const isSame = known && ["name", "primary"].every((name) => known.dataset[name] === card.dataset[name]);
      if (isSame) known.dataset.etag = card.dataset.etag;
    }
  }

  arrange(wanted) {
    const focus = this.readFocus();
    const old = new Map(this.cards.map((card) => [card.dataset.id, card]));
    let place = this.root.firstElementChild;
    for (const card of wanted) {
      const known = old.get(card.dataset.id);
      const kept = known && this.isStill(known, card) ? known : document.adoptNode(card);
      if (!known) kept.classList.add("is-new");
      // What another primary changes of it must not make its deletion look outdated.
      if (known?.matches(".is-leaving")) known.dataset.etag = card.dataset.etag;
      if (known && kept !== known) {
        if (place === known) place = kept;
        this.replace(known, kept);
      }
      if (kept === place) place = place.nextElementSibling;
      else this.root.insertBefore(kept, place);
      old.delete(card.dataset.id);
    }
    for (const card of old.values()) card.remove();
    this.restoreFocus(focus);
  }

  // In its place: a neighbour that had to move would lose the focus, and what is being written in it.
  replace(card, fresh) {
    const written = handOnUnsaved(card, fresh); // before it loses the focus, which would save it
    card.replaceWith(fresh);
    if (written) this.note(fresh, CHANGED + repeat(written));
  }

  isStill(known, card) {
    const isSame = SHOWN.every((name) => known.dataset[name] === card.dataset[name]);
    return isSame || isBeingWritten(known) || known.matches(".is-leaving");
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
    return this.enqueue(card, "PATCH", changes);
  }

  /** Moves one picture to the bin; tells whether it is there. */
  discard(card) {
    return this.enqueue(card, "POST");
  }

  /** Puts the pictures with these ids first, after the changes before it; tells whether it is so now. */
  putInOrder(ids) {
    return this.queue(async () => {
      const answer = await callApi("PUT", this.root.dataset.order, { body: { image_ids: ids }, keepalive: true });
      const isSaved = answer.status === 204;
      if (isSaved) await this.refresh(); // for the tags that the next change needs
      else if (isSignedOut(answer)) this.signedOut(answer);
      else say(`Nothing was changed. ${describeAnswer(answer)}`);
      return isSaved;
    });
  }

  enqueue(card, method, body) {
    return this.queue(async () => {
      if (method === "POST") await this.refreshed; // another primary may have changed what it looks like
      return this.send(card, method, body);
    });
  }

  queue(send) {
    this.queued += 1;
    this.turn = this.turn.then(() => {
      this.queued -= 1;
      return send();
    });
    return this.turn;
  }

  async send(card, method, body) {
    const { api, etag } = card.dataset;
    const url = method === "POST" ? `${api}/discard` : api;
    const answer = await callApi(method, url, { etag, body, keepalive: true });
    if (answer.status === 200) {
      card.dataset.etag = answer.etag;
      this.note(card, "");
    }
    if (answer.status === 200 || answer.status === 204) return true;
    if (answer.status === 404 && method === "POST") return true;
    await this.explain(card, answer);
    return false;
  }

  async explain(card, answer) {
    if (isSignedOut(answer)) {
      this.note(card, "Your last change was not made.");
      return this.signedOut(answer);
    }
    let sentence = answer.status === 412 ? CHANGED : `Nothing was changed. ${describeAnswer(answer)}`;
    if (answer.status === 412 || answer.status === 404) {
      sentence += repeat(takeUnsaved(card));
      card.classList.remove("is-leaving"); // nothing keeps it from being shown as it is
      this.isHeld = false;
      await this.refresh();
    }
    this.note(this.find(card.dataset.id) ?? card, sentence);
    return say(sentence);
  }

  /** Leaves a sentence on a card, until its next change; an empty one takes it away. */
  note(card, sentence) {
    card.querySelector(".card-note")?.remove();
    card.classList.toggle("is-changed", sentence !== "");
    if (!sentence) return;
    const note = document.createElement("p");
    note.className = "card-note";
    note.textContent = sentence;
    card.querySelector(".image-words").append(note);
  }

  signedOut(answer, kept = "Your last change was not made. Sign in, come back to this page, and make it again.") {
    showSignedOut("gallery", answer, kept, () => this.refresh());
  }
}
