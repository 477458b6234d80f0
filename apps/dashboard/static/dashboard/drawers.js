// What the drawers at the side of a page have in common.

/** Lets the drawer be closed by its button, and by a click beside it. */
export function letClose(dialog) {
  dialog.querySelector('[data-action="close"]').addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog && event.offsetX < 0) dialog.close();
  });
}
