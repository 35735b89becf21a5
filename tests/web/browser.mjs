/* The browser that the other tests of this folder stand on: it runs scripts, what goes wrong in a page is seen, and so is what axe-core finds. */
import { assert, openBrowser, openPage, startSite, test, violations } from "./support.mjs";

const PAGE = '<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1></main><script type="module" src="/told.js"></script>';

const browser = await openBrowser();
const site = await startSite(({ path }) => {
  if (path === "/told.js") return { type: "text/javascript", body: 'document.querySelector("h1").textContent = "Told";' };
  if (path === "/good") return { body: PAGE };
  if (path === "/bad") return { body: `${PAGE}<img src="/good"><script>throw Error("planted")</script>` };
  if (path === "/strict") return { body: `${PAGE}<p style="color: red">`, headers: { "Content-Security-Policy": "default-src 'self'" } };
});

test("a page without fault has no complaint", async () => {
  const page = await openPage(browser);
  await page.goto(`${site}/good`);
  assert.equal(await page.textContent("h1"), "Told");
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(page.complaints, []);
});

test("what is thrown is a complaint, and axe-core finds a picture without a text", async () => {
  const page = await openPage(browser);
  await page.goto(`${site}/bad`);
  assert.match(page.complaints.join("\n"), /planted/);
  assert.match((await violations(page)).join("\n"), /image-alt/);
});

test("what a content security policy forbids is a complaint", async () => {
  const page = await openPage(browser);
  await page.goto(`${site}/strict`);
  assert.match(page.complaints.join("\n"), /Content Security Policy/i);
});

test("nothing but this machine can be reached", async () => {
  const page = await openPage(browser);
  await assert.rejects(page.goto("http://shop.example/"), /ERR_NAME_NOT_RESOLVED|ERR_/);
});
