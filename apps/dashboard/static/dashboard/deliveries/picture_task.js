// One picture of a delivery on its way to its product.

import { describeAnswer } from "../api_client.js";
import { Upload, makeRandomId } from "../upload.js";
import { listImages } from "./product_gallery.js";

const KEY_FIELD = "Idempotency-Key";

/** Whether the key came with another caption, or as another kind of picture, within the last day. */
function isOtherRequest({ status, data }) {
  return status === 422 && (data?.errors?.some((error) => error.field === KEY_FIELD) ?? false);
}

export class PictureTask {
  constructor(file, imagesUrl, { changed, settled }) {
    this.file = file;
    this.imagesUrl = imagesUrl;
    this.changed = changed;
    this.settled = settled;
    this.wasSent = false;
    const words = {};
    if (file.title) words.title = file.title;
    if (file.isHero) words.is_primary = "true";
    this.upload = new Upload(file.file, imagesUrl, { key: file.key, words });
    file.progress = "waiting";
    file.reason = "";
  }

  set(progress, reason = "") {
    this.file.progress = progress;
    this.file.reason = reason;
    this.changed(this.file);
  }

  async send() {
    this.set("sending");
    const answer = await this.upload.send((share) => {
      if (share >= 1 && this.file.progress === "sending") this.set("checking");
    });
    if (answer.status !== 201) this.set("waiting");
    const isFirst = !this.wasSent && !this.file.record; // then a replay tells of another delivery
    this.wasSent = true;
    return isFirst && (answer.isReplayed || isOtherRequest(answer)) ? this.look(answer) : answer;
  }

  // It was sent within the last day, and may have been deleted since.
  async look(answer) {
    const { images, fault } = await listImages(this.imagesUrl, "&details=true");
    if (fault) return fault;
    const { file } = this;
    const same = images.find((image) => (answer.status === 201
      ? image.id === answer.data.id
      : image.sha256 === file.sha256 || (image.file_name === file.file.name && image.byte_size === file.file.size)));
    if (same) return { ...answer, status: 200, data: same };
    this.upload.key = `${this.upload.key}/${makeRandomId()}`;
    file.key = this.upload.key;
    return this.upload.send(() => {});
  }

  done(answer) {
    this.file.image = answer.data;
    this.set(answer.status === 201 ? "arrived" : "known");
    return this.settled(this.file, answer);
  }

  refuse(answer) {
    this.set("refused", describeAnswer(answer));
    return this.settled(this.file, answer);
  }
}
