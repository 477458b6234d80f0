// What is known of one picture, beside the gallery.

import { copyText } from "./clipboard.js";
import { letClose } from "./drawers.js";

/** Lets the details of a card be looked at. */
export function listenToDetails(gallery, dialog) {
  const part = (name) => dialog.querySelector(`[data-part="${name}"]`);
  letClose(dialog);
  const copy = dialog.querySelector('[data-action="copy-address"]');
  const label = copy.lastChild;
  copy.addEventListener("click", async () => {
    const isCopied = await copyText(part("address").textContent);
    label.textContent = isCopied ? "Copied" : "Select it and copy it by hand";
  });
  gallery.root.addEventListener("click", (event) => {
    const card = event.target.closest('[data-action="details"]')?.closest(".image-card");
    if (!card) return;
    const facts = card.querySelector(".details").cloneNode(true);
    facts.hidden = false;
    dialog.querySelector("h2").textContent = card.dataset.name;
    part("picture").href = card.dataset.url;
    part("picture").replaceChildren(...card.querySelector(".picture").cloneNode(true).childNodes);
    const chips = card.querySelector(".readiness")?.cloneNode(true);
    if (chips) chips.hidden = false;
    part("facts").replaceChildren(facts, ...(chips ? [chips] : []));
    part("address").textContent = card.dataset.url;
    label.textContent = "Copy the address";
    dialog.dispatchEvent(new CustomEvent("shown", { detail: card }));
    dialog.showModal();
  });
}
