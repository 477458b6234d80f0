// Times as the clock on the wall shows them; without scripts they are in UTC, and say so.

const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const MINUTE = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** The day alone, as cards have it, or with the time. */
export function printTime(created, isDay = false) {
  return (isDay ? DAY : MINUTE).format(new Date(created));
}

/** Puts the times below an element into the reader's own zone. */
export function showLocalTimes(root) {
  for (const time of root.querySelectorAll("time[data-show]")) {
    time.textContent = printTime(time.dateTime, time.dataset.show === "day");
    time.title = printTime(time.dateTime);
  }
}
