import type { Identity } from './account.model.ts';

export interface VerifiedTokens {
  /** What was found of exactly this header; expired or not. */
  find(authorization: string): Identity | undefined;
  /** Told of every header that was verified; remembers those that come again. */
  add(authorization: string, identity: Identity): void;
  /** Headers remembered now. */
  readonly size: number;
}

/** Headers whose first coming is noted, a power of two: 256 KiB. */
const DOOR_SLOTS = 65_536;
/** Of so many who come to a place that is taken, one takes it. */
const COMERS_PER_CHANGE = 16;
/** The end of a signature: as good as random. */
const HASHED_CHARACTERS = 8;

/**
 * The memory of verified tokens, for a shopper who clicks again and again.
 *
 * Most of a crowd sends its token once, and remembering those costs more than verifying them: their strings outlive
 * the young generation. So a token is remembered when it comes for the second time, which takes a few bits each (a
 * doorkeeper: Einziger et al., TinyLFU, 2017). Each header has one place, by the end of its signature. A crowd that is larger than
 * the memory and comes again and again would turn all of it over for nothing: a place that is taken changes hands only now and
 * then, but for a token that is over. To look for who is not there, which is what most of a crowd does, costs
 * eight characters: a Map would hash all 400.
 *
 * @param places  a power of two; a header and what is known of it take about a kilobyte
 */
export function createVerifiedTokens({ places }: { places: number }): VerifiedTokens {
  const door = new Int32Array(DOOR_SLOTS);
  const remembered = new Array<{ authorization: string; identity: Identity } | undefined>(places);
  let size = 0;
  let comers = 0;

  /** @param newer  wants the place */
  const mayReplace = (there: Identity, newer: Identity): boolean => {
    if (there.expiresAtMs <= newer.issuedAtMs) return true;
    comers = (comers + 1) % COMERS_PER_CHANGE;
    return comers === 0;
  };

  return {
    get size() {
      return size;
    },
    find: (authorization) => {
      const there = remembered[hashEnd(authorization) & (places - 1)];
      return there?.authorization === authorization ? there.identity : undefined;
    },
    add: (authorization, identity) => {
      const hash = hashEnd(authorization);
      const slot = hash & (DOOR_SLOTS - 1);
      if (door[slot] !== hash) {
        door[slot] = hash;
        return;
      }
      const place = hash & (places - 1);
      const there = remembered[place];
      if (there && !mayReplace(there.identity, identity)) return;
      if (!there) size += 1;
      remembered[place] = { authorization, identity };
    },
  };
}

function hashEnd(authorization: string): number {
  let hash = 0;
  for (let at = Math.max(0, authorization.length - HASHED_CHARACTERS); at < authorization.length; at += 1) {
    hash = (Math.imul(hash, 31) + authorization.charCodeAt(at)) | 0;
  }
  return hash;
}
