import type { AttemptStatusBody, SessionBody } from '../../../../src/contracts/http.ts';
import {
  ATTEMPT_POLL_MS,
  GUEST_TRIES,
  REJECTION_TOLD_MS,
  WISH_FIRST_PAUSE_MS,
  WISH_LONGEST_PAUSE_MS,
} from '../../config/timing.ts';
import type { Answer } from '../../lib/http.ts';
import type { Services } from '../../lib/services.ts';
import { createStore } from '../../lib/store.ts';
import { isOver, wait } from '../../lib/wait.ts';
import { fetchAttempt, fetchLatestAttempt } from './fetch-attempt.ts';
import { judgeAnswer, pauseBeforeTry } from './judge-answer.ts';
import { newestAttempt } from './newest-attempt.ts';
import { postAttempt } from './post-attempt.ts';
import { IDLE, isBusy, type PurchaseState } from './purchase-state.ts';
import { withSample } from './wait-estimate.ts';
import type { Wish, WishBook } from './wish.ts';

export interface PurchaseFlowDeps extends Pick<Services, 'http' | 'session'> {
  clock: Pick<Services['clock'], 'now'>;
  live: Pick<Services['live'], 'onConnect' | 'onOutcome'>;
  wishes: WishBook;
  signInAsGuest: () => Promise<Answer<SessionBody>>;
  makeKey: () => string;
  random: () => number;
}

export interface PurchaseFlow {
  current: () => PurchaseState;
  subscribe: (listener: () => void) => () => void;
  /** Takes up the wish that an earlier life of the page left, and follows the session; returns its stop. */
  start: () => () => void;
  /** Buys for who is signed in, else for a fresh guest. Does nothing while a wish is under way. */
  buy: (quantity: number) => Promise<void>;
  /** Takes a refusal or a rejection off the page, as when units came back; an order stays. */
  dismiss: () => void;
}

const PAUSES = { firstMs: WISH_FIRST_PAUSE_MS, longestMs: WISH_LONGEST_PAUSE_MS };

/** A guest that was made and whose answer was lost buys nothing: making another is safe, but nothing is kept meanwhile. */
const isPassing = (answer: Answer<SessionBody>) =>
  answer.kind === 'unreachable' || (answer.kind === 'problem' && answer.problem.status >= 500);

/**
 * One shopper's way through one sale: from the wish over the place in line to the outcome.
 *
 * A wish's key is stored before its first request and forgotten only when its outcome, or a refusal of the gate, is
 * known. Whatever is in between (a lost answer, a reload, another tab) is bridged by asking again with the same key, for
 * as long as it takes: the shopper need not do anything.
 */
export function createPurchaseFlow(deps: PurchaseFlowDeps, saleId: string): PurchaseFlow {
  const { http, live, session, clock, wishes } = deps;
  const store = createStore<PurchaseState>(IDLE);
  /** Aborted whenever what is under way no longer counts: another wish, another shopper, the page left. */
  let life = new AbortController();
  let actingFor: string | undefined;
  /** An outcome can overtake the answer to its own attempt. */
  let earlyOutcomes = new Map<string, AttemptStatusBody>();
  /** Ends the pause before the next try. */
  let wake = () => {};

  const shopperId = () => session.current().signedIn?.user.id;
  const findWish = () => (actingFor === undefined ? undefined : wishes.find(saleId, actingFor));
  const newLife = () => {
    life.abort();
    life = new AbortController();
    earlyOutcomes = new Map();
    return life.signal;
  };

  const show = (body: AttemptStatusBody) => {
    const before = store.current();
    const attempt = newestAttempt('attempt' in before ? before.attempt : undefined, body);
    if (attempt.status === 'queued') {
      const seen = before.phase === 'queued' ? before.seen : [];
      store.set({ phase: 'queued', attempt, seen: withSample(seen, body.position, clock.now()) });
      return;
    }
    const wish = findWish();
    if (wish) wishes.forget(wish);
    store.set({ phase: 'decided', attempt });
  };

  const pause = async (ms: number, signal: AbortSignal) => {
    const pausing = new AbortController();
    wake = () => pausing.abort();
    await wait(ms, AbortSignal.any([signal, pausing.signal]));
  };

  const refuse = (refusal: Omit<Extract<PurchaseState, { phase: 'refused' }>, 'phase'>) =>
    store.set({ phase: 'refused', ...refusal });

  const ask = async (wish: Wish, signal: AbortSignal): Promise<void> => {
    let wasUncertain = false;
    store.set({ phase: 'asking', quantity: wish.quantity, setback: undefined });
    for (let tried = 1; ; tried += 1) {
      const answer = await postAttempt(http, wish, signal);
      if (isOver(signal)) return;
      const judgement = judgeAnswer(answer, wasUncertain);
      if (judgement.verdict === 'accepted') {
        show(earlyOutcomes.get(judgement.attempt.attemptId) ?? judgement.attempt);
        await followAttempt(judgement.attempt.attemptId, signal);
        return;
      }
      if (judgement.verdict === 'refused') {
        const { problem, retryAfterMs } = judgement;
        // Signed out is no word of the gate: the wish waits for its shopper.
        if (problem.code !== 'unauthenticated') wishes.forget(wish);
        const retryAt = retryAfterMs === undefined ? undefined : clock.now() + retryAfterMs;
        refuse({ code: problem.code, remaining: problem.remaining, retryAt });
        return;
      }
      wasUncertain ||= judgement.isUncertain;
      store.set({ phase: 'asking', quantity: wish.quantity, setback: judgement.because });
      await pause(pauseBeforeTry(tried, judgement.retryAfterMs, deps.random(), PAUSES), signal);
      if (isOver(signal)) return;
    }
  };

  const isWaiting = () => store.current().phase === 'queued';

  const readAttempt = async (attemptId: string, signal: AbortSignal) => {
    const answer = await fetchAttempt(http, attemptId, signal);
    if (isOver(signal) || !isWaiting()) return;
    if (answer.kind === 'ok') show(answer.body);
    if (answer.kind !== 'problem' || answer.problem.code !== 'attempt_not_found') return;
    // The place in line was lost with Redis. The same key means the same attempt: asking again cannot buy twice.
    const wish = findWish();
    if (wish) void ask(wish, newLife());
    else refuse({ code: 'attempt_not_found', remaining: undefined, retryAt: undefined });
  };

  const followAttempt = async (attemptId: string, signal: AbortSignal) => {
    while (isWaiting() && !isOver(signal)) {
      await wait(ATTEMPT_POLL_MS, signal);
      if (isWaiting() && !isOver(signal)) await readAttempt(attemptId, signal);
    }
  };

  /** The shopper's latest attempt; asks on while the API cannot say, as when the gate is being rebuilt. */
  const readLatest = async (signal: AbortSignal) => {
    for (;;) {
      const latest = await fetchLatestAttempt(http, saleId, signal);
      if (isOver(signal)) return undefined;
      if (latest.kind === 'ok') return latest.body;
      if (latest.kind === 'problem' && latest.problem.status < 500) return undefined;
      await wait(ATTEMPT_POLL_MS, signal);
    }
  };

  const takeUp = async () => {
    const signal = newLife();
    const wishBefore = findWish();
    actingFor = shopperId();
    store.set(IDLE);
    if (actingFor === undefined) {
      // It waits for its shopper, who did not sign out: signing in again goes on with it.
      if (wishBefore && session.current().expired)
        refuse({ code: 'unauthenticated', remaining: undefined, retryAt: undefined });
      return;
    }
    const wish = findWish();
    if (wish) {
      await ask(wish, signal);
      return;
    }
    const latest = await readLatest(signal);
    if (isOver(signal) || latest === undefined || latest.status === 'none' || !isWorthTelling(latest)) return;
    show(latest);
    await followAttempt(latest.attemptId, signal);
  };

  /** A rejection of long ago says nothing about the sale of now. */
  const isWorthTelling = ({ status, settledAt }: AttemptStatusBody) =>
    status !== 'rejected' ||
    (settledAt !== undefined && clock.now() - Date.parse(settledAt) < REJECTION_TOLD_MS);

  const onSessionChange = () => {
    if (shopperId() === actingFor) return;
    // A guest made for this very wish; the wish goes on as theirs.
    if (store.current().phase === 'signing_in') actingFor = shopperId();
    else void takeUp();
  };

  const onOutcome = (body: AttemptStatusBody) => {
    const state = store.current();
    if (body.saleId !== saleId) return;
    if (state.phase === 'asking') earlyOutcomes.set(body.attemptId, body);
    if (state.phase === 'queued' && state.attempt.attemptId === body.attemptId) show(body);
  };

  const onConnect = () => {
    const state = store.current();
    if (state.phase === 'queued') void readAttempt(state.attempt.attemptId, life.signal);
    // Only what was out of reach: who was told to wait waits.
    if (state.phase === 'asking' && state.setback === 'unreachable') wake();
  };

  const onOtherTab = () => {
    if (!isBusy(store.current())) void takeUp();
  };

  /** Makes a guest and signs it in; false, with words for the shopper, when that did not work. */
  const becomeGuest = async (signal: AbortSignal): Promise<boolean> => {
    store.set({ phase: 'signing_in' });
    let answer = await deps.signInAsGuest();
    for (let tried = 1; tried < GUEST_TRIES && isPassing(answer) && !isOver(signal); tried += 1) {
      const retryAfterMs = answer.kind === 'problem' ? answer.retryAfterMs : undefined;
      await pause(pauseBeforeTry(tried, retryAfterMs, deps.random(), PAUSES), signal);
      if (!isOver(signal)) answer = await deps.signInAsGuest();
    }
    if (isOver(signal)) return false;
    if (answer.kind === 'ok') return true;
    if (answer.kind === 'unreachable')
      refuse({ code: 'unreachable', remaining: undefined, retryAt: undefined });
    else if (answer.problem.status === 404 || answer.problem.status === 403)
      store.set({ phase: 'sign_in_needed' });
    else {
      const retryAt = answer.retryAfterMs === undefined ? undefined : clock.now() + answer.retryAfterMs;
      refuse({ code: answer.problem.code, remaining: undefined, retryAt });
    }
    return false;
  };

  return {
    current: store.current,
    subscribe: store.subscribe,
    start: () => {
      const stops = [
        session.subscribe(onSessionChange),
        live.onOutcome(onOutcome),
        live.onConnect(onConnect),
        wishes.onOtherTab(onOtherTab),
      ];
      void takeUp();
      return () => {
        life.abort();
        for (const stop of stops) stop();
      };
    },
    buy: async (quantity) => {
      if (isBusy(store.current())) return;
      const signal = newLife();
      // Nothing to wait for when signed in: the phase must change within the click, or a second click buys again.
      if (shopperId() === undefined && !(await becomeGuest(signal))) return;
      actingFor = shopperId();
      if (actingFor === undefined) return;
      // Another tab's wish is this shopper's one wish: a second click joins it.
      const wish = findWish() ?? { saleId, shopperId: actingFor, quantity, key: deps.makeKey() };
      wishes.keep(wish);
      await ask(wish, signal);
    },
    dismiss: () => {
      const state = store.current();
      const isRejected = state.phase === 'decided' && state.attempt.status === 'rejected';
      if (isRejected || state.phase === 'refused') store.set(IDLE);
    },
  };
}
