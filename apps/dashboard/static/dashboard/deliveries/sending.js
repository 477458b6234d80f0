// The sending of a delivery: what is on its way, what has arrived, and what is kept of both.

import { describeAnswer } from "../api_client.js";
import { PictureTask } from "./picture_task.js";
import { OrderTask } from "./product_gallery.js";
import { Sender } from "./sender.js";

const MOVING = ["waiting", "sending", "checking"];

export class Sending {
  constructor(delivery, store, { changed, signedOut, ended }) {
    this.delivery = delivery;
    this.store = store;
    this.changed = changed;
    this.ended = ended;
    this.products = new Map(); // the files that are sent, and those that came before, by GTIN
    this.doneProducts = new Set();
    this.sent = new Set(delivery.list("ready"));
    this.fileCount = this.sent.size;
    this.doneFiles = 0;
    this.full = null; // the product that had no room for the last picture
    this.sender = new Sender({ changed: () => this.changed(), signedOut });
    this.start();
  }

  /** Sends all that is ready, one product after the other. */
  async start() {
    const tasks = [];
    for (const [gtin, files] of this.delivery.group()) {
      const arrived = files.filter((file) => file.progress === "arrived");
      const ready = files.filter((file) => this.sent.has(file));
      const isPlaced = arrived.every((file) => file.isPlaced);
      if (!ready.length && isPlaced) continue;
      this.products.set(gtin, files.filter((file) => this.sent.has(file) || file.progress === "arrived"));
      tasks.push(...ready.map((file) => this.buildTask(file, gtin)));
      if (!ready.length) tasks.push(this.buildOrder(files[0].product, arrived));
    }
    await this.store.begin(this.delivery.describe()); // whatever is told of them comes later
    this.sender.add(tasks);
  }

  buildTask(file, gtin) {
    file.key ||= this.delivery.makeKey(file);
    return new PictureTask(file, this.delivery.getImagesUrl(gtin), {
      changed: (each) => this.changed(each),
      settled: (each, answer) => this.settle(each, answer),
    });
  }

  settle(file, answer) {
    this.doneFiles += 1;
    this.watchRoom(file, answer);
    this.store.keep(this.delivery.describeFile(file));
    const { gtin, image_count: count } = file.product;
    const files = this.products.get(gtin);
    if (files.some((each) => MOVING.includes(each.progress))) return;
    const arrived = files.filter((each) => each.progress === "arrived");
    if (!arrived.length || arrived.length + count < 2) this.endProduct(file.product);
    else this.sender.addFirst(this.buildOrder(file.product, arrived));
  }

  // When one product after the other is full, the organization is, and would take no other picture, either.
  watchRoom(file, answer) {
    const isFull = answer.status === 409;
    if (isFull && this.full && this.full !== file.product) {
      this.sender.hold(`${describeAnswer(answer)} What is left waits here`);
    }
    this.full = isFull ? file.product : null;
  }

  buildOrder(product, files) {
    const ids = files.map((file) => file.image.id);
    return new OrderTask(this.delivery.getImagesUrl(product.gtin), ids, {
      isEmpty: product.image_count === 0,
      settled: () => this.endProduct(product),
    });
  }

  endProduct(product) {
    const arrived = this.products.get(product.gtin).filter((file) => file.progress === "arrived");
    product.image_count += arrived.filter((file) => this.sent.has(file)).length;
    product.has_primary ||= arrived.some((file) => file.isHero);
    for (const file of arrived) {
      file.isPlaced = true;
      this.store.keep(this.delivery.describeFile(file));
    }
    this.doneProducts.add(product.gtin);
    this.changed();
    if (this.doneProducts.size === this.products.size) this.ended();
  }
}
