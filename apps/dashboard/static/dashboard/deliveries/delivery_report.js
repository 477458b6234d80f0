// What became of every file of a delivery, for spreadsheets.

const HEAD = ["file", "gtin", "product", "result", "reason", "address"];
const RESULTS = {
  arrived: "added",
  known: "already here",
  here: "already here",
  twice: "twice in the delivery",
  skipped: "skipped",
  refused: "refused",
  not_taken: "not taken",
  check_digit: "not sent",
  not_found: "not sent",
  no_gtin: "not sent",
  ready: "not sent",
  waiting: "on its way",
  sending: "on its way",
  checking: "on its way",
};

// What spreadsheets take for a formula (OWASP, CSV injection).
const FORMULA = /^[=+\-@\t\r]/;

function writeCell(text) {
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

function writeLine(cells) {
  return `${cells.map((cell) => writeCell(cell ?? "")).join(",")}\r\n`;
}

function describeRecord({ path, gtin, product, state, reason, address }) {
  return [path, gtin, product, RESULTS[state], reason, address];
}

/** Has the browser save the report of these records; in UTF-8 with the mark that spreadsheets need. */
export function saveReport(records) {
  const lines = records.map((record) => writeLine(describeRecord(record)));
  const blob = new Blob(["\ufeff", writeLine(HEAD), ...lines], { type: "text/csv;charset=utf-8" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `delivery-${new Date().toISOString().slice(0, 10)}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
