// Captions, written in place on the cards: they look saved only once they are.

import { say, warnBeforeLeaving } from "./notices.js";

function isUnsaved(caption) {
  return caption.value.trim() !== caption.defaultValue.trim();
}

/** Whether somebody is at it, or it is being saved: the card must not be replaced then. */
export function isBeingWritten(card) {
  const caption = card.querySelector(".caption");
  if (caption === null || !isUnsaved(caption)) return false;
  return "saving" in caption.dataset || (caption === document.activeElement && !("tried" in caption.dataset));
}

/** Takes what is not saved off the card; null where there is nothing. */
export function takeUnsaved(card) {
  const caption = card.querySelector(".caption");
  if (!caption || !isUnsaved(caption)) return null;
  const written = caption.value;
  caption.value = caption.defaultValue;
  delete caption.dataset.saving; // or losing the focus would save what stood there before
  return written;
}

/** Hands what is not saved on to the card that comes instead; returns it where the caption is another now. */
export function handOnUnsaved(card, fresh) {
  const written = takeUnsaved(card);
  const [before, now] = [card, fresh].map((each) => each.querySelector(".caption"));
  if (written === null || written.trim() === now.defaultValue.trim()) return null;
  if (now.defaultValue !== before.defaultValue) return written;
  now.value = written;
  now.setAttribute("aria-invalid", "true");
  return null;
}

async function saveCaption(gallery, caption) {
  caption.value = caption.value.replace(/\s+/g, " "); // pasted lines
  const title = caption.value.trim();
  caption.removeAttribute("aria-invalid");
  if (title === (caption.dataset.saving ?? caption.defaultValue.trim())) return;
  caption.dataset.saving = title;
  caption.dataset.tried = ""; // until it is written in again
  const isSaved = await gallery.change(caption.closest(".image-card"), { title });
  if (caption.dataset.saving === title) delete caption.dataset.saving;
  if (!isSaved) {
    if (isUnsaved(caption)) caption.setAttribute("aria-invalid", "true");
    return;
  }
  caption.defaultValue = title;
  say(title ? `The caption is “${title}” now.` : "The caption is gone.");
  gallery.refreshSoon();
}

/** Lets the captions be written. */
export function listenToCaptions(gallery) {
  // Not "change": that does not come again for what could not be saved.
  gallery.root.addEventListener("focusout", (event) => {
    if (event.target.matches(".caption")) saveCaption(gallery, event.target);
  });
  gallery.root.addEventListener("keydown", (event) => {
    if (!event.target.matches(".caption")) return;
    if (event.key === "Escape") event.target.value = event.target.defaultValue;
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault(); // a caption is one line, which wraps; the focus stays where it is
    saveCaption(gallery, event.target);
  });
  gallery.root.addEventListener("input", (event) => { delete event.target.dataset.tried; });
  // What is being sent arrives even if the page is left.
  const isLost = (caption) => isUnsaved(caption) && caption.dataset.saving !== caption.value.trim();
  warnBeforeLeaving(() => [...gallery.root.querySelectorAll(".caption")].some(isLost));
}
