/* What the console asks of its server. */

const OWN = { "X-Smartshelf-Console": "1" }; /* no page of another origin may send it */
const AGAIN_MS = 400; /* until what is being made is asked for again */

/* What the server refuses, or that it cannot be reached (status 0). */
export class Refusal extends Error {
  constructor(status, { code = "unreachable", message = "The server cannot be reached.", field = null } = {}) {
    super(message);
    Object.assign(this, { status, code, field });
  }
}

async function call(path, options = {}) {
  const response = await fetch(`/console/api/${path}`, { ...options, headers: { ...OWN, ...options.headers } }).catch(() => {
    throw new Refusal(0);
  });
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  throw new Refusal(response.status, said.error ?? { code: "error", message: `The server answers with status ${response.status}.` });
}

const post = (path, body, headers = {}) => call(path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", ...headers } });

/* The result of a method of the protocol. Values that are not given are left out. */
export async function ask(method, params = {}) {
  const given = Object.entries(params).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return (await post(`ask/${method}`, Object.fromEntries(given))).json();
}

/* Is this browser let in? */
export async function entered() {
  const response = await fetch("/console/entry").catch(() => null);
  return response?.ok ? (await response.json()).entered : true; /* where that is not told, what follows says why */
}

export const about = async () => (await call("about")).json();
export const logIn = (key) => post("login", {}, { Authorization: `Bearer ${key}` });
export const logOut = () => post("logout", {});

/* What is made aside: asks until it is there. `signal` ends the asking. */
export async function made(path, signal) {
  for (;;) {
    const response = await call(path, { signal });
    if (response.status !== 202) return response;
    await new Promise((done) => setTimeout(done, AGAIN_MS));
    if (signal?.aborted) throw new Refusal(0, { code: "left", message: "No longer wanted." });
  }
}

export const madeJson = async (path, signal) => (await made(path, signal)).json();
