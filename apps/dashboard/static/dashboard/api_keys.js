// A new key is shown once: copy it, and keep a reload from making another.

import { copyText } from "./clipboard.js";

const title = document.getElementById("new-key-title");
if (title) {
  history.replaceState(null, "", location.href);
  title.focus();
}

for (const button of document.querySelectorAll("[data-copies]")) {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copies).textContent;
    const isCopied = await copyText(text);
    button.textContent = isCopied ? "Copied" : "Select it and copy it by hand";
    document.getElementById("copied").textContent = button.textContent;
    setTimeout(() => { button.textContent = label; }, 2500);
  });
}
