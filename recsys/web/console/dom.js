/* Elements, made from values: whatever a text holds, it becomes text and never markup. */

function put(element, name, value) {
  if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
  else if (name === "value" || name === "checked" || name === "disabled" || name === "hidden") element[name] = value;
  else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
}

/* make("p", { class: "dim", on: { click } }, "text", element, [more], null) */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) put(element, name, value);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/* A text from outside, which may hold characters that turn the direction of writing: it turns nothing but itself. */
export const foreign = (text, attributes = {}) => make("bdi", attributes, String(text));

export const code = (text) => make("code", {}, foreign(text));

export function chip(text, kind = "") {
  return make("span", { class: `chip ${kind}` }, text);
}

export function section(title, ...children) {
  return make("section", {}, make("h2", {}, title), children);
}

export function notice(kind, ...children) {
  return make("div", { class: `notice ${kind}`, role: kind === "wrong" ? "alert" : "status" }, children);
}

/* What the server refused. */
export function wrong(refusal) {
  return notice("wrong", make("strong", {}, "That did not work. "), refusal.message, refusal.field ? ` (${refusal.field})` : null);
}

/*
 * A table that scrolls by itself where it is too wide. columns: [{ title, number, cell(row) }]; what `cell` gives is text or an element.
 */
export function table(caption, columns, rows, empty = "Nothing.") {
  if (rows.length === 0) return make("p", { class: "dim" }, empty);
  const head = columns.map(({ title, number }) => make("th", { scope: "col", class: number ? "number" : null }, title));
  const line = (row) => columns.map(({ cell, number, wide }) => make("td", { class: number ? "number" : wide ? "wide" : null }, cell(row)));
  return make(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    make("table", {}, make("caption", { class: "hidden" }, caption), make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows.map((row) => make("tr", {}, line(row))))),
  );
}

/* Terms and what they are: [[term, value], …] without those that have no value. */
export function facts(pairs) {
  const given = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return make("dl", { class: "facts" }, given.map(([term, value]) => make("div", {}, make("dt", {}, term), make("dd", {}, value))));
}

let inputs = 0;

/* A labelled field of a form. */
export function field(label, attributes) {
  const id = `field-${++inputs}`;
  return make("div", { class: attributes.type === "checkbox" ? "field check" : "field" }, make("label", { for: id }, label), make("input", { id, autocomplete: "off", ...attributes }));
}

/* Asks before something is done; true: go on. */
export function confirmed(title, lines, action) {
  return new Promise((decided) => {
    const dialog = make(
      "dialog",
      { "aria-labelledby": "confirm-title", on: { close: () => (decided(dialog.returnValue === "yes"), dialog.remove()) } },
      make(
        "form",
        { method: "dialog" },
        make("h2", { id: "confirm-title" }, title),
        lines.map((line) => make("p", {}, line)),
        make("div", { class: "actions" }, make("button", { value: "no" }, "Cancel"), make("button", { value: "yes", class: "main" }, action)),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
