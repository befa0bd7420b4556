import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Role } from './contracts/http.ts';
import { isOpen, mayUse, POLICIES, type Policy } from './contracts/policies.ts';
import { startTestApi, tokenOf, type TestApi } from './testing/test-api.ts';
import { givenShoppers } from './testing/test-sale.ts';
import { startTestServices, type TestServices } from './testing/test-services.ts';

const ASKERS: (Role | null)[] = [null, 'shopper', 'operator', 'admin'];
let services: TestServices;
let userId: string;
const apis: { isDemo: boolean; api: TestApi }[] = [];

beforeAll(async () => {
  services = await startTestServices();
  userId = (await givenShoppers(services.db, 1))[0]!;
  for (const isDemo of [false, true]) {
    apis.push({ isDemo, api: await startTestApi(services, { DEMO: isDemo ? '1' : '0' }) });
  }
});
afterAll(async () => {
  for (const { api } of apis) await api.close();
  await services.close();
});

/** Whether the whole instance lets one role, or nobody, further than the check of who may. */
async function isLetIn(api: TestApi, route: string, role: Role | null): Promise<boolean> {
  const [method = '', path = ''] = route.split(' ');
  const answer = await api.send(path.replace(/:\w+/g, randomUUID()).replace(/\*$/, ''), {
    method,
    headers: {
      ...(role ? { Authorization: tokenOf(userId, { role }) } : {}),
      ...(method === 'GET' ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(method === 'GET' ? {} : { body: { unknown: 'a field no body has' } }),
  });
  return !(answer.status === 401 && answer.problem.code === 'unauthenticated') && answer.status !== 403;
}

/** Lanes and the routes of the app alike: the lanes check for themselves. */
describe('every route, asked by nobody and by each role', () => {
  it.each(Object.entries(POLICIES))('%s is %s', async (route, policy: Policy) => {
    for (const { isDemo, api } of apis) {
      const expected = ASKERS.map(
        (role) => isOpen(policy, { isDemo }) || (role !== null && mayUse(policy, { role, isOwner: false })),
      );
      const actual = await Promise.all(ASKERS.map((role) => isLetIn(api, route, role)));
      expect({ isDemo, letIn: actual }).toEqual({ isDemo, letIn: expected });
    }
  });
});
