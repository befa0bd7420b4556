import express, { Router, type Express, type RequestHandler } from 'express';
import type { Logger } from './infrastructure/logging/logger.ts';
import { answerNotFound, createErrorAnswer } from './middleware/answer-errors.ts';
import type { Lane } from './middleware/hot-lane.ts';
import { listRoutes } from './middleware/list-routes.ts';
import type { RateLimitRule } from './middleware/rate-limit.ts';
import { refuseWrongMethods } from './middleware/refuse-wrong-methods.ts';
import type { RequestScope } from './middleware/request-scope.ts';
import { serveClient } from './middleware/serve-client.ts';

export interface AppDeps {
  logger: Logger;
  requestScope: RequestScope;
  /** Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` count. */
  trustProxy: readonly string[];
  /** Who may use which route. */
  enforcePolicies: RequestHandler;
  /** Absent when nothing is traced. */
  traceRequests?: RequestHandler | undefined;
  rateLimit: (rule: RateLimitRule) => RequestHandler;
  attemptLane: Lane;
  saleStatusLane: Lane;
  accountRoutes: Router;
  saleRoutes: Router;
  statsRoutes: Router;
  purchaseRoutes: Router;
  orderRoutes: Router;
  pictureRoutes: Router;
  operatorRoutes: Router;
  healthRoutes: Router;
  metricsRoutes: Router;
  docsRoutes: Router;
  /** The built page's folder, absolute. */
  clientDir: string;
}

/** By address. Signing in costs 20 ms of a core and 19 MiB; everything else is cheap. */
const SIGN_IN_LIMIT: RateLimitRule = { name: 'sign-in', limit: 60, windowSec: 60 };
const ORDINARY_LIMIT: RateLimitRule = { name: 'ordinary', limit: 1_200, windowSec: 60 };

/** Makes the Express app: every route of the API and the page, in the order a request meets them. */
export function createApp(deps: AppDeps): Express {
  const { requestScope } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', [...deps.trustProxy]);

  app.use((req, res, next) => {
    requestScope.begin(req, res);
    if (!requestScope.answerPreflight(req, res)) next();
  });
  app.use(refuseWrongMethods(() => listRoutes(app)));

  // The lanes bring their own limits and checks, and nothing may read an attempt's body before its lane.
  app.post('/api/purchase/attempt', deps.attemptLane);
  app.get('/api/flash-sale/status', deps.saleStatusLane);

  // Every other route stands in this router, behind its policy; what has none leaves it here.
  const guarded = Router();
  guarded.use(deps.enforcePolicies);
  guarded.use('/metrics', deps.metricsRoutes);
  guarded.use('/api/health', deps.healthRoutes);
  if (deps.traceRequests) guarded.use('/api', deps.traceRequests); // what nobody polls
  guarded.use('/api/auth', deps.rateLimit(SIGN_IN_LIMIT), deps.accountRoutes);
  guarded.use('/api', deps.rateLimit(ORDINARY_LIMIT));
  guarded.use('/api/flash-sale', deps.saleRoutes, deps.statsRoutes);
  guarded.use('/api/purchase', deps.purchaseRoutes, deps.orderRoutes);
  guarded.use('/api/pictures', deps.pictureRoutes);
  guarded.use('/api/admin', deps.operatorRoutes);
  guarded.use('/api', deps.docsRoutes);
  app.use(guarded);
  app.use('/api', answerNotFound);

  app.use(serveClient({ clientDir: deps.clientDir }));
  app.use(answerNotFound);
  app.use(createErrorAnswer({ logger: deps.logger }));
  return app;
}
