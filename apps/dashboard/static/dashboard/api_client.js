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

/** What the API answered: status (0 where the connection was lost), data and entity tag. */
export async function callApi(method, url, { etag, body, keepalive = false } = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": getCsrfToken() };
  if (etag) headers["If-Match"] = etag;
  if (body) headers["Content-Type"] = "application/json";
  try {
    const sent = body && JSON.stringify(body);
    const response = await fetch(url, { method, headers, body: sent, keepalive });
    const data = parseBody(await response.text());
    return { status: response.status, data, etag: response.headers.get("ETag") };
  } catch {
    return { status: 0, data: null, etag: null };
  }
}

/** Whether the session has ended, or may no longer do this. */
export function isSignedOut({ status }) {
  return status === 401 || status === 403;
}

/** The server's sentence, or ours where it said nothing. */
export function describeAnswer({ status, data }) {
  return data?.detail ?? (status === 0 ? "The connection was lost." : `The server answered ${status}.`);
}
