// What is sent, by name, and how far it is: kept in the browser, so that a reload loses nothing but the files themselves.

const NAME = "closient-deliveries";
const STORE = "files";
const KEPT_AT_ONCE = 200;

function wait(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** The files of the last delivery of one person to one organization; where nothing can be kept, it keeps nothing. */
export class DeliveryStore {
  constructor(owner) {
    this.range = IDBKeyRange.bound([owner, ""], [owner, "\uffff"]);
    this.owner = owner;
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: ["owner", "path"] });
    this.opened = wait(opening).catch(() => null);
  }

  async use(mode, act) {
    const database = await this.opened;
    if (!database) return null;
    try {
      return await act(database.transaction(STORE, mode).objectStore(STORE));
    } catch {
      return null; // the disk is full, or the person has forbidden it
    }
  }

  /** What is kept, by path. */
  async read() {
    const kept = await this.use("readonly", (store) => wait(store.getAll(this.range)));
    return new Map((kept ?? []).map((record) => [record.path, record]));
  }

  /** Keeps these in the place of all that was; some at a time, so that the page listens in between. */
  async begin(records) {
    await this.forget();
    for (let start = 0; start < records.length; start += KEPT_AT_ONCE) {
      await this.use("readwrite", (store) => {
        const puts = records.slice(start, start + KEPT_AT_ONCE).map((record) => store.put({ ...record, owner: this.owner }));
        return wait(puts.at(-1));
      });
    }
  }

  keep(record) {
    return this.use("readwrite", (store) => { store.put({ ...record, owner: this.owner }); });
  }

  forget() {
    return this.use("readwrite", (store) => { store.delete(this.range); });
  }
}
