// Small pictures are made when they are first asked for; where that takes long, they are asked for again.

const PAUSE_MS = 3000;
const MAX_TRIES = 4;
const UNDECODABLE = 422;

function showBroken(image) {
  const words = document.createElement("span");
  words.className = "picture-broken";
  words.textContent = "This picture cannot be shown.";
  image.replaceWith(words);
}

/** Whether it was refused for good, which the image's error does not tell. */
async function isUndecodable(address) {
  try {
    const { status } = await fetch(address, { method: "HEAD", redirect: "manual" });
    return status === UNDECODABLE;
  } catch { // the connection was lost, which says nothing of the picture
    return false;
  }
}

async function askAgain(image) {
  const tries = Number(image.dataset.tries ?? 0) + 1;
  image.dataset.tries = tries;
  const [address] = image.src.split("?");
  if (tries >= MAX_TRIES || await isUndecodable(address)) return showBroken(image);
  image.removeAttribute("srcset");
  return setTimeout(() => { image.src = `${address}?try=${tries}`; }, PAUSE_MS);
}

/** Shows which pictures are still to come, and asks again for every one that could not be loaded. */
export function watchThumbnails() {
  document.documentElement.classList.add("shows-coming");
  document.addEventListener("load", (event) => event.target.classList?.add("is-here"), true);
  const listen = (image) => image.matches?.(".picture img") && askAgain(image);
  document.addEventListener("error", (event) => listen(event.target), true);
  for (const image of document.querySelectorAll(".picture img")) {
    if (!image.complete) continue;
    if (image.naturalWidth) image.classList.add("is-here");
    else listen(image); // failed before this script had come
  }
}
