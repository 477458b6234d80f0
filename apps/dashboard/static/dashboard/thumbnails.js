// Small pictures are made when they are first asked for; where that takes long, they are asked for again.

const PAUSE_MS = 3000;
const MAX_TRIES = 4;

function showBroken(image) {
  const words = document.createElement("span");
  words.className = "picture-broken";
  words.textContent = "This picture cannot be shown.";
  image.replaceWith(words);
}

function askAgain(image) {
  const tries = Number(image.dataset.tries ?? 0) + 1;
  image.dataset.tries = tries;
  if (tries >= MAX_TRIES) return showBroken(image);
  image.removeAttribute("srcset");
  const [address] = image.src.split("?");
  return setTimeout(() => { image.src = `${address}?try=${tries}`; }, PAUSE_MS);
}

/** Asks again for every picture on the page that could not be loaded. */
export function watchThumbnails() {
  const listen = (image) => image.matches?.(".picture img") && askAgain(image);
  document.addEventListener("error", (event) => listen(event.target), true);
  for (const image of document.querySelectorAll(".picture img")) {
    if (image.complete && image.naturalWidth === 0 && image.loading !== "lazy") listen(image);
  }
}
