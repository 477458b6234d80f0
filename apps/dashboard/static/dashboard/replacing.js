// Another file in a picture's place: chosen or dropped on its card, and looked at beside the old one.

import { callApi, describeAnswer, isSignedOut } from "./api_client.js";
import { nameFormat, printFormat, printPixels, readPixels } from "./file_facts.js";
import { offer, say } from "./notices.js";
import { Upload } from "./upload.js";
import { describeSize } from "./upload_item.js";

const VERDICTS = {
  passes: "Passes",
  advice: "Has advice",
  refused: "Would refuse it",
  not_measured: "Not measured yet",
};
const BUSY_PAUSE_MS = 1000;
const MAX_CHECKS = 4;

const SAME = "Nothing to replace: the picture has this very file already.";
const CHANGED = "Somebody else changed this picture meanwhile; look again, then choose the file once more.";

/** Whether the file is the picture's, byte for byte, as far as this page can tell; the server knows. */
async function isSame(file, image) {
  if (file.size !== image.byte_size || new URL(image.image_url).origin !== location.origin) return false;
  const [mine, its] = await Promise.all([file, await fetch(image.image_url)].map((each) => each.arrayBuffer()));
  const old = new Uint8Array(its);
  return new Uint8Array(mine).every((byte, index) => byte === old[index]);
}

/** What each channel says to the card's picture. */
function readVerdicts(card) {
  const chips = [...card.querySelectorAll(".chip")];
  return chips.map((chip) => ({
    channel: chip.dataset.channel,
    name: chip.querySelector("summary b").textContent,
    verdict: chip.dataset.verdict,
  }));
}

function printVerdict({ verdict, reasons }) {
  const refusals = reasons.filter((reason) => reason.level === "must").map((reason) => reason.sentence);
  return [VERDICTS[verdict], ...refusals].join(". ");
}

/** The dialog in which a picture and the file that is to replace it are beside each other. */
export class Replacement {
  constructor(gallery, dialog) {
    this.gallery = gallery;
    this.dialog = dialog;
    this.part = (name) => dialog.querySelector(`[data-part="${name}"]`);
    this.replace = dialog.querySelector('[value="replace"]');
    this.upload = null;
    this.check = null;
    dialog.querySelector("form").addEventListener("submit", (event) => {
      if (event.submitter?.value !== "replace") return;
      event.preventDefault();
      this.send();
    });
    dialog.addEventListener("close", () => {
      for (const each of [this.upload, this.check]) each?.cancel();
      this.upload = null;
      this.check = null;
      URL.revokeObjectURL(this.part("new").src);
    });
  }

  /** Asks for a file, and then whether it is to replace the card's picture. */
  choose(card) {
    const input = this.dialog.querySelector('input[type="file"]');
    input.onchange = () => {
      const [file] = input.files;
      input.value = "";
      if (file) this.compare(card, file);
    };
    input.click();
  }

  /** Shows the card's picture and the file side by side. */
  async compare(card, file) {
    const answer = await callApi("GET", card.dataset.api);
    if (answer.status !== 200) return this.explain(answer);
    this.card = card;
    this.image = answer.data;
    this.upload = new Upload(file, `${card.dataset.api}/file`, { method: "PUT", etag: answer.etag });
    this.part("name").textContent = card.dataset.name;
    this.tell("");
    this.replace.hidden = false;
    this.replace.disabled = false;
    const shown = card.querySelector(".picture img");
    this.show("old", shown?.currentSrc ?? "");
    this.show("new", file.type === "image/svg+xml" ? "" : URL.createObjectURL(file));
    if (!this.dialog.open) this.dialog.showModal();
    const [format, pixels, same] = await Promise.all([
      nameFormat(file), readPixels(this.part("new")), isSame(file, this.image).catch(() => false),
    ]);
    this.showChanges([
      ["File", this.image.file_name, file.name],
      ["Format", printFormat(this.image.format), format],
      ["Pixels", printPixels(this.image), printPixels(pixels)],
      ["Size", describeSize(this.image.byte_size), describeSize(file.size)],
    ]);
    if (same) return this.refuse(SAME);
    return this.showReadiness(card, new Upload(file, card.dataset.api.replace(/[^/]+$/, "check")));
  }

  /** Shows what the channels would say to the file, which the server looks at and does not keep. */
  async showReadiness(card, check) {
    this.check?.cancel();
    this.check = check;
    this.tell("The server looks at the new file…");
    let answer = await check.send(() => {});
    for (let tries = 1; answer.data?.retryable && tries < MAX_CHECKS; tries += 1) {
      await new Promise((resolve) => { setTimeout(resolve, BUSY_PAUSE_MS); });
      if (this.check === check) answer = await check.send(() => {});
    }
    if (this.check !== check) return undefined;
    this.check = null;
    this.tell("");
    if (answer.status === 422) return this.refuse(describeAnswer(answer));
    if (answer.status !== 200) return undefined; // whatever it is, the replacement tells
    if (answer.data.sha256 === this.image.sha256) return this.refuse(SAME);
    const fresh = new Map(answer.data.channels.map((each) => [each.channel, printVerdict(each)]));
    return this.addChanges(readVerdicts(card).map(({ channel, name, verdict }) => (
      [name, VERDICTS[verdict], fresh.get(channel)]
    )));
  }

  show(name, address) {
    const image = this.part(name);
    image.hidden = !address;
    if (address) image.src = address;
    else image.removeAttribute("src");
  }

  showChanges(rows) {
    this.part("changes").replaceChildren();
    this.addChanges(rows);
  }

  addChanges(rows) {
    const lines = rows.map(([name, old, fresh]) => {
      const line = document.createElement("tr");
      line.classList.toggle("is-other", old !== fresh);
      for (const [tag, text] of [["th", name], ["td", old || "–"], ["td", fresh || "–"]]) {
        const cell = document.createElement(tag);
        if (tag === "th") cell.scope = "row";
        const words = document.createElement("bdi");
        words.textContent = text;
        cell.append(words);
        line.append(cell);
      }
      return line;
    });
    this.part("changes").append(...lines);
  }

  tell(sentence) {
    this.part("state").textContent = sentence;
  }

  refuse(sentence) {
    this.tell(sentence);
    this.replace.hidden = true;
  }

  async send() {
    this.check?.cancel();
    this.check = null;
    this.replace.disabled = true;
    const { card, upload, image } = this;
    const answer = await upload.send((share) => {
      this.tell(share < 1 ? `${Math.floor(share * 100)} % is sent` : "Sent; the server checks it");
    });
    if (this.upload !== upload) return this.gallery.refreshSoon(); // it was closed meanwhile
    if (answer.status !== 200) return this.explain(answer);
    if (answer.data.image_url === image.image_url) return this.refuse(SAME);
    this.dialog.close();
    await this.gallery.refresh();
    return offer(`“${card.dataset.name}” has another file now.`, "Undo", () => this.undo(card), () => {
      this.gallery.find(card.dataset.id)?.querySelector('[data-action="replace"]')?.focus();
    });
  }

  explain(answer) {
    if (isSignedOut(answer)) {
      this.dialog.close();
      return this.gallery.signedOut(answer, "Nothing was replaced. Sign in, come back to this page, and choose the file again.");
    }
    const sentence = answer.status === 412 ? CHANGED : describeAnswer(answer);
    if (answer.status === 412 || answer.status === 404) this.gallery.refreshSoon();
    if (!this.dialog.open) return say(sentence);
    // A lost connection or a busy server: the same key makes sending it again harmless.
    if (answer.status !== 0 && !answer.data?.retryable) return this.refuse(sentence);
    this.replace.disabled = false;
    return this.tell(sentence);
  }

  async undo(card) {
    const { api, id, name } = card.dataset;
    const versions = await callApi("GET", `${api}/versions`);
    const last = versions.data?.data?.[0];
    const answer = last ? await callApi("POST", `${api}/versions/${last.id}/restore`) : versions;
    say(answer.status === 200 && last ? `“${name}” has its file of before again.` : `Nothing was changed. ${describeAnswer(answer)}`);
    await this.gallery.refresh();
    this.gallery.find(id)?.querySelector('[data-action="replace"]')?.focus();
  }
}

/** Lets files replace pictures: by their buttons, and by dropping one on a card. */
export function listenToReplacing(gallery, details, replacement) {
  gallery.root.addEventListener("click", (event) => {
    const button = event.target.closest('[data-action="replace"]');
    if (button) replacement.choose(button.closest(".image-card"));
  });
  let shown = null;
  details.addEventListener("shown", (event) => { shown = event.detail; });
  details.querySelector('[data-action="replace"]').addEventListener("click", () => {
    details.close();
    replacement.choose(shown);
  });
}
