/* Numbers, times and the protocol's codes in words. */

const locale = navigator.language || "en";
const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });

export const count = (value) => (value === null || value === undefined ? "–" : whole.format(value));
export const many = (number, one, more = `${one}s`) => `${count(number)} ${number === 1 ? one : more}`;

export function decimal(value, digits = 2) {
  return value === null || value === undefined ? "–" : new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
}

/* As many digits as tell one from the next. */
export const score = (value) => new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 }).format(value);

export const percent = (share) => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 }).format(share);

/* Minor units as the shop writes its prices. */
export function money(minor, decimals) {
  if (minor === null || minor === undefined) return "–";
  return new Intl.NumberFormat(locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(minor / 10 ** decimals);
}

/* What somebody typed as minor units; null: nothing, NaN: no amount. With more places than the currency has it may be thousands that were meant: 1.249. */
export function minorOf(text, decimals) {
  const typed = text.trim().replace(",", ".");
  if (typed === "") return null;
  const [amount, places = ""] = /^\d+(?:\.(\d+))?$/.exec(typed) ?? [];
  return amount && places.length <= decimals ? Math.round(Number(typed) * 10 ** decimals) : NaN;
}

/* Microseconds UTC. */
export function time(microseconds) {
  if (microseconds === null || microseconds === undefined) return "–";
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(microseconds / 1000));
}

const UNITS = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

/* "3 hours ago", of microseconds UTC. */
export function ago(microseconds) {
  if (microseconds === null || microseconds === undefined) return "–";
  const seconds = (microseconds / 1000 - Date.now()) / 1000;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.round(seconds / size), unit);
}

/* "3.5 hours", of milliseconds. */
export function span(milliseconds) {
  const seconds = milliseconds / 1000;
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? ["second", 1];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 1 }).format(seconds / size);
}

export function bytes(size) {
  return size >= 1e9 ? `${decimal(size / 1e9, 1)} GB` : size >= 1e6 ? `${decimal(size / 1e6, 1)} MB` : `${decimal(size / 1e3, 1)} kB`;
}

export function duration(microseconds) {
  return microseconds >= 1e6 ? `${decimal(microseconds / 1e6)} s` : microseconds >= 1e3 ? `${decimal(microseconds / 1e3)} ms` : `${decimal(microseconds, 1)} µs`;
}

/* ---- codes ---- */

export const SHELVES = {
  related: "Related products",
  bought_together: "Bought together",
  bought_next: "Bought next",
  alternatives: "Instead of it",
  cart: "Goes with the cart",
  for_you: "For you",
  buy_again: "Buy again",
  popular: "Popular",
  trending: "Trending",
  new_arrivals: "New arrivals",
};

export const REMOVED = {
  hidden: "hidden",
  not_in_catalogue: "in no catalogue",
  no_stock: "out of stock",
  not_available: "not available on this day",
  in_context: "on the page or in the cart",
  excluded: "excluded",
  bought: "bought already",
  variant: "a variant of one shown",
  category: "another category",
  price: "outside the price range",
  evidence: "too little evidence",
  dismissed: "dismissed in the session",
  shown: "shown too often in vain",
  denied: "denied by the shelf's lists",
  capped: "enough of that category",
  recently_bought: "bought too lately",
  access: "reserved for others",
};

export const WITHHELD = {
  hidden: "hidden",
  not_in_catalogue: "in no catalogue",
  no_stock: "out of stock",
  not_available: "not available now",
  access: "reserved for some visitors",
};

export const SHORT = {
  no_evidence: "there is nothing more above the evidence threshold, and no fallback left",
  filtered: "rules about this visitor or the shelf's settings leave no more",
  catalogue_exhausted: "no more products may be shown at all",
  below_min_items: "the shelf hides itself: fewer than its minimum",
};

export const SEGMENTS = {
  new: "new: has not bought yet",
  returning: "returning",
  loyal: "loyal",
  at_risk: "at risk of leaving",
  lapsed: "lapsed",
  cart_abandoner: "left something in a cart",
  birthday: "has a birthday about now",
  referral: "came by recommendation",
};

export const VERDICTS = {
  offer: "something is shown",
  held_out: "held out, so that the effect can be measured",
  not_worth: "nothing is expected to earn more than showing nothing",
  no_campaign: "no campaign is for this page, visitor and cart now",
  no_products: "no product may be offered",
  shows: "shown as often as is allowed in this session",
  cooling: "too soon after a dismissal or a purchase",
  no_consent: "the visitor allows nothing to be kept",
  open_offer: "the visitor has an offer that is still good, or would have if they were not held out",
};

const ALONE = {
  als: "to the taste that the history shows",
  history: "bought before",
  popular: "popular",
  popular_in_category: "popular in its category",
  trending: "selling better than usual",
  new: "new in the shop",
  session_knn: "what visitors like this one looked at",
  repurchase: "bought before, and about due again",
  alternatives: "like it by name, category and price",
  pinned: "the shop's choice",
  page: "the product on the page",
  seen: "looked at in this session",
  cart: "in the cart",
};

const COUNTED = {
  popular: ({ rank }) => rank && `number ${count(rank)} of the best sellers`,
  popular_in_category: ({ rank }) => rank && `number ${count(rank)} in its category`,
  trending: ({ rank }) => rank && `number ${count(rank)} of what sells better than usual`,
  session_knn: ({ sessions }) => sessions && `in ${many(sessions, "similar session")}`,
  alternatives: ({ sessions, similarity }) =>
    sessions ? `looked at with it in ${many(sessions, "session")}` : similarity && `its name is ${percent(similarity)} alike`,
  history: ({ bought }) => bought && `bought ${many(bought, "time")}`,
  repurchase: ({ bought }) => bought && `about due again: bought ${many(bought, "time")}`,
};

function pairs({ model, pairs: number, because, because_name: name, lift }) {
  const together = model === "bought_together" ? `in ${many(number, "order")} together` : model === "bought_next" ? `bought next by ${many(number, "customer")}` : `bought by the same ${many(number, "customer")}`;
  const other = name ?? because;
  return `${together}${other ? ` with ${other}` : ""}${lift ? `, ${decimal(lift, 1)} × by chance` : ""}`;
}

/* Why a product is where it is, as a sentence; the evidence comes with it. */
export function reason(why) {
  if (why.pairs) return pairs(why);
  const other = why.because_name ?? why.because;
  return COUNTED[why.model]?.(why) || ALONE[why.model] || `goes with ${other ?? "it"}, seen too seldom to say how often (${why.model})`;
}

export function incentive(given, decimals) {
  if (!given) return "nothing but the product";
  const words = {
    percent: () => `${decimal(given.percent)} % off`,
    amount: () => `${money(given.amount, decimals)} off`,
    free_shipping: () => "free shipping",
    cashback: () => `${decimal(given.percent)} % back to spend next time`,
    points: () => many(given.points, "point"),
    gift: () => `${given.gift_item} as a gift`,
    bundle: () => `${decimal(given.percent)} % off both together`,
  };
  return words[given.kind]?.() ?? given.kind;
}
