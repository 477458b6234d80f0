// Deleting: the picture is in the bin at once, on the server, and can come back from there.

import { callApi, describeAnswer } from "./api_client.js";
import { offer, say } from "./notices.js";

function setLeaving(card, isLeaving) {
  card.classList.toggle("is-leaving", isLeaving);
  for (const part of card.children) part.inert = isLeaving;
}

async function bringBack(gallery, { api, id, name }) {
  const answer = await callApi("POST", `${api}/restore`, { keepalive: true });
  if (answer.status !== 200) return say(`“${name}” is still in the bin. ${describeAnswer(answer)}`);
  say(`“${name}” is back.`);
  await gallery.refresh();
  return gallery.find(id)?.querySelector('[data-action="delete"]').focus();
}

async function discard(gallery, card) {
  const neighbour = card.nextElementSibling ?? card.previousElementSibling;
  setLeaving(card, true);
  const isDiscarded = await gallery.discard(card);
  setLeaving(card, false);
  if (!isDiscarded) return;
  const shown = { ...card.dataset };
  gallery.find(shown.id)?.remove();
  offer(`“${shown.name}” is in the bin.`, "Undo", () => bringBack(gallery, shown), () => {
    gallery.find(neighbour?.dataset.id)?.querySelector("button[data-action]")?.focus();
  });
  gallery.refreshSoon();
}

/** Lets the cards be deleted. */
export function listenToDeletions(gallery) {
  gallery.root.addEventListener("click", (event) => {
    const button = event.target.closest('button[data-action="delete"]');
    if (button) discard(gallery, button.closest(".image-card"));
  });
}
