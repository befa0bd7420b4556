import type { PreflightCheckBody } from '../../contracts/live-http.ts';
import type { OperatorSale } from '../sale/operator-sale.model.ts';

/** What the checks of one sale look at. */
export interface SaleFacts {
  sale: Pick<OperatorSale, 'state' | 'startsAt' | 'endsAt' | 'total' | 'sold'>;
  imageUrl: string;
  isGateWarm: boolean;
  isWorkerAlive: boolean;
  isClientBuilt: boolean;
  /** By the gate's clock. */
  nowMs: number;
}

/** Judges whether a sale can be bought from when it opens: one check each, in the order in which they are read. */
export function checkSale(facts: SaleFacts): PreflightCheckBody[] {
  const { imageUrl, isGateWarm, isWorkerAlive, isClientBuilt } = facts;
  return [
    checkPublished(facts),
    checkWindow(facts),
    checkUnits(facts),
    verdict(
      'picture',
      imageUrl !== '',
      ['The product has a picture.', 'The product has no picture.'],
      'Give the product one: shoppers see an empty frame.',
    ),
    verdict(
      'gate',
      isGateWarm,
      ['The gate is open on this Redis and lets attempts in when the sale starts.', 'The gate is not warm.'],
      'Publish the sale, or press “Reconcile now”; a rebuild takes a second.',
    ),
    verdict(
      'worker',
      isWorkerAlive,
      ['A worker lives.', 'No worker has told within 3 s that it lives: nothing would be settled.'],
      'Start one: `npm run start:worker`.',
    ),
    verdict(
      'client',
      isClientBuilt,
      ['The page is built.', 'The page is not built: shoppers see an error.'],
      'Run `npm run build`, or serve the page from elsewhere.',
    ),
  ];
}

function verdict(
  id: string,
  ok: boolean,
  [whenOk, whenNot]: readonly [string, string],
  advice: string,
): PreflightCheckBody {
  return ok ? { id, ok, detail: whenOk } : { id, ok, detail: whenNot, advice };
}

function checkPublished({ sale: { state } }: SaleFacts): PreflightCheckBody {
  const advice = {
    draft: 'Publish it.',
    active: '',
    paused: 'Resume it, or nobody can buy when it starts.',
    stopped: 'It is stopped for good: clone it.',
  }[state];
  const isOn = state === 'active';
  return verdict('published', isOn, ['The sale is published.', `The sale is ${state}.`], advice);
}

function checkWindow({ sale: { startsAt, endsAt }, nowMs }: SaleFacts): PreflightCheckBody {
  const isOver = endsAt.getTime() <= nowMs;
  const opening = startsAt.getTime() > nowMs ? `opens at ${instant(startsAt)}` : 'is open';
  return verdict(
    'window',
    !isOver,
    [`It ${opening} and ends at ${instant(endsAt)}.`, `It ended at ${instant(endsAt)} by the gate's clock.`],
    'Clone it with another time.',
  );
}

function checkUnits({ sale: { total, sold } }: SaleFacts): PreflightCheckBody {
  const left = total - sold;
  return verdict(
    'units',
    left > 0,
    [`${left} of ${total} units are left.`, `None of ${total} units is left.`],
    'Put units on sale.',
  );
}

const instant = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, 'Z');
