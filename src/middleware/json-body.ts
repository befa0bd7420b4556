import type { Refusal } from '../errors/refusal.ts';

/** The longest body any route reads, in bytes. */
export const MAX_BODY_BYTES = 4096;

export type JsonObject = Record<string, unknown>;
export type ParsedBody = { ok: true; body: JsonObject } | { ok: false; refusal: Refusal };

const UNSAFE_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const JSON_CONTENT_TYPE = /^application\/json\s*(;|$)/i;
/** Refuses what is not UTF-8 instead of guessing. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Whether a `Content-Type` header announces JSON, with or without parameters. */
export function isJsonContentType(contentType: string | undefined): boolean {
  return contentType !== undefined && JSON_CONTENT_TYPE.test(contentType);
}

/**
 * Refuses `__proto__`, `constructor` and `prototype` as a field at any depth. Runs before a validator, which may
 * swallow them without a word.
 */
export function refuseUnsafeKeys(value: unknown): Refusal | null {
  const field = findUnsafeKey(value);
  if (field === null) return null;
  return { code: 'invalid_request', errors: [{ field, message: 'is not allowed' }] };
}

/** Reads a body that must be one JSON object; refuses broken JSON, anything but an object, and unsafe keys. */
export function parseJsonBody(raw: Buffer | string): ParsedBody {
  let body: unknown;
  try {
    body = JSON.parse(typeof raw === 'string' ? raw : utf8.decode(raw));
  } catch {
    return refuse('The body is not valid JSON.');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return refuse('The body must be a JSON object.');
  }
  const refusal = refuseUnsafeKeys(body);
  return refusal ? { ok: false, refusal } : { ok: true, body: body as JsonObject };
}

function refuse(message: string): ParsedBody {
  return {
    ok: false,
    refusal: { code: 'invalid_request', detail: message, errors: [{ field: 'body', message }] },
  };
}

function findUnsafeKey(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  for (const key of Object.keys(value)) {
    if (UNSAFE_KEYS.has(key)) return key;
    const deeper = findUnsafeKey((value as JsonObject)[key]);
    if (deeper !== null) return deeper;
  }
  return null;
}
