import type { SessionBody } from '../../../src/contracts/http.ts';
import type { Answer } from './http.ts';
import type { Session } from './session.ts';

/** What became of a session whose access token is not taken any more. */
export type Renewal = 'renewed' | 'ended' | 'unreachable';
export type RenewSession = (usedToken: string) => Promise<Renewal>;

export interface RenewSessionDeps {
  session: Session;
  /** Asks for new tokens by the refresh cookie. */
  postRefresh: () => Promise<Answer<SessionBody>>;
  /** Runs one piece of work at a time over all tabs of the browser, which share the cookie. */
  inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * Makes the renewal of the session: once however many ask, in this tab or in others, for a refresh cookie is good for
 * one use. Whoever waited finds the token that the first one brought.
 */
export function createRenewSession({ session, postRefresh, inTurn }: RenewSessionDeps): RenewSession {
  let running: Promise<Renewal> | undefined;

  const renew = (usedToken: string): Promise<Renewal> =>
    inTurn(async () => {
      session.reread(); // another tab may have been first
      const { signedIn } = session.current();
      if (!signedIn) return 'ended';
      if (signedIn.accessToken !== usedToken) return 'renewed';
      const answer = await postRefresh();
      if (answer.kind === 'ok') {
        session.begin(answer.body);
        return 'renewed';
      }
      const isOver = answer.kind === 'problem' && [401, 403].includes(answer.problem.status);
      if (!isOver) return 'unreachable';
      session.expire(usedToken);
      return 'ended';
    });

  return (usedToken) => {
    running ??= renew(usedToken).finally(() => {
      running = undefined;
    });
    return running;
  };
}

/** As `inTurn` above, by a Web Lock; where there are none (plain HTTP off this machine) tabs do not wait for each other. */
export function createTabLock(locks: LockManager | undefined): RenewSessionDeps['inTurn'] {
  return (work) => (locks ? locks.request('stampede.session', work) : work());
}
