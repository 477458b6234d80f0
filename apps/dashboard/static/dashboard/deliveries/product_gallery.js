// The pictures that a product has, and their order, which new ones are put behind.

import { callApi } from "../api_client.js";

const PAGE_SIZE = 100;

/** All images of a product in their order, or the answer that told none. */
export async function listImages(imagesUrl, query = "") {
  const images = [];
  for (let page = 1; ; page += 1) {
    const answer = await callApi("GET", `${imagesUrl}?page=${page}&page_size=${PAGE_SIZE}${query}`);
    if (answer.status !== 200) return { fault: answer };
    images.push(...answer.data.data);
    if (!answer.data.pagination.has_next) return { images };
  }
}

/** Puts a product's new pictures in their places, behind those that it had. */
export class OrderTask {
  constructor(imagesUrl, ids, { isEmpty, settled }) {
    this.imagesUrl = imagesUrl;
    this.ids = ids;
    this.isEmpty = isEmpty; // before they came
    this.settled = settled;
  }

  async send() {
    let before = [];
    if (!this.isEmpty) {
      const { images, fault } = await listImages(this.imagesUrl);
      if (fault) return fault;
      before = images.map((image) => image.id).filter((id) => !this.ids.includes(id));
    }
    return callApi("PUT", `${this.imagesUrl}/order`, { body: { image_ids: [...before, ...this.ids] } });
  }

  done() {
    return this.settled();
  }

  // One of them was deleted meanwhile, say: the others stand where they came.
  refuse() {
    return this.settled();
  }
}
