import type { History, HistoryRules, HistoryVerdict } from './history.ts';
import { judgeAccepted, judgeKeys, judgeOutcomes } from './judge-attempts.ts';
import { judgeLimit, judgeOrder, judgeWindow } from './judge-gate.ts';
import { judgeBounds, judgePromptness } from './judge-health.ts';
import { judgeSights } from './judge-sights.ts';
import { judgeConservation, judgeOversell, judgeUndersell } from './judge-units.ts';

/**
 * Judges every promise, I1 to I12, from what clients saw of a sale and what the stores say when all is done.
 *
 * Pure: it reads no clock and no store. A client's sights are ordered by the client's clock, a request that was not
 * answered proves nothing, and of two answers that crossed nobody can tell which came first.
 *
 * @returns one verdict a promise, in order of their ids
 */
export function judgeHistory(history: History, rules: HistoryRules = {}): HistoryVerdict[] {
  return [
    judgeOversell(history),
    judgeUndersell(history, rules),
    judgeAccepted(history, rules),
    judgeOutcomes(history, rules),
    judgeKeys(history, rules),
    judgeLimit(history),
    judgeWindow(history),
    judgeOrder(history),
    judgeConservation(history),
    judgeSights(history, rules),
    judgePromptness(history, rules),
    judgeBounds(history, rules),
  ];
}
