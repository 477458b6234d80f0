// Files wait here, are sent a few at a time, and stay until they are added, refused or removed.

import { describeAnswer, getSparePause, isRunning, isSignedOut } from "./api_client.js";
import { warnBeforeLeaving } from "./notices.js";
import { Upload } from "./upload.js";
import { UploadDoubts } from "./upload_doubts.js";
import { MOVING, UploadItem, describeSize } from "./upload_item.js";
import { UploadSummary } from "./upload_summary.js";

const MAX_PARALLEL = 3;
const SHOW_DONE_MS = 4000;
// The first try is still at work when its connection was lost and the second one comes.
const CONFLICT_PAUSE_MS = 1500;
const MAX_CONFLICTS = 20;
const BUSY_PAUSE_SECONDS = 60;
// After an outage it goes on by itself.
const RETRY_SECONDS = [2, 5, 15, 60];

// 2 before 10, whatever the language.
const NATURAL = new Intl.Collator(undefined, { numeric: true });

/** The uploads of the page's product. */
export class UploadQueue {
  constructor(area, { addedImage, addedAll, signedOut, notice }) {
    this.area = area;
    this.list = area.querySelector(".upload-list");
    this.template = area.querySelector("template");
    this.summary = new UploadSummary(area);
    this.doubts = new UploadDoubts(area.dataset.url);
    this.items = new Map();
    this.addedCount = 0;
    this.isPaused = false;
    this.isSignedOut = false;
    this.report = { addedImage, addedAll, signedOut, notice };
    this.added = new Map(); // ids of pictures that are not yet in their order, with the names of their files
    area.addEventListener("click", (event) => this.listen(event));
    warnBeforeLeaving(() => this.count(...MOVING, "asking") > 0);
    addEventListener("online", () => this.reconnect());
  }

  /** Takes files in, in their order. */
  add(files) {
    if (!this.items.size) this.addedCount = 0;
    const items = files.map((file) => new UploadItem(new Upload(file, this.area.dataset.url), this.template));
    for (const item of items) {
      this.items.set(item.element, item);
      this.list.append(item.element);
      item.setState("comparing");
      this.checkSize(item);
    }
    this.sendNext();
    const fitting = items.filter((item) => item.state === "comparing");
    this.doubts.look(fitting, (item) => this.letThrough(item));
  }

  letThrough(item) {
    if (!this.items.has(item.element)) return;
    if (item.doubt) {
      item.ask(item.doubt);
      this.report.notice(`${item.upload.file.name}: ${item.doubt.sentence}`);
    } else {
      item.setState("waiting");
    }
    this.sendNext();
  }

  checkSize(item) {
    const { size } = item.upload.file;
    const { limit, maxBytes } = this.area.dataset;
    if (size <= Number(maxBytes)) return;
    const detail = `This file has ${describeSize(size)}; at most ${limit} fit. Save the picture smaller and choose it again.`;
    this.settle(item, { status: 413, data: { detail } });
  }

  /** Goes on after signing in again. */
  resume() {
    this.isPaused = false;
    this.isSignedOut = false;
    this.sendNext();
  }

  pause(seconds) {
    this.isPaused = true;
    setTimeout(() => this.isSignedOut || this.resume(), seconds * 1000);
  }

  /** Sends again what was lost with the connection. */
  reconnect() {
    for (const item of this.items.values()) if (item.isCutOff) item.setState("waiting");
    this.report.addedImage();
    this.sendNext();
  }

  count(...states) {
    return [...this.items.values()].filter((item) => states.includes(item.state)).length;
  }

  listen(event) {
    const action = event.target.closest("[data-action]")?.dataset.action;
    const item = this.items.get(event.target.closest(".upload"));
    if (action === "cancel" && item) this.remove(item);
    if (action === "retry" && item) this.retry([item]);
    if (action === "send" || action === "send-there") this.answer(item, action === "send-there");
    if (action === "skip") this.remove(item);
    if (action === "skip-all") this.removeAll("asking");
    if (action === "retry-all") this.retry([...this.items.values()]);
    if (action === "remove-refused") this.removeAll("refused");
  }

  retry(items) {
    for (const item of items.filter((each) => each.state === "failed")) {
      item.tries = 0;
      item.setState("waiting");
    }
    this.area.querySelector("#upload-summary").focus();
    this.resume();
  }

  /** Sends it in spite of the doubt; there: to the product that its name tells. */
  answer(item, isThere) {
    item.elsewhere = isThere ? item.doubt.product : null;
    if (isThere) item.upload.url = item.doubt.url;
    item.setState("waiting");
    this.area.querySelector("#upload-summary").focus();
    this.sendNext();
  }

  removeAll(state) {
    for (const item of [...this.items.values()].filter((each) => each.state === state)) this.remove(item);
    this.area.querySelector("#files").focus();
  }

  remove(item) {
    const hadFocus = item.element.contains(document.activeElement);
    const neighbour = item.element.nextElementSibling ?? item.element.previousElementSibling;
    this.items.delete(item.element);
    item.upload.cancel();
    if (item.state !== "done") item.setState("removed");
    item.element.remove();
    this.sendNext();
    if (!hadFocus) return;
    const next = neighbour?.querySelector("button:not([hidden], [hidden] *)");
    (next ?? this.area.querySelector("#files")).focus();
  }

  sendNext() {
    for (const item of this.items.values()) {
      const isFull = this.count("sending", "checking") >= MAX_PARALLEL;
      if (this.isPaused || isFull) break;
      if (item.state === "waiting") this.send(item);
    }
    this.putInOrder();
    this.summary.show(this);
  }

  /** Behind what was there, by the names of their files, whichever came first. */
  putInOrder() {
    if (!this.added.size || this.count(...MOVING)) return;
    const named = [...this.added].sort(([, one], [, other]) => NATURAL.compare(one, other));
    this.added.clear();
    this.report.addedAll(named.map(([id]) => id));
  }

  async send(item, conflicts = 0) {
    item.setProgress(0);
    const answer = await item.upload.send((share) => {
      item.setProgress(share);
      this.summary.show(this);
    });
    // Cancelled: whether it was too late for that, the gallery will tell.
    if (!this.items.has(item.element)) return this.report.addedImage();
    if (isRunning(answer) && conflicts < MAX_CONFLICTS) {
      await new Promise((resolve) => setTimeout(resolve, CONFLICT_PAUSE_MS));
      return this.items.has(item.element) && this.send(item, conflicts + 1);
    }
    this.settle(item, answer);
    this.leaveSpare(answer);
    return this.sendNext();
  }

  settle(item, answer) {
    if (answer.status === 201) {
      this.addedCount += 1;
      this.tellAdded(item, answer.data.id);
      setTimeout(() => this.remove(item), SHOW_DONE_MS);
    } else if (isSignedOut(answer)) {
      item.setState("waiting", "Kept here until you are signed in");
      this.isPaused = true;
      this.isSignedOut = true;
      this.report.signedOut(answer);
    } else if (answer.status === 429) {
      item.setState("waiting", describeAnswer(answer));
      this.pause(answer.data?.retry_after_seconds ?? BUSY_PAUSE_SECONDS);
    } else {
      this.fail(item, answer);
    }
  }

  tellAdded(item, id) {
    const { name } = item.upload.file;
    if (item.elsewhere) {
      item.setState("done", `Added to ${item.elsewhere.name}`);
      this.report.notice(`${name} is added to ${item.elsewhere.name}.`);
      return;
    }
    item.setState("done");
    this.added.set(id, name);
    this.report.addedImage(name);
  }

  fail(item, answer) {
    const isCutOff = answer.status === 0 && !answer.data;
    const mayRetry = isCutOff || answer.status >= 500 || isRunning(answer);
    const seconds = mayRetry ? RETRY_SECONDS[item.tries] : undefined;
    const soon = seconds === undefined ? "" : ` Trying again in ${seconds} s.`;
    item.setState(mayRetry ? "failed" : "refused", describeAnswer(answer) + soon);
    item.isCutOff = isCutOff;
    this.report.notice(`${item.upload.file.name}: ${describeAnswer(answer)}`);
    if (seconds === undefined) return;
    item.tries += 1;
    setTimeout(() => {
      if (!this.items.has(item.element) || item.state !== "failed") return;
      item.setState("waiting");
      this.sendNext();
    }, seconds * 1000);
  }

  leaveSpare(answer) {
    const seconds = getSparePause(answer);
    if (seconds && !this.isPaused && this.count("waiting")) this.pause(seconds);
  }
}
