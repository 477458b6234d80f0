// The page "Deliver pictures": puts its parts together.

import { getPath, listenForFiles } from "../file_sources.js";
import { say, showSignedOut, warnBeforeLeaving } from "../notices.js";
import { saveReport } from "./delivery_report.js";
import { DeliveryStore } from "./delivery_store.js";
import { Review, countWords } from "./review.js";
import { Sending } from "./sending.js";
import { SendingPanel } from "./sending_panel.js";

// What has changed is shown together, so that the page listens in between.
const SHOW_PAUSE_MS = 250;

const root = document.getElementById("delivery");
const unfinished = document.getElementById("unfinished");
const owner = `${root.dataset.account}/${root.dataset.organization}`;
const store = new DeliveryStore(owner);
const panel = new SendingPanel(document.getElementById("sending"));
let records = store.read();
let sending = null;
let timer = 0;
let release = () => {}; // lets other tabs send

/** Of the files of an earlier delivery how many have arrived, and how many are still to be sent. */
function countRecords(kept) {
  const states = [...kept.values()].map((record) => record.state);
  const count = (...names) => states.filter((state) => names.includes(state)).length;
  return { arrived: count("arrived"), left: count("waiting", "sending", "checking") };
}

const review = new Review(root, {
  async getRecords() {
    const kept = await records;
    return countRecords(kept).left ? kept : new Map();
  },
});

async function showUnfinished() {
  const { arrived, left } = countRecords(await records);
  if (!arrived && !left) return;
  const sum = `${arrived.toLocaleString("en")} of ${countWords(arrived + left, "picture")} arrived.`;
  unfinished.querySelector('[data-part="sum"]').textContent = left ? sum : `Your last delivery: ${sum}`;
  unfinished.querySelector('[data-part="again"]').hidden = left === 0;
  unfinished.hidden = false;
}

function showChanges() {
  timer = 0;
  const { states } = review.delivery;
  review.filters.count(states);
  review.table.filter(review.table.passes);
  panel.show();
}

function end() {
  sending = null;
  release();
  delete root.dataset.phase;
  showChanges();
  panel.end();
  review.show();
  review.part("sum").focus();
}

function begin() {
  root.dataset.phase = "sending";
  unfinished.hidden = true;
  sending = new Sending(review.delivery, store, {
    changed(file) {
      if (file) review.table.update(file);
      if (!timer) timer = setTimeout(showChanges, SHOW_PAUSE_MS);
    },
    signedOut(answer) {
      const kept = "What is left waits here. Sign in, come back to this page, and continue.";
      showSignedOut("sending", answer, kept, () => sending.sender.resume());
    },
    ended: end,
  });
  review.table.show(review.delivery);
  panel.begin(sending);
  panel.panel.focus();
}

/** Sends, unless another tab does: both would put the same pictures in order. */
function send() {
  if (!navigator.locks) return begin(); // the page came by plain http
  return navigator.locks.request(`delivery/${owner}`, { ifAvailable: true }, (lock) => {
    if (!lock) return say("Another tab sends pictures to this organization. Send these when it has done.");
    begin();
    return new Promise((resolve) => { release = resolve; });
  });
}

const ACTIONS = {
  send,
  "try-refused": () => {
    review.act("again", review.delivery.list("refused"));
    review.part("sum").focus();
  },
  "start-over": () => {
    panel.panel.hidden = true;
    records = store.read();
    review.startOver();
  },
  report: async () => saveReport(review.delivery.files.length ? review.delivery.describe() : [...(await records).values()]),
  forget: () => {
    records = Promise.resolve(new Map());
    store.forget();
    unfinished.hidden = true;
    review.part("folder").focus();
  },
};

root.addEventListener("click", ({ target }) => ACTIONS[target.closest("[data-action]")?.dataset.action]?.());
warnBeforeLeaving(() => sending !== null);

/** Takes files in, those that were dropped on the page before this one, too. */
export function take(files) {
  if (sending) return say("These are on their way; drop the others when they have arrived.");
  return review.take(files.map((file) => ({ file, path: getPath(file) })));
}

listenForFiles(take, say);
showUnfinished();
root.querySelector(".upload-area").dataset.ready = "";
