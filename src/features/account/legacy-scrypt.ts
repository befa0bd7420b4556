import { scrypt, timingSafeEqual } from 'node:crypto';

const STORED = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]+)$/;

/** Whether a stored hash is one of those made before argon2id: `scrypt$N$r$p$salt$key`. */
export function isScryptHash(hash: string): boolean {
  return STORED.test(hash);
}

/** Compares with such a hash; they are replaced when their owner signs in, none is made any more. */
export async function matchesScrypt(password: string, hash: string): Promise<boolean> {
  const [, N, r, p, salt, key] = STORED.exec(hash) ?? [];
  if (salt === undefined || key === undefined) return false;
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const expected = Buffer.from(key, 'base64url');
  const actual = await deriveKey(password, Buffer.from(salt, 'base64url'), cost, expected.length);
  return timingSafeEqual(actual, expected);
}

interface Cost {
  N: number;
  r: number;
  p: number;
}

function deriveKey(password: string, salt: Buffer, cost: Cost, bytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Node refuses to go over 32 MiB unless told; the need is 128 · N · r, and p blocks.
    const options = { ...cost, maxmem: 128 * cost.r * (cost.N + cost.p + 2) };
    scrypt(password, salt, bytes, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
