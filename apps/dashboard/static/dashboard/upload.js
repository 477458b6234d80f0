// One file on its way to the API.

import { getCsrfToken } from "./api_client.js";

/** A key that the server knows a repeated upload by; randomUUID is for secure contexts only. */
function makeKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function readBody(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return null;
  }
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
      const end = () => {
        this.request = null;
        resolve({ status: request.status, data: readBody(request) });
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

  /** Stops sending. */
  cancel() {
    this.request?.abort();
  }
}
