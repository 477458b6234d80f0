// What a file is, as far as its first bytes and the browser tell; the server looks at all of it.

const HEAD_BYTES = 16;
const BEGINNINGS = [
  [/^\xff\xd8\xff/, "JPEG"],
  [/^\x89PNG/, "PNG"],
  [/^GIF8/, "GIF"],
  [/^RIFF....WEBP/s, "WebP"],
  [/^BM/, "BMP"],
  [/^(?:\xef\xbb\xbf)?\s*</, "SVG"],
];

/** The name of the format that the file begins as; empty where it is none that is taken. */
export async function nameFormat(file) {
  const bytes = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const head = String.fromCharCode(...bytes);
  return BEGINNINGS.find(([begins]) => begins.test(head))?.[1] ?? "";
}

/** The pixels of an image that is loading, as it is seen; none where it cannot be shown. */
export async function readPixels(image) {
  try {
    await image.decode();
    return { width: image.naturalWidth, height: image.naturalHeight };
  } catch {
    return {};
  }
}

/** Pixels as they are printed; empty where they are not known. */
export function printPixels({ width, height }) {
  return width && height ? `${width} × ${height}` : "";
}

/** The name of a format that the API tells. */
export function printFormat(format) {
  return format === "WEBP" ? "WebP" : format;
}
