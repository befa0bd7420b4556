import { waitForDrain } from '../../src/commands/lib/wait-for-drain.ts';
import type { Services } from '../../src/commands/lib/open-services.ts';
import type { JournalEntry } from '../../src/features/purchase/journal.ts';
import { checkInvariants } from '../../src/features/purchase/purchase.invariants.ts';
import { compareAnswers } from '../lib/compare-answers.ts';
import type { RunJournal } from '../lib/run-journal.ts';
import type { Wish } from '../lib/wish.ts';
import type { OwnCrowd } from './crowd.ts';
import type { RoundSale } from './fault.ts';
import { findUndecided } from './recovery.ts';

/** One promise, or one thing the campaign expects besides. */
export interface RoundVerdict {
  id: string;
  ok: boolean;
  detail: string;
  /** Of a broken one: lines of the journal that show it. */
  evidence?: string[];
}

export interface RoundToJudge {
  crowd: OwnCrowd;
  journal: RunJournal;
  sales: readonly RoundSale[];
  services: Services;
  healedAtMs: number;
  recoveryMs: number | null;
  mayBeLost: ((attemptId: string) => boolean) | undefined;
  /** What faults want to look at when everything is decided. */
  checks: readonly (() => Promise<void>)[];
}

/** I11. */
const RECOVERED_WITHIN_MS = 10_000;
const DRAINED_WITHIN_MS = 20_000;
/** An API process that missed a new gate brings back what it accepted within this time, ms. */
const LOOKED_UP_WITHIN_MS = 6_500;
/** A status that nobody can tell just now is told within this time, ms. */
const TOLD_WITHIN_MS = 10_000;
const ASK_EVERY_MS = 250;
/** Accepted wishes whose shoppers ask once more, when all is decided. */
const ASK_AGAIN = 30;

/** Waits for the drain, asks for the last time, and compares all that was seen with what is stored. */
export async function judgeRound(round: RoundToJudge): Promise<{ verdicts: RoundVerdict[]; lost: number }> {
  const { crowd, sales, services, recoveryMs, mayBeLost } = round;
  const saleIds = sales.map(({ saleId }) => saleId);
  const drained = await waitForDrain(services, saleIds, DRAINED_WITHIN_MS);
  for (const check of round.checks) await check();
  let lost = await findLost(services, crowd);
  if (lost.length > 0) {
    await pause(LOOKED_UP_WITHIN_MS);
    await waitForDrain(services, saleIds, DRAINED_WITHIN_MS);
    lost = await findLost(services, crowd);
  }
  const truth = await askForTheLast(crowd, lost);
  crowd.close();
  const journal = await round.journal.readBack();

  const verdicts: RoundVerdict[] = [
    {
      id: 'drained',
      ok: drained,
      detail: drained ? 'nothing is in flight' : `not within ${DRAINED_WITHIN_MS / 1000} s`,
    },
    {
      id: 'recovered',
      ok: recoveryMs !== null && recoveryMs <= RECOVERED_WITHIN_MS,
      detail: `${recoveryMs ?? 'more than 30,000'} ms after the last fault's end`,
    },
    truth,
  ];
  for (const { saleId } of sales) verdicts.push(...(await judgeSale(round, saleId, journal)));
  return { verdicts, lost: lost.filter(({ accepted }) => mayBeLost?.(accepted?.attemptId ?? '')).length };
}

/**
 * Judges one sale by every line of the journal and every row.
 *
 * @param round.healedAtMs  absent: something may be broken still
 */
export async function judgeSale(
  {
    services,
    healedAtMs,
    mayBeLost,
    crowd,
  }: Pick<RoundToJudge, 'services' | 'mayBeLost' | 'crowd'> & { healedAtMs?: number },
  saleId: string,
  journal: readonly JournalEntry[],
): Promise<RoundVerdict[]> {
  const rules = { ...(healedAtMs === undefined ? {} : { healedAtMs }), ...(mayBeLost ? { mayBeLost } : {}) };
  const checked = await checkInvariants(services, { saleId, deep: true, journal, rules });
  const byLine = new Map(journal.map((entry) => [entry.line, entry]));
  const promises = checked.map(({ id, ok, detail, lines = [] }) => ({
    ...{ id, ok, detail },
    ...(ok ? {} : { evidence: lines.map((line) => `line ${line}: ${JSON.stringify(byLine.get(line))}`) }),
  }));
  const wishes = crowd.wishes().filter(({ accepted }) => !mayBeLost?.(accepted?.attemptId ?? ''));
  const { id, ok, detail } = await compareAnswers(services.db, saleId, wishes);
  // Of what may be lost nobody knows whether it is: its orders would look like nobody's.
  return mayBeLost ? promises : [...promises, { id, ok, detail }];
}

/** Accepted, and without an outcome now that everything is decided. */
async function findLost({ db }: Services, crowd: OwnCrowd): Promise<Wish[]> {
  const accepted = crowd.accepted();
  const ids = await findUndecided(
    db,
    accepted.map((wish) => wish.accepted?.attemptId ?? ''),
  );
  return accepted.filter((wish) => ids.includes(wish.accepted?.attemptId ?? ''));
}

/** Who bought reads the outcome; whoever's attempt is lost is told that there is none, never that it waits. */
async function askForTheLast(crowd: OwnCrowd, lost: readonly Wish[]): Promise<RoundVerdict> {
  const untrue: string[] = [];
  for (const wish of lost) {
    const byAttempt = await askUntilTold(crowd, wish, 'by attempt');
    const bySale = await askUntilTold(crowd, wish, 'by sale');
    const isNamed = bySale.body?.attemptId === wish.accepted?.attemptId;
    if (byAttempt.httpStatus !== 404 || isNamed)
      untrue.push(
        `${wish.accepted?.attemptId ?? ''}: ${byAttempt.httpStatus} ${byAttempt.body?.status ?? ''}`,
      );
  }
  let unread = 0;
  const others = crowd.accepted().filter((wish) => !lost.includes(wish));
  for (const wish of others.slice(-ASK_AGAIN)) {
    const { body } = await askUntilTold(crowd, wish, 'by attempt');
    if (!body || body.status === 'queued') unread += 1;
  }
  return {
    id: 'told',
    ok: untrue.length + unread === 0,
    detail:
      `${lost.length} lost, ${untrue.length} of them told otherwise (${untrue.slice(0, 3).join(', ')}); ` +
      `${unread} decided ones could not read their outcome`,
  };
}

/** 503 is no answer: the gate of another sale may be away just now, and then nobody can say that there is no such attempt. */
async function askUntilTold(crowd: OwnCrowd, wish: Wish, how: 'by attempt' | 'by sale') {
  const giveUpAt = Date.now() + TOLD_WITHIN_MS;
  for (;;) {
    const told = await crowd.ask(wish, how);
    if ((told.httpStatus !== 503 && told.httpStatus !== 0) || Date.now() > giveUpAt) return told;
    await pause(ASK_EVERY_MS);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
