// The page of the bin: what is in it comes back, or goes for good.

import { callApi, describeAnswer } from "./api_client.js";
import { showLocalTimes } from "./local_times.js";
import { say } from "./notices.js";
import { watchThumbnails } from "./thumbnails.js";

const list = document.getElementById("bin");
const question = document.getElementById("question");
let asked = null;

async function send(card, method, path, sentence) {
  const { api, etag } = card.dataset;
  const told = await callApi(method, api + path, { etag, keepalive: true });
  // What is not there any more is gone from the bin, too.
  if (![200, 204, 404].includes(told.status)) return say(`Nothing was changed. ${describeAnswer(told)}`);
  const neighbour = card.nextElementSibling ?? card.previousElementSibling;
  card.remove();
  (neighbour?.querySelector("button") ?? document.querySelector("h1")).focus();
  return say(told.status === 404 ? describeAnswer(told) : sentence);
}

function ask(card) {
  asked = card;
  question.querySelector('[data-part="name"]').textContent = card.dataset.name;
  question.returnValue = "keep";
  question.showModal();
}

function answer() {
  // It may be open again, for another: the event comes later than what it tells of.
  if (question.open || question.returnValue !== "delete") return;
  send(asked, "DELETE", "", `“${asked.dataset.name}” is gone for good.`);
}

watchThumbnails();
showLocalTimes(document);
list?.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-action]");
  const card = button?.closest("li");
  if (button?.dataset.action === "delete") ask(card);
  if (button?.dataset.action !== "restore") return;
  send(card, "POST", "/restore", `“${card.dataset.name}” is back among the pictures of ${card.dataset.product}.`);
});
question?.addEventListener("close", answer);
