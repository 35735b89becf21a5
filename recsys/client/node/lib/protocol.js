// The bytes of requests and replies. Pure: no sockets, no clock.
import {decode as unpack, encode as pack} from '@msgpack/msgpack';
import {randomUUID} from 'node:crypto';
import {ownError} from './answer.js';
import {walk} from './walk.js';

export const REPLY_MAX = 8 << 20; // longest reply that is looked at
export const MSGID_MAX = 0xffffffff;

const SHELVES = ['related', 'bought_together', 'bought_next', 'for_you', 'cart', 'popular', 'trending', 'new_arrivals', 'alternatives',
  'buy_again'];
const KINDS = new Map([...SHELVES.map((method) => [method, 'shelf']), ['page', 'page'], ['offers', 'offers'], ['preview', 'offers'],
  ['event', 'event'], ['redeem', 'redeem'], ['forget', 'forget'], ['items', 'items'], ['reload', 'reload']]);
export const CHANGES = ['event', 'redeem', 'forget', 'items', 'reload']; // kinds that are told rather than asked
export const REPEATED = ['event', 'redeem', 'forget']; // kinds of which a second delivery does no harm
export const HOME_ALONE = ['redeem']; // kinds that only the visitor's own server can answer: another one does not know its codes

export const kindOf = (method) => KINDS.get(method) ?? 'other';

/** Bytes that are no reply, or a reply that is not of the shape its method has. */
export class BadReply extends Error {}

const isMap = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value) => typeof value === 'string';

// ---- writing ----

/**
 * As MessagePack wants it. Integers of more than 32 bits become BigInt, for those alone are packed as such together with the others, and
 * BigInt that are not become numbers, so that each has its shortest form. What is undefined is left out.
 */
function packable(value) {
  if (typeof value === 'bigint') {
    return value >= -0x80000000n && value <= 0xffffffffn ? Number(value) : checked64(value);
  }
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) && (value < -0x80000000 || value > 0xffffffff) ? BigInt(value) : value;
  }
  if (Array.isArray(value)) {
    return value.map(packable);
  }
  if (!isMap(value) || ArrayBuffer.isView(value)) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).filter((entry) => entry[1] !== undefined).map(([name, inner]) => [name, packable(inner)]));
}

function checked64(value) {
  if (value < -(2n ** 63n) || value >= 2n ** 64n) {
    throw new RangeError(`${value} does not fit in 64 bits`);
  }
  return value;
}

/** Entries stand in the order in which they are given. Throws TypeError, RangeError and what msgpack throws. */
export function encode(msgid, method, params) {
  if (!isText(method) || !isMap(params)) {
    throw new TypeError("a method's name and an object of params are wanted");
  }
  return pack([0, msgid, method, packable(params)], {useBigInt64: true});
}

const withId = (event) => (isMap(event) && !event.event_id ? {...event, event_id: randomUUID()} : event);

/** Every event gets an id of its own where it brings none, so that it counts once however often it is delivered. */
export function withEventIds(params) {
  return Array.isArray(params.events) ? {...params, events: params.events.map(withId)} : withId(params);
}

const CRC = Uint32Array.from({length: 256}, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) {
    rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  }
  return rest;
});

/** CRC-32 as of zlib. */
function crc32(bytes) {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest = CRC[(rest ^ byte) & 255] ^ (rest >>> 8);
  }
  return (rest ^ 0xffffffff) >>> 0;
}

/** The hash of whom the request, or the first of several events, is about; null: of nobody. */
export function visitorOf(method, params) {
  const about = Array.isArray(params.events) && isMap(params.events[0]) ? params.events[0] : params;
  const name = about.session_id || about.customer_id || (method === 'event' && about.order_id);
  return isText(name) || name instanceof Uint8Array ? crc32(Buffer.from(name)) : null;
}

/** The finalizer of MurmurHash3: a CRC alone is linear, and would send visitors to some pairs of servers in step. */
function weightOf(visitor, server) {
  let mixed = visitor ^ server;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * For sorting endpoints: a visitor's home first, then where their requests go next. The same in every client library and in the gateway
 * (PROTOCOL.md, "Several servers").
 */
export function byDistance(visitor) {
  return (one, other) => {
    const names = [Buffer.from(one), Buffer.from(other)];
    const [ones, others] = names.map((name) => weightOf(visitor, crc32(name)));
    return others - ones || Buffer.compare(...names);
  };
}

// ---- reading ----

const textOf = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');

/** A bin is taken for a text; an integer of 64 bits is a number where that is exact, and else a BigInt. */
function converted(value) {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (value instanceof Uint8Array) {
    return textOf(value);
  }
  if (Array.isArray(value)) {
    return value.map(converted);
  }
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, converted(inner)])) : value;
}

const UNPACKING = {useBigInt64: true, mapKeyConverter: (key) => (key instanceof Uint8Array ? textOf(key) : String(key))};

function unpacked(bytes) {
  const walked = walk(bytes);
  if (walked === null) {
    throw new BadReply('no MessagePack, cut off, or more is claimed than sent');
  }
  try {
    const value = unpack(bytes, UNPACKING);
    return walked.convert ? converted(value) : value;
  } catch (error) {
    throw new BadReply(`no MessagePack: ${error.message}`);
  }
}

function errorOf(value) {
  if (!isMap(value) || !Number.isInteger(value.code) || !isText(value.name)) {
    throw new BadReply('the error has no code or no name');
  }
  return {code: value.code, name: value.name, message: String(value.message ?? ''), field: value.field ?? null};
}

/** [1, msgid, error | nil, result | nil]; a msgid of null: the server could not read that of the request. Throws BadReply. */
export function decode(bytes) {
  if (bytes.length > REPLY_MAX) {
    throw new BadReply(`${bytes.length} bytes, at most ${REPLY_MAX} are looked at`);
  }
  const reply = unpacked(bytes);
  if (!Array.isArray(reply) || reply.length !== 4 || reply[0] !== 1) {
    throw new BadReply('not [1, msgid, error, result]');
  }
  const [, msgid, error, result] = reply;
  if (msgid !== null && (!Number.isInteger(msgid) || msgid < 0 || msgid > MSGID_MAX)) {
    throw new BadReply('msgid is no number of a message');
  }
  return {msgid, error: error === null ? null : errorOf(error), result};
}

const isListOf = (value, is) => Array.isArray(value) && value.every(is);
const isProduct = (value) => isMap(value) && isText(value.item_id);
const isShelf = (value) => isMap(value) && isText(value.shelf) && isListOf(value.items, isProduct);
const isDecision = (value) => isMap(value) && typeof value.show === 'boolean' && isText(value.reason) && isListOf(value.offers, isMap);

const SHAPES = {
  shelf: (result) => isListOf(result.items, isProduct),
  page: (result) => isListOf(result.shelves, isShelf) && (!('offers' in result) || isDecision(result.offers)),
  offers: isDecision,
  event: (result) => isListOf(result.results, isMap),
  items: (result) => isListOf(result.results, isMap),
  redeem: (result) => typeof result.redeemed === 'boolean' && isText(result.reason),
};

/** What callers rely on without looking: an error when a result of that kind has it not, else null. */
export function shapeError(kind, result, endpoint) {
  const has = SHAPES[kind] ?? (() => true);
  return isMap(result) && has(result) ? null : ownError('bad_reply', `${endpoint}: the result is not of the shape that the method has`);
}
