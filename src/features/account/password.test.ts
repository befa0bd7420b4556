import { scryptSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createPasswords } from './password.ts';

/** Cheap, so that the tests are quick; the form and the turns are the same. */
const cheap = { memoryCost: 64, timeCost: 1, parallelism: 1 };

/** As they were stored before argon2id. */
function scryptHash(password: string): string {
  const salt = Buffer.from('sixteen bytes...');
  const key = scryptSync(password, salt, 32, { N: 16, r: 8, p: 1 });
  return `scrypt$16$8$1$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

describe('createPasswords', () => {
  it('knows a password by its hash, and no other', async () => {
    const passwords = createPasswords({ cost: cheap });
    const hash = await passwords.hash('correct horse');
    expect(await passwords.matches('correct horse', hash)).toBe(true);
    expect(await passwords.matches('correct horsf', hash)).toBe(false);
  });

  it('never makes the same hash twice', async () => {
    const passwords = createPasswords({ cost: cheap });
    expect(await passwords.hash('same')).not.toBe(await passwords.hash('same'));
  });

  it('hashes with argon2id at the cost OWASP recommends', async () => {
    const passwords = createPasswords();
    const hash = await passwords.hash('correct horse');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(passwords.isOutdated(hash)).toBe(false);
  });

  it('still knows hashes of another cost, and says that they are outdated', async () => {
    const hash = await createPasswords({ cost: { ...cheap, timeCost: 2 } }).hash('old');
    const passwords = createPasswords({ cost: cheap });
    expect([await passwords.matches('old', hash), passwords.isOutdated(hash)]).toEqual([true, true]);
  });

  it('still knows hashes made by scrypt, and says that they are outdated', async () => {
    const passwords = createPasswords({ cost: cheap });
    const hash = scryptHash('old');
    expect([await passwords.matches('old', hash), await passwords.matches('new', hash)]).toEqual([
      true,
      false,
    ]);
    expect(passwords.isOutdated(hash)).toBe(true);
  });

  it('answers every miss after the same time, whichever hash there was, and a match at once', async () => {
    const waits: number[] = [];
    let at = 0;
    let tookMs = 0;
    const passwords = createPasswords({
      cost: cheap,
      now: () => (at += tookMs),
      wait: (ms) => Promise.resolve(waits.push(ms)),
    });
    const hash = await passwords.hash('right');
    for (const [took, of] of [
      [20, hash],
      [150, scryptHash('right')],
      [21, null],
      [700, hash],
    ] as const) {
      tookMs = took;
      expect(await passwords.matches('wrong', of)).toBe(false);
    }
    expect(waits).toEqual([480, 350, 479, 0]);
    expect([await passwords.matches('right', hash), waits.length]).toEqual([true, 4]);
  });

  it('takes the same letters typed another way for the same password', async () => {
    const passwords = createPasswords({ cost: cheap });
    expect(await passwords.matches('cafe\u0301', await passwords.hash('caf\u00e9'))).toBe(true);
  });

  it.each([null, '', 'plain', 'scrypt$1$2$3'])('matches nothing when the hash is %j', async (hash) => {
    expect(await createPasswords({ cost: cheap }).matches('', hash)).toBe(false);
  });

  it('refuses as overloaded what is beyond those who may wait, and serves the others', async () => {
    const passwords = createPasswords({ cost: cheap, concurrency: 1, maxWaiting: 2 });
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => passwords.hash('crowd')));
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(results[4]).toMatchObject({ reason: { refusal: { code: 'overloaded' } } });
    await expect(passwords.hash('later')).resolves.toContain('$argon2id$');
  });
});
