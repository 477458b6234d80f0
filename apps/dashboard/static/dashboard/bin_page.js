// The page of the bin: what is in it comes back, or goes for good.

import { callApi, describeAnswer } from "./api_client.js";
import { showLocalTimes } from "./local_times.js";
import { say } from "./notices.js";
import { watchThumbnails } from "./thumbnails.js";

const list = document.getElementById("bin");
const question = document.getElementById("question");

async function send(card, method, path, sentence) {
  const { api, etag } = card.dataset;
  const answer = await callApi(method, api + path, { etag, keepalive: true });
  // What is not there any more is gone from the bin, too.
  if (![200, 204, 404].includes(answer.status)) return say(`Nothing was changed. ${describeAnswer(answer)}`);
  const neighbour = card.nextElementSibling ?? card.previousElementSibling;
  card.remove();
  (neighbour?.querySelector("button") ?? document.querySelector("h1")).focus();
  return say(answer.status === 404 ? describeAnswer(answer) : sentence);
}

async function ask(card) {
  question.querySelector('[data-part="name"]').textContent = card.dataset.name;
  question.returnValue = "keep";
  question.showModal();
  await new Promise((resolve) => { question.addEventListener("close", resolve, { once: true }); });
  return question.returnValue === "delete";
}

async function act(button, card) {
  const { name, product } = card.dataset;
  if (button.dataset.action === "restore") {
    await send(card, "POST", "/restore", `“${name}” is back among the pictures of ${product}.`);
  } else if (await ask(card)) {
    await send(card, "DELETE", "", `“${name}” is gone for good.`);
  }
}

watchThumbnails();
showLocalTimes(document);
list?.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-action]");
  if (button) act(button, button.closest("li"));
});
