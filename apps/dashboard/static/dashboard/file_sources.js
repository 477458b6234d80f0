// Where files come from: chosen, dropped anywhere on the page, or pasted.

/** Whether what is dragged comes from outside: dragging a card may look like a file, too. */
function bringsFiles(event) {
  const isOurs = document.querySelector(".is-dragged") !== null;
  return !isOurs && [...(event.dataTransfer?.types ?? [])].includes("Files");
}

/** The files without folders, which cannot be read like files. */
function listFiles(transfer, notice) {
  const folders = [...transfer.items].filter((item) => item.webkitGetAsEntry?.()?.isDirectory);
  if (!folders.length) return [...transfer.files];
  notice("A folder can't be added as it is; open it and choose the pictures in it.");
  return [...transfer.items]
    .filter((item) => item.kind === "file" && !folders.includes(item))
    .map((item) => item.getAsFile());
}

/** Gives every file that comes to `take`. */
export function listenForFiles(take, notice) {
  const input = document.getElementById("files");
  const takeChosen = () => {
    take([...input.files]);
    input.value = "";
  };
  input.addEventListener("change", takeChosen);
  if (input.files.length) takeChosen(); // chosen before this script had come
  const veil = (isOn) => document.body.classList.toggle("takes-files", isOn);
  addEventListener("dragover", (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    veil(true);
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) veil(false);
  });
  addEventListener("drop", (event) => {
    veil(false);
    if (!bringsFiles(event)) return;
    event.preventDefault();
    take(listFiles(event.dataTransfer, notice));
  });
  addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    take(files);
  });
}
