import type { Identity } from './account.model.ts';

export interface VerifiedTokens {
  /** What was found of exactly this header; expired or not. */
  find(authorization: string): Identity | undefined;
  /** Told of every header that was verified; remembers those that come again. */
  add(authorization: string, token: string, identity: Identity): void;
  /** Headers remembered now. */
  readonly size: number;
}

/** Tokens whose first coming is noted, a power of two: 256 KiB. */
const DOOR_SLOTS = 65_536;
/** The end of a signature: as good as random. */
const HASHED_CHARACTERS = 8;

/**
 * The memory of verified tokens, for a shopper who clicks again and again.
 *
 * Most of a crowd sends its token once, and remembering those costs more than verifying them: their strings outlive
 * the young generation. So a token is remembered when it comes for the second time, which takes a few bits each (a
 * doorkeeper: Einziger et al., TinyLFU, 2017). The memory is two generations: when the young one is full the old one
 * is dropped.
 *
 * @param mostRemembered  headers, each about a kilobyte
 */
export function createVerifiedTokens({ mostRemembered }: { mostRemembered: number }): VerifiedTokens {
  const door = new Int32Array(DOOR_SLOTS);
  let young = new Map<string, Identity>();
  let old = new Map<string, Identity>();

  function keep(authorization: string, identity: Identity): void {
    if (young.size >= mostRemembered / 2) {
      old = young;
      young = new Map();
    }
    young.set(authorization, identity);
  }

  return {
    get size() {
      return young.size + old.size;
    },
    find: (authorization) => {
      const known = young.get(authorization);
      if (known) return known;
      const older = old.get(authorization);
      if (older) keep(authorization, older);
      return older;
    },
    add: (authorization, token, identity) => {
      const hash = hashEnd(token);
      const slot = hash & (DOOR_SLOTS - 1);
      if (door[slot] === hash) keep(authorization, identity);
      else door[slot] = hash;
    },
  };
}

function hashEnd(token: string): number {
  let hash = 0;
  for (let at = token.length - HASHED_CHARACTERS; at < token.length; at += 1) {
    hash = (Math.imul(hash, 31) + token.charCodeAt(at)) | 0;
  }
  return hash;
}
