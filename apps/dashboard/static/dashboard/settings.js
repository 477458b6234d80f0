// What is shown once, a key or a link: copy it, and keep a reload from making another.

import { watchCopyButtons } from "./copy_buttons.js";

const title = document.getElementById("issued-title");
if (title) {
  history.replaceState(null, "", location.href);
  title.focus();
}

watchCopyButtons();
