// Buttons that copy what stands in another element.

import { copyText } from "./clipboard.js";

/** Lets each button with `data-copies` copy the text of the element of that id. */
export function watchCopyButtons() {
  const said = document.createElement("p");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  document.body.append(said);
  for (const button of document.querySelectorAll("[data-copies]")) {
    button.hidden = false; // without scripts it would do nothing
    const label = button.textContent;
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copies).textContent;
      const isCopied = await copyText(text);
      button.textContent = isCopied ? "Copied" : "Select it and copy it by hand";
      said.textContent = button.textContent;
      setTimeout(() => { button.textContent = label; }, 2500);
    });
  }
}
