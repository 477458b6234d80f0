// SHA-256 of files, told by a worker, which this module is as well: its address is the hashed one.

const HEX_DIGITS = 2;
// A worker leaves hundreds of megabytes that it has read to its garbage collector; they go with it at once.
const BYTES_OF_A_WORKER = 64 * 1024 ** 2;

async function computeSha256(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(HEX_DIGITS, "0")).join("");
}

if (globalThis.document === undefined) {
  addEventListener("message", async ({ data }) => {
    postMessage(await computeSha256(data).catch(() => null));
  });
}

let worker = null;
let readBytes = 0; // by this worker
let last = Promise.resolve();

function ask(file) {
  if (readBytes > BYTES_OF_A_WORKER) {
    worker?.terminate();
    worker = null;
    readBytes = 0;
  }
  readBytes += file.size;
  return new Promise((resolve) => {
    worker ??= new Worker(import.meta.url, { type: "module" });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = () => {
      worker = null;
      resolve(null);
    };
    worker.postMessage(file);
  });
}

/**
 * The SHA-256 of a file's bytes in hexadecimal, each file after the one before: no two are in memory.
 *
 * null where it cannot be told: the file is gone, or the page did not come by https (nor from this machine).
 */
export function hashFile(file) {
  last = last.then(() => (isSecureContext ? ask(file) : null)).catch(() => null);
  return last;
}
