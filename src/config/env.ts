import Joi from 'joi';
import { redisUrls } from './redis-urls.ts';

/** Everything the processes take from their environment, checked once. Only this file reads `process.env`. */
export interface Env {
  port: number;
  /** Absent: the embedded PostgreSQL is used. */
  databaseUrl: string | undefined;
  /** A replica that exports are read from. Absent: they are read where everything is. */
  reportsDatabaseUrl: string | undefined;
  /** Absent: the embedded Redis is used. */
  redisUrl: string | undefined;
  dataDir: string;
  webConcurrency: number | undefined;
  settleConcurrency: number;
  /** Attempts that each worker process settles in a second at most. Absent: as many as it can. */
  settleMaxPerSec: number | undefined;
  /** Absent: generated into `dataDir` in embedded mode, an error otherwise. */
  jwtSecret: string | undefined;
  /** Whose tokens are still taken. */
  jwtPreviousSecrets: string[];
  jwtAlgorithm: 'HS256' | 'HS384' | 'HS512';
  accessTokenSec: number;
  /** Absent: on in embedded mode, off otherwise. */
  demo: boolean | undefined;
  triesLimit: number;
  triesWindowSec: number;
  /** Absent: loopback in embedded mode, nobody otherwise. */
  addressLimitExempt: string[] | undefined;
  /** Accounts of one address block that try to buy in one sale as they come, by process. */
  blockAccounts: number;
  /** What each account of the block beyond them waits longer. */
  blockStepMs: number;
  maxInflight: number;
  maxInflightAgeSec: number;
  ackDurability: 'queued' | 'committed';
  trustProxy: string[];
  corsOrigins: string[];
  logLevel: 'error' | 'warn' | 'info' | 'debug';
  logFormat: 'json' | 'readable';
  /** Absent: nothing is traced. */
  otlpEndpoint: string | undefined;
  /** Sent with every span, such as the receiver's key. */
  otlpHeaders: Record<string, string>;
  otelServiceName: string;
  /** What else spans say of where they come from. */
  otelResourceAttributes: Record<string, string>;
  tracesSampler: (typeof SAMPLERS)[number];
  /** The share of requests that is traced, 0 to 1, where the sampler takes one. */
  tracesRatio: number;
  nodeEnv: 'production' | 'development' | 'test';
  /** Of a build without its repository; else read from `.git`. */
  gitCommit: string | undefined;
}

/** All that is wrong with the environment, in words an operator can act on. */
export class EnvironmentError extends Error {
  constructor(readonly problems: string[]) {
    super(`The environment is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'EnvironmentError';
  }
}

const list = Joi.string()
  .allow('')
  .custom((value: string) =>
    value
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  );

/** As a browser names them; an answer has them as they are written here. */
const origins = list
  .custom((values: string[], check) => (values.every(isOrigin) ? values : check.error('origins.malformed')))
  .messages({
    'origins.malformed':
      '{{#label}} must be origins with commas, as https://shop.example: no path, no slash at the end, in small letters',
  });

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/** `name=value,…`, values percent-encoded, as OpenTelemetry writes lists in variables. */
const pairs = Joi.string()
  .allow('')
  .custom((value: string, check) => {
    try {
      const parts = value.split(',').filter((part) => part.trim() !== '');
      return Object.fromEntries(parts.map(readPair));
    } catch {
      return check.error('pairs.malformed');
    }
  })
  .messages({ 'pairs.malformed': '{{#label}} must be name=value pairs with commas, values percent-encoded' });

function readPair(part: string): [string, string] {
  const at = part.indexOf('=');
  if (at < 1) throw new Error('a pair has a name');
  return [part.slice(0, at).trim(), decodeURIComponent(part.slice(at + 1).trim())];
}

/** OpenTelemetry's own. Without `parentbased_` it is decided here, whatever a caller says: callers are the public. */
const SAMPLERS = [
  ...(['traceidratio', 'always_on', 'always_off'] as const),
  ...(['parentbased_traceidratio', 'parentbased_always_on', 'parentbased_always_off'] as const),
] as const;

/** What cannot be guessed is neither short nor made of a few characters again and again. */
const secret = Joi.string()
  .min(32)
  .custom((value: string, check) => (new Set(value).size < 8 ? check.error('secret.weak') : value))
  .messages({ 'secret.weak': '{{#label}} is too easy to guess: make one with `openssl rand -hex 32`' });

/** One server, or some of a Redis Cluster. */
const redisUrlRule = Joi.string()
  .custom((value: string, check) => (redisUrls(value).every(isRedisUrl) ? value : check.error('redis.url')))
  .messages({
    'redis.url': '{{#label}} must be redis://… or rediss://…, or several of them with commas for a cluster',
  });

const redisScheme = Joi.string().uri({ scheme: ['redis', 'rediss'] });
/** `redis://one,two` is a URL as well, of a host that nobody has. */
const isRedisUrl = (url: string): boolean =>
  redisScheme.validate(url).error === undefined && URL.canParse(url) && !new URL(url).host.includes(',');

/** What a person sets, checked and with defaults. */
export interface Variables {
  PORT: number;
  DATABASE_URL?: string;
  REPORTS_DATABASE_URL?: string;
  REDIS_URL?: string;
  DATA_DIR: string;
  WEB_CONCURRENCY?: number;
  SETTLE_CONCURRENCY: number;
  SETTLE_MAX_PER_SEC?: number;
  JWT_SECRET?: string;
  JWT_PREVIOUS_SECRETS: string[];
  JWT_ALGORITHM: Env['jwtAlgorithm'];
  ACCESS_TOKEN_SEC: number;
  DEMO?: '0' | '1';
  TRIES_LIMIT: number;
  TRIES_WINDOW_SEC: number;
  ADDRESS_LIMIT_EXEMPT?: string[];
  BLOCK_ACCOUNTS: number;
  BLOCK_STEP_MS: number;
  MAX_INFLIGHT: number;
  MAX_INFLIGHT_AGE_SEC: number;
  ACK_DURABILITY: Env['ackDurability'];
  TRUST_PROXY: string[];
  CORS_ORIGINS: string[];
  LOG_LEVEL: Env['logLevel'];
  LOG_FORMAT?: Env['logFormat'];
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  OTEL_EXPORTER_OTLP_HEADERS: Record<string, string>;
  OTEL_SERVICE_NAME: string;
  OTEL_RESOURCE_ATTRIBUTES: Record<string, string>;
  OTEL_TRACES_SAMPLER: Env['tracesSampler'];
  OTEL_TRACES_SAMPLER_ARG: number;
  OTEL_SDK_DISABLED: boolean;
  NODE_ENV: Env['nodeEnv'];
  GIT_COMMIT?: string;
}

export const environmentSchema = Joi.object<Variables>({
  PORT: Joi.number().integer().min(0).max(65_535).default(3000),
  DATABASE_URL: Joi.string().uri({ scheme: ['postgres', 'postgresql'] }),
  REPORTS_DATABASE_URL: Joi.string().uri({ scheme: ['postgres', 'postgresql'] }),
  REDIS_URL: redisUrlRule,
  DATA_DIR: Joi.string().default('.data'),
  WEB_CONCURRENCY: Joi.number().integer().min(1).max(64),
  SETTLE_CONCURRENCY: Joi.number().integer().min(1).max(16).default(1),
  SETTLE_MAX_PER_SEC: Joi.number().integer().min(1).max(1_000_000),
  JWT_SECRET: secret,
  JWT_PREVIOUS_SECRETS: list.default([]),
  JWT_ALGORITHM: Joi.valid('HS256', 'HS384', 'HS512').default('HS256'),
  ACCESS_TOKEN_SEC: Joi.number().integer().min(10).max(86_400).default(900),
  DEMO: Joi.valid('0', '1'),
  TRIES_LIMIT: Joi.number().integer().min(1).max(1_000_000).default(20),
  TRIES_WINDOW_SEC: Joi.number().integer().min(1).max(86_400).default(10),
  ADDRESS_LIMIT_EXEMPT: list,
  BLOCK_ACCOUNTS: Joi.number().integer().min(1).max(1_000_000).default(1_000),
  BLOCK_STEP_MS: Joi.number().integer().min(1).max(60_000).default(250),
  MAX_INFLIGHT: Joi.number().integer().min(1).max(10_000_000).default(50_000),
  MAX_INFLIGHT_AGE_SEC: Joi.number().integer().min(1).max(86_400).default(60),
  ACK_DURABILITY: Joi.valid('queued', 'committed').default('queued'),
  TRUST_PROXY: list.default([]),
  CORS_ORIGINS: origins.default([]),
  LOG_LEVEL: Joi.valid('error', 'warn', 'info', 'debug').default('info'),
  LOG_FORMAT: Joi.valid('json', 'readable'),
  OTEL_EXPORTER_OTLP_ENDPOINT: Joi.string().uri({ scheme: ['http', 'https'] }),
  OTEL_EXPORTER_OTLP_HEADERS: pairs.default({}),
  OTEL_SERVICE_NAME: Joi.string().max(64).default('stampede'),
  OTEL_RESOURCE_ATTRIBUTES: pairs.default({}),
  OTEL_TRACES_SAMPLER: Joi.valid(...SAMPLERS).default('traceidratio'),
  OTEL_TRACES_SAMPLER_ARG: Joi.number().min(0).max(1).default(1),
  OTEL_SDK_DISABLED: Joi.boolean().default(false),
  NODE_ENV: Joi.valid('production', 'development', 'test').default('production'),
  GIT_COMMIT: Joi.string().max(64),
}).unknown();

/**
 * Reads and checks the environment.
 *
 * @throws EnvironmentError naming every bad variable at once
 */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const result = environmentSchema.validate(given, { abortEarly: false, errors: { wrap: { label: false } } });
  if (result.error) throw new EnvironmentError(result.error.details.map((detail) => detail.message));
  const vars = result.value;
  return {
    port: vars.PORT,
    databaseUrl: vars.DATABASE_URL,
    reportsDatabaseUrl: vars.REPORTS_DATABASE_URL,
    redisUrl: vars.REDIS_URL,
    dataDir: vars.DATA_DIR,
    webConcurrency: vars.WEB_CONCURRENCY,
    settleConcurrency: vars.SETTLE_CONCURRENCY,
    settleMaxPerSec: vars.SETTLE_MAX_PER_SEC,
    jwtSecret: vars.JWT_SECRET,
    jwtPreviousSecrets: vars.JWT_PREVIOUS_SECRETS,
    jwtAlgorithm: vars.JWT_ALGORITHM,
    accessTokenSec: vars.ACCESS_TOKEN_SEC,
    demo: vars.DEMO === undefined ? undefined : vars.DEMO === '1',
    triesLimit: vars.TRIES_LIMIT,
    triesWindowSec: vars.TRIES_WINDOW_SEC,
    addressLimitExempt: vars.ADDRESS_LIMIT_EXEMPT,
    blockAccounts: vars.BLOCK_ACCOUNTS,
    blockStepMs: vars.BLOCK_STEP_MS,
    maxInflight: vars.MAX_INFLIGHT,
    maxInflightAgeSec: vars.MAX_INFLIGHT_AGE_SEC,
    ackDurability: vars.ACK_DURABILITY,
    trustProxy: vars.TRUST_PROXY,
    corsOrigins: vars.CORS_ORIGINS,
    logLevel: vars.LOG_LEVEL,
    logFormat: vars.LOG_FORMAT ?? (vars.NODE_ENV === 'development' ? 'readable' : 'json'),
    otlpEndpoint: vars.OTEL_SDK_DISABLED ? undefined : vars.OTEL_EXPORTER_OTLP_ENDPOINT,
    otlpHeaders: vars.OTEL_EXPORTER_OTLP_HEADERS,
    otelServiceName: vars.OTEL_SERVICE_NAME,
    otelResourceAttributes: vars.OTEL_RESOURCE_ATTRIBUTES,
    tracesSampler: vars.OTEL_TRACES_SAMPLER,
    tracesRatio: vars.OTEL_TRACES_SAMPLER_ARG,
    nodeEnv: vars.NODE_ENV,
    gitCommit: vars.GIT_COMMIT,
  };
}

/** The environment of one API or worker process: both services named, every default decided. */
export interface ServiceEnv extends Env {
  databaseUrl: string;
  redisUrl: string;
  jwtSecret: string;
  demo: boolean;
  addressLimitExempt: string[];
}

/**
 * The same for a process that runs against real services (`start:api`, `start:worker`, or a child of the supervisor,
 * which passes what it generated).
 *
 * @throws EnvironmentError naming every missing variable at once
 */
export function readServiceEnv(source: NodeJS.ProcessEnv = process.env): ServiceEnv {
  const env = readEnv(source);
  const { databaseUrl, redisUrl, jwtSecret } = env;
  if (databaseUrl === undefined || redisUrl === undefined || jwtSecret === undefined) {
    const missing = Object.entries({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, JWT_SECRET: jwtSecret })
      .filter(([, value]) => value === undefined)
      .map(([name]) => `${name} is required when a process runs by itself`);
    throw new EnvironmentError(missing);
  }
  return {
    ...env,
    databaseUrl,
    redisUrl,
    jwtSecret,
    demo: env.demo ?? false,
    addressLimitExempt: env.addressLimitExempt ?? [],
  };
}

/** The environment for a process that we start: our own with these variables on top; undefined takes one away. */
export function environmentWith(variables: Record<string, string | undefined>): NodeJS.ProcessEnv {
  const merged = { ...process.env, ...variables };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
}
