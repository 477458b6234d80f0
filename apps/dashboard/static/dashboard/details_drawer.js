// What is known of one picture, beside the gallery.

import { copyText } from "./clipboard.js";
import { letClose } from "./drawers.js";

const ADDRESSES = { stable: "stable", file: "url" };

function listenToCopying(dialog) {
  for (const button of dialog.querySelectorAll('[data-action="copy-address"]')) {
    const label = button.querySelector("span");
    const text = label.textContent;
    button.addEventListener("click", async () => {
      const isCopied = await copyText(button.parentElement.querySelector(".address").textContent);
      label.textContent = isCopied ? "Copied" : "Select it and copy it by hand";
    });
    dialog.addEventListener("shown", () => { label.textContent = text; });
  }
}

/** Lets the details of a card be looked at; returns what shows those of another one. */
export function listenToDetails(gallery, dialog) {
  const part = (name) => dialog.querySelector(`[data-part="${name}"]`);
  letClose(dialog);
  listenToCopying(dialog);

  function show(card) {
    const facts = card.querySelector(".details").cloneNode(true);
    facts.hidden = false;
    dialog.querySelector("h2").textContent = card.dataset.name;
    part("picture").href = card.dataset.url;
    part("picture").replaceChildren(...card.querySelector(".picture").cloneNode(true).childNodes);
    const chips = card.querySelector(".readiness")?.cloneNode(true);
    if (chips) chips.hidden = false;
    part("facts").replaceChildren(facts, ...(chips ? [chips] : []));
    for (const [name, key] of Object.entries(ADDRESSES)) part(name).textContent = card.dataset[key];
    part("hero").hidden = !("primary" in card.dataset);
    part("versions-state").textContent = "";
    dialog.dispatchEvent(new CustomEvent("shown", { detail: card }));
  }

  gallery.root.addEventListener("click", (event) => {
    const card = event.target.closest('[data-action="details"]')?.closest(".image-card");
    if (!card) return;
    show(card);
    dialog.showModal();
  });
  return show;
}
