import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { ERROR_CATALOGUE, type ProblemDocument } from './error-catalogue.ts';

const conf = readFileSync(new URL('../../nginx.conf', import.meta.url), 'utf8');
const answers = [...conf.matchAll(/return (\d{3}) '(\{.*\})';/g)];

describe('what nginx answers itself', () => {
  it('is as many answers as a test can read', () => {
    expect(answers).toHaveLength(5);
  });

  it.each(answers.map(([, status, text]) => [status, text]))(
    "is the API's own problem document: %s %s",
    (status, text) => {
      const problem = JSON.parse(text!) as ProblemDocument;
      const { title, advice, retryable, status: expected } = ERROR_CATALOGUE[problem.code];
      expect(problem).toEqual({
        type: `urn:stampede:problem:${problem.code}`,
        ...{ title, status: expected, code: problem.code, detail: advice, retryable },
        requestId: '$one_request_id',
      });
      expect(Number(status)).toBe(expected);
    },
  );
});
