import { describe, expect, it } from '@jest/globals';
import { isJsonContentType, parseJsonBody } from './json-body.ts';

describe('parseJsonBody', () => {
  it('reads an object from bytes and from text', () => {
    const body = { saleId: 's', quantity: 1 };
    expect(parseJsonBody(Buffer.from(JSON.stringify(body)))).toEqual({ ok: true, body });
    expect(parseJsonBody(JSON.stringify(body))).toEqual({ ok: true, body });
  });

  it.each(['', '{', '{"a":1,}', 'hello', '[1]', '"text"', 'null', '12', 'true'])('refuses %j', (text) => {
    expect(parseJsonBody(text)).toMatchObject({ ok: false, refusal: { code: 'invalid_request' } });
  });

  it('refuses bytes that are not UTF-8', () => {
    const raw = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    expect(parseJsonBody(raw)).toMatchObject({ ok: false });
  });

  it.each([
    ['__proto__', '{"__proto__":{"role":"admin"}}'],
    ['__proto__', '{"\\u005f_proto__":1}'],
    ['constructor', '{"a":{"constructor":1}}'],
    ['prototype', '{"a":[{"b":{"prototype":1}}]}'],
  ])('refuses %s as a field wherever it stands: %s', (field, text) => {
    expect(parseJsonBody(text)).toMatchObject({
      ok: false,
      refusal: { code: 'invalid_request', errors: [{ field, message: 'is not allowed' }] },
    });
  });

  it('takes the same words as values', () => {
    expect(parseJsonBody('{"name":"constructor"}')).toMatchObject({ ok: true });
  });

  it('survives a body that is nothing but depth', () => {
    const deep = `{"a":${'['.repeat(2_000)}${']'.repeat(2_000)}}`;
    expect(parseJsonBody(deep)).toMatchObject({ ok: true });
  });
});

describe('isJsonContentType', () => {
  it('knows JSON with and without parameters, in any case', () => {
    expect(
      ['application/json', 'Application/JSON; charset=utf-8', 'application/json ;x=1'].map(isJsonContentType),
    ).toEqual([true, true, true]);
  });

  it('knows nothing else', () => {
    const others = [
      undefined,
      '',
      'text/plain',
      'application/jsonp',
      'application/problem+json',
      'text/json',
    ];
    expect(others.some(isJsonContentType)).toBe(false);
  });
});
