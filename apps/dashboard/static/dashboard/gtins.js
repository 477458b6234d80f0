// GTINs are shown in groups, as under a bar code, and copied as the 14 digits that programs want.

/** Lets a GTIN that is selected and copied be its 14 digits. */
export function listenToGtins() {
  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    const around = selection.anchorNode?.parentElement?.closest("[data-gtin]");
    if (!around) return;
    const digits = selection.toString().replace(/\D/g, "");
    if (digits !== around.dataset.gtin.slice(-digits.length) || digits.length < 8) return;
    event.clipboardData.setData("text/plain", around.dataset.gtin);
    event.preventDefault();
  });
}
