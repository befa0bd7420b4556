import type { JournalEntry } from '../../src/features/purchase/journal.ts';
import { now } from './wish.ts';

/** A drop of a few thousand is over in a second. */
const FINEST_STEP_MS = 100;
/** A soak of an hour is told in longer steps. */
const MOST_STEPS = 1_000;

/** What came back over time, without gaps: a second without answers is a step like any other. */
export interface Timeline {
  stepMs: number;
  steps: TimelineStep[];
}

/** What came back in one step of a run. */
export interface TimelineStep {
  /** Since the first request, ms. */
  t: number;
  answers: number;
  accepted: number;
  refused: number;
  /** Of the answers in it, ms. */
  slowestMs: number;
}

/** Counts what a run sends and gets, whoever of it sends. */
export interface Tally {
  /** An attempt goes out now. */
  sent(): void;
  /** A read goes out now. */
  asked(): void;
  /** An attempt was answered; with httpStatus 0 its answer was cut, and counts as none. */
  answered(entry: JournalEntry): void;
  /** Something else was answered, as a read. */
  read(name: string, sentAt: number, isOk: boolean): void;
  /** A time of its own kind, ms. */
  time(name: string, ms: number): void;
  /** A figure that only this scenario has. */
  figure(name: string, value: number): void;
  counts(): Record<'attempts' | 'reads' | 'answers' | 'accepted' | 'refused', number>;
  /** When the first request went out, epoch ms. */
  startedAt(): number | undefined;
  /** From the first request to the last answer, ms. */
  elapsedMs(): number;
  times(): Record<string, readonly number[]>;
  figures(): Record<string, number>;
  timeline(): Timeline;
}

export function createTally(): Tally {
  const count = { attempts: 0, reads: 0, answers: 0, accepted: 0, refused: 0 };
  let [firstAt, lastAt] = [0, 0];
  const times: Record<string, number[]> = {};
  const figures: Record<string, number> = {};
  const steps: TimelineStep[] = [];

  const time = (name: string, ms: number): void => void (times[name] ??= []).push(ms);
  const note = (sentAt: number, at: number, kind: 'accepted' | 'refused' | 'read'): void => {
    count.answers += 1;
    lastAt = at;
    const index = Math.max(0, Math.floor((at - firstAt) / FINEST_STEP_MS));
    while (steps.length <= index) steps.push(emptyStep(steps.length * FINEST_STEP_MS));
    const step = steps[index];
    if (!step) return;
    step.answers += 1;
    if (kind !== 'read') step[kind] += 1;
    step.slowestMs = Math.max(step.slowestMs, at - sentAt);
  };

  const begin = (): void => {
    if (firstAt === 0) firstAt = lastAt = now();
  };

  return {
    sent() {
      begin();
      count.attempts += 1;
    },
    asked() {
      begin();
      count.reads += 1;
    },
    answered({ t, sentAt = t, httpStatus = 0 }) {
      if (httpStatus === 0) return;
      const isAccepted = httpStatus === 202 || httpStatus === 200;
      note(sentAt, t, isAccepted ? 'accepted' : 'refused');
      if (isAccepted) count.accepted += 1;
      else {
        count.refused += 1;
        time('refuse', t - sentAt);
      }
    },
    read(name, sentAt, isOk) {
      const at = now();
      note(sentAt, at, 'read');
      if (isOk) time(name, at - sentAt);
    },
    time,
    figure: (name, value) => void (figures[name] = value),
    counts: () => ({ ...count }),
    startedAt: () => (firstAt === 0 ? undefined : firstAt),
    elapsedMs: () => Math.max(1, lastAt - firstAt),
    times: () => times,
    figures: () => figures,
    timeline: () => inAtMost(MOST_STEPS, steps),
  };
}

function emptyStep(t: number): TimelineStep {
  return { t, answers: 0, accepted: 0, refused: 0, slowestMs: 0 };
}

function inAtMost(count: number, fine: readonly TimelineStep[]): Timeline {
  const merged = Math.max(1, Math.ceil(fine.length / count));
  const stepMs = merged * FINEST_STEP_MS;
  const steps: TimelineStep[] = [];
  for (const [index, { answers, accepted, refused, slowestMs }] of fine.entries()) {
    const at = Math.floor(index / merged);
    const step = (steps[at] ??= emptyStep(at * stepMs));
    step.answers += answers;
    step.accepted += accepted;
    step.refused += refused;
    step.slowestMs = Math.max(step.slowestMs, Math.round(slowestMs * 10) / 10);
  }
  return { stepMs, steps };
}
