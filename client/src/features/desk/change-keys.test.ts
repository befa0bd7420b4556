import { describe, expect, it } from '@jest/globals';
import { createMemoryStorage } from '../../testing/memory-storage.ts';
import { createChangeKeys, createTabPlace } from './change-keys.ts';

const keysOneToMany = () => {
  let made = 0;
  return createChangeKeys(() => `key ${(made += 1)}`);
};
const pause = { method: 'POST', path: '/api/admin/sales/1/pause', body: { reason: 'why' } } as const;

describe('the keys of changes', () => {
  it('are the same for a change and its repeats', () => {
    const keys = keysOneToMany();
    expect([keys.keyFor(pause), keys.keyFor({ ...pause })]).toEqual(['key 1', 'key 1']);
  });

  it('differ when anything is asked for that was not', () => {
    const keys = keysOneToMany();
    const others = [
      { ...pause, body: { reason: 'another' } },
      { ...pause, path: '/api/admin/sales/2/pause' },
      { ...pause, body: new Blob(['a'], { type: 'image/png' }) },
      { ...pause, body: new Blob(['ab'], { type: 'image/png' }) },
    ];
    const made = [pause, ...others].map((request) => keys.keyFor(request));
    expect(new Set(made).size).toBe(5);
  });

  it('are new for the same change once it was made', () => {
    const keys = keysOneToMany();
    keys.keyFor(pause);
    keys.forget();
    expect(keys.keyFor(pause)).toBe('key 2');
  });

  it('outlive the page in the tab’s storage, until the change is made', () => {
    const storage = createMemoryStorage();
    let made = 0;
    const keys = (id = 'product.new') =>
      createChangeKeys(() => `key ${(made += 1)}`, createTabPlace(storage, id));
    expect([keys().keyFor(pause), keys().keyFor(pause)]).toEqual(['key 1', 'key 1']);
    expect(keys('product.1').keyFor(pause)).toBe('key 2');
    expect(keys().keyFor({ ...pause, body: { reason: 'another' } })).toBe('key 3');
    keys().forget();
    expect(keys().keyFor(pause)).toBe('key 4');
  });

  it('stay with the page where the storage keeps nothing', () => {
    const full = {
      getItem: () => '{"half',
      setItem: () => {
        throw new Error('QuotaExceededError');
      },
      removeItem: () => undefined,
    };
    let made = 0;
    const keys = createChangeKeys(() => `key ${(made += 1)}`, createTabPlace(full, 'product.new'));
    expect([keys.keyFor(pause), keys.keyFor(pause)]).toEqual(['key 1', 'key 1']);
  });
});
