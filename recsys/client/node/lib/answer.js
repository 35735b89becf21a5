// What comes back: the server's result, or what stands in for it.
const LIMIT_DEFAULT = 10; // products of a page's shelf where no limit is given

/** `source`: whose `result` this is, 'server' or 'fallback'; `error` says why it is the fallback, else it is null. */
export class Answer {
  constructor(source, result, error = null) {
    this.source = source;
    this.result = result;
    this.error = error;
  }

  get ok() {
    return this.error === null;
  }

  /** The products of a shelf, best first; none of other methods. */
  get items() {
    return this.result.items ?? [];
  }

  get item_ids() {
    return this.items.map((item) => item.item_id);
  }
}

/** An error of the client's own. */
export function ownError(name, message) {
  return {code: 0, name, message, field: null};
}

const isMap = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

function products(itemIds) {
  return itemIds.map((item_id) => ({item_id, score: 0, reason: {model: 'fallback', stage: 0}}));
}

function nothingToOffer() {
  return {show: false, reason: 'no_answer', campaign: null, message_key: null, variant: null, expires_at: null, triggers: null, offers: []};
}

function limitOf(source, otherwise) {
  const limit = isMap(source) ? Number(source.limit) : NaN;
  return Number.isInteger(limit) && limit > 0 ? limit : otherwise;
}

/** The list is shared out among the shelves, so that no product stands there twice. */
function pageOf(params, fallback) {
  let given = 0;
  const shelves = (Array.isArray(params.shelves) ? params.shelves : []).map((wish) => {
    const taken = fallback.slice(given, given + limitOf(wish, limitOf(params, LIMIT_DEFAULT)));
    given += taken.length;
    return {shelf: isMap(wish) ? wish.shelf : wish, items: products(taken), short: null};
  });
  const page = {generation: null, shelves};
  return params.offers ? {...page, offers: nothingToOffer()} : page;
}

const RESULTS = {
  shelf: (params, fallback) => ({generation: null, items: products(fallback.slice(0, limitOf(params, fallback.length))), short: null}),
  page: pageOf,
  offers: nothingToOffer,
};

/** What is shown instead of an answer to a method of that kind (protocol.js). */
export function fallBack(kind, params, fallback, error) {
  const make = RESULTS[kind] ?? (() => ({}));
  return new Answer('fallback', make(isMap(params) ? params : {}, fallback), error);
}
