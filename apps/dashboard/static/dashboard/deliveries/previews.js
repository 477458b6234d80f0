// Small pictures of files, made while they are in sight and let go of afterwards.

const AROUND = "200px";
const WIDTH = 96; // twice as wide as they are shown, for screens with small pixels

async function drawSmall(file) {
  try {
    const bitmap = await createImageBitmap(file, { resizeWidth: WIDTH, resizeQuality: "low" });
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.setAttribute("aria-hidden", "true");
    canvas.getContext("bitmaprenderer").transferFromImageBitmap(bitmap);
    return canvas;
  } catch { // no picture, or one that the browser doesn't know
    return null;
  }
}

/** Shows the file of each element that `watch` is given as long as it is near what is seen. */
export class Previews {
  constructor() {
    this.files = new WeakMap();
    this.near = new Set(); // elements that are to show their files
    this.waiting = new Set(); // those of them that don't yet
    this.isDrawing = false;
    this.observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const change = isIntersecting ? "add" : "delete";
        this.near[change](target);
        this.waiting[change](target);
        if (!isIntersecting) target.replaceChildren();
      }
      this.draw();
    }, { rootMargin: AROUND });
  }

  watch(element, file) {
    this.files.set(element, file);
    // The server alone bounds what drawing an SVG takes.
    if (!/svg/i.test(file.type)) this.observer.observe(element);
  }

  // One after the other: each is decoded as large as it is, and kept as small as it is shown.
  async draw() {
    if (this.isDrawing) return;
    this.isDrawing = true;
    for (const element of this.waiting) {
      this.waiting.delete(element);
      const canvas = await drawSmall(this.files.get(element));
      if (canvas && this.near.has(element)) element.replaceChildren(canvas);
    }
    this.isDrawing = false;
  }
}
