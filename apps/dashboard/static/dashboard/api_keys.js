// A new key is shown once: copy it, and keep a reload from making another.

import { watchCopyButtons } from "./copy_buttons.js";

const title = document.getElementById("new-key-title");
if (title) {
  history.replaceState(null, "", location.href);
  title.focus();
}

watchCopyButtons();
