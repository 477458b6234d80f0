// One line of the list of uploads.

/** The states of those that nobody has to do anything for. */
export const MOVING = ["comparing", "waiting", "sending", "checking"];

const STATUS = {
  comparing: "Comparing it with what is here",
  waiting: "Waiting for its turn",
  checking: "Sent; the server checks it",
  done: "Added",
};

const UNITS = ["bytes", "KB", "MB"];

/** As the cards have it, in Django's units. */
export function describeSize(bytes) {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), UNITS.length - 1);
  return `${(bytes / 1024 ** power).toFixed(power ? 1 : 0)} ${UNITS[power]}`;
}

/** What the page shows of an upload: preview, name, state, progress, and its controls. */
export class UploadItem {
  constructor(upload, template) {
    this.upload = upload;
    this.tries = 0; // that went by themselves
    this.share = 0;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.part = (selector) => this.element.querySelector(selector);
    this.part(".upload-name").textContent = upload.file.name;
    this.part("progress").setAttribute("aria-label", `Progress of ${upload.file.name}`);
    this.part('[data-action="retry"]').setAttribute("aria-label", `Try ${upload.file.name} again`);
    this.showPreview(upload.file);
    this.setState("waiting");
  }

  showPreview(file) {
    const image = this.part(".upload-preview img");
    image.hidden = file.type === "image/svg+xml"; // the server alone bounds what drawing it takes
    if (image.hidden) return;
    const url = URL.createObjectURL(file);
    const release = () => URL.revokeObjectURL(url);
    image.addEventListener("load", release, { once: true });
    image.addEventListener("error", () => { image.hidden = true; release(); }, { once: true });
    image.src = url;
  }

  /** Whether it is on its way to the product's pictures, or among them. */
  get isKept() {
    return ["waiting", "sending", "checking", "done"].includes(this.state);
  }

  /** Asks whether to send it all the same, or to the product that its name tells. */
  ask({ sentence, product }) {
    const { name } = this.upload.file;
    this.setState("asking", sentence);
    this.part('[data-action="send"]').textContent = product ? "Add it here" : "Add it again";
    this.part('[data-action="send-there"]').hidden = !product;
    for (const button of this.element.querySelectorAll(".upload-answers button")) {
      button.setAttribute("aria-label", `${button.textContent}: ${name}`);
    }
  }

  /** comparing, asking, waiting, sending, checking, done, refused (for good), failed (may be tried again) or removed. */
  setState(state, sentence = STATUS[state] ?? "") {
    this.state = state;
    this.isCutOff = false;
    if (!["sending", "checking", "done"].includes(state)) this.share = 0;
    this.element.dataset.state = state;
    this.part(".upload-status").textContent = sentence;
    this.part('[data-action="retry"]').hidden = state !== "failed";
    this.part(".upload-answers").hidden = state !== "asking";
    const isOver = state === "refused" || state === "failed" || state === "done";
    const cancel = this.part('[data-action="cancel"]');
    cancel.title = isOver ? "Remove from this list" : "Cancel";
    cancel.lastElementChild.textContent = `${cancel.title}: ${this.upload.file.name}`;
    cancel.hidden = state === "done" || state === "asking";
  }

  /** The share of the file that is sent. */
  setProgress(share) {
    const size = this.upload.file.size;
    this.share = share;
    this.part("progress").value = share;
    if (share >= 1) this.setState("checking");
    else this.setState("sending", `${Math.floor(share * 100)} % of ${describeSize(size)}`);
  }
}
