// The walk over a reply's bytes before any room is made for what they claim to hold.
const DEPTH_MAX = 32;

/** Of each head byte: [bytes of the value behind it, bytes of its length, values per element]. */
const HEADS = new Array(256).fill(null);
const fill = (first, last, make) => {
  for (let head = first; head <= last; head++) {
    HEADS[head] = make(head);
  }
};
fill(0x00, 0x7f, () => [0, 0, 0]);
fill(0x80, 0x8f, (head) => [0, 0, 2, head & 15]);
fill(0x90, 0x9f, (head) => [0, 0, 1, head & 15]);
fill(0xa0, 0xbf, (head) => [head & 31, 0, 0]);
fill(0xe0, 0xff, () => [0, 0, 0]);
[0xc0, 0xc2, 0xc3].forEach((head) => { HEADS[head] = [0, 0, 0]; });
[0xc4, 0xc5, 0xc6].forEach((head, i) => { HEADS[head] = [0, 1 << i, 0]; });
[0xd9, 0xda, 0xdb].forEach((head, i) => { HEADS[head] = [0, 1 << i, 0]; });
[0xca, 0xce, 0xd2].forEach((head) => { HEADS[head] = [4, 0, 0]; });
[0xcb, 0xcf, 0xd3].forEach((head) => { HEADS[head] = [8, 0, 0]; });
[0xcc, 0xd0].forEach((head) => { HEADS[head] = [1, 0, 0]; });
[0xcd, 0xd1].forEach((head) => { HEADS[head] = [2, 0, 0]; });
[0xdc, 0xdd].forEach((head, i) => { HEADS[head] = [0, 2 << i, 1]; });
[0xde, 0xdf].forEach((head, i) => { HEADS[head] = [0, 2 << i, 2]; });

const needsConverting = (head) => (head >= 0xc4 && head <= 0xc6) || head === 0xcf || head === 0xd3;

function lengthAt(bytes, at, size) {
  let length = 0;
  for (let i = 0; i < size; i++) {
    length = length * 256 + bytes[at + i];
  }
  return length;
}

/**
 * Is this one whole MessagePack value, nothing behind it, no extension in it? null: no. Else `convert`: does it hold what the caller is
 * not to see as it is unpacked, a bin or an integer of 64 bits?
 */
export function walk(bytes) {
  const open = [1]; // values still to come at each level
  let at = 0;
  let convert = false;
  while (open.length > 0) {
    if (open[open.length - 1] === 0) {
      open.pop();
      continue;
    }
    open[open.length - 1]--;
    const head = at < bytes.length ? bytes[at] : 0xc1;
    const shape = HEADS[head];
    if (shape === null || at + 1 + shape[1] > bytes.length) {
      return null;
    }
    const length = shape[1] > 0 ? lengthAt(bytes, at + 1, shape[1]) : shape[3] ?? 0;
    const values = shape[2] * length;
    at += 1 + shape[1] + shape[0] + (shape[2] === 0 ? length : 0);
    convert ||= needsConverting(head);
    if (at + values > bytes.length) { // each value takes a byte at least
      return null;
    }
    if (values > 0 && open.push(values) > DEPTH_MAX) {
      return null;
    }
  }
  return at === bytes.length ? {convert} : null;
}
