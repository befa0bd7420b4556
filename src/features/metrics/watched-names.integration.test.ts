import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { REJECTION_REASONS } from '../../contracts/error-catalogue.ts';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import { givenSale } from '../../testing/test-sale.ts';
import { startTestServices, type TestServices } from '../../testing/test-services.ts';
import { findRoot } from '../../utils/find-root.ts';

const ROOT = findRoot(import.meta.url);
const OURS = /\b(?:stampede|http_server|process|nodejs)_[a-z_]+/g;

let services: TestServices;
let api: TestApi;
let families: Map<string, string>;
let text: string;

beforeAll(async () => {
  services = await startTestServices();
  await givenSale(services);
  api = await startTestApi(services);
  ({ text } = await api.send('/metrics'));
  families = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name!, type!]));
});
afterAll(async () => {
  await api.close();
  await services.close();
});

/** Names that queries may use: a histogram is asked by its three series. */
const exported = (): Set<string> =>
  new Set(
    [...families].flatMap(([name, type]) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => name + suffix) : [name],
    ),
  );

describe.each(['deploy/prometheus/alerts.yml', 'deploy/grafana/dashboards/stampede.json'])('%s', (path) => {
  it('asks for nothing that is not exported', async () => {
    const asked = new Set((await readFile(new URL(path, ROOT), 'utf8')).match(OURS));
    expect(asked.size).toBeGreaterThan(8);
    expect([...asked].filter((name) => !exported().has(name))).toEqual([]);
  });
});

describe('the alerts', () => {
  it('pick series by labels that exist', async () => {
    const alerts = await readFile(new URL('deploy/prometheus/alerts.yml', ROOT), 'utf8');
    const picked = [...alerts.matchAll(/(stampede_[a-z_]+)\{([a-z_]+)="([a-z_]+)"\}/g)];
    expect(picked.length).toBeGreaterThan(3);
    for (const [, name, label, value] of picked) {
      // A reason has a series when somebody was told it.
      if (label === 'outcome') expect(REJECTION_REASONS).toContain(value);
      else expect(text).toMatch(new RegExp(`^${name!}\\{.*${label!}="${value!}"`, 'm'));
    }
  });
});
