import type { AttemptStatusBody, Role, SaleStatusBody } from '../../../../src/contracts/http.ts';
import type { PurchaseState } from '../../features/purchase/purchase-state.ts';
import { IDLE } from '../../features/purchase/purchase-state.ts';
import type { Growth } from '../../features/sale/sale-feed.ts';

/** One state of the sale page, complete: what the API and the shopper did so that it looks like this. */
export interface Scene {
  id: string;
  title: string;
  status: SaleStatusBody;
  purchase: PurchaseState;
  role: Role | undefined;
  boughtUnits: number;
  isReachable: boolean;
  growth: Growth | undefined;
  deviceAheadMs: number;
}

/** The moment of every scene, by the server's clock. */
export const SCENE_NOW = Date.parse('2026-05-04T17:59:17.000Z');
const at = (seconds: number) => new Date(SCENE_NOW + seconds * 1_000).toISOString();
const HOUR = 3_600;

const OPEN: SaleStatusBody = {
  saleId: '00000000-0000-4000-8000-000000000001',
  name: 'Aurora lamp: second run',
  product: {
    id: '00000000-0000-4000-8000-000000000002',
    name: 'Aurora lamp',
    description: 'A small lamp with a warm light, made in one run of a few pieces.',
    imageUrl: '/images/demo-product.svg',
    priceMinor: 4_900,
    currency: 'EUR',
  },
  state: 'open',
  startsAt: at(-120),
  endsAt: at(2 * HOUR),
  serverTime: at(0),
  stock: { total: 500, remaining: 312 },
  perShopperLimit: 2,
  seq: 1,
};
const SCHEDULED: SaleStatusBody = {
  ...OPEN,
  state: 'scheduled',
  startsAt: at(43),
  stock: { total: 500, remaining: 500 },
};
const PAUSED: SaleStatusBody = { ...OPEN, state: 'paused' };
const SOLD_OUT: SaleStatusBody = { ...OPEN, state: 'sold_out', stock: { total: 500, remaining: 0 } };
const ENDED: SaleStatusBody = { ...OPEN, state: 'ended', endsAt: at(-60) };

const attempt = (fields: Partial<AttemptStatusBody>): AttemptStatusBody => ({
  attemptId: '00000000-0000-4000-8000-000000000003',
  saleId: OPEN.saleId,
  quantity: 1,
  status: 'queued',
  queuedAt: at(-6),
  ...fields,
});
export const SCENE_ORDER_ID = '00000000-0000-4000-8000-000000000004';
const rejected = (reason: NonNullable<AttemptStatusBody['reason']>): PurchaseState => ({
  phase: 'decided',
  attempt: attempt({ status: 'rejected', reason }),
});
const refused = (
  code: Extract<PurchaseState, { phase: 'refused' }>['code'],
  more: { remaining?: number; retryAt?: number } = {},
): PurchaseState => ({ phase: 'refused', code, remaining: more.remaining, retryAt: more.retryAt });
const asking = (setback: Extract<PurchaseState, { phase: 'asking' }>['setback']): PurchaseState => ({
  phase: 'asking',
  quantity: 1,
  setback,
});

const scene = (id: string, title: string, fields: Partial<Scene> = {}): Scene => ({
  id,
  title,
  status: OPEN,
  purchase: IDLE,
  role: 'shopper',
  boughtUnits: 0,
  isReachable: true,
  growth: undefined,
  deviceAheadMs: 0,
  ...fields,
});

/** Every state a shopper can see. */
export const SCENES: readonly Scene[] = [
  scene('scheduled', 'Before the opening', { status: SCHEDULED }),
  scene('open', 'Open'),
  scene('signed-out', 'Open, nobody signed in', { role: undefined }),
  scene('sending', 'The wish is on its way', { purchase: asking(undefined) }),
  scene('checking', 'The answer was lost', { purchase: asking('unreachable') }),
  scene('crowded', 'The gate is closed for a moment', { purchase: asking('gate_closed') }),
  scene('in-line', 'In line, the pace not known yet', {
    purchase: { phase: 'queued', attempt: attempt({ position: 1_204 }), seen: [] },
  }),
  scene('in-line-moving', 'In line, the line moves', {
    purchase: {
      phase: 'queued',
      attempt: attempt({ position: 420 }),
      seen: [
        { position: 1_204, atMs: SCENE_NOW - 30_000 },
        { position: 420, atMs: SCENE_NOW },
      ],
    },
  }),
  scene('confirmed', 'Confirmed', {
    purchase: { phase: 'decided', attempt: attempt({ status: 'confirmed', orderId: SCENE_ORDER_ID }) },
    boughtUnits: 1,
  }),
  scene('lost', 'Sold out to those before', { status: SOLD_OUT, purchase: rejected('sold_out') }),
  scene('sold-out', 'Sold out', { status: SOLD_OUT }),
  scene('came-back', 'Units came back', {
    status: { ...OPEN, stock: { total: 500, remaining: 2 } },
    growth: { cause: 'returned', units: 2 },
  }),
  scene('not-enough-left', 'Fewer are left than asked for', {
    status: { ...OPEN, stock: { total: 500, remaining: 1 } },
    purchase: refused('not_enough_left', { remaining: 1 }),
  }),
  scene('limit-reached', 'The limit is reached', { purchase: refused('limit_reached') }),
  scene('already-bought', 'Bought before', { boughtUnits: 2 }),
  scene('set-aside', 'An attempt that could not be completed', { purchase: rejected('set_aside') }),
  scene('rate-limited', 'Too many tries', {
    purchase: refused('rate_limited', { retryAt: SCENE_NOW + 8_000 }),
  }),
  scene('paused', 'Paused', { status: PAUSED }),
  scene('message', 'The shop says something', {
    status: { ...PAUSED, message: 'We are counting the boxes again. The sale goes on at six.' },
  }),
  scene('ended', 'Ended', { status: ENDED }),
  scene('sign-in-needed', 'No guests here', { role: undefined, purchase: { phase: 'sign_in_needed' } }),
  scene('session-ended', 'The session ended', { role: undefined, purchase: refused('unauthenticated') }),
  scene('blocked', 'A blocked account', { purchase: refused('forbidden') }),
  scene('operator', 'An operator', { role: 'operator' }),
  scene('too-early', 'A click before the opening', {
    status: SCHEDULED,
    purchase: refused('sale_not_started', { retryAt: SCENE_NOW + 43_000 }),
  }),
  scene('clock-off', 'The device’s clock is far off', { deviceAheadMs: 184_000 }),
  scene('offline', 'Offline', { isReachable: false }),
  scene('failed', 'Something went wrong', { purchase: refused('internal_error') }),
];
