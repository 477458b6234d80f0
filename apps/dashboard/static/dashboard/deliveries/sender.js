// Sends a few things at a time, and waits where it has to: for others, for the service, for whoever has to sign in.

import { describeAnswer, getSparePause, isRunning, isSignedOut } from "../api_client.js";

const MAX_PARALLEL = 3;
// The first try is still at work when its connection was lost and the second one comes: for a moment, or, where
// the service was killed, for the minute that its key is held.
const FIRST_CONFLICT_PAUSE_MS = 1500;
const LAST_CONFLICT_PAUSE_MS = 15_000;
const BUSY_PAUSE_SECONDS = 60;
// After an outage it goes on by itself, however long that takes.
const OUTAGE_SECONDS = [2, 5, 10, 20, 30];
// An answer of "not just now" is one to this task alone when it comes so often.
const MAX_TRIES = 8;

/** Tasks have `send`, which gives an answer, then `done` or `refuse`, which are given it. */
export class Sender {
  constructor({ changed, signedOut }) {
    this.waiting = [];
    this.sending = new Set();
    this.held = 0; // those that wait for their first try
    this.outages = 0;
    this.resumeAt = 0;
    this.reason = ""; // why nothing is sent
    this.isHeld = false; // until somebody does something
    this.changed = changed;
    this.signedOut = signedOut;
    addEventListener("online", () => this.outages && this.resume());
  }

  get isIdle() {
    return !this.waiting.length && !this.sending.size && !this.held;
  }

  add(tasks) {
    this.waiting.push(...tasks);
    this.next();
  }

  /** Before all that wait. */
  addFirst(task) {
    this.waiting.unshift(task);
    this.next();
  }

  /** Waits until `resume` is called. */
  hold(reason) {
    this.isHeld = true;
    this.reason = reason;
    this.changed();
  }

  resume() {
    this.isHeld = false;
    this.resumeAt = 0;
    this.next();
  }

  pause(seconds, reason) {
    const until = Date.now() + seconds * 1000;
    if (this.isHeld || until <= this.resumeAt) return;
    this.resumeAt = until;
    this.reason = reason;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.isHeld || this.resume(), seconds * 1000);
  }

  get isPaused() {
    return this.isHeld || this.resumeAt > Date.now();
  }

  next() {
    while (!this.isPaused && this.waiting.length && this.sending.size < MAX_PARALLEL) this.run(this.waiting.shift());
    this.changed();
  }

  async run(task) {
    this.sending.add(task);
    const answer = await task.send();
    this.sending.delete(task);
    await this.judge(task, answer);
    if (this.waiting.length) {
      const seconds = getSparePause(answer);
      if (seconds) this.pause(seconds, "Leaves the rest of this minute’s requests to you");
    }
    this.next();
  }

  judge(task, answer) {
    const { status, data } = answer;
    const isLost = status === 0 && !data;
    task.tries = (task.tries ?? 0) + (isLost || status < 500 ? 0 : 1);
    if (status >= 200 && status < 300) {
      this.outages = 0;
      return task.done(answer);
    }
    if (isSignedOut(answer)) {
      this.waiting.unshift(task);
      this.hold("Waits until you have signed in");
      return this.signedOut(answer);
    }
    if (status === 429) return this.retry(task, data?.retry_after_seconds ?? BUSY_PAUSE_SECONDS, "This minute’s requests are used up");
    if (isRunning(answer)) return this.retryAlone(task);
    if (isLost || (status >= 500 && task.tries < MAX_TRIES)) return this.sitOut(task, answer);
    return task.refuse(answer);
  }

  retry(task, seconds, reason) {
    this.waiting.unshift(task);
    this.pause(seconds, reason);
  }

  retryAlone(task) {
    this.held += 1;
    task.pause = Math.min(task.pause ? task.pause * 2 : FIRST_CONFLICT_PAUSE_MS, LAST_CONFLICT_PAUSE_MS);
    setTimeout(() => {
      this.held -= 1;
      this.addFirst(task);
    }, task.pause);
  }

  // Those that were under way beside it have met the same outage.
  sitOut(task, answer) {
    const isNew = !this.isPaused;
    const seconds = OUTAGE_SECONDS[Math.min(this.outages, OUTAGE_SECONDS.length - 1)];
    this.retry(task, isNew ? seconds : 0, `${describeAnswer(answer)} It goes on by itself`);
    if (isNew) this.outages += 1;
  }
}
