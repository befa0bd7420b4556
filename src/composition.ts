import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createApp } from './app.ts';
import type { ServiceEnv } from './config/env.ts';
import { createAccessTokens } from './features/account/access-token.ts';
import { createAccountRoutes } from './features/account/account.routes.ts';
import { createAccountService } from './features/account/account.service.ts';
import { createAuthenticate } from './features/account/authenticate.ts';
import { createBlockedUsers } from './features/account/blocked-users.ts';
import { BOARD_PATH } from './features/account/board-cookie.ts';
import { createEnforcePolicies } from './features/account/enforce-policies.ts';
import { createNewAccounts } from './features/account/new-accounts.ts';
import { createPasswordTries } from './features/account/password-tries.ts';
import { createPasswords } from './features/account/password.ts';
import { createRefreshTokenRepository } from './features/account/refresh-token.repository.ts';
import { createRevokedTokens } from './features/account/revoked-tokens.ts';
import { createSessions } from './features/account/sessions.ts';
import { createUserRepository } from './features/account/user.repository.ts';
import { createDocsRoutes } from './features/docs/docs.routes.ts';
import { readBuildIdentity } from './features/health/build-identity.ts';
import { createHealth } from './features/health/check-health.ts';
import { createHealthRoutes } from './features/health/health.routes.ts';
import { createMetricsRoutes } from './features/metrics/metrics.routes.ts';
import { createReadMetrics } from './features/metrics/read-metrics.ts';
import { createOperatorRoutes } from './features/operator/operator.routes.ts';
import type { CancelledMessage } from './features/order/cancel-order.ts';
import { createOrderRepository } from './features/order/order.repository.ts';
import { createOrderRoutes } from './features/order/order.routes.ts';
import { AcceptedAttempts } from './features/purchase/accepted-attempts.ts';
import { createAdmit } from './features/purchase/admit.ts';
import { createAdopt } from './features/purchase/adopt.ts';
import { createAttemptLane } from './features/purchase/attempt.lane.ts';
import { createBlockPace } from './features/purchase/block-pace.ts';
import { createHearOutcomes } from './features/purchase/hear-outcomes.ts';
import { measureAdmit, measureSettle } from './features/purchase/measure-steps.ts';
import { OutcomeWaiters } from './features/purchase/outcome-waiters.ts';
import { createPurchaseStatus } from './features/purchase/purchase-status.ts';
import { checkInvariants } from './features/purchase/purchase.invariants.ts';
import { findDecided } from './features/purchase/purchase.repository.ts';
import { createPictureRoutes } from './features/picture/picture.routes.ts';
import { createPurchaseRoutes } from './features/purchase/purchase.routes.ts';
import { createPurchase } from './features/purchase/purchase.service.ts';
import { createWhenCommitted } from './features/purchase/when-committed.ts';
import { areGatesWarm } from './features/sale/gates-warm.ts';
import { createSaleStatusLane } from './features/sale/sale-status.lane.ts';
import { SaleStatus } from './features/sale/sale-status.ts';
import { createSaleRoutes } from './features/sale/sale.routes.ts';
import { createStatsRoutes } from './features/stats/stats.routes.ts';
import { createReadLive } from './features/stats/read-live.ts';
import { createRecordHistory } from './features/stats/record-history.ts';
import { createReadStats } from './features/stats/stats.service.ts';
import { createReadThrough } from './infrastructure/redis/read-through.ts';
import { createSocketGuard } from './infrastructure/realtime/socket-guard.ts';
import { createSockets, type Whose } from './infrastructure/realtime/sockets.ts';
import { createAddressLimit } from './middleware/address-limit.ts';
import { createAddressMatcher, createClientAddress } from './middleware/client-address.ts';
import { createHotLane } from './middleware/hot-lane.ts';
import { createRateLimit, type RateLimitRule } from './middleware/rate-limit.ts';
import { createRefuseCrossSite } from './middleware/refuse-cross-site.ts';
import { createRequestScope } from './middleware/request-scope.ts';
import { isClientBuilt } from './middleware/serve-client.ts';
import { findRoot } from './utils/find-root.ts';
import { createAnnounce } from './features/purchase/announce.ts';
import { createCombine } from './features/purchase/combine.ts';
import { createEnqueue } from './features/purchase/enqueue.ts';
import type { AttemptBatch, DecidedAttempt } from './features/purchase/purchase.model.ts';
import { createPurchaseWorker, isWorkerAlive } from './features/purchase/purchase.worker.ts';
import { createEnsureGate } from './features/purchase/rebuild.ts';
import { createReconcile } from './features/purchase/reconcile.ts';
import { createSettle } from './features/purchase/settle.ts';
import { createSettlePace } from './features/purchase/settle-pace.ts';
import { createChangeGate } from './features/sale/change-gate.ts';
import { SaleCatalogue } from './features/sale/sale-catalogue.ts';
import { createRedisClock } from './infrastructure/clock.ts';
import { drainHttp } from './infrastructure/drain-http.ts';
import type { Lifecycle } from './infrastructure/lifecycle.ts';
import type { Logger } from './infrastructure/logging/logger.ts';
import { countAnswers } from './infrastructure/metrics/count-answers.ts';
import { LatencyRecorder } from './infrastructure/metrics/latency.ts';
import { createProcessMeters, type ProcessRole } from './infrastructure/metrics/process-usage.ts';
import { createDatabase } from './infrastructure/postgres/database.ts';
import { loadQueueBoard } from './infrastructure/queue/load-queue-board.ts';
import { createSettleQueue } from './infrastructure/queue/settle-queue.ts';
import { connectRedis } from './infrastructure/redis/connect-redis.ts';
import { CHANNELS } from './infrastructure/redis/keys.ts';
import { followRunId } from './infrastructure/redis/run-id.ts';
import { createSubscriptions } from './infrastructure/redis/subscriptions.ts';

// The same from `src/` and from `dist/src/`: the repository's root is where the package is.
const ROOT = findRoot(import.meta.url);
const CLIENT_DIR = fileURLToPath(new URL('dist/client', ROOT));

export interface CompositionDeps {
  env: ServiceEnv;
  logger: Logger;
  /** Everything that is opened here is closed by it, in reverse. */
  lifecycle: Lifecycle;
}

/** Connections to PostgreSQL that a process may open. */
const POOL_SIZE = 10;

/** What both kinds of process have: PostgreSQL, Redis, the gate's clock, the sales. */
async function composeStores({ env, logger, lifecycle }: CompositionDeps, role: ProcessRole) {
  const db = createDatabase({
    url: env.databaseUrl,
    poolSize: POOL_SIZE,
    applicationName: `stampede-${role}`,
  });
  lifecycle.onStop('postgres', () => db.destroy());
  const redis = await connectRedis(env.redisUrl, 'store', { logger });
  lifecycle.onStop('redis', () => redis.disconnect());
  const subscriber = await connectRedis(env.redisUrl, 'subscriber', { logger });
  lifecycle.onStop('redis subscriptions', () => subscriber.disconnect());
  const clock = await createRedisClock(redis);
  lifecycle.onStop('clock', () => clock.close());
  const runId = await followRunId(redis);
  const latency = new LatencyRecorder({ redis });
  lifecycle.onStop('latency figures', () => latency.close());
  const { meters, close } = createProcessMeters({ redis, clock, role });
  lifecycle.onStop('meters', close);
  const subscriptions = createSubscriptions({ redis: subscriber, logger });
  const catalogue = new SaleCatalogue({ db, redis });
  await subscriptions.on(CHANNELS.saleChanged, (saleId) => catalogue.forget(saleId));
  const ensureGate = createEnsureGate({ db, redis, runId, logger });
  return { db, redis, subscriber, subscriptions, clock, runId, latency, meters, catalogue, ensureGate };
}

/** By address and process, a guard of the CPU: above what a browser or a shop's proxy sends, below what hurts. */
const ATTEMPT_LIMIT = { ratePerSec: 200, burst: 400 };
/** Who sends a request byte by byte holds a line for so long and no longer, ms; Node's own limits are minutes. */
const SLOW_CLIENTS = { headersTimeout: 10_000, requestTimeout: 20_000, connectionsCheckingInterval: 5_000 };

/** An API process: answers shoppers and operators, serves sockets. */
export async function composeApi(deps: CompositionDeps): Promise<{ listen(port: number): Promise<number> }> {
  const { env, logger, lifecycle } = deps;
  const { db, redis, subscriber, subscriptions, clock, runId, latency, meters, catalogue, ensureGate } =
    await composeStores(deps, 'api');
  const gate = await connectRedis(env.redisUrl, 'gate', { logger });
  lifecycle.onStop('gate', () => gate.disconnect());
  const gateRunId = await followRunId(gate);
  const queue = await createSettleQueue<AttemptBatch>({ url: env.redisUrl, role: 'add', clock, logger });
  lifecycle.onStop('queue', () => queue.close());

  // Who asks
  const accessTokens = createAccessTokens({
    secret: env.jwtSecret,
    previousSecrets: env.jwtPreviousSecrets,
    algorithm: env.jwtAlgorithm,
    lifetimeSec: env.accessTokenSec,
    clock,
  });
  const whenAccessEnds: ((whose: Whose) => void)[] = [];
  const accessEnded = (whose: Whose): void => whenAccessEnds.forEach((listener) => listener(whose));
  const blockedUsers = createBlockedUsers({
    ...{ subscriber, db, logger },
    onBlocked: (userId) => accessEnded({ userId }),
  });
  await blockedUsers.start();
  lifecycle.onStop('blocked users', () => blockedUsers.close());
  const revokedTokens = createRevokedTokens({ redis, subscriber, logger, clock, onRevoked: accessEnded });
  await revokedTokens.start();
  lifecycle.onStop('revoked tokens', () => revokedTokens.close());
  const authenticate = createAuthenticate({ accessTokens, blockedUsers, revokedTokens });
  const clientAddress = createClientAddress({ trustProxy: env.trustProxy });
  const exempt = env.addressLimitExempt;

  // The shopper's side of the pipeline
  const enqueue = createEnqueue({ queue });
  const adopt = createAdopt({ redis, runId });
  const accepted = new AcceptedAttempts({ redis, adopt, enqueue, logger });
  const waiters = new OutcomeWaiters();
  const purchaseStatus = createPurchaseStatus({ db, redis, runId, clock, catalogue });
  const admit = createAdmit({
    redis: gate,
    runId: gateRunId,
    maxInflight: env.maxInflight,
    maxInflightAgeMs: env.maxInflightAgeSec * 1000,
    triesLimit: env.triesLimit,
    triesWindowMs: env.triesWindowSec * 1000,
  });
  const purchase = createPurchase({
    admit: measureAdmit(admit, meters),
    enqueue,
    accepted,
    ensureGate,
    findDecided: (attemptId) => findDecided(db, attemptId),
    whenCommitted: createWhenCommitted({ waiters, purchaseStatus }),
    ackDurability: env.ackDurability,
    triesPolicy: { limit: env.triesLimit, windowSec: env.triesWindowSec },
    clock,
    logger,
  });

  // HTTP
  const saleStatus = new SaleStatus({ db, redis, clock, catalogue });
  const requestScope = createRequestScope({
    ...{ logger, corsOrigins: env.corsOrigins },
    answered: countAnswers(meters),
  });
  const addressLimit = createAddressLimit({ exempt, ...ATTEMPT_LIMIT });
  const { blockAccounts, blockStepMs } = env;
  const blockPace = createBlockPace({ exempt, freeAccounts: blockAccounts, stepMs: blockStepMs, clock });
  const acceptTook = (saleId: string, ms: number): void => latency.record(saleId, 'accept', ms);
  const attemptLane = createAttemptLane({
    ...{ authenticate, addressLimit, clientAddress, blockPace, catalogue, purchase, acceptTook, logger },
  });
  const saleStatusLane = createSaleStatusLane({ saleStatus, logger });
  const users = createUserRepository({ db });
  const refreshTokens = createRefreshTokenRepository({ db, clock });
  const sessions = createSessions({ users, refreshTokens, accessTokens, revokedTokens, logger });
  const accounts = createAccountService({
    ...{ users, sessions, revokedTokens },
    passwords: createPasswords(),
    passwordTries: createPasswordTries({ redis, logger }),
  });
  const checkSale = (saleId: string) =>
    checkInvariants({ db, redis, runId }, { saleId, maxInflight: env.maxInflight });
  // Asked by operators only: the workers' leader does it by itself.
  const reconcile = createReconcile({
    ...{ db, redis, runId, clock, ensureGate, queue, enqueue, logger },
    changeGate: createChangeGate({ redis }),
  });
  const readThrough = createReadThrough({ redis });
  const readMetrics = createReadMetrics({
    ...{ db, redis, clock, queue, logger, readThrough },
    checkInvariants: checkSale,
  });
  const readStats = createReadStats({
    ...{ db, redis, clock, saleStatus, queue },
    checkInvariants: checkSale,
  });
  const history = createRecordHistory({ db, redis, clock, queue, logger });
  history.start();
  lifecycle.onStop('history', () => history.close());
  const identity = readBuildIdentity(ROOT, env.gitCommit);
  const health = createHealth({
    ...{ db, redis, ...identity },
    isQueueOk: async () => queue.isReady(),
    isClientBuilt: () => isClientBuilt(CLIENT_DIR),
    areGatesWarm: () => areGatesWarm({ redis, runId, clock, catalogue }),
    isWorkerAlive: () => isWorkerAlive({ redis, clock }),
  });
  const rateLimit = (rule: RateLimitRule) => createRateLimit({ redis, logger, clientAddress, exempt }, rule);
  const app = createApp({
    ...{
      logger,
      requestScope,
      attemptLane,
      saleStatusLane,
      trustProxy: env.trustProxy,
      clientDir: CLIENT_DIR,
    },
    rateLimit,
    enforcePolicies: createEnforcePolicies({ authenticate, isDemo: env.demo }),
    accountRoutes: createAccountRoutes({
      ...{ accounts, sessions, authenticate, clientAddress, demo: env.demo },
      newAccounts: createNewAccounts({ redis, logger, exempt }),
      refuseCrossSite: createRefuseCrossSite({ corsOrigins: env.corsOrigins }),
    }),
    saleRoutes: createSaleRoutes({ saleStatus, clock }),
    statsRoutes: createStatsRoutes({ readStats }),
    purchaseRoutes: createPurchaseRoutes({ purchaseStatus }),
    orderRoutes: createOrderRoutes({
      orders: createOrderRepository({ db }),
      readThrough,
    }),
    pictureRoutes: createPictureRoutes({ db }),
    operatorRoutes: createOperatorRoutes({
      ...{ db, redis, runId, clock, ensureGate, logger },
      reconcileSale: reconcile.runFor,
      checkInvariants: checkSale,
      liveSaleIds: () => catalogue.liveIds(),
      revokeTokens: (userId) => revokedTokens.revokeUser(userId),
      lackingJobs: (batchIds) => queue.lacking(batchIds),
      readLive: createReadLive({ db, redis, clock, readStats, logger }),
      isClientBuilt: () => isClientBuilt(CLIENT_DIR),
      ...{ poolSize: POOL_SIZE, maxInflight: env.maxInflight },
      queueBoard: loadQueueBoard({ queue, path: BOARD_PATH }),
    }),
    healthRoutes: createHealthRoutes({ health }),
    metricsRoutes: createMetricsRoutes({ readMetrics }),
    docsRoutes: createDocsRoutes(identity),
  });
  let isStopping = false;
  const httpServer = createServer(
    SLOW_CLIENTS,
    createHotLane({ requestScope, attemptLane, saleStatusLane, app, isStopping: () => isStopping }),
  );

  httpServer.keepAliveTimeout = 65_000; // longer than a proxy in front keeps its side, else it hits a closed line

  // What this process hears from the others
  const sockets = createSockets({
    httpServer,
    guard: createSocketGuard({
      ...{ corsOrigins: env.corsOrigins, clientAddress },
      isExempt: createAddressMatcher(exempt),
    }),
    identify: (token) => {
      const authenticated = authenticate(`Bearer ${token}`);
      return authenticated.ok ? authenticated.identity : null;
    },
    readStatus: (saleId) => saleStatus.get(saleId),
    ...{ corsOrigins: env.corsOrigins, clock, logger },
  });
  lifecycle.onStop('http', async () => {
    isStopping = true;
    await drainHttp(httpServer);
    await sockets.close();
  });
  whenAccessEnds.push((whose) => sockets.end(whose));
  const { sendOutcome } = sockets;
  const outcomeTook = (saleId: string, ms: number): void => latency.record(saleId, 'outcome', ms);
  await subscriptions.on(
    CHANNELS.outcomes,
    createHearOutcomes({ accepted, waiters, sendOutcome, outcomeTook }),
  );
  await subscriptions.on(CHANNELS.orderCancelled, (message) => {
    const { shopperId, ...body } = JSON.parse(message) as CancelledMessage;
    sockets.sendCancelled(shopperId, body);
  });
  await subscriptions.on(CHANNELS.saleChanged, (saleId) => {
    saleStatus.expire(saleId);
    accepted.adoptAll(saleId).catch((error: unknown) => {
      logger.warn('attempts not adopted yet, trying again', { saleId, error: String(error) });
    });
  });
  const lookUp = setInterval(() => {
    accepted
      .lookUp()
      .catch((error: unknown) => logger.warn('accepted attempts not looked up', { error: String(error) }));
  }, 1_000);
  lifecycle.onStop('accepted attempts', () => clearInterval(lookUp));

  return {
    listen: (port) =>
      new Promise((resolve, reject) => {
        httpServer.once('error', reject);
        httpServer.listen(port, () => resolve((httpServer.address() as AddressInfo).port));
      }),
  };
}

/** A settle process: takes batches off the queue and makes them true; one of all of them reconciles. */
export async function composeWorker(deps: CompositionDeps): Promise<{ start(): void }> {
  const { env, logger, lifecycle } = deps;
  const stores = await composeStores(deps, 'worker');
  const { db, redis, clock, runId, latency, meters, catalogue, ensureGate } = stores;
  const queue = await createSettleQueue<AttemptBatch>({ url: env.redisUrl, role: 'work', clock, logger });

  const lockTook = (ms: number): void => meters.observe('stampede_settle_lock_wait_seconds', [], ms / 1000);
  const settle = measureSettle(createSettle({ db, clock, logger, lockTook }), meters);
  const announce = createAnnounce({
    redis,
    saleEndsAtMs: async (saleId) => {
      const sale = catalogue.peek(saleId) ?? (await catalogue.find(saleId));
      if (!sale) throw new Error(`there is no sale ${saleId}`);
      return sale.endsAtMs;
    },
  });
  const announceAndMeasure = async (saleId: string, decided: readonly DecidedAttempt[]): Promise<void> => {
    await announce(saleId, decided);
    for (const { admittedAtMs, settledAtMs } of decided)
      latency.record(saleId, 'settle', settledAtMs - admittedAtMs);
  };
  const { settleMaxPerSec } = env;
  const pace = settleMaxPerSec === undefined ? undefined : createSettlePace({ mostPerSec: settleMaxPerSec });
  const combine = createCombine({ settle, announce: announceAndMeasure, pace });
  const worker = createPurchaseWorker({ queue, combine, redis, clock, logger });
  const changeGate = createChangeGate({ redis });
  const enqueue = createEnqueue({ queue });
  const reconcile = createReconcile({
    ...{ db, redis, runId, clock, ensureGate, changeGate, queue, enqueue, logger },
  });
  lifecycle.onStop('worker', () => worker.close());
  lifecycle.onStop('queue', () => queue.close());
  lifecycle.onStop('pace', () => pace?.stop()); // before the queue, which waits for its jobs
  lifecycle.onStop('reconcile', () => reconcile.close());
  return {
    start() {
      worker.start();
      reconcile.start();
    },
  };
}
