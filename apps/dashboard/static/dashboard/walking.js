// The keys [ and ] lead to the previous and the next product of the list.

const WAYS = { "[": "prev", "]": "next" };

/** Listens wherever nothing is being written. */
export function listenToWalkingKeys() {
  addEventListener("keydown", (event) => {
    const isWriting = event.target.closest?.("input, textarea, select, dialog[open]");
    if (isWriting || event.ctrlKey || event.metaKey || !(event.key in WAYS)) return;
    document.querySelector(`#walk a[rel="${WAYS[event.key]}"]`)?.click();
  });
}
