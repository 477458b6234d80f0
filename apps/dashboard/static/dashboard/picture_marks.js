// What a picture is beside its pixels: transparent, which is marked, or animated, which plays when it is pointed at.

const SAMPLE_PIXELS = 24;
const OPAQUE = 250; // of 255: edges of what is drawn smaller may be a little less
const MAY_MOVE = matchMedia("(prefers-reduced-motion: no-preference)");

function isTransparent(image) {
  const canvas = document.createElement("canvas");
  canvas.width = SAMPLE_PIXELS;
  canvas.height = SAMPLE_PIXELS;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0, SAMPLE_PIXELS, SAMPLE_PIXELS);
  const { data } = context.getImageData(0, 0, SAMPLE_PIXELS, SAMPLE_PIXELS);
  return data.some((value, index) => index % 4 === 3 && value < OPAQUE);
}

function markTransparent(image) {
  const picture = image.closest(".image-card .picture");
  if (!picture || picture.querySelector(".is-transparent") || !isTransparent(image)) return;
  const mark = document.createElement("span");
  mark.className = "picture-mark is-transparent";
  mark.textContent = "Transparent";
  picture.append(mark);
}

function play(picture) {
  const image = picture?.querySelector("img");
  if (!image || !MAY_MOVE.matches || "still" in image.dataset) return;
  image.dataset.still = image.src;
  image.dataset.stillSet = image.srcset;
  image.removeAttribute("srcset");
  image.src = picture.dataset.plays;
}

function stop(picture) {
  const image = picture?.querySelector("img[data-still]");
  if (!image) return;
  image.src = image.dataset.still;
  image.srcset = image.dataset.stillSet;
  delete image.dataset.still;
  delete image.dataset.stillSet;
}

/** Marks transparent pictures, and lets animated ones play while they are pointed at or focused. */
export function markPictures(gallery) {
  const find = (event) => event.target.closest?.("[data-plays]");
  gallery.addEventListener("load", ({ target }) => {
    if (target.matches("img:not([data-still])")) markTransparent(target); // an icon's <svg> loads, too
  }, true);
  for (const image of gallery.querySelectorAll(".picture img")) {
    if (image.complete && image.naturalWidth) markTransparent(image);
  }
  gallery.addEventListener("pointerover", (event) => play(find(event)));
  gallery.addEventListener("focusin", (event) => play(find(event)));
  gallery.addEventListener("pointerout", (event) => {
    const picture = find(event);
    if (!picture?.contains(event.relatedTarget)) stop(picture);
  });
  gallery.addEventListener("focusout", (event) => stop(find(event)));
}
