// One file on its way to the API.

import { getCsrfToken, parseBody } from "./api_client.js";

const FILE_CHANGED = {
  status: 0,
  data: { detail: "The file was changed, moved or deleted after you chose it; choose it again." },
};

/** A key that the server knows a repeated upload by; randomUUID is for secure contexts only. */
function makeKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** How many requests are left, and the seconds until there are more. */
function readBudget(request) {
  const read = (name) => request.getResponseHeader(name);
  const remaining = read("RateLimit-Remaining");
  return { remaining: remaining === null ? null : Number(remaining), resetSeconds: Number(read("RateLimit-Reset")) };
}

/** A file, the key that makes sending it again harmless, and the request while there is one. */
export class Upload {
  constructor(file, url) {
    this.file = file;
    this.url = url;
    this.key = makeKey();
    this.request = null;
  }

  /** Sends the file; tells the share that is sent, and at last the answer. */
  send(tellProgress) {
    const request = new XMLHttpRequest();
    this.request = request;
    return new Promise((resolve) => {
      const end = async () => {
        this.request = null;
        const answer = { status: request.status, data: parseBody(request.responseText), ...readBudget(request) };
        resolve(answer.status === 0 && !(await this.isReadable()) ? FILE_CHANGED : answer);
      };
      request.addEventListener("loadend", end);
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) tellProgress(event.loaded / event.total);
      });
      request.open("POST", this.url);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRFToken", getCsrfToken());
      request.setRequestHeader("Idempotency-Key", this.key);
      const form = new FormData();
      form.append("image", this.file, this.file.name);
      request.send(form);
    });
  }

  // Browsers send nothing of a file that has changed, and call it a lost connection.
  async isReadable() {
    try {
      await this.file.slice(0, 1).arrayBuffer();
      return true;
    } catch {
      return false;
    }
  }

  /** Stops sending. */
  cancel() {
    this.request?.abort();
  }
}
