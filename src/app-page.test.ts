import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectProblemOf, startTestApp, type TestApp } from './testing/test-app.ts';

let testApp: TestApp;
beforeAll(async () => {
  testApp = await startTestApp();
});
afterAll(() => testApp.close());

describe('the page', () => {
  const page = { headers: { Accept: 'text/html' } };

  it('says so when it is not built', async () => {
    const res = await fetch(testApp.url, page);
    expect(res.status).toBe(503);
    expect(await res.text()).toContain('npm run build');
  });

  describe('once built', () => {
    beforeAll(() => {
      mkdirSync(join(testApp.clientDir, 'assets'), { recursive: true });
      writeFileSync(join(testApp.clientDir, 'index.html'), '<div id="root"></div>');
      writeFileSync(join(testApp.clientDir, 'favicon.svg'), '<svg/>');
      writeFileSync(
        join(testApp.clientDir, 'assets', 'index-4f3a.js'),
        `console.log(${'"x",'.repeat(1_000)}1)`,
      );
    });

    it.each(['/', '/sales/1', '/operator'])('answers %s, to be asked for again each time', async (path) => {
      const res = await fetch(testApp.url + path, page);
      expect(res.status).toBe(200);
      expect(res.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(res.headers.get('cache-control')).toBe('no-cache');
      expect(await res.text()).toContain('<div id="root">');
    });

    it('has its hashed files kept for a year, compressed', async () => {
      const res = await fetch(`${testApp.url}/assets/index-4f3a.js`);
      expect(res.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(res.headers.get('content-encoding')).toMatch(/^(br|gzip)$/);
    });

    it('has its other files asked for again', async () => {
      expect((await fetch(`${testApp.url}/favicon.svg`)).headers.get('cache-control')).toBe('no-cache');
    });

    it.each(['/assets/gone-1234.js', '/robots.txt', '/..%2fpackage.json', '/.env'])(
      'is not what a missing file answers: %s',
      async (path) => {
        await expectProblemOf(await fetch(testApp.url + path, page), 404, 'not_found');
      },
    );

    it('is not what a POST to it answers', async () => {
      await expectProblemOf(await testApp.post('/', '{}'), 404, 'not_found');
    });
  });
});
