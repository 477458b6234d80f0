// What channels would say to a picture comes some seconds after it; the page asks again until then.

import { say } from "./notices.js";

const PAUSES_SECONDS = [1, 1, 1, 2, 2, 3, 5, 5, 10, 10, 20];

/** Shows the measures of pictures once they are there, and tells of new ones that tell a place. */
export function awaitMeasures(gallery) {
  const awaited = new Set();
  const told = new Set(gallery.cards.map((card) => card.dataset.id));
  let tries = 0;
  let timer = 0;

  function askLater() {
    const ids = gallery.cards.filter((card) => "awaited" in card.dataset).map((card) => card.dataset.id);
    if (ids.some((id) => !awaited.has(id))) tries = 0;
    for (const id of ids) awaited.add(id);
    clearTimeout(timer);
    if (!ids.length || tries >= PAUSES_SECONDS.length) return;
    timer = setTimeout(() => document.hidden || gallery.refreshSoon(), 1000 * PAUSES_SECONDS[tries]);
    tries += 1;
  }

  function tellPlaces() {
    for (const card of gallery.cards) {
      const { id, name } = card.dataset;
      if (told.has(id)) continue;
      told.add(id);
      if ("place" in card.dataset) say(`${name} tells where it was taken, and everybody can see it here. Save it without location and replace it, if they are not to know.`);
    }
  }

  gallery.root.addEventListener("arranged", () => {
    tellPlaces();
    askLater();
  });
  askLater();
}
