// Small pictures of files, made while they are in sight and let go of afterwards.

const AROUND = "200px";

/** Shows the file of each element that `watch` is given as long as it is near what is seen. */
export class Previews {
  constructor() {
    this.files = new WeakMap();
    this.observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) this.show(target);
        else target.replaceChildren();
      }
    }, { rootMargin: AROUND });
  }

  watch(element, file) {
    this.files.set(element, file);
    // The server alone bounds what drawing an SVG takes.
    if (!/svg/i.test(file.type)) this.observer.observe(element);
  }

  show(element) {
    if (element.firstChild) return;
    const image = new Image(48, 48);
    const url = URL.createObjectURL(this.files.get(element));
    const release = () => URL.revokeObjectURL(url);
    image.alt = "";
    image.decoding = "async";
    image.addEventListener("load", release, { once: true });
    image.addEventListener("error", () => { image.remove(); release(); }, { once: true });
    image.src = url;
    element.append(image);
  }
}
