// One file on its way to the API.

import { getCsrfToken, parseBody, readBudget } from "./api_client.js";

const FILE_CHANGED = {
  status: 0,
  data: { detail: "The file was changed, moved or deleted after you chose it; choose it again." },
};

/** An id that nothing else has; randomUUID is for secure contexts only. */
export function makeRandomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A file, the key that makes sending it again harmless, and the request while there is one. */
export class Upload {
  constructor(file, url, { key = makeRandomId(), words = {}, method = "POST", etag } = {}) {
    this.file = file;
    this.url = url;
    this.key = key;
    this.words = words; // the form's other parts
    this.method = method;
    this.etag = etag;
    this.request = null;
  }

  /** Sends the file; tells the share that is sent, and at last the answer. */
  send(tellProgress) {
    const request = new XMLHttpRequest();
    this.request = request;
    return new Promise((resolve) => {
      const end = async () => {
        this.request = null;
        const read = (name) => request.getResponseHeader(name);
        const answer = {
          status: request.status,
          data: parseBody(request.responseText),
          isReplayed: read("Idempotent-Replayed") !== null,
          ...readBudget(read),
        };
        resolve(answer.status === 0 && !(await this.isReadable()) ? FILE_CHANGED : answer);
      };
      request.addEventListener("loadend", end);
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) tellProgress(event.loaded / event.total);
      });
      request.open(this.method, this.url);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRFToken", getCsrfToken());
      request.setRequestHeader("Idempotency-Key", this.key);
      if (this.etag) request.setRequestHeader("If-Match", this.etag);
      const form = new FormData();
      for (const [name, value] of Object.entries(this.words)) form.append(name, value);
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
