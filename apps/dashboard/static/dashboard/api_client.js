// The API, called with the session of who is signed in.

/** The token that a session writes with; read anew each time, for signing in replaces it. */
export function getCsrfToken() {
  const pair = document.cookie.split("; ").find((entry) => entry.startsWith("csrftoken="));
  return pair ? decodeURIComponent(pair.slice("csrftoken=".length)) : "";
}

/** What the API answered: status (0 where the connection was lost), data and entity tag. */
export async function callApi(method, url, { etag, body, keepalive = false } = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": getCsrfToken() };
  if (etag) headers["If-Match"] = etag;
  if (body) headers["Content-Type"] = "application/json";
  try {
    const sent = body && JSON.stringify(body);
    const response = await fetch(url, { method, headers, body: sent, keepalive });
    const data = response.status === 204 ? null : await response.json();
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
  if (status === 0) return "The connection was lost.";
  return data?.detail ?? `The server answered ${status}.`;
}
