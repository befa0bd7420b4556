import type Joi from 'joi';
import { environmentSchema, type Variables } from './env.ts';

/** What each variable is for; what it may be is told by the rules that check it. */
const PURPOSE: Record<keyof Variables, string> = {
  PORT: 'HTTP and sockets; 0 for a free one.',
  DATABASE_URL: 'PostgreSQL instead of the embedded one.',
  REPORTS_DATABASE_URL:
    'A replica of PostgreSQL that exports are read from, and nothing else. Without it they are read from `DATABASE_URL`.',
  REDIS_URL:
    'Redis instead of the embedded one: `redis://…` or `rediss://…`. Several name a Redis Cluster: two of its servers are enough.',
  DATA_DIR: 'Where embedded services keep their files.',
  WEB_CONCURRENCY: 'API processes of `npm start`. Without it as many as cores, at most 4.',
  SETTLE_CONCURRENCY: 'Worker processes of `npm start`.',
  SETTLE_MAX_PER_SEC:
    'Attempts that each worker settles in a second at most, for a database that is shared. Without it as many as it can.',
  JWT_SECRET: 'Signs access tokens. Generated into `DATA_DIR` when embedded, required otherwise.',
  JWT_PREVIOUS_SECRETS: 'Secrets whose tokens are still taken, after a change.',
  JWT_ALGORITHM: 'How access tokens are signed.',
  ACCESS_TOKEN_SEC: 'How long an access token lives, s. The page refreshes it by itself.',
  DEMO: 'Demo product, sales and operator, guest sign-in, public stats. Without it 1 when embedded, else 0.',
  TRIES_LIMIT: 'Tries per shopper and sale within a window, exact over all processes.',
  TRIES_WINDOW_SEC: 'How long that window is, s.',
  ADDRESS_LIMIT_EXEMPT:
    'Addresses, subnets or `loopback` that limits by address skip, for load tests. Without it loopback when embedded, else nobody.',
  BLOCK_ACCOUNTS:
    'Accounts of one address block that try to buy in one sale as they come, by process and ten minutes.',
  BLOCK_STEP_MS: 'What each further account of the block waits longer, ms; a minute at most.',
  MAX_INFLIGHT: 'Admitted and not settled attempts per sale; beyond it `503 overloaded`.',
  MAX_INFLIGHT_AGE_SEC:
    'How long an attempt may wait to be settled before no other is admitted to its sale, s.',
  ACK_DURABILITY:
    '`queued`: 202 when the queue has the attempt. `committed`: 200 with the outcome when PostgreSQL has it.',
  TRUST_PROXY: 'Proxies whose `X-Forwarded-For` is believed: addresses, subnets, `loopback`, `uniquelocal`.',
  CORS_ORIGINS:
    'Origins of other sites whose pages may call the API, such as `https://shop.example`: no path, no slash at the end.',
  LOG_LEVEL: 'What is logged: single requests are `debug`.',
  LOG_FORMAT:
    'How: `json`, an object a line, or `readable`, a line of words. Without it readable when NODE_ENV is `development`, else json.',
  OTEL_EXPORTER_OTLP_ENDPOINT:
    'An OpenTelemetry receiver (OTLP over HTTP, JSON) for the traces of requests. Without it nothing is traced.',
  OTEL_EXPORTER_OTLP_HEADERS: "Sent to it with all traces, such as the receiver's key.",
  OTEL_SERVICE_NAME: 'What traces call this shop.',
  OTEL_RESOURCE_ATTRIBUTES: 'What else they say of where they come from.',
  OTEL_TRACES_SAMPLER:
    'Which requests are traced. With `parentbased_` callers decide for theirs by `traceparent`: only where all of them are yours.',
  OTEL_TRACES_SAMPLER_ARG:
    'The share of requests that is traced, where the sampler takes one; in a drop a hundredth is plenty.',
  OTEL_SDK_DISABLED: 'Switches traces off, whatever else is set.',
  NODE_ENV: 'Set by the tools; leave it alone in production.',
  GIT_COMMIT: 'What health tells as the running commit, where there is no `.git`.',
};

/** One variable as a person sets it. */
export interface VariableDescription {
  name: string;
  purpose: string;
  /** What it may be, in words. */
  takes: string;
  /** Empty for none. */
  preset: string;
}

/** Describes every variable, in the order of the schema. */
export function describeEnvironment(): VariableDescription[] {
  const { keys } = environmentSchema.describe() as { keys: Record<keyof Variables, Described> };
  return (Object.keys(PURPOSE) as (keyof Variables)[]).map((name) => ({
    name,
    purpose: PURPOSE[name],
    takes: describeValues(keys[name]),
    preset: presetOf(keys[name]),
  }));
}

interface Described extends Joi.Description {
  flags?: { default?: unknown };
  rules?: { name: string; args?: { limit?: number; options?: { scheme?: string[] } } }[];
}

function presetOf({ flags }: Described): string {
  const preset = flags?.default;
  return ['string', 'number', 'boolean'].includes(typeof preset) ? String(preset) : '';
}

function describeValues({ type, allow = [], rules = [] }: Described): string {
  const rule = (name: string) => rules.find((one) => one.name === name);
  const [least, most] = [rule('min')?.args?.limit, rule('max')?.args?.limit];
  if (type === 'boolean') return 'true, false';
  if (type === 'any') return (allow as string[]).join(', ');
  if (type === 'number') return `${String(least)} to ${String(most)}`;
  const schemes = rule('uri')?.args?.options?.scheme;
  if (schemes) return schemes.map((scheme) => `${scheme}://…`).join(', ');
  if (least !== undefined) return `${least} characters or more`;
  return rule('custom') ? 'a list with commas' : 'text';
}
