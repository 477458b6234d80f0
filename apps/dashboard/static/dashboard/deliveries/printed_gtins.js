// GTINs as people read them: the zeros before shorter ones left away, as under the bar code.

const LENGTHS = [8, 12, 13, 14];

/** The digits that are printed of a GTIN-14. */
export function printGtin(gtin) {
  const digits = gtin.replace(/^0+/, "");
  return digits.padStart(LENGTHS.find((length) => length >= digits.length), "0");
}
