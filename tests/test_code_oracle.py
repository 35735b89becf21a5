"""Codes against another implementation: hashlib's BLAKE2b for the derivation of keys and for the tag, SipHash-2-4 from its
paper (Aumasson and Bernstein 2012) under the Feistel network."""
import hashlib
import os
import random
import subprocess

from program import seed

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
WORD = (1 << 64) - 1


def derive(secret, number, size):
    """crypto_kdf of libsodium: the number of the key is the salt, the context is the personalization."""
    return hashlib.blake2b(key=secret, digest_size=size, salt=number.to_bytes(8, "little") + bytes(8),
                           person=b"ssoffers" + bytes(8)).digest()


def siphash(key, message):
    k = [int.from_bytes(key[i:i + 8], "little") for i in (0, 8)]
    v = [k[0] ^ 0x736f6d6570736575, k[1] ^ 0x646f72616e646f6d, k[0] ^ 0x6c7967656e657261, k[1] ^ 0x7465646279746573]

    def rotate(value, bits):
        return (value << bits | value >> (64 - bits)) & WORD

    def turn(times):
        for _ in range(times):
            v[0] = (v[0] + v[1]) & WORD
            v[2] = (v[2] + v[3]) & WORD
            v[1], v[3] = rotate(v[1], 13) ^ v[0], rotate(v[3], 16) ^ v[2]
            v[0] = rotate(v[0], 32)
            v[2] = (v[2] + v[1]) & WORD
            v[0] = (v[0] + v[3]) & WORD
            v[1], v[3] = rotate(v[1], 17) ^ v[2], rotate(v[3], 21) ^ v[0]
            v[2] = rotate(v[2], 32)

    padded = message + bytes(7 - len(message) % 8) + bytes([len(message) % 256])
    for i in range(0, len(padded), 8):
        word = int.from_bytes(padded[i:i + 8], "little")
        v[3] ^= word
        turn(2)
        v[0] ^= word
    v[2] ^= 0xff
    turn(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def identity(key, number):
    halves = [number >> 20, number & 0xfffff]
    for turn in range(10):
        halves[turn % 2] ^= siphash(key, bytes([turn]) + halves[1 - turn % 2].to_bytes(3, "big")) & 0xfffff
    return halves[0] << 20 | halves[1]


def digits(bits):
    return "".join(DIGITS[bits >> shift & 31] for shift in range(35, -5, -5))


def code(secret, number):
    name = identity(derive(secret, 1, 16), number)
    tag = hashlib.blake2b(name.to_bytes(5, "big"), key=derive(secret, 2, 32), digest_size=16).digest()[:5]
    text = digits(name) + digits(int.from_bytes(tag, "big"))
    return "-".join(text[i:i + 4] for i in range(0, 16, 4)), text[:8]


def main():
    # SipHash-2-4 of the bytes 00 .. 0e under the key 00 .. 0f: the example of its paper.
    assert siphash(bytes(range(16)), bytes(range(15))) == 0xa129ca6149be45e5
    generator = random.Random(seed())
    cases = [(b"the secret of a shop, 32 bytes.\0", number) for number in (1, (1 << 40) - 1)]
    for _ in range(500):
        cases.append((generator.randbytes(32), generator.choice((generator.randint(1, 999), generator.randrange(1, 1 << 40)))))
    answer = subprocess.run([os.path.join(os.environ["SMARTSHELF_BUILD"], "tests", "dump_codes")], check=True, text=True,
                            capture_output=True, input="".join(f"{secret.hex()} {number}\n" for secret, number in cases))
    wanted = [" ".join(code(secret, number)) for secret, number in cases]
    assert answer.stdout.splitlines() == wanted
    assert len(set(wanted)) == len(wanted)
    print(f"{len(wanted)} codes, as {wanted[0]}, {wanted[1]}")


if __name__ == "__main__":
    main()
