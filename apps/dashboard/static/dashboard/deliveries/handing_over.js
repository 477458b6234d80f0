// From the list of products to the page of deliveries, with the files that were dropped: following a link would lose them.

function addStyles(page) {
  const known = new Set([...document.querySelectorAll('link[rel="stylesheet"]')].map((link) => link.href));
  const last = [...document.querySelectorAll('link[rel="stylesheet"]')].at(-1);
  for (const link of page.querySelectorAll('link[rel="stylesheet"]')) {
    if (!known.has(link.href)) last.before(document.adoptNode(link));
  }
}

/** Shows that page in this one's place, and gives it the files. */
export async function openDelivery(url, files) {
  let page;
  try {
    const response = await fetch(url, { headers: { Accept: "text/html" } });
    page = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    page = null; // the browser tells what is wrong
  }
  if (!page?.getElementById("delivery")) return location.assign(url); // to sign in, first
  addStyles(page);
  document.title = page.title;
  history.pushState(null, "", url);
  addEventListener("popstate", () => location.reload());
  document.getElementById("content").replaceWith(document.adoptNode(page.getElementById("content")));
  const { take } = await import(page.querySelector("script[type=module]").src);
  return take(files);
}
