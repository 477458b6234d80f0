// Where files come from: chosen, dropped anywhere on the page, folders with what is in them, or pasted.

// Browsers answer for all that are asked for at once in one go, during which the page is stuck.
const FILES_AT_ONCE = 100;
/** 2 before 10, whatever the language. */
export const NATURAL = new Intl.Collator("en", { numeric: true });
const paths = new WeakMap();
// What systems leave in folders beside files whose names begin with a dot.
const HIDDEN = /(^|\/)(\.|__MACOSX\/|(Thumbs\.db|desktop\.ini)$)/i;

/** A file's path from the folder that was dropped or chosen; of a single file its name. */
export function getPath(file) {
  return paths.get(file) ?? (file.webkitRelativePath || file.name);
}

/** Whether what is dragged comes from outside: dragging a card may look like a file, too. */
function bringsFiles(event) {
  const isOurs = document.querySelector(".is-dragged") !== null;
  return !isOurs && [...(event.dataTransfer?.types ?? [])].includes("Files");
}

/** What is in a folder; the browser hands it out in pieces. */
async function readFolder(folder) {
  const reader = folder.createReader();
  const entries = [];
  for (;;) {
    const piece = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (!piece.length) return entries.sort((one, other) => NATURAL.compare(one.name, other.name));
    entries.push(...piece);
  }
}

/** The entries of the files below one, at any depth. */
async function listEntries(entry) {
  if (entry.isFile) return [entry];
  const below = await Promise.all((await readFolder(entry)).map(listEntries));
  return below.flat();
}

async function openFile(entry) {
  const file = await new Promise((resolve, reject) => { entry.file(resolve, reject); });
  paths.set(file, entry.fullPath.slice(1));
  return file;
}

/** The files in a folder, at any depth. */
async function listBelow(folder) {
  const entries = await listEntries(folder);
  const files = [];
  for (let start = 0; start < entries.length; start += FILES_AT_ONCE) {
    files.push(...await Promise.all(entries.slice(start, start + FILES_AT_ONCE).map(openFile)));
  }
  return files;
}

/** The files of a drop, those in its folders as well; what is hidden (.DS_Store) is no picture. */
export async function listFiles(transfer, notice) {
  // Taken before anything is waited for: afterwards the browser has emptied it.
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const dropped = items.map((item) => [item.webkitGetAsEntry?.(), item.getAsFile()]);
  const files = [];
  for (const [entry, file] of dropped) {
    try {
      files.push(...(entry?.isDirectory ? await listBelow(entry) : [file]));
    } catch {
      notice(`The folder ${entry.name} could not be read; choose the pictures in it.`);
    }
  }
  const visible = files.filter((file) => !HIDDEN.test(getPath(file)));
  if (!visible.length) notice("There is no file in what you dropped.");
  return visible;
}

/** The card that a single file is dragged over, whose picture it would replace. */
export function findCard(event) {
  return event.dataTransfer.items.length === 1 ? event.target.closest?.(".image-card") : null;
}

function lightUp(target) {
  for (const other of document.querySelectorAll(".is-target")) other.classList.toggle("is-target", other === target);
  target?.classList.add("is-target");
}

/** Calls `drop` with the event of every drop of files on the page, which never opens them, and its target. */
export function listenForDrops(drop, findTarget = () => null) {
  const show = (isOn, target = null) => {
    document.body.classList.toggle("takes-files", isOn);
    lightUp(target);
  };
  addEventListener("dragover", (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    show(true, findTarget(event));
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) show(false);
  });
  addEventListener("drop", (event) => {
    show(false);
    if (!bringsFiles(event)) return;
    event.preventDefault();
    drop(event, findTarget(event));
  });
}

/** Lets an element's files be chosen. */
function listenToChoice(input, take) {
  const takeChosen = () => {
    take([...input.files].filter((file) => !HIDDEN.test(getPath(file))));
    input.value = "";
  };
  input.addEventListener("change", takeChosen);
  if (input.files.length) takeChosen(); // chosen before this script had come
}

/** Gives every file that comes to `take`; a single one that is dropped on a card to `replace`, if there is that. */
export function listenForFiles(take, notice, replace = null) {
  for (const input of document.querySelectorAll("input[type=file]:not(dialog *)")) listenToChoice(input, take);
  listenForDrops(async (event, card) => {
    const files = await listFiles(event.dataTransfer, notice);
    if (card && files.length === 1) replace(card, files[0]);
    else take(files);
  }, replace ? findCard : undefined);
  addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    take(files);
  });
}
