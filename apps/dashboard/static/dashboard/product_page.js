// The page of one product: puts its parts together.

import { listenToCaptions } from "./captions.js";
import { CardOrder } from "./card_order.js";
import { listenToDeletions } from "./deletion.js";
import { listenToDetails } from "./details_drawer.js";
import { listenForFiles } from "./file_sources.js";
import { Gallery } from "./gallery.js";
import { HistoryDrawer } from "./history_drawer.js";
import { listenToPlaces } from "./place_form.js";
import { listenToGtins } from "./gtins.js";
import { listenToControls } from "./image_controls.js";
import { showLocalTimes } from "./local_times.js";
import { say, showSignedOut, whisper } from "./notices.js";
import { markPictures } from "./picture_marks.js";
import { awaitMeasures } from "./readiness.js";
import { listenToReplacing, Replacement } from "./replacing.js";
import { watchThumbnails } from "./thumbnails.js";
import { MOVING } from "./upload_item.js";
import { UploadQueue } from "./upload_queue.js";
import { Versions } from "./versions.js";
import { listenToWalkingKeys } from "./walking.js";

const gallery = new Gallery(document.getElementById("gallery"));
const details = document.getElementById("details");
const area = document.querySelector(".upload-area");

watchThumbnails();
markPictures(gallery.root);
showLocalTimes(document);
listenToGtins();
listenToWalkingKeys();
listenToCaptions(gallery);
listenToControls(gallery);
awaitMeasures(gallery);
const showDetails = listenToDetails(gallery, details);
new Versions(gallery, details, showDetails);
new HistoryDrawer(document.getElementById("history"));

// Only those who may change anything have it.
if (area) {
  const order = new CardOrder(gallery);
  listenToPlaces(order, details);
  listenToDeletions(gallery);
  const queue = new UploadQueue(area, {
    addedImage(name) {
      if (name) whisper(`${name} is added.`);
      gallery.refreshSoon();
    },
    addedAll: (ids) => order.append(ids),
    signedOut(answer) {
      const count = queue.count(...MOVING);
      const kept = `${count} picture${count === 1 ? " waits" : "s wait"} here. Sign in, come back to this page, and continue.`;
      showSignedOut("uploads", answer, kept, () => queue.resume());
    },
    notice: whisper,
  });
  const replacement = new Replacement(gallery, document.getElementById("replacement"));
  listenToReplacing(gallery, details, replacement);
  listenForFiles((files) => queue.add(files), say, (card, file) => replacement.compare(card, file));
  area.dataset.ready = "";
}
