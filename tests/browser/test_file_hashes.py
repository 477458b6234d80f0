import hashlib

from tests.browser.brand_manager import visit

HASH_ALL = """
async (address) => {
  const { hashFile } = await import(address);
  const gone = { arrayBuffer: 1 };
  const files = [new File(["a"], "a"), new File([new Uint8Array(3_000_000)], "b"), gone, new File([], "c")];
  return Promise.all(files.map(hashFile));
}
"""


def test_files_are_hashed_beside_the_page_one_after_the_other(browser, service):
    contents = [b"a", bytes(3_000_000), b""]
    a, b, c = (hashlib.sha256(content).hexdigest() for content in contents)

    with visit(browser, service.url, "/accounts/login") as visited:
        page = visited.page
        workers = []
        page.on("worker", lambda worker: workers.append(worker.url))
        assert page.evaluate(HASH_ALL, "/static/dashboard/file_hashes.js") == [a, b, None, c]
        assert len(workers) == 1
        visited.check()
