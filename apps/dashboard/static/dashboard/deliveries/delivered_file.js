// One file of a delivery: where it goes, and how far it is.

/** What somebody has to decide before it can be sent. */
export const UNDECIDED = ["check_digit", "not_found", "no_gtin"];

/** What was left out by itself, and can be sent all the same. */
export const LEFT_OUT = ["here", "twice"];

export class DeliveredFile {
  constructor(file, path) {
    this.file = file;
    this.path = path;
    this.reading = null; // what its name tells
    this.product = null; // the one it goes to
    this.isSkipped = false; // by hand
    this.isWanted = false; // though the same bytes are there
    this.sha256 = undefined; // null where it cannot be told
    this.known = []; // pictures of the organization with the same bytes
    this.twin = null; // the file before it with the same bytes for the same product
    this.isHero = false;
    this.place = 0; // behind those that its product has
    this.key = ""; // what the server knows a repeated sending by
    this.record = undefined; // what an earlier try has left; null where there is nothing of it
    this.image = null; // as the server has it
    this.isPlaced = false; // in the order of its product's pictures
    this.progress = null; // waiting, sending, checking, arrived, known or refused, once it is to be sent
    this.reason = ""; // why it was refused, or waits
  }

  get name() {
    return this.path.slice(this.path.lastIndexOf("/") + 1);
  }

  get title() {
    return this.reading?.title ?? "";
  }

  get folder() {
    return this.path.slice(0, this.path.lastIndexOf("/") + 1);
  }

  /** The picture of its product that has the same bytes, in the bin perhaps. */
  get same() {
    return this.known.find((image) => image.gtin === this.product?.gtin);
  }

  /** Where its bytes are, for its product; empty where they are not there yet. */
  get address() {
    return this.image?.image_url ?? this.same?.image_url ?? this.twin?.address ?? "";
  }

  get state() {
    if (this.progress) return this.progress;
    if (this.isSkipped) return "skipped";
    if (!this.product) return this.reading?.status ?? "reading";
    if (this.isWanted) return "ready";
    if (this.same) return "here";
    return this.twin ? "twice" : "ready";
  }

  /** Whether it gets a place among the pictures of its product, or has got it. */
  get hasPlace() {
    return this.product !== null && !this.isLeftOut && this.state !== "known" && this.state !== "refused";
  }

  /** Whether another file of its path takes its place: it was changed on the disk, or this one was refused. */
  isOutdatedBy({ size, lastModified }) {
    return this.state === "refused" || this.file.size !== size || this.file.lastModified !== lastModified;
  }

  get isUndecided() {
    return UNDECIDED.includes(this.state);
  }

  get isLeftOut() {
    return this.state === "skipped" || LEFT_OUT.includes(this.state);
  }
}
