// To the start, to the end, to a place: in the details of a picture, for keyboards and fingers.

/** Lets the picture that the drawer shows be put to a place. */
export function listenToPlaces(order, dialog) {
  const form = dialog.querySelector("form");
  const { place } = form.elements;
  let id = "";

  dialog.addEventListener("shown", (event) => {
    ({ id } = event.detail.dataset);
    form.hidden = "primary" in event.detail.dataset;
    place.max = order.wanted.length;
    place.value = order.wanted.indexOf(id) + 1;
    form.querySelector("output").textContent = `of ${order.wanted.length}`;
  });

  form.addEventListener("submit", (event) => {
    const ways = { start: 1, end: order.wanted.length, place: Number(place.value) };
    order.moveTo(id, ways[event.submitter?.value ?? "place"] - 1);
  });
}
