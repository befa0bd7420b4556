import { Router, type Request, type RequestHandler, type Response } from 'express';
import { RefusalError } from '../../errors/refusal.ts';
import { requestIdOf } from '../../errors/send-whole.ts';
import type { ClientAddress } from '../../middleware/client-address.ts';
import { logFieldsOf } from '../../middleware/log-fields.ts';
import { readJsonBody } from '../../middleware/read-json-body.ts';
import { validate } from '../../middleware/validate.ts';
import { presentUser } from './account.model.ts';
import {
  changePasswordSchema,
  deleteAccountSchema,
  emptySchema,
  loginSchema,
  registerSchema,
} from './account.schema.ts';
import type { AccountService, Asker } from './account.service.ts';
import type { Authenticate } from './authenticate.ts';
import { identityOf } from './enforce-policies.ts';
import type { NewAccounts } from './new-accounts.ts';
import { clearRefreshCookie, readRefreshCookie, setRefreshCookie } from './refresh-cookie.ts';
import type { Sessions, SignedIn } from './sessions.ts';

export interface AccountRoutesDeps {
  accounts: AccountService;
  sessions: Pick<Sessions, 'refresh' | 'end'>;
  authenticate: Authenticate;
  clientAddress: ClientAddress;
  /** Refuses what another site's page asks for in the name of who is signed in here. */
  refuseCrossSite: RequestHandler;
  /** Accounts are made once, and many of them are somebody's plan. */
  newAccounts: NewAccounts;
  /** Whether guests may sign in. */
  demo: boolean;
}

/** `/api/auth`: accounts and their sessions. */
export function createAccountRoutes(deps: AccountRoutesDeps): Router {
  const { accounts, sessions, authenticate, clientAddress, refuseCrossSite, newAccounts, demo } = deps;
  const router = Router();
  const askerOf = (req: Request, res: Response): Asker => ({
    userId: identityOf(res).userId,
    address: clientAddress(req),
    requestId: requestIdOf(res),
  });
  router.use(refuseCrossSite);

  const takeNewAccount = async (req: Request): Promise<void> => {
    const refusal = await newAccounts.take(clientAddress(req));
    if (refusal) throw new RefusalError(refusal);
  };

  router.post('/register', readJsonBody(), async (req, res) => {
    const request = validate(registerSchema, req.body);
    await takeNewAccount(req);
    sendSession(res, 201, await accounts.register(request));
  });

  router.post('/login', readJsonBody(), async (req, res) => {
    sendSession(res, 200, await accounts.login(validate(loginSchema, req.body), clientAddress(req)));
  });

  router.post('/guest', readJsonBody(), async (req, res) => {
    validate(emptySchema, req.body);
    if (!demo) {
      throw new RefusalError({
        code: 'forbidden',
        detail: 'Guests may sign in to a demo only. Register instead.',
      });
    }
    await takeNewAccount(req);
    sendSession(res, 201, await accounts.signInGuest());
  });

  router.post('/refresh', readJsonBody(), async (req, res) => {
    validate(emptySchema, req.body);
    const refreshed = await sessions.refresh(readRefreshCookie(req), logFieldsOf(res));
    if (!refreshed.ok) clearRefreshCookie(res);
    sendSession(res, 200, refreshed);
  });

  router.post('/logout', readJsonBody(), async (req, res) => {
    validate(emptySchema, req.body);
    // Nobody needs to be signed in to sign out: a token that has expired already is none to end.
    const asked = authenticate(req.headers.authorization);
    await sessions.end({ refreshToken: readRefreshCookie(req), identity: asked.ok ? asked.identity : null });
    clearRefreshCookie(res);
    res.status(204).end();
  });

  router.get('/me', async (_req, res) => {
    const { userId } = identityOf(res);
    const user = await accounts.find(userId);
    if (!user) throw new RefusalError({ code: 'unauthenticated' });
    res.set('Cache-Control', 'no-store').json(presentUser(user));
  });

  router.delete('/me', readJsonBody(), async (req, res) => {
    const { password } = validate(deleteAccountSchema, req.body);
    const done = await accounts.deleteAccount(askerOf(req, res), password);
    if (!done.ok) throw new RefusalError(done.refusal);
    clearRefreshCookie(res);
    res.status(204).end();
  });

  router.post('/password', readJsonBody(), async (req, res) => {
    const request = validate(changePasswordSchema, req.body);
    sendSession(res, 200, await accounts.changePassword(askerOf(req, res), request));
  });

  return router;
}

function sendSession(res: Response, status: number, signedIn: SignedIn): void {
  if (!signedIn.ok) throw new RefusalError(signedIn.refusal);
  setRefreshCookie(res, signedIn.refreshToken);
  res.status(status).set('Cache-Control', 'no-store').json(signedIn.session);
}
