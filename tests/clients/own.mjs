// Integers, closing, params that cannot be sent: of Node's client alone (check_own.py).
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Client} from '../../recsys/client/node/index.js';
import {decode, encode} from '../../recsys/client/node/lib/protocol.js';

const {SMARTSHELF_ENDPOINT: endpoint, SMARTSHELF_NOBODY: nobody} = process.env;

test('integers are exact, as a number where that is exact', () => {
  const replied = (integer) => decode(Buffer.from(`940101c081a176${integer}`, 'hex')).result.v;
  assert.equal(replied('cf001fffffffffffff'), 2 ** 53 - 1);
  assert.equal(replied('cf0020000000000001'), 2n ** 53n + 1n);
  assert.equal(replied('d38000000000000000'), -(2n ** 63n));
  assert.equal(replied('cf0000000000000005'), 5);
  const packed = (value) => Buffer.from(encode(1, 'x', {value})).toString('hex');
  assert.equal(packed(5n), packed(5));
  assert.equal(packed(2 ** 40), packed(1099511627776n));
  assert.throws(() => packed(2n ** 64n), RangeError);
  assert.equal(packed(undefined), Buffer.from(encode(1, 'x', {})).toString('hex'));
});

test('what is under way when it is closed has the fallback', async () => {
  const client = new Client(nobody, {fallback: ['a'], timeout_ms: 20000});
  const underWay = client.related({item_id: 'x'});
  client.close();
  client.close();
  const answer = await underWay;
  assert.deepEqual([answer.error.name, answer.item_ids], ['closed', ['a']]);
  assert.throws(() => client.related(), /closed/);
});

test('params that cannot be sent', async () => {
  const client = new Client(endpoint, {fallback: ['a']});
  for (const params of [{limit: 2n ** 70n}, {item_id: () => 1}, [1], 'text']) {
    const answer = await client.related(params);
    assert.deepEqual([answer.error.name, answer.item_ids], ['argument', ['a']]);
  }
  client.close();
});

test('an option that there is not', () => {
  assert.throws(() => new Client(endpoint, {timeout: 5}), /no option 'timeout'/);
});

test('wrong options are named', () => {
  for (const wrong of ['127.0.0.1:5555', 'tcp://127.0.0.1', 'http://127.0.0.1:5555', [endpoint, 5555]]) {
    assert.throws(() => new Client(wrong), /endpoints: tcp:.*'.*(127|5555)/);
  }
  const keys = {server_key: 'a'.repeat(40), public_key: 'b'.repeat(40), secret_key: 'secret'};
  assert.throws(() => new Client(endpoint, keys), /secret_key: 40 .*found 6$/);
});
