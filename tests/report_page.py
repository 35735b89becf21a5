"""A report's page as html.parser reads it: whole, and referring to nothing outside of itself."""
import html.parser

POLICY = "default-src 'none'; style-src 'unsafe-inline'"


class Page(html.parser.HTMLParser):
    VOID = {"meta", "br"}

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.text, self.policy = [], {}, "", None

    def handle_starttag(self, tag, attributes):
        self.seen[tag] = self.seen.get(tag, 0) + 1
        for name, value in attributes:
            assert name not in ("src", "href", "srcset", "action") and not name.startswith("on"), (tag, name)
            assert "//" not in (value or ""), (tag, name, value)
        if ("http-equiv", "Content-Security-Policy") in attributes:
            self.policy = dict(attributes)["content"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, (tag, self.open)

    def handle_data(self, data):
        self.text += data


def read_page(text):
    page = Page()
    page.feed(text)
    page.close()
    assert not page.open, page.open
    assert not {"script", "link", "img", "iframe", "form", "object"} & page.seen.keys()
    assert page.policy == POLICY
    assert "url(" not in text and "@import" not in text and "http" not in text.replace("http-equiv", "")
    assert "nan" not in page.text.lower() and ">inf" not in text.lower()
    return page
