// What a client is told when it is made: names, defaults, least values. Times are milliseconds.
const NUMBERS = {
  timeout_ms: [50, 0], // most time of a question
  change_timeout_ms: [1000, 0], // most time of one attempt to tell of events and changes
  change_attempts: [3, 1], // most attempts where a repetition does no harm
  pass_over_ms: [1000, 0], // how long a server that missed a request is passed over while there are others
  reconnect_ms: [3000, 0], // a server that for so long neither took nor sent anything is connected to anew
  queue: [1000, 1], // most requests, and most replies, that wait at one server
};
const KEYS = ['server_key', 'public_key', 'secret_key']; // CURVE keys in Z85
const KEY_LENGTH = 40;
const ENDPOINT = /^(tcp:\/\/.+:(\d+|\*)|(ipc|inproc):\/\/.+)$/s;
const LISTS = ['fallback']; // item ids shown when no answer comes, best first

function numberOf(name, given) {
  const [otherwise, least] = NUMBERS[name];
  const value = given ?? otherwise;
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`${name}: a whole number from ${least} on is wanted, found ${value}`);
  }
  return value;
}

/** Throws TypeError, RangeError. */
export function optionsOf(endpoints, given) {
  const options = {endpoints: typeof endpoints === 'string' ? [endpoints] : [...(endpoints ?? [])], fallback: [...(given.fallback ?? [])]};
  const unknown = Object.keys(given).find((name) => !(name in NUMBERS) && !KEYS.includes(name) && !LISTS.includes(name));
  if (unknown) {
    throw new TypeError(`there is no option '${unknown}'`);
  }
  if (options.endpoints.length === 0) {
    throw new TypeError('endpoints: none is given');
  }
  const wrong = options.endpoints.find((endpoint) => typeof endpoint !== 'string' || !ENDPOINT.test(endpoint));
  if (wrong !== undefined) {
    throw new TypeError(`endpoints: tcp://ADDRESS:PORT or ipc://PATH is wanted, found '${wrong}'`);
  }
  if (typeof given.fallback === 'string') {
    throw new TypeError('fallback: a list of item ids is wanted, found a text');
  }
  for (const name of Object.keys(NUMBERS)) {
    options[name] = numberOf(name, given[name]);
  }
  const keys = KEYS.filter((name) => given[name] != null);
  if (keys.length !== 0 && keys.length !== KEYS.length) {
    throw new TypeError(`${KEYS.join(', ')}: all three or none`);
  }
  for (const name of keys) { // whose text is in no message
    if (given[name].length !== KEY_LENGTH) {
      throw new TypeError(`${name}: ${KEY_LENGTH} characters of Z85 are wanted, found ${given[name].length}`);
    }
    options[name] = given[name];
  }
  return Object.freeze(options);
}
