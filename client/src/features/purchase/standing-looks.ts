import type { PictureName } from '../../components/picture.tsx';
import type { StandingKind } from '../../words/en-standing.ts';

export type Tone = 'quiet' | 'busy' | 'good' | 'bad' | 'warn';
/** What the shopper can do next, besides the button. */
export type NextStep = 'remind' | 'sign_in' | 'receipt' | 'orders' | 'drops' | 'fewer' | 'none';

interface Looks {
  tone: Tone;
  picture: PictureName;
  next: NextStep;
}

const looks = (tone: Tone, picture: PictureName, next: NextStep = 'none'): Looks => ({ tone, picture, next });

/** The tone, the picture and the next step of each standing; the words are in `words/en-standing.ts`. */
export const STANDING_LOOKS: Record<StandingKind, Looks> = {
  scheduled: looks('quiet', 'clock', 'remind'),
  open: looks('quiet', 'gate'),
  signed_out: looks('quiet', 'gate', 'sign_in'),
  paused: looks('warn', 'pause'),
  sold_out: looks('bad', 'box', 'drops'),
  ended: looks('quiet', 'flag', 'drops'),
  sending: looks('busy', 'plane'),
  checking: looks('busy', 'lens'),
  crowded: looks('busy', 'sand'),
  in_line: looks('busy', 'line'),
  confirmed: looks('good', 'ticket', 'receipt'),
  lost: looks('bad', 'box', 'drops'),
  not_enough_left: looks('bad', 'few', 'fewer'),
  limit_reached: looks('warn', 'twice', 'orders'),
  already_bought: looks('good', 'bag', 'orders'),
  set_aside: looks('bad', 'knot'),
  rate_limited: looks('warn', 'sand'),
  sign_in_needed: looks('warn', 'key', 'sign_in'),
  session_ended: looks('warn', 'key', 'sign_in'),
  blocked: looks('bad', 'lock'),
  not_shopper: looks('quiet', 'lock'),
  too_early: looks('warn', 'clock'),
  offline: looks('warn', 'cut'),
  failed: looks('bad', 'knot'),
};
