// Swagger UI on the published document, which it sends to the server that showed this page.

const SAFE_METHODS = ["GET", "HEAD", "OPTIONS", "TRACE"];
const mount = document.getElementById("swagger-ui");

function getCookie(name) {
  const pair = document.cookie.split("; ").find((entry) => entry.startsWith(`${name}=`));
  return pair ? decodeURIComponent(pair.slice(name.length + 1)) : "";
}

// A session writes with its CSRF token only; a credential in a header takes the session's place.
function addCsrfToken(request) {
  const isSafe = SAFE_METHODS.includes((request.method || "GET").toUpperCase());
  if (!isSafe && !request.headers["X-API-Key"] && !request.headers.Authorization) {
    request.headers["X-CSRFToken"] = getCookie("csrftoken");
  }
  return request;
}

// The description is long: whoever wants to try an operation need not scroll past it.
function foldDescription({ React }) {
  const fold = (Description) => (props) =>
    React.createElement(
      "details",
      { className: "api-description" },
      React.createElement("summary", null, "Authentication, rate limits, pagination and errors"),
      React.createElement(Description, props),
    );
  return { wrapComponents: { InfoContainer: fold } };
}

// Its heads of operations are links within buttons, which screen readers can't tell apart.
function unlinkNames({ React }) {
  return { wrapComponents: { DeepLink: () => ({ text }) => React.createElement("span", null, text) } };
}

// A session's cookie is the browser's secret: the line to paste has a key in its place.
function showKeyInCurl({ React }) {
  const mend = (Curl) => ({ request, ...props }) => {
    const shown = request.hasIn(["headers", "X-CSRFToken"])
      ? request.deleteIn(["headers", "X-CSRFToken"]).setIn(["headers", "X-API-Key"], "YOUR_API_KEY")
      : request;
    return React.createElement(Curl, { ...props, request: shown });
  };
  return { wrapComponents: { curl: mend } };
}

// Swagger UI leaves some of its controls without a name for screen readers, or with another than the visible one.
function nameControls() {
  const parameters = ".parameters-col_description :is(input:not([type=checkbox]), select)";
  for (const control of mount.querySelectorAll(parameters)) {
    const name = control.closest("tr").querySelector(".parameter__name");
    control.setAttribute("aria-label", name.firstChild.textContent);
  }
  for (const button of mount.querySelectorAll(".copy-to-clipboard button")) {
    button.setAttribute("aria-label", "Copy");
  }
  mount.querySelector(".close-modal")?.setAttribute("aria-label", "Close");
  for (const button of mount.querySelectorAll(".modal-btn")) {
    button.removeAttribute("aria-label");
  }
}

let openDialog = null;

// Each field of the dialog asks for the focus when it opens, and the last one would have it.
function focusFirstField() {
  const dialog = mount.querySelector(".modal-ux-content");
  if (dialog !== openDialog) dialog?.querySelector("input")?.focus();
  openDialog = dialog;
}

function followColorScheme() {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  dark.addEventListener("change", apply);
  apply();
}

async function showReference() {
  const response = await fetch(mount.dataset.openapiUrl);
  if (!response.ok) {
    throw new Error(`HTTP ${response.status}`);
  }
  const spec = await response.json();
  spec.servers = [{ url: window.location.origin }];
  spec.components.securitySchemes.SessionAuth.description =
    "Signed in on this site? Then your browser sends this cookie by itself: leave it empty.";
  window.SwaggerUIBundle({
    spec,
    domNode: mount,
    deepLinking: true,
    displayRequestDuration: true,
    plugins: [foldDescription, unlinkNames, showKeyInCurl],
    requestInterceptor: addCsrfToken,
    validatorUrl: null,
  });
}

function offerCopying() {
  const button = document.querySelector(".examples-copy");
  const examples = [...document.querySelectorAll(".examples pre")];
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const shown = examples.find((example) => example.checkVisibility());
    await navigator.clipboard.writeText(shown.textContent);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
}

new MutationObserver(() => { nameControls(); focusFirstField(); }).observe(mount, { childList: true, subtree: true });
offerCopying();
followColorScheme();
showReference().catch((fault) => {
  mount.textContent = `The reference could not be loaded (${fault.message}). Reload the page to try again.`;
});
