import { describe, expect, it } from '@jest/globals';
import { createPasswords } from './password.ts';

/** Cheap, so that the tests are quick; the form and the turns are the same. */
const cheap = { N: 16, r: 8, p: 1 };

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

  it('hashes with the cost OWASP recommends', async () => {
    expect(await createPasswords().hash('correct horse')).toMatch(
      /^scrypt\$16384\$8\$5\$[\w-]{22}\$[\w-]{43}$/,
    );
  });

  it('still knows hashes of another cost', async () => {
    const hash = await createPasswords({ cost: { N: 32, r: 4, p: 2 } }).hash('old');
    expect(await createPasswords({ cost: cheap }).matches('old', hash)).toBe(true);
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
    await expect(passwords.hash('later')).resolves.toContain('scrypt$');
  });
});
