import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { POLICIES } from './contracts/policies.ts';
import { listRoutes } from './middleware/list-routes.ts';
import { startTestApp, type TestApp } from './testing/test-app.ts';

let testApp: TestApp;
beforeAll(async () => {
  testApp = await startTestApp();
});
afterAll(() => testApp.close());

describe('the table of policies', () => {
  it('names every route there is, and no other', () => {
    const isInATree = (route: string) =>
      Object.keys(POLICIES).some((row) => row.endsWith('/*') && route.startsWith(row.slice(0, -1)));
    const routes = listRoutes(testApp.app).map(({ method, path }) => `${method} ${path}`);
    const rows = Object.keys(POLICIES).filter((row) => !row.endsWith('/*'));
    expect(rows.sort()).toEqual(routes.filter((route) => !isInATree(route)).sort());
  });
});

describe('the OpenAPI document', () => {
  interface Document {
    openapi: string;
    paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
    components: { schemas: Record<string, unknown> };
  }
  const fetchDocument = async () =>
    (await (await fetch(`${testApp.url}/api/openapi.json`)).json()) as Document;

  it('names every route there is, and no other', async () => {
    const { paths } = await fetchDocument();
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const actual = listRoutes(testApp.app).map(
      ({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`,
    );
    expect(documented.sort()).toEqual(actual.sort());
  });

  it('refers only to what it holds', async () => {
    const document = await fetchDocument();
    const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
      (match) => match[1],
    );
    expect(document.openapi).toBe('3.1.0');
    expect([...new Set(names)].filter((name) => !(name! in document.components.schemas))).toEqual([]);
  });

  it('names every refusal of an attempt', async () => {
    const { paths } = await fetchDocument();
    const text = JSON.stringify(paths['/api/purchase/attempt']);
    for (const code of [
      'sold_out',
      'limit_reached',
      'outcome_unknown',
      'idempotency_key_reused',
      'gate_closed',
    ]) {
      expect(text).toContain(`"${code}"`);
    }
  });

  it('has a page without inline script whose files exist', async () => {
    const html = await (await fetch(`${testApp.url}/api/docs`)).text();
    expect(html).not.toMatch(/<script>|<style|\son\w+=/);
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(files).toHaveLength(4);
    for (const file of files) expect((await fetch(testApp.url + file)).status).toBe(200);
  });
});
