/* What happened between two answers of `stats`: pure. */

/* The requests of `now` that `before` did not have, by the bound of their bucket in nanoseconds, rising. */
function newBuckets(before = [], now = []) {
  const old = new Map(before);
  return now.map(([bound, number]) => [bound, number - (old.get(bound) ?? 0)]).filter(([, number]) => number > 0);
}

function merged(lists) {
  const sum = new Map();
  for (const [bound, number] of lists.flat()) sum.set(bound, (sum.get(bound) ?? 0) + number);
  return [...sum].sort((one, other) => one[0] - other[0]);
}

/* The bound that a share of the requests stays below, in microseconds; null: there were none. */
export function quantile(buckets, share) {
  const all = buckets.reduce((sum, [, number]) => sum + number, 0);
  let seen = 0;
  for (const [bound, number] of buckets) {
    seen += number;
    if (seen >= share * all) return bound / 1000;
  }
  return null;
}

const share = (part, whole) => (whole > 0 ? part / whole : null);

/* null: there is nothing to compare, as when the server began anew in between. */
export function between(before, now) {
  if (!before || now.uptime_ms <= before.uptime_ms) return null;
  const seconds = (now.uptime_ms - before.uptime_ms) / 1000;
  const methods = Object.entries(now.methods ?? {}).map(([name, of]) => {
    const old = before.methods[name] ?? { requests: 0 };
    const buckets = newBuckets(old.buckets, of.buckets);
    return { name, rate: (of.requests - old.requests) / seconds, buckets, p50: quantile(buckets, 0.5), p99: quantile(buckets, 0.99) };
  });
  const buckets = merged(methods.map((of) => of.buckets));
  const products = now.products - before.products;
  return {
    rate: (now.requests - before.requests) / seconds,
    p50: quantile(buckets, 0.5),
    p99: quantile(buckets, 0.99),
    fill: share(products, products + now.missing - before.missing),
    fallback: share(now.fallback_products - before.fallback_products, products),
    methods: methods.filter((of) => of.rate > 0),
  };
}
