// What channels would say to a picture comes some seconds after it, at the latest with its thumbnail.

import { say } from "./notices.js";

// Of pictures whose thumbnails nobody has seen yet. The page is large: it is not asked for often.
const PAUSES_SECONDS = [3, 6, 12, 24, 48];
const AFTER_THUMBNAIL_SECONDS = 0.5; // others may come; after the first few, they are not hurried for

/** Shows the measures of pictures once they are there, and tells of new ones that tell a place. */
export function awaitMeasures(gallery) {
  const awaited = new Set();
  const told = new Set(gallery.cards.map((card) => card.dataset.id));
  let tries = 0;
  let timer = 0;
  let isHurried = true;

  function askLater() {
    const ids = gallery.cards.filter((card) => "awaited" in card.dataset).map((card) => card.dataset.id);
    isHurried = ids.some((id) => !awaited.has(id));
    if (isHurried) tries = 0;
    for (const id of ids) awaited.add(id);
    if (!ids.length || tries >= PAUSES_SECONDS.length) return clearTimeout(timer);
    askIn(PAUSES_SECONDS[tries], 1);
  }

  function askIn(seconds, cost) {
    clearTimeout(timer);
    timer = setTimeout(() => {
      tries += cost;
      if (!document.hidden) gallery.refreshSoon();
    }, 1000 * seconds);
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
  // Whoever makes the thumbnail measures the picture.
  gallery.root.addEventListener("load", ({ target }) => {
    if (isHurried && target.closest("[data-awaited]")) askIn(AFTER_THUMBNAIL_SECONDS, 0);
  }, true);
  askLater();
}
