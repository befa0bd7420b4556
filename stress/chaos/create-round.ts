import type { OwnCrowd } from './crowd.ts';
import type { AppRole, ChaosRound, RoundSale } from './fault.ts';
import type { FailpointAct } from './failpoints.ts';
import type { OwnInstance } from './instance.ts';
import type { RoundVerdict } from './judge-round.ts';
import type { Lines } from './lines.ts';
import { createOperator } from './operator.ts';
import { armFailpoint, disarmFailpoint, findMet } from './pass-failpoint.ts';
import type { PlannedFault, RoundPlan } from './plan.ts';
import { createRandom } from './random.ts';
import type { Stores } from './stores.ts';
import { waitFor } from './wait-for.ts';

/** What faults touch, and what they leave behind. */
export function createRound(
  { instance, lines, stores }: { instance: OwnInstance; lines: Lines; stores: Stores },
  { seed, ack }: RoundPlan,
  { sales, crowd, note }: { sales: readonly RoundSale[]; crowd: OwnCrowd; note: (text: string) => void },
) {
  const verdicts: RoundVerdict[] = [];
  const checks: (() => Promise<void>)[] = [];
  const redisLostAtMs: number[] = [];
  const arm: ChaosRound['arm'] = async (failpoint, act: FailpointAct) => {
    armFailpoint(instance.folder, failpoint, act);
    let met: AppRole | undefined;
    return {
      hasHit() {
        met ??= findMet(instance.folder, failpoint);
        return met !== undefined;
      },
      async disarm() {
        disarmFailpoint(instance.folder, failpoint);
        met ??= findMet(instance.folder, failpoint);
        if (act.act === 'die' && met !== undefined) instance.noteDeath(met);
        note(`${failpoint} ${met === undefined ? 'was not met' : `was met by a process of role ${met}`}`);
      },
    };
  };
  const of = ({ fault }: PlannedFault): ChaosRound => ({
    ...{ seed, ack, sales, crowd, arm, note, proxies: lines.proxies },
    random: createRandom(`${seed} ${fault.name}`),
    sale: sales[0] as RoundSale,
    instance: {
      ...instance,
      async startAgain() {
        await instance.startAgain();
        await stores.openAgain();
      },
    },
    get db() {
      return stores.now().db;
    },
    get redis() {
      return stores.now().redis;
    },
    operator: createOperator(stores.now),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    until: waitFor,
    redisLoses: () => void redisLostAtMs.push(Date.now()),
    judge: (verdict) => void verdicts.push(verdict),
    atEnd: (check) => void checks.push(check),
  });
  const trouble = (what: string, error: unknown): void => {
    note(`${what}: ${String(error)}`);
    verdicts.push({ id: 'played', ok: false, detail: `${what}: ${String(error)}` });
  };
  return { of, verdicts, checks, redisLostAtMs, trouble };
}
