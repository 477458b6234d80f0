// The files of a delivery, which product each goes to, and in which place.

import { callApi } from "../api_client.js";
import { hashFile } from "../file_hashes.js";
import { NATURAL } from "../file_sources.js";
import { makeRandomId } from "../upload.js";
import { DeliveredFile, UNDECIDED } from "./delivered_file.js";
import { explainState } from "./file_sentences.js";
import { explainFault, findFault } from "./untaken_types.js";

/** As many as are looked at together, and as the API reads names at once. */
export const MAX_FILES = 2000;
const OK = { status: 200 };

function compareSequence(one, other) {
  return one.reading.sequence - other.reading.sequence;
}

/** Whether it is the file of that record; where no bytes could be compared, by what the disk tells. */
function isSame(record, { sha256, file }) {
  if (sha256) return record.sha256 === sha256;
  return record.size === file.size && record.lastModified === file.lastModified;
}

/** Those there are, with how many files each has. */
function count(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

export class Delivery {
  constructor(itemsUrl, organization, maxBytes) {
    this.itemsUrl = itemsUrl;
    this.organization = organization;
    this.maxBytes = maxBytes;
    this.files = [];
    this.notTaken = []; // [path, fault]
    this.letsFronts = false; // become primary where there is another
    this.products = new Map(); // by GTIN
    this.isLeft = false;
  }

  /** Takes files in that it has not yet; counts those, such as take the place of others, and such as are too many. */
  add(sources) {
    const files = new Map(this.files.map((file) => [file.path, file]));
    const notTaken = new Map(this.notTaken);
    const counts = { added: 0, replaced: 0, left: 0 };
    for (const { file, path } of sources) {
      const before = files.get(path);
      if (before && !before.isOutdatedBy(file)) continue;
      const fault = findFault(file, path, this.maxBytes);
      if (!fault && !before && files.size >= MAX_FILES) {
        counts.left += 1;
        continue;
      }
      counts[before ? "replaced" : "added"] += 1;
      (fault ? files : notTaken).delete(path);
      if (fault) notTaken.set(path, fault);
      else files.set(path, new DeliveredFile(file, path));
    }
    this.files = [...files.values()].sort((one, other) => NATURAL.compare(one.path, other.path));
    this.notTaken = [...notTaken];
    return counts;
  }

  get faults() {
    return count(this.notTaken.map(([, fault]) => fault));
  }

  get states() {
    return count(this.files.map((file) => file.state));
  }

  list(...states) {
    return this.files.filter((file) => states.includes(file.state));
  }

  /** Has the service read all names; gives its answer. */
  async read() {
    const names = this.files.map((file) => file.path);
    const answer = await callApi("POST", `${this.itemsUrl}/file-names`, { body: { names } });
    if (answer.status !== 200) return answer;
    for (const [index, told] of answer.data.data.entries()) this.take(this.files[index], told);
    this.arrange();
    return answer;
  }

  take(file, told) {
    file.reading = told;
    told.product &&= this.getProduct(told.product);
    if (told.status === "ready") file.product ??= told.product;
  }

  /** The one of that GTIN; the same for all its files, so that they agree on it. */
  getProduct(product) {
    if (!this.products.has(product.gtin)) this.products.set(product.gtin, product);
    return this.products.get(product.gtin);
  }

  getImagesUrl(gtin) {
    return `${this.itemsUrl}/${gtin}/images`;
  }

  /** Finds out which are here already, by their bytes; gives the service's answer. */
  async compare(tell) {
    const left = this.files.filter((file) => file.sha256 === undefined);
    for (const [index, file] of left.entries()) {
      if (this.isLeft) break;
      file.sha256 = await hashFile(file.file);
      tell((index + 1) / left.length);
    }
    const hashed = this.files.filter((file) => file.sha256);
    if (!hashed.length || this.isLeft) return OK;
    const files = hashed.map(({ sha256, product }) => ({ sha256, gtin: product?.gtin }));
    const answer = await callApi("POST", `${this.itemsUrl}/known-files`, { body: { files } });
    if (answer.status !== 200) return answer;
    for (const [index, { images }] of answer.data.data.entries()) hashed[index].known = images;
    this.arrange();
    return answer;
  }

  /** Lets go of what is still looked at. */
  leave() {
    this.isLeft = true;
  }

  /** The same file for the same product has the same key tomorrow, unless it is sent once more on purpose. */
  makeKey({ sha256, isWanted, product }) {
    const key = `delivery/${this.organization}/${product.gtin}/${sha256 || makeRandomId()}`;
    return isWanted ? `${key}/${makeRandomId()}` : key;
  }

  /** Lets files go to a product that somebody chose. */
  choose(files, product) {
    for (const file of files) {
      file.product = this.getProduct(product);
      file.isSkipped = false;
      file.key = "";
      file.record = null;
    }
    this.arrange();
  }

  /** Gives each its place, finds those that come twice, and the one that becomes primary. */
  arrange() {
    for (const [, files] of this.group()) {
      const first = new Map();
      for (const file of files) {
        const same = first.get(file.sha256);
        file.twin = file.sha256 && same ? same : null;
        if (!file.isSkipped && !file.twin) first.set(file.sha256, file);
      }
      const sent = files.filter((file) => file.hasPlace);
      const before = files[0].product.image_count - sent.filter((file) => file.state === "arrived").length;
      for (const [index, file] of sent.entries()) file.place = before + index + 1;
      const hero = sent.find((file) => file.reading?.is_hero);
      const isFree = !files[0].product.has_primary || this.letsFronts;
      for (const file of files) file.isHero = file.record?.isHero ?? (file === hero && isFree);
    }
  }

  /** The files of each product in their places, by GTIN. */
  group() {
    const groups = new Map();
    for (const file of this.files) {
      if (!file.product) continue;
      if (!groups.has(file.product.gtin)) groups.set(file.product.gtin, []);
      groups.get(file.product.gtin).push(file);
    }
    for (const files of groups.values()) files.sort(compareSequence);
    return groups;
  }

  /** Those for which no product is known, by why. */
  groupUndecided() {
    const isWithout = (file, status) => !file.product && file.reading?.status === status;
    const groups = UNDECIDED.map((status) => [status, this.files.filter((file) => isWithout(file, status))]);
    return new Map(groups.filter(([, files]) => files.length));
  }

  /** What is kept of a file, and told in the report. */
  describeFile(file) {
    const { size, lastModified } = file.file;
    const { path, sha256, key, isHero, isPlaced, isWanted, product, state, image } = file;
    return {
      path, size, lastModified, sha256, key, isHero, isPlaced, isWanted, state,
      reason: explainState(file),
      gtin: product?.gtin ?? file.reading?.gtin ?? "",
      product: product?.name ?? "",
      isFound: product !== null,
      imageId: image?.id ?? file.same?.image_id ?? "",
      address: file.address,
    };
  }

  /** The same of all files, those that are not taken as well. */
  describe() {
    const untaken = this.notTaken.map(([path, fault]) => ({ path, state: "not_taken", reason: explainFault(fault) }));
    return [...this.files.map((file) => this.describeFile(file)), ...untaken];
  }

  /** Goes on with what was kept of an earlier try, by path: the same bytes for the same product. */
  resume(records) {
    for (const file of this.files.filter((each) => each.record === undefined)) {
      const record = records.get(file.path);
      file.record = null;
      if (record && isSame(record, file)) this.resumeFile(file, record);
    }
    this.arrange();
  }

  resumeFile(file, record) {
    if (!file.product && record.isFound) {
      file.product = this.getProduct({ gtin: record.gtin, name: record.product, has_primary: true, image_count: 1 });
    }
    if (record.gtin !== file.product?.gtin) return;
    file.isSkipped = record.state === "skipped";
    file.isWanted = record.isWanted;
    if (!record.key) return;
    file.record = record;
    file.key = record.key;
    const same = record.isWanted ? undefined : file.same;
    const isHere = record.state === "arrived" || (same !== undefined && !same.is_discarded);
    if (!isHere) return;
    file.progress = "arrived";
    file.isPlaced = record.isPlaced;
    file.image = { id: record.imageId || same.image_id, image_url: record.address };
  }
}
