// The list of products.

import { watchCopyButtons } from "./copy_buttons.js";
import { listenForDrops } from "./file_sources.js";
import { listenToGtins } from "./gtins.js";
import { showLocalTimes } from "./local_times.js";
import { say } from "./notices.js";
import { watchThumbnails } from "./thumbnails.js";

watchCopyButtons();
watchThumbnails();
showLocalTimes(document);
listenToGtins();
listenForDrops((event) => {
  const product = event.target.closest?.(".product-tile")?.querySelector(".card-title a");
  const where = product ? `“${product.textContent}”` : "the product that they show";
  say(`Nothing was uploaded. Open ${where}, and drop the pictures there.`);
});
