// What is said of a file of a delivery, in its row and in the report.

import { LEFT_OUT } from "./delivered_file.js";
import { printGtin } from "./printed_gtins.js";

const SENTENCES = {
  ready: describeReady,
  check_digit: describeCheckDigit,
  not_found: (file) => `${printGtin(file.reading.gtin)} is not among your products`,
  no_gtin: () => "No GTIN in the name",
  here: describeSame,
  twice: (file) => `The same as ${file.twin.name}`,
  skipped: () => "Skipped",
  waiting: (file) => file.reason || "Waits for its turn",
  sending: () => "On its way",
  checking: () => "Sent; the server checks it",
  arrived: () => "Arrived",
  known: () => "Already here",
  refused: (file) => file.reason,
};

function describeReady({ known, isWanted, same }) {
  if (isWanted) return "Ready, once more";
  const other = known.find((image) => image !== same);
  if (!other) return "Ready";
  return `Ready; also ${other.is_discarded ? "in the bin of" : "a picture of"} “${other.product_name}”`;
}

function describeCheckDigit({ reading }) {
  const digit = reading.corrected_gtin.at(-1);
  const whose = reading.product ? `: ${reading.product.name}` : ", which is not among your products either";
  return `The last digit of ${printGtin(reading.gtin)} should be ${digit}${whose}`;
}

function describeSame({ same }) {
  return `${same.is_discarded ? "In the bin" : "Already here"}${same.name && ` as “${same.name}”`}`;
}

/** How far it is, or why it is not sent. */
export function describeState(file) {
  return SENTENCES[file.state](file);
}

/** Why it is not there, or not sent; empty where its state says all. */
export function explainState(file) {
  return file.isUndecided || LEFT_OUT.includes(file.state) ? describeState(file) : file.reason;
}
