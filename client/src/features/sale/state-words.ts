import type { SaleState } from '../../../../src/contracts/http.ts';

/** A sale's state in a word or two. */
export const STATE_LABEL: Record<SaleState, string> = {
  scheduled: 'Not started',
  open: 'Open now',
  paused: 'Paused',
  sold_out: 'Sold out',
  ended: 'Ended',
};

/** What the state means to who wants to buy. */
export const STATE_ADVICE: Record<SaleState, string> = {
  scheduled:
    'Buying opens when the countdown ends. The time is the server’s, so there is nothing to gain by reloading.',
  open: 'First come, first served.',
  paused: 'The sale is paused for a moment. This page goes on by itself when the sale does.',
  sold_out: 'Every unit is sold. Some may come back if an order is cancelled: this page shows it at once.',
  ended: 'This sale is over. Pick another one above.',
};
