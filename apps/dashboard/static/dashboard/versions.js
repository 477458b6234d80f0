// The files that a picture had before, in its details.

import { callApi, describeAnswer, isSignedOut } from "./api_client.js";
import { printFormat, printPixels } from "./file_facts.js";
import { printTime } from "./local_times.js";
import { say } from "./notices.js";
import { describeSize } from "./upload_item.js";

function describe(version) {
  const facts = [printFormat(version.format), printPixels(version), describeSize(version.byte_size)];
  return facts.filter(Boolean).join(", ");
}

/** The list below the details; `shown` is asked for the card after another file was restored. */
export class Versions {
  constructor(gallery, dialog, show) {
    this.gallery = gallery;
    this.dialog = dialog;
    this.show = show;
    this.section = dialog.querySelector('[data-part="versions"]');
    this.list = this.section.querySelector("ul");
    this.template = this.section.querySelector("template");
    dialog.addEventListener("shown", (event) => this.load(event.detail));
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest('[data-action="restore-version"]');
      if (button) this.restore(button);
    });
  }

  async load(card) {
    this.card = card;
    this.section.hidden = true;
    if (!("replaced" in card.dataset)) return;
    const answer = await callApi("GET", `${card.dataset.api}/versions`);
    if (this.card !== card || answer.status !== 200) return;
    this.list.replaceChildren(...answer.data.data.map((version) => this.build(version)));
    this.section.hidden = !answer.data.data.length;
  }

  build(version) {
    const line = this.template.content.firstElementChild.cloneNode(true);
    const part = (name) => line.querySelector(`[data-part="${name}"]`);
    const small = `/renditions/${this.card.dataset.id}/${version.id}`;
    const image = line.querySelector("img");
    image.addEventListener("error", () => image.remove());
    image.srcset = `${small}/96 96w, ${small}/320 320w`;
    image.src = `${small}/96`;
    part("link").href = version.image_url;
    part("file").textContent = version.file_name || "A file without a name";
    part("facts").textContent = describe(version);
    part("added").textContent = `Added by ${version.uploaded_by ?? "somebody"}, ${printTime(version.created)}`;
    part("replaced").textContent = `Replaced ${printTime(version.replaced)}`;
    const button = line.querySelector("button");
    if (button) {
      button.dataset.version = version.id;
      button.querySelector("span").textContent = `: ${version.file_name}, ${printTime(version.created)}`;
    }
    return line;
  }

  async restore(button) {
    const { api, etag, id, name } = this.card.dataset;
    button.disabled = true;
    const answer = await callApi("POST", `${api}/versions/${button.dataset.version}/restore`, { etag });
    button.disabled = false;
    if (isSignedOut(answer)) {
      this.dialog.close();
      return this.gallery.signedOut(answer);
    }
    await this.gallery.refresh();
    const card = this.gallery.find(id);
    const told = answer.status === 200 ? `“${name}” has this file again.` : `Nothing was changed. ${describeAnswer(answer)}`;
    if (!card) return this.dialog.close();
    this.show(card);
    this.tell(told);
    return this.dialog.querySelector("h2").focus();
  }

  tell(sentence) {
    this.section.parentElement.querySelector('[data-part="versions-state"]').textContent = sentence;
  }
}
