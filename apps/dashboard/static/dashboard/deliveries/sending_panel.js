// How far the sending is: two bars, why it waits, and every tenth of it said aloud.

import { whisper } from "../notices.js";

const TENTHS = 10;
const PERCENT = 100;

function printCount(done, all, one) {
  return `${done.toLocaleString("en")} of ${all.toLocaleString("en")} ${one}${all === 1 ? "" : "s"}`;
}

export class SendingPanel {
  constructor(panel) {
    this.panel = panel;
    this.part = (name) => panel.querySelector(`[data-part="${name}"]`);
    this.hold = panel.querySelector('[data-action="hold"]');
    this.again = panel.querySelector('[data-action="try-refused"]');
    this.again.addEventListener("click", () => { this.again.hidden = true; });
    this.hold.addEventListener("click", () => {
      const { sender } = this.sending;
      if (sender.isPaused) sender.resume();
      else sender.hold("Paused");
    });
    setInterval(() => this.sending && this.showReason(), 1000);
  }

  begin(sending) {
    this.sending = sending;
    this.said = 0;
    this.panel.hidden = false;
    this.hold.hidden = false;
    this.again.hidden = true;
    this.show();
  }

  end() {
    this.hold.hidden = true;
    this.again.hidden = ![...this.sending.sent].some((file) => file.progress === "refused");
    this.show();
  }

  /** What became of those that were sent. */
  describeEnd() {
    const states = [...this.sending.sent].map((file) => file.progress);
    const count = (state) => states.filter((each) => each === state).length;
    const parts = [[count("arrived"), "arrived"], [count("known"), "here already"], [count("refused"), "refused"]];
    const words = parts.filter(([number]) => number).map(([number, what]) => `${number.toLocaleString("en")} ${what}`);
    return `${words.join(", ")}.`;
  }

  show() {
    const { sending } = this;
    this.showBar("files", sending.doneFiles, sending.fileCount, "picture");
    this.showBar("products", sending.doneProducts.size, sending.products.size, "product");
    this.showReason();
    this.say();
  }

  showBar(name, done, all, one) {
    const [words, bar] = this.part(name).children;
    words.textContent = printCount(done, all, one);
    bar.max = all;
    bar.value = done;
  }

  showReason() {
    const { sender } = this.sending;
    const seconds = Math.ceil((sender.resumeAt - Date.now()) / 1000);
    const isHeld = sender.isPaused && !sender.isIdle;
    const soon = sender.isHeld ? "." : `; ${seconds} s.`;
    const waits = isHeld ? `${sender.reason}${soon}` : "";
    const reason = this.hold.hidden ? this.describeEnd() : waits;
    if (this.part("reason").textContent !== reason) this.part("reason").textContent = reason;
    const label = isHeld ? "Go on" : "Pause";
    if (this.hold.textContent !== label) this.hold.textContent = label;
  }

  say() {
    const { doneFiles, fileCount } = this.sending;
    const tenth = Math.floor((doneFiles / fileCount) * TENTHS);
    if (tenth === this.said) return;
    this.said = tenth;
    whisper(`${(tenth * PERCENT) / TENTHS} %: ${printCount(doneFiles, fileCount, "picture")}.`);
  }
}
