// The buttons on the cards: primary, address. Listened to at the gallery, for cards come and go.

import { copyText } from "./clipboard.js";
import { say } from "./notices.js";

const COPIED = "The address is copied. It stays when the picture is replaced; the address of exactly this file is in its details.";

async function promote(gallery, card) {
  if (!(await gallery.change(card, { is_primary: true }))) return;
  const { name, refusals } = card.dataset;
  say(refusals ? `Primary. ${refusals}` : `${name} is the primary picture now.`);
  await gallery.refresh();
}

async function copyAddress(card) {
  const isCopied = await copyText(card.dataset.stable);
  say(isCopied ? COPIED : card.dataset.stable);
}

/** Lets the cards be changed. */
export function listenToControls(gallery) {
  gallery.root.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-action]");
    const card = button?.closest(".image-card");
    if (button?.dataset.action === "promote") promote(gallery, card);
    if (button?.dataset.action === "copy") copyAddress(card);
  });
}
