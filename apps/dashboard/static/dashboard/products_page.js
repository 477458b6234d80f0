// The list of products.

import { watchThumbnails } from "./thumbnails.js";

watchThumbnails();
