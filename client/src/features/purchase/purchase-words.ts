import {
  ERROR_CATALOGUE,
  type ErrorCode,
  type RejectionReason,
} from '../../../../src/contracts/error-catalogue.ts';
import { formatCount } from '../../lib/format.ts';
import type { Setback } from './judge-answer.ts';
import type { PurchaseState } from './purchase-state.ts';

export type Tone = 'quiet' | 'busy' | 'good' | 'bad' | 'warn';

export interface Words {
  tone: Tone;
  title: string;
  text: string;
}

const units = (quantity: number) => (quantity === 1 ? '1 unit' : `${formatCount(quantity)} units`);

const SETBACK_TEXT: Partial<Record<Setback, string>> = {
  unreachable:
    'The connection is gone for a moment. Reconnecting: your wish is kept and cannot be counted twice.',
  outcome_unknown: 'The answer got lost on the way. Asking again: it cannot be counted twice.',
  gate_closed: 'The sale is catching its breath. Trying again by itself, keep this page open.',
  overloaded: 'More shoppers than can be served right now. Trying again by itself, keep this page open.',
  rate_limited: 'The server asks us to slow down. Trying again in a moment, keep this page open.',
};

const REFUSALS: Partial<Record<ErrorCode | 'unreachable', Pick<Words, 'title' | 'text'>>> = {
  unauthenticated: { title: 'You were signed out', text: 'Sign in again to go on. Your wish is kept.' },
  forbidden: {
    title: 'This account cannot buy',
    text: 'Operators and blocked accounts cannot. Use a shopper’s account.',
  },
  sale_not_started: {
    title: 'Not started yet',
    text: 'Nothing was bought. Try again when the countdown ends.',
  },
  sale_paused: { title: 'The sale is paused', text: 'Nothing was bought. Try again when the sale goes on.' },
  sale_ended: { title: 'The sale has ended', text: 'Nothing was bought. Look for the next sale.' },
  sold_out: { title: 'Sold out', text: 'Nothing was bought. Units may come back: watch the bar.' },
  limit_reached: {
    title: 'Limit reached',
    text: 'You have as many units of this sale as one shopper may buy.',
  },
  rate_limited: { title: 'Too many tries', text: 'Nothing was bought. Wait a moment before you try again.' },
  attempt_not_found: { title: 'Your place in line was lost', text: 'Nothing was bought. Please try again.' },
  unreachable: {
    title: 'You are offline',
    text: 'Nothing was asked for yet. Try again when the connection is back.',
  },
};

/** What to tell a shopper about where they stand; nothing while they have not done anything. */
export function purchaseWords(state: PurchaseState): Words | undefined {
  switch (state.phase) {
    case 'idle':
      return undefined;
    case 'signing_in':
      return { tone: 'busy', title: 'Making you a guest…', text: '' };
    case 'sign_in_needed':
      return {
        tone: 'warn',
        title: 'Sign in to buy',
        text: 'Use “Sign in” at the top, or make an account there.',
      };
    case 'asking': {
      const text = (state.setback && SETBACK_TEXT[state.setback]) ?? (state.setback ? 'Trying again.' : '');
      return { tone: state.setback ? 'warn' : 'busy', title: `Asking for ${units(state.quantity)}…`, text };
    }
    case 'unresolved':
      return {
        tone: 'warn',
        title: 'Not known yet',
        text: `We could not learn whether you got ${units(state.quantity)}. Your wish is kept: asking again cannot buy twice.`,
      };
    case 'queued':
      return {
        tone: 'busy',
        title: 'You are in line',
        text: `${units(state.attempt.quantity)} held for you.`,
      };
    case 'decided':
      return state.attempt.status === 'confirmed'
        ? {
            tone: 'good',
            title: 'Confirmed',
            text: `You got ${units(state.attempt.quantity)}. The order is in your orders.`,
          }
        : rejectionWords(state.attempt.reason, state.attempt.quantity);
    case 'refused':
      return refusalWords(state.code, state.remaining);
  }
}

function refusalWords(code: ErrorCode | 'unreachable', remaining: number | undefined): Words {
  if (code === 'not_enough_left') {
    const left = remaining === undefined ? 'Fewer are left.' : `Only ${units(remaining)} left.`;
    return { tone: 'bad', title: 'Not enough left', text: `${left} Nothing was bought: ask for fewer.` };
  }
  const words = REFUSALS[code];
  if (words) return { tone: code === 'rate_limited' || code === 'unreachable' ? 'warn' : 'bad', ...words };
  const title = code === 'unreachable' ? 'You are offline' : ERROR_CATALOGUE[code].title;
  return { tone: 'bad', title, text: 'Nothing was bought.' };
}

function rejectionWords(reason: RejectionReason | undefined, quantity: number): Words {
  switch (reason) {
    case 'sold_out':
      return {
        tone: 'bad',
        title: 'Sold out',
        text: 'The last units went to shoppers ahead of you. Nothing was bought.',
      };
    case 'not_enough_left':
      return {
        tone: 'bad',
        title: 'Not enough left',
        text: `Fewer than ${units(quantity)} were left. Nothing was bought.`,
      };
    case 'limit_reached':
      return {
        tone: 'bad',
        title: 'Limit reached',
        text: 'You have as many units of this sale as one shopper may buy.',
      };
    case 'set_aside':
    case undefined:
      return {
        tone: 'bad',
        title: 'It did not work',
        text: 'This attempt could not be completed. Nothing was bought.',
      };
  }
}
