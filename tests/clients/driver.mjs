// The Node client at the end of a pipe: a command a line in, a line out (see shared.py).
import {createInterface} from 'node:readline';
import {Client} from '../../recsys/client/node/index.js';
import {Answer, fallBack, ownError} from '../../recsys/client/node/lib/answer.js';
import {BadReply, byDistance, decode, encode, kindOf, shapeError, visitorOf} from '../../recsys/client/node/lib/protocol.js';

/** What stands for values that JSON has not. */
function given(value) {
  if (Array.isArray(value)) {
    return value.map(given);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const names = Object.keys(value);
  if (names.length === 1 && names[0] in SPECIAL) {
    return SPECIAL[names[0]](value[names[0]]);
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, given(inner)]));
}

const SPECIAL = {
  $integer: (digits) => BigInt(digits),
  $bytes: (digits) => Buffer.from(digits, 'hex'),
  $float: (number) => number,
};

const told = ({source, error, result}) => ({source, error, result});
const written = (reply) => JSON.stringify(reply, (_, value) => (typeof value === 'bigint' ? {$integer: String(value)} : value));

function decoded({method, params, reply, fallback}) {
  const kind = kindOf(method);
  try {
    const {msgid, error, result} = decode(Buffer.from(reply, 'hex'));
    const wrong = error ?? shapeError(kind, result, '');
    return wrong ? told(fallBack(kind, given(params), fallback, wrong)) : {...told(new Answer('server', result)), msgid};
  } catch (error) {
    if (!(error instanceof BadReply)) {
      throw error;
    }
    return told(fallBack(kind, given(params), fallback, ownError('bad_reply', error.message)));
  }
}

const clients = new Map();

const COMMANDS = {
  open({client, options: {endpoints, ...options}}) {
    try {
      clients.set(client, new Client(endpoints, options));
      return {};
    } catch (error) {
      return {refused: error.message};
    }
  },
  close({client}) {
    clients.get(client).close();
    clients.delete(client);
    return {};
  },
  async ask({client, method, params, timeout_ms}) {
    return told(await clients.get(client).call(method, given(params), timeout_ms));
  },
  async many({client, method, params}) {
    return (await Promise.all(params.map((one) => clients.get(client).call(method, given(one))))).map(told);
  },
  encode: ({msgid, method, params}) => ({bytes: Buffer.from(encode(msgid, method, given(params))).toString('hex')}),
  decode: decoded,
  homes({method, params, endpoints}) {
    const visitor = visitorOf(method, given(params));
    return {order: visitor === null ? null : [...endpoints].sort(byDistance(visitor))};
  },
};

for await (const line of createInterface({input: process.stdin})) {
  const command = JSON.parse(line);
  process.stdout.write(`${written(await COMMANDS[command.do](command))}\n`);
}
clients.forEach((client) => client.close());
