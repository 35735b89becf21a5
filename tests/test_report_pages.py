"""Both reports' pages in a headless Chromium: nothing is logged, nothing asked of the network, nothing sticks out of the
page or lies over something else, and every number can be read, on a phone and on a desk, by day and by night. With
SMARTSHELF_SCREENSHOTS=FOLDER the pictures are kept there."""
import os
import random
import tempfile

from browser import Browser, find_chromium
from program import seed, simulate, smartshelf
from test_report_offers import Decision, write

WIDTHS = (390, 1280)
LEAST_TEXT = 9.5  # pixels
LEAST_CONTRAST = 4.5  # WCAG 2.1, AA

# What is wrong with the page at hand, as a list of sentences.
FAULTS = """
(() => {
  const faults = [], root = document.documentElement;
  if (root.scrollWidth > innerWidth) faults.push(`${root.scrollWidth} wide in ${innerWidth}`);
  const inside = (a, b) => a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 2;
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
                      && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
  for (const plot of document.querySelectorAll("svg")) {
    const texts = [...plot.querySelectorAll("text")], name = plot.getAttribute("aria-label");
    if (!name || !plot.querySelector("title")) faults.push("a plot has no name");
    const scale = plot.getBoundingClientRect().width / plot.viewBox.baseVal.width;
    texts.forEach((text, i) => {
      const box = text.getBoundingClientRect();
      if (!inside(box, plot.getBoundingClientRect())) faults.push(`${name}: "${text.textContent}" sticks out`);
      if (scale * parseFloat(getComputedStyle(text).fontSize) < LEAST_TEXT) faults.push(`${name}: small text`);
      for (const other of texts.slice(i + 1))
        if (meet(box, other.getBoundingClientRect()))
          faults.push(`${name}: "${text.textContent}" lies over "${other.textContent}"`);
    });
  }
  const numbers = color => (color.match(/[\\d.]+/g) || []).map(Number);
  const luminance = rgb => rgb.slice(0, 3).map(c => c / 255)
    .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const over = (top, bottom) => { const a = top.length > 3 ? top[3] : 1;
    return bottom.map((c, i) => a * top[i] + (1 - a) * c); };
  const behind = element => element ? over(numbers(getComputedStyle(element).backgroundColor), behind(element.parentElement))
                                    : [255, 255, 255];
  for (const element of document.querySelectorAll("h1,h2,p,td,th,dt,dd,b,span,summary,figcaption")) {
    if (!element.textContent.trim() || !element.getClientRects().length) continue;
    const style = getComputedStyle(element), back = behind(element);
    const ink = over([...numbers(style.color).slice(0, 3), Number(style.opacity)], back);
    const [low, high] = [luminance(ink), luminance(back)].sort((a, b) => a - b), contrast = (high + 0.05) / (low + 0.05);
    if (contrast < LEAST_CONTRAST) faults.push(`"${element.textContent.slice(0, 40)}": contrast ${contrast.toFixed(2)}`);
    if (parseFloat(style.fontSize) < LEAST_TEXT) faults.push(`"${element.textContent.slice(0, 40)}": small`);
  }
  for (const tile of document.querySelectorAll(".tile"))
    if (tile.scrollWidth > tile.clientWidth) faults.push(`tile "${tile.textContent}" overflows`);
  for (const table of document.querySelectorAll("table"))
    if (!table.closest(".scroll") || !table.querySelector("th")) faults.push("a table without a head, or that cannot scroll");
  return faults.slice(0, 10);
})()
""".replace("LEAST_TEXT", str(LEAST_TEXT)).replace("LEAST_CONTRAST", str(LEAST_CONTRAST))


def look_at(browser, name, path):
    keep = os.environ.get("SMARTSHELF_SCREENSHOTS")
    for width in WIDTHS:
        for dark in (False, True):
            browser.open(path, width, dark)
            heard = browser.heard("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")
            assert not heard, heard
            asked = [request["request"]["url"] for request in browser.heard("Network.requestWillBeSent")]
            assert asked == [f"file://{os.path.abspath(path)}"], asked
            browser.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            faults = browser.evaluate(FAULTS)
            assert not faults, (name, width, dark, faults)
            browser.evaluate("document.querySelectorAll('details').forEach(each => each.open = false)")
            if keep:
                browser.screenshot(os.path.join(keep, f"{name}-{width}{'-dark' if dark else ''}.png"))


def is_watched(browser, folder):
    """The check can fail: a page that asks for something and says something wrong is told of."""
    path = os.path.join(folder, "bad.html")
    with open(path, "w", encoding="utf-8") as file:
        file.write("<title>x</title><img src='https://example.com/x.png'><script>console.error('no')</script>"
                   "<p style='width:5000px;color:#eee'>wide</p>")
    browser.open(path, 390)
    assert browser.heard("Runtime.consoleAPICalled")
    assert len(browser.heard("Network.requestWillBeSent")) == 2
    assert len(browser.evaluate(FAULTS)) == 2


def pages(folder, rng):
    """Name and path of each page: much and little to say."""
    shop = simulate(folder, items=200, customers=1500, orders=9000)
    log = os.path.join(shop, "log.csv")
    few = os.path.join(folder, "few.csv")
    with open(few, "w", encoding="utf-8") as file:
        file.write("customer_id,item_id,timestamp\na,x,2026-01-05\nb,y,2026-01-07\n")
    store = os.path.join(folder, "store")
    write(store, [Decision(rng, number, 900) for number in range(3000)])
    made = [("retention", ["retention", "--log", log]), ("retention-few", ["retention", "--log", few]),
            ("offers", ["offers", "--store", store]), ("offers-none", ["offers", "--store", store, "--campaign", "no-such"])]
    for name, arguments in made:
        path = os.path.join(folder, f"{name}.html")
        smartshelf("report", *arguments, "--quiet", "--format", "html", "--out", path)
        yield name, path


def main():
    find_chromium()
    rng = random.Random(seed())
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        is_watched(browser, folder)
        for name, path in pages(folder, rng):
            look_at(browser, name, path)


if __name__ == "__main__":
    main()
