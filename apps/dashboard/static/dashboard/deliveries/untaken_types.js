// Files that are no pictures which the service takes, told by the end of their names, and what to do instead.

const TAKEN = new Set(["bmp", "gif", "jfif", "jpe", "jpeg", "jpg", "png", "svg", "webp"]);

const AS_JPEG = "as JPEG";
const AS_PNG = "as PNG";
const AS_SVG = "as SVG or PNG";
// What to save as, and the ends that the type's files have.
const TYPES = [
  ["TIFF", AS_JPEG, ["tif", "tiff"]],
  ["HEIC", AS_JPEG, ["heic", "heif"]],
  ["AVIF", AS_JPEG, ["avif"]],
  ["JPEG XL", AS_JPEG, ["jxl"]],
  ["JPEG 2000", AS_JPEG, ["j2k", "jp2", "jpx"]],
  ["camera raw", AS_JPEG, ["arw", "cr2", "cr3", "dng", "nef", "orf", "raf", "rw2"]],
  ["Photoshop", AS_JPEG, ["psb", "psd"]],
  ["PDF", AS_JPEG, ["pdf"]],
  ["Illustrator", AS_SVG, ["ai"]],
  ["EPS", AS_SVG, ["eps"]],
  ["icon", AS_PNG, ["ico"]],
];
const NAMES = new Map(TYPES.flatMap(([name, , ends]) => ends.map((end) => [end, name])));
const REMEDIES = new Map(TYPES.map(([name, remedy]) => [name, remedy]));
const TOO_LARGE = "too large";
const EMPTY = "empty";
const NO_PICTURE = "no picture that is taken";

/** The end of a file's name in small letters, without its dot; empty where there is none. */
function getEnd(path) {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : "";
}

/** Why a file is not taken, in the words that `describe` makes a sentence of; null where it may be. */
export function findFault(file, path, maxBytes) {
  const end = getEnd(path);
  if (file.size > maxBytes) return TOO_LARGE;
  if (file.size === 0) return EMPTY;
  // Without an end it may be a picture, which its bytes tell the server.
  if (end === "" || TAKEN.has(end)) return null;
  return NAMES.get(end) ?? end.toUpperCase();
}

/** "TIFF: save it as JPEG". */
export function explainFault(fault) {
  if (fault === EMPTY || fault === TOO_LARGE) return fault;
  return `${fault}: ${REMEDIES.has(fault) ? `save it ${REMEDIES.get(fault)}` : NO_PICTURE}`;
}

/** "4 TIFF files: save them as JPEG". */
export function describeFault(fault, count, limit) {
  const files = count === 1 ? "1 file" : `${count.toLocaleString("en")} files`;
  const them = count === 1 ? "it" : "them";
  if (fault === EMPTY) return `${files} without a single byte: export ${them} again`;
  if (fault === TOO_LARGE) return `${files} of more than ${limit}: save ${them} smaller`;
  const remedy = REMEDIES.get(fault);
  const named = files.replace(" ", ` ${fault} `);
  return remedy ? `${named}: save ${them} ${remedy}` : `${named}: ${NO_PICTURE}`;
}
