import { Router, type Request, type Response } from 'express';
import { RefusalError } from '../../errors/refusal.ts';
import { readJsonBody } from '../../middleware/read-json-body.ts';
import { validate } from '../../middleware/validate.ts';
import { presentUser } from './account.model.ts';
import { guestSchema, loginSchema, registerSchema } from './account.schema.ts';
import type { AccountService, SignedIn } from './account.service.ts';
import { identityOf } from './enforce-policies.ts';
import { REFRESH_LIFETIME_MS } from './refresh-token.repository.ts';

export interface AccountRoutesDeps {
  accounts: AccountService;
  /** Whether guests may sign in. */
  demo: boolean;
}

export const REFRESH_COOKIE = 'refresh_token';

/** `/api/auth`: register, login, guest, me. */
export function createAccountRoutes({ accounts, demo }: AccountRoutesDeps): Router {
  const router = Router();

  router.post('/register', readJsonBody(), async (req, res) => {
    sendSession(req, res, 201, await accounts.register(validate(registerSchema, req.body)));
  });

  router.post('/login', readJsonBody(), async (req, res) => {
    sendSession(req, res, 200, await accounts.login(validate(loginSchema, req.body)));
  });

  router.post('/guest', readJsonBody(), async (req, res) => {
    validate(guestSchema, req.body);
    if (!demo) {
      throw new RefusalError({
        code: 'forbidden',
        detail: 'Guests may sign in to a demo only. Register instead.',
      });
    }
    sendSession(req, res, 201, await accounts.signInGuest());
  });

  router.get('/me', async (_req, res) => {
    const { userId } = identityOf(res);
    const user = await accounts.find(userId);
    if (!user) throw new RefusalError({ code: 'unauthenticated' });
    res.set('Cache-Control', 'no-store').json(presentUser(user));
  });

  return router;
}

function sendSession(req: Request, res: Response, status: number, signedIn: SignedIn): void {
  if (!signedIn.ok) throw new RefusalError(signedIn.refusal);
  res.cookie(REFRESH_COOKIE, signedIn.refreshToken, {
    httpOnly: true,
    sameSite: 'strict',
    path: '/api/auth',
    secure: req.secure,
    maxAge: REFRESH_LIFETIME_MS,
  });
  res.status(status).set('Cache-Control', 'no-store').json(signedIn.session);
}
