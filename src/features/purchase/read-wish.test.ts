import { describe, expect, it } from '@jest/globals';
import { createReadWish } from './read-wish.ts';

const SALE_ID = '0190a4f1-0000-7000-8000-000000000001';

describe('reading a wish', () => {
  const readWish = createReadWish();
  const read = (body: unknown, key?: string) => readWish(Buffer.from(JSON.stringify(body)), key);

  it('gives a remembered body the key of each request, good or bad', () => {
    const body = { saleId: SALE_ID };
    const wish = { ok: true, saleId: SALE_ID, quantity: 1 };
    expect(read(body, 'first')).toEqual({ ...wish, idempotencyKey: 'first' });
    expect(read(body, 'second')).toEqual({ ...wish, idempotencyKey: 'second' });
    expect(read(body)).toEqual({ ...wish, idempotencyKey: null });
    expect(read(body, 'ä')).toMatchObject({
      refusal: {
        errors: [{ field: 'Idempotency-Key', message: 'must be 1 to 128 printable ASCII characters' }],
      },
    });
    expect(read(body, 'third')).toEqual({ ...wish, idempotencyKey: 'third' });
  });

  it('tells bodies apart that differ in one byte', () => {
    for (const quantity of [1, 2, 3, 2, 1])
      expect(read({ saleId: SALE_ID, quantity })).toMatchObject({ quantity });
    const readBytes = (last: number) =>
      readWish(Buffer.from([...Buffer.from('{"a":"'), last, 0x22, 0x7d]), 'key');
    // Neither is UTF-8, and as text both would be the same replacement character.
    expect([readBytes(0xfe), readBytes(0xff)]).toEqual([
      expect.objectContaining({ ok: false }),
      expect.objectContaining({ ok: false }),
    ]);
  });

  it('refuses a bad body each time, with all that is wrong and nothing of another request', () => {
    for (const key of ['ä', undefined, 'ä']) {
      const wish = read({ saleId: 'x', quantity: 0 }, key);
      const fields = wish.ok ? [] : (wish.refusal.errors ?? []).map(({ field }) => field);
      expect(fields).toEqual(['saleId', 'quantity', ...(key === undefined ? [] : ['Idempotency-Key'])]);
    }
  });

  it('reads any number of different bodies', () => {
    for (let round = 0; round < 2; round += 1) {
      for (let quantity = 1; quantity <= 1_000; quantity += 1) {
        expect(read({ saleId: SALE_ID, quantity })).toMatchObject({ ok: true, quantity });
      }
    }
  });
});
