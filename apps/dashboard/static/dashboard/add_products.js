// The file stays chosen while the page tells what it would change, so that it can be sent again.

const form = document.getElementById("import");
const told = document.getElementById("told");

async function look(button) {
  told.textContent = "Reading …";
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const news = page.getElementById("told");
    if (news) told.replaceChildren(...news.childNodes);
    else told.textContent = page.querySelector("h1")?.textContent ?? "That did not work.";
  } catch {
    told.textContent = "The service could not be reached.";
  }
  button.disabled = false;
  told.focus();
}

form.addEventListener("submit", (event) => {
  if (event.submitter?.name) return; // to write, or to download: the browser sends the file itself
  event.preventDefault();
  look(event.submitter ?? form.querySelector("[type=submit]"));
});

form.elements.file.addEventListener("change", () => told.replaceChildren());
