/** What the words of a standing may speak of; `units` is a quantity in words. */
export interface StandingFacts {
  units: string;
  /** How many are left, in words, when the answer said so. */
  left: string | undefined;
}

interface StandingWords {
  title: string;
  text: string | ((facts: StandingFacts) => string);
}

const NOTHING_BOUGHT = 'Nothing was bought.';

/** Where a shopper can stand with a sale, in words: what is, and what comes next. */
export const standing = {
  scheduled: {
    title: 'It opens by itself',
    text: 'The button arms when the countdown ends. Stay on the page, there is nothing to reload.',
  },
  open: { title: 'It is open', text: 'One click is enough. You will be told here what came of it.' },
  signed_out: {
    title: 'It is open, also for guests',
    text: 'Buy as a guest with one click, or sign in first to keep the order in your account.',
  },
  paused: {
    title: 'Paused for a moment',
    text: 'The shop has stopped selling for now. This page goes on by itself when the sale does.',
  },
  sold_out: {
    title: 'Every unit is sold',
    text: 'Some may come back if an order is cancelled. This page shows it at once.',
  },
  ended: {
    title: 'This drop is over',
    text: 'Thank you for coming. The next ones are in the list of drops.',
  },
  sending: { title: 'Sending your wish', text: ({ units }) => `Asking for ${units}. One click was enough.` },
  checking: {
    title: 'We are checking',
    text: ({ units }) =>
      `The answer for ${units} got lost on the way. You need not do anything: it cannot be counted twice.`,
  },
  crowded: {
    title: 'Many at the door',
    text: 'The sale is catching its breath. We go on asking for you, you need not do anything.',
  },
  in_line: {
    title: 'You are in line',
    text: ({ units }) => `${units} set aside for you. Those before you have theirs set aside too.`,
  },
  confirmed: { title: 'It is yours', text: ({ units }) => `Confirmed: ${units}. The receipt is below.` },
  lost: {
    title: 'Sold out',
    text: `The last units went to shoppers who were here before you. ${NOTHING_BOUGHT}`,
  },
  not_enough_left: {
    title: 'Not that many are left',
    text: ({ left }) => `${left === undefined ? 'Fewer are left.' : `Only ${left} left.`} ${NOTHING_BOUGHT}`,
  },
  limit_reached: {
    title: 'You have reached the limit',
    text: `You have as many of this drop as one shopper may have. ${NOTHING_BOUGHT}`,
  },
  already_bought: {
    title: 'You have yours',
    text: ({ units }) => `You bought ${units} in this drop, which is as many as one shopper may have.`,
  },
  set_aside: {
    title: 'It did not work',
    text: `This attempt could not be completed, and it is our fault. ${NOTHING_BOUGHT}`,
  },
  rate_limited: {
    title: 'A little slower, please',
    text: `Too many tries in a short time. ${NOTHING_BOUGHT} The button comes back by itself.`,
  },
  sign_in_needed: {
    title: 'Sign in to buy',
    text: 'This drop is for accounts only. Your place on the page stays.',
  },
  session_ended: {
    title: 'You were signed out',
    text: 'Sign in again to go on. Your wish is kept and goes on by itself.',
  },
  blocked: {
    title: 'This account cannot buy',
    text: 'The shop has blocked it. Write to the shop if you think that is a mistake.',
  },
  not_shopper: {
    title: 'You are here as an operator',
    text: 'Only shoppers can buy. Sign out, or use a shopper’s account.',
  },
  too_early: { title: 'Not open yet', text: `${NOTHING_BOUGHT} The button arms when the countdown ends.` },
  offline: {
    title: 'You are offline',
    text: 'These figures may be old. Reconnecting by itself; nothing is lost.',
  },
  failed: { title: 'That did not work', text: `Something went wrong on our side. ${NOTHING_BOUGHT}` },
} satisfies Record<string, StandingWords>;

export type StandingKind = keyof typeof standing;
