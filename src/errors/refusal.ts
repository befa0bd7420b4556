import type { ErrorCode } from '../contracts/error-catalogue.ts';

export interface FieldError {
  field: string;
  message: string;
}

/** Why a request is turned down, in words of the error catalogue; only the edge turns it into a status. */
export interface Refusal {
  code: ErrorCode;
  /** Replaces the catalogue's advice. */
  detail?: string;
  /** The shortest sensible wait; the edge rounds it up and adds jitter. */
  retryAfterSec?: number;
  attemptId?: string;
  remaining?: number;
  errors?: FieldError[];
  headers?: Record<string, string>;
}

/** Carries a refusal through code that can only throw, to the error middleware. */
export class RefusalError extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.detail ?? refusal.code);
    this.name = 'RefusalError';
  }
}
