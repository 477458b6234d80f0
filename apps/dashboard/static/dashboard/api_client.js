// The API, called with the session of who is signed in.

/** The token that a session writes with; read anew each time, for signing in replaces it. */
export function getCsrfToken() {
  const pair = document.cookie.split("; ").find((entry) => entry.startsWith("csrftoken="));
  return pair ? decodeURIComponent(pair.slice("csrftoken=".length)) : "";
}

/** The body's JSON; null where it is none, as of a proxy or of 204. */
export function parseBody(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// Of each minute's requests so many are left to the person's own clicks.
const SPARE_REQUESTS = 60;
const MINUTE_SECONDS = 60;

/** How many requests are left, and the seconds until there are more; `read` gives a header of the answer. */
export function readBudget(read) {
  const remaining = read("RateLimit-Remaining");
  return { remaining: remaining === null ? null : Number(remaining), resetSeconds: Number(read("RateLimit-Reset")) };
}

/** The seconds to wait after an answer, so that there is something left for clicks; 0 where there is enough. */
export function getSparePause({ remaining, resetSeconds }) {
  // The window that the answer tells of is the fullest; the day's is not waited for.
  if (remaining === null || remaining > SPARE_REQUESTS || resetSeconds > MINUTE_SECONDS) return 0;
  return resetSeconds;
}

/** What the API answered: status (0 where the connection was lost), data and entity tag. */
export async function callApi(method, url, { etag, body, keepalive = false } = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": getCsrfToken() };
  if (etag) headers["If-Match"] = etag;
  if (body) headers["Content-Type"] = "application/json";
  try {
    const sent = body && JSON.stringify(body);
    const response = await fetch(url, { method, headers, body: sent, keepalive });
    const data = parseBody(await response.text());
    const budget = readBudget((name) => response.headers.get(name));
    return { status: response.status, data, etag: response.headers.get("ETag"), ...budget };
  } catch {
    return { status: 0, data: null, etag: null, remaining: null };
  }
}

/** Whether the session has ended, or may no longer do this. */
export function isSignedOut({ status }) {
  return status === 401 || status === 403;
}

/** Whether the first try is still under way; a 409 that is not retryable is a quota's. */
export function isRunning({ status, data }) {
  return status === 409 && data?.retryable === true;
}

/** The server's sentence, or ours where it said nothing. */
export function describeAnswer({ status, data }) {
  return data?.detail ?? (status === 0 ? "The connection was lost." : `The server answered ${status}.`);
}
