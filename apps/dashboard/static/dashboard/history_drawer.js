// Who did what to the pictures, in a drawer.

import { callApi, describeAnswer } from "./api_client.js";
import { letClose } from "./drawers.js";
import { printTime } from "./local_times.js";

const PAGE_SIZE = 50;

function describeCaption({ old, new: now }) {
  if (!old) return `wrote the caption “${now}”`;
  return now ? `changed the caption “${old}” to “${now}”` : `removed the caption “${old}”`;
}

const SENTENCES = {
  uploaded: (name) => `added ${name}`,
  promoted: (name) => `made ${name} the primary picture`,
  demoted: (name) => `unmarked ${name} as the primary picture`,
  retitled: (name, event) => describeCaption(event),
  reprioritised: (name, event) =>
    event.images.size > 1 ? `put ${event.images.size} pictures in order` : `moved ${name}`,
  discarded: (name) => `moved ${name} to the bin`,
  replaced: (name) => `replaced ${name} by another file`,
  reverted: (name) => `gave ${name} an earlier file again`,
  restored: (name) => `brought ${name} back from the bin`,
  ordered: (name, event) => (event.new === "1" ? "moved a picture" : `put ${event.new} pictures in order`),
  deleted: (name) => `deleted ${name} for good`,
};

function build(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

function describe(event) {
  const called = event.image_name || document.getElementById(`picture-${event.image_id}`)?.dataset.name;
  const name = called ? `“${called}”` : `a picture${event.image_exists ? "" : " that is gone"}`;
  const way = { api_key: "with an API key", oauth_token: "with an app" }[event.credential.split(":")[0]];
  if (event.credential === "bin") return `The bin let go of ${name} after 30 days.`;
  const words = [event.user ?? "Somebody", SENTENCES[event.action](name, event), way];
  return `${words.filter(Boolean).join(" ")}.`;
}

/** Moves in a row by one hand are one line: a picture's new place may number many others anew. */
function joinMoves(events) {
  const joined = [];
  for (const event of events) {
    const last = joined.at(-1);
    const isSame = ["reprioritised", "ordered"].includes(event.action) && last?.action === event.action;
    if (isSame && last.credential === event.credential) last.images.add(event.image_id);
    else joined.push({ ...event, images: new Set([event.image_id]) });
  }
  return joined;
}

function buildThumbnail(event) {
  const frame = document.createElement("span");
  frame.className = "event-picture";
  if (!event.image_exists || event.images.size > 1) return frame;
  const image = document.createElement("img");
  image.src = `/renditions/${event.image_id}/96`;
  image.srcset = `/renditions/${event.image_id}/96 96w, /renditions/${event.image_id}/320 320w`;
  image.sizes = "3rem";
  image.alt = "";
  image.loading = "lazy";
  image.addEventListener("error", () => image.remove());
  frame.append(image);
  return frame;
}

function buildLine(event) {
  const line = document.createElement("li");
  const words = document.createElement("div");
  const when = document.createElement("p");
  const time = build("time", printTime(event.created));
  time.dateTime = event.created;
  when.append(time);
  words.append(build("p", describe(event)), when);
  line.append(buildThumbnail(event), words);
  return line;
}

/** The drawer of the page's product. */
export class HistoryDrawer {
  constructor(dialog) {
    this.dialog = dialog;
    this.list = dialog.querySelector(".events");
    this.page = 0;
    document.querySelector('[data-action="open-history"]').addEventListener("click", () => this.open());
    dialog.querySelector('[data-action="older"]').addEventListener("click", () => this.showMore());
    letClose(dialog);
  }

  async open() {
    this.page = 0;
    this.list.replaceChildren();
    this.dialog.showModal();
    await this.showMore();
  }

  async showMore() {
    this.page += 1;
    const answer = await callApi("GET", `${this.dialog.dataset.url}?page=${this.page}&page_size=${PAGE_SIZE}`);
    const note = this.dialog.querySelector('[data-part="history-note"]');
    note.textContent = answer.status === 200 ? "" : describeAnswer(answer);
    if (answer.status !== 200) {
      this.page -= 1; // for the next try
      return;
    }
    this.list.append(...joinMoves(answer.data.data).map(buildLine));
    if (!this.list.children.length) note.textContent = "Nothing has happened yet.";
    this.dialog.querySelector('[data-action="older"]').hidden = !answer.data.pagination.has_next;
  }
}
