// One line for all uploads, above their rows; many rows stay folded until they are asked for.

import { MOVING } from "./upload_item.js";

const MAX_UNFOLDED = 4;

/** The head of the list of uploads. */
export class UploadSummary {
  constructor(area) {
    this.part = (selector) => area.querySelector(selector);
    this.isFolded = null; // until somebody chooses
    this.part('[data-action="fold"]').addEventListener("click", () => {
      this.isFolded = !this.part(".upload-list").hidden;
      this.fold(this.isFolded);
    });
  }

  show(queue) {
    const { items, isPaused, addedCount } = queue;
    const moving = queue.count(...MOVING);
    const [refused, failed, asking] = [queue.count("refused"), queue.count("failed"), queue.count("asking")];
    const parts = [
      [moving, isPaused ? "waiting" : "on the way"],
      [addedCount, "added"],
      [asking, "in question"],
      [refused, "refused"],
      [failed, "to try again"],
    ];
    const words = parts.filter(([count]) => count).map(([count, what]) => `${count} ${what}`);
    this.part(".upload-list-head").hidden = !items.size;
    this.part("#upload-summary").textContent = words.join(", ");
    this.part('[data-action="retry-all"]').hidden = failed < 2;
    this.part('[data-action="remove-refused"]').hidden = refused < 2;
    this.part('[data-action="skip-all"]').hidden = asking < 2;
    this.showProgress(items, moving, addedCount);
    if (!items.size) this.isFolded = null;
    this.part('[data-action="fold"]').hidden = items.size <= MAX_UNFOLDED && this.isFolded === null;
    this.fold(this.isFolded ?? (items.size > MAX_UNFOLDED && !asking));
  }

  showProgress(items, moving, added) {
    const bar = this.part(".upload-total");
    const sent = [...items.values()].reduce((sum, item) => sum + (item.state === "done" ? 0 : item.share), 0);
    bar.hidden = moving === 0;
    bar.max = Math.max(moving + added, 1);
    bar.value = added + sent;
  }

  fold(isFolded) {
    this.part(".upload-list").hidden = isFolded;
    const button = this.part('[data-action="fold"]');
    button.setAttribute("aria-expanded", String(!isFolded));
    button.textContent = isFolded ? "Show each file" : "Show the sum alone";
  }
}
