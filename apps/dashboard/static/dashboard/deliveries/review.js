// What somebody looks at before anything is sent: where each picture goes, and what has to be decided.

import { describeAnswer, isSignedOut } from "../api_client.js";
import { offer, say, showSignedOut } from "../notices.js";
import { LEFT_OUT, UNDECIDED } from "./delivered_file.js";
import { Delivery, MAX_FILES } from "./delivery.js";
import { ProductChoice } from "./product_choice.js";
import { ReviewTable } from "./review_table.js";
import { StateFilters } from "./state_filters.js";
import { describeFault } from "./untaken_types.js";

const KEPT = "What you dropped waits here. Sign in, come back to this page, and continue.";

/** "1 picture", "2,000 pictures". */
export function countWords(number, one) {
  return `${number.toLocaleString("en")} ${one}${number === 1 ? "" : "s"}`;
}

export class Review {
  /** `records` gives what an unfinished delivery has left, by path. */
  constructor(root, { getRecords }) {
    const { items, organization, maxBytes, limit } = root.dataset;
    this.root = root;
    this.part = (id) => root.querySelector(`#${id}`);
    this.button = root.querySelector('[data-action="send"]');
    this.limit = limit;
    this.getRecords = getRecords;
    this.make = () => new Delivery(items, organization, Number(maxBytes));
    this.delivery = this.make();
    this.looking = 0; // how often files were taken in that are still looked at
    this.turn = Promise.resolve();
    this.choice = new ProductChoice(document.getElementById("choice"), items);
    this.table = new ReviewTable(this.part("table"), {
      act: (action, file) => this.act(action, [file]),
      actOnGroup: (action, files) => this.act(action, files),
    });
    this.filters = new StateFilters(this.part("filters"), (passes) => this.table.filter(passes));
    this.part("fronts").addEventListener("change", ({ target }) => {
      this.delivery.letsFronts = target.checked;
      this.delivery.arrange();
      this.show();
    });
  }

  /** Takes files in, has their names read, and finds out which are here already. */
  take(sources) {
    const { added, replaced, left } = this.delivery.add(sources);
    if (left) say(`${countWords(MAX_FILES, "picture")} at once; ${left.toLocaleString("en")} are left for another time.`);
    else if (replaced) say(`In the place of others with the same names: ${countWords(replaced, "file")}.`);
    else if (!added) return say(sources.length ? "These are in the list already." : "There is no file in it.");
    this.part("review").hidden = false;
    this.looking += 1;
    this.part("review").setAttribute("aria-busy", "true");
    this.show();
    const { delivery } = this;
    this.turn = this.turn.then(() => this.look(delivery)); // others may still be looked at
    return this.turn;
  }

  async look(delivery) {
    if (delivery.files.length && await this.ask(() => delivery.read())) {
      this.show();
      this.part("sum").focus();
      await this.compare(delivery);
    }
    if (delivery !== this.delivery) return;
    this.looking -= 1;
    this.part("review").setAttribute("aria-busy", this.looking > 0);
    this.show();
  }

  async compare(delivery) {
    const tell = (share) => { this.part("checked").value = share; };
    this.part("checking").hidden = false;
    if (!await this.ask(() => delivery.compare(tell))) return;
    this.part("checking").hidden = true;
    delivery.resume(await this.getRecords());
  }

  // Asks until there is an answer; tells whether the files are still looked at by then.
  async ask(send) {
    const { delivery } = this;
    let answer = await send();
    while (delivery === this.delivery && answer && answer.status !== 200) {
      await this.waitFor(answer);
      answer = await send();
    }
    return delivery === this.delivery;
  }

  waitFor(answer) {
    return new Promise((resolve) => {
      if (isSignedOut(answer)) showSignedOut("review", answer, KEPT, resolve);
      else offer(describeAnswer(answer), "Try again", resolve, () => say(""));
    });
  }

  async act(action, files) {
    if (action === "choose") return this.choose(files);
    for (const file of files) {
      if (action === "correct" && file.reading.product) this.delivery.choose([file], file.reading.product);
      if (action === "skip" || action === "unskip") file.isSkipped = action === "skip";
      if (action === "want") file.isWanted = !file.isWanted;
      if (action === "again") file.progress = null;
    }
    this.delivery.arrange();
    return this.show();
  }

  async choose(files) {
    const which = files.length === 1 ? files[0].name : countWords(files.length, "picture");
    const product = await this.choice.ask(`Choose a product for ${which}`);
    if (!product) return;
    this.delivery.choose(files, product);
    this.show();
    this.part("sum").focus();
  }

  startOver() {
    this.delivery.leave();
    this.delivery = this.make();
    this.looking = 0;
    this.turn = Promise.resolve();
    this.table.clear();
    for (const id of ["review", "checking"]) this.part(id).hidden = true;
    this.part("folder").focus();
  }

  show() {
    const { states } = this.delivery;
    this.filters.count(states);
    this.showSum(states);
    this.showFaults();
    return this.table.show(this.delivery);
  }

  showSum(states) {
    const { delivery } = this;
    const count = (...names) => names.reduce((sum, name) => sum + (states.get(name) ?? 0), 0);
    const [reading, ready, undecided] = [count("reading"), count("ready"), count(...UNDECIDED)];
    const skipped = count("skipped", ...LEFT_OUT) + delivery.notTaken.length;
    const rest = [
      undecided && `${undecided.toLocaleString("en")} ${undecided === 1 ? "needs" : "need"} a look`,
      skipped && `${skipped.toLocaleString("en")} ${skipped === 1 ? "is" : "are"} skipped`,
    ].filter(Boolean).join(", ");
    this.part("sum").textContent = reading ? `Reading ${countWords(reading, "name")}` : rest || "Each has its product";
    const products = new Set(delivery.list("ready").map((file) => file.product.gtin)).size;
    const what = `${countWords(ready, "picture")} to ${countWords(products, "product")}`;
    this.button.textContent = ready ? `Send ${what}` : "Nothing to send";
    this.button.disabled = !ready || reading > 0 || this.looking > 0;
  }

  showFaults() {
    const { faults, notTaken } = this.delivery;
    const list = this.part("not-taken");
    list.hidden = !faults.size;
    const counts = [...faults].join();
    if (list.dataset.counts === counts) return;
    list.dataset.counts = counts;
    list.replaceChildren(...[...faults].map(([fault, number]) => {
      const line = document.createElement("li");
      const details = document.createElement("details");
      const summary = document.createElement("summary");
      const names = document.createElement("p");
      summary.textContent = describeFault(fault, number, this.limit);
      names.textContent = notTaken.filter(([, each]) => each === fault).map(([path]) => path).join("\n");
      details.append(summary, names);
      line.append(details);
      return line;
    }));
  }
}
