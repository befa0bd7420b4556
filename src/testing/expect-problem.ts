import { expect } from '@jest/globals';
import { ERROR_CATALOGUE, type ErrorCode, type ProblemDocument } from '../contracts/error-catalogue.ts';
import type { Answer } from './test-api.ts';

/** The answer is this refusal's whole problem document, with its status, and shows nothing from inside. */
export function expectProblem(answer: Answer, status: number, code: ErrorCode): ProblemDocument {
  const { problem, headers } = answer;
  expect({ status: answer.status, code: problem.code }).toEqual({ status, code });
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(headers['cache-control']).toBe('no-store');
  expect(problem).toMatchObject({
    type: `urn:stampede:problem:${code}`,
    title: ERROR_CATALOGUE[code].title,
    status,
    retryable: ERROR_CATALOGUE[code].retryable,
    requestId: headers['x-request-id'],
    detail: expect.stringMatching(/\w/),
  });
  expect(answer.text).not.toMatch(/node_modules|\.ts:\d|Error:|\\n +at /);
  if (status === 429 || status === 503) expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
  return problem;
}
