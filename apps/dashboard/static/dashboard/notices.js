// What the page says: a line that goes away by itself, and the banner of who is signed out.

import { describeAnswer } from "./api_client.js";

const SHOW_MS = 7000;
let timer = 0;
let offered = ""; // what is said beside buttons
const waiting = new Map();

/** Says a sentence, to screen readers as well. */
export function say(sentence) {
  const notice = document.getElementById("notice");
  notice.textContent = sentence;
  clearTimeout(timer);
  timer = setTimeout(() => { notice.textContent = ""; }, SHOW_MS);
}

/** Says these sentences behind what is being said, not in its place. */
export function add(...sentences) {
  const notice = document.getElementById("notice");
  const said = notice.textContent;
  if (!notice.querySelector("button")) {
    return say([said, ...sentences.filter((each) => !said.includes(each))].join(" ").trim());
  }
  const [text] = notice.childNodes;
  text.textContent = [offered, ...sentences].join(" ");
  clearTimeout(timer);
  timer = setTimeout(() => { text.textContent = offered; }, SHOW_MS);
  return undefined;
}

function buildButton(label, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.addEventListener("click", () => {
    document.getElementById("notice").textContent = "";
    act();
  });
  return button;
}

/** Says a sentence with something to do about it; it stays until that, until it is dismissed, or until another comes. */
export function offer(sentence, label, act, dismiss) {
  say(sentence);
  clearTimeout(timer);
  offered = sentence;
  const close = buildButton("×", dismiss);
  close.setAttribute("aria-label", "Close");
  const buttons = [buildButton(label, act), close];
  document.getElementById("notice").append(...buttons);
  buttons[0].focus();
}

/** Says what is on the page anyway to screen readers alone. */
export function whisper(sentence) {
  document.getElementById("whisper").textContent = sentence;
}

/** Has the browser ask before the page is left, while something would be lost. */
export function warnBeforeLeaving(isLost) {
  addEventListener("beforeunload", (event) => {
    if (isLost()) event.preventDefault();
  });
}

/** Tells that the session has ended and what is kept by `name`; `resume` is called on "Continue", as others' are. */
export function showSignedOut(name, answer, kept, resume) {
  const banner = document.getElementById("signed-out");
  banner.querySelector('[data-part="reason"]').textContent =
    answer.status === 403 ? describeAnswer(answer) : "You are no longer signed in.";
  waiting.set(name, { kept, resume });
  const sentences = [...waiting.values()].map((each) => each.kept);
  banner.querySelector('[data-part="kept"]').textContent = sentences.join(" ");
  banner.querySelector('[data-action="continue"]').onclick = () => {
    banner.hidden = true;
    const resumed = [...waiting.values()];
    waiting.clear(); // first: one of them may find the session still ended
    for (const each of resumed) each.resume();
  };
  if (!banner.hidden) return;
  banner.hidden = false;
  banner.scrollIntoView({ block: "center" });
}
