// What speaks against sending a picture here: it is here already, or its name tells another product.

import { callApi } from "./api_client.js";
import { hashFile } from "./file_hashes.js";

const HASHED_AT_ONCE = 20;
const NAMES_AT_ONCE = 2000;
// Nothing is held up for longer by a service that does not answer.
const PATIENCE_MS = 5000;

function* cut(list, size) {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size);
}

/** The lines of an answer; none where there was none in time. */
async function ask(url, body) {
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS, { data: null }); });
  const { data } = await Promise.race([callApi("POST", url, { body }), late]);
  return data?.data ?? [];
}

/** Looks at pictures before they are sent; where it cannot, it doubts nothing. */
export class UploadDoubts {
  constructor(imagesUrl) {
    const [, itemsUrl, gtin] = imagesUrl.match(/^(.*)\/(\d+)\/images$/);
    this.itemsUrl = itemsUrl;
    this.gtin = gtin;
    this.first = new Map(); // of each SHA-256, the item that was let through
  }

  /** Sets the doubt of each item, null where there is none, and calls `tell` with it. */
  async look(items, tell) {
    for (const named of cut(items, NAMES_AT_ONCE)) {
      const names = named.map((item) => item.upload.file.name);
      const readings = await ask(`${this.itemsUrl}/file-names`, { names });
      for (const [index, item] of named.entries()) item.reading = readings[index];
    }
    for (const hashed of cut(items, HASHED_AT_ONCE)) {
      await this.compare(hashed);
      for (const item of hashed) {
        item.doubt = this.describe(item);
        if (!item.doubt) this.first.set(item.sha256, item);
        tell(item);
      }
    }
  }

  async compare(items) {
    for (const item of items) item.sha256 = await hashFile(item.upload.file);
    const told = items.filter((item) => item.sha256);
    if (!told.length) return;
    const files = told.map(({ sha256 }) => ({ sha256, gtin: this.gtin }));
    const lines = await ask(`${this.itemsUrl}/known-files`, { files });
    for (const [index, item] of told.entries()) {
      item.known = lines[index]?.images.find((image) => image.gtin === this.gtin);
    }
  }

  describe({ known, sha256, reading }) {
    if (known) {
      const where = known.is_discarded ? "In the bin" : "Already here";
      return { sentence: known.name ? `${where} as “${known.name}”.` : `${where}.` };
    }
    const same = sha256 && this.first.get(sha256);
    if (same?.isKept) return { sentence: `The same picture as ${same.upload.file.name}, which you added before.` };
    const product = reading?.status === "ready" && reading.product;
    if (!product || product.gtin === this.gtin) return null;
    const sentence = `Its name tells another product of yours: ${product.name}, GTIN ${product.gtin}.`;
    return { sentence, product, url: `${this.itemsUrl}/${product.gtin}/images` };
  }
}
