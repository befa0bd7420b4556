import type { OperatorSaleBody } from '../../../../src/contracts/operator-http.ts';
import { deskWords } from '../../words/desk-words.ts';

type State = OperatorSaleBody['state'];

/** What moves a sale from one state to the next, and in which states it can be asked for. */
export interface SaleStep {
  verb: 'publish' | 'pause' | 'resume' | 'stop';
  from: readonly State[];
  to: State;
  /** The sale's name must be typed, and a reason given: it cannot be taken back. */
  isForGood: boolean;
  title: string;
  text: string;
  told: string;
}

const { steer: words } = deskWords;

export const SALE_STEPS: readonly SaleStep[] = [
  {
    ...{ verb: 'publish', from: ['draft'], to: 'active', isForGood: false },
    ...{ title: words.publishTitle, text: words.publishText, told: words.done.publish },
  },
  {
    ...{ verb: 'pause', from: ['active'], to: 'paused', isForGood: false },
    ...{ title: words.pauseTitle, text: words.pauseText, told: words.done.pause },
  },
  {
    ...{ verb: 'resume', from: ['paused'], to: 'active', isForGood: false },
    ...{ title: words.resumeTitle, text: words.resumeText, told: words.done.resume },
  },
  {
    ...{ verb: 'stop', from: ['active', 'paused'], to: 'stopped', isForGood: true },
    ...{ title: words.stopTitle, text: words.stopText, told: words.done.stop },
  },
];

/** What can be asked of a sale now: one that ended by time neither pauses nor stops any more, whatever its state says. */
export const stepsOf = (state: State, isOver: boolean): SaleStep[] =>
  SALE_STEPS.filter(({ from }) => from.includes(state) && (state === 'draft' || !isOver));

/** A state that was asked for: `version` is the sale's once it is written, absent while the answer is on its way. */
export interface AskedState {
  state: State;
  version?: number;
}

/**
 * The state to show: the one that was asked for, until what is read from the server is as new as that.
 *
 * @returns with `isExpected` while the server has not confirmed it
 */
export function shownState(
  read: Pick<OperatorSaleBody, 'state' | 'version'>,
  asked: AskedState | undefined,
): { state: State; isExpected: boolean } {
  const isBehind = asked !== undefined && (asked.version === undefined || read.version < asked.version);
  return isBehind && asked.state !== read.state
    ? { state: asked.state, isExpected: true }
    : { state: read.state, isExpected: false };
}
