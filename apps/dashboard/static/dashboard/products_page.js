// The list of products.

import { watchCopyButtons } from "./copy_buttons.js";
import { openDelivery } from "./deliveries/handing_over.js";
import { listFiles, listenForDrops } from "./file_sources.js";
import { listenToGtins } from "./gtins.js";
import { showLocalTimes } from "./local_times.js";
import { say } from "./notices.js";
import { watchThumbnails } from "./thumbnails.js";

const deliver = document.getElementById("deliver"); // only those who may change anything have it

watchCopyButtons();
watchThumbnails();
showLocalTimes(document);
listenToGtins();
listenForDrops(async (event) => {
  if (!deliver) return say("Nothing was uploaded: your role lets you look.");
  if (!deliver.isConnected) return undefined; // the page of deliveries has taken this one's place, and listens itself
  const files = await listFiles(event.dataTransfer, say);
  return files.length ? openDelivery(deliver.href, files) : undefined;
});
