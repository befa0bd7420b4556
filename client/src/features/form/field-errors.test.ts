import { describe, expect, it } from '@jest/globals';
import { fieldErrors } from './field-errors.ts';

const refusal = (errors: { field: string; message: string }[]) => ({ problem: { errors } });

describe('the errors of fields', () => {
  it('are what the server says, by the names of the form', () => {
    const error = refusal([{ field: 'endsAt', message: 'endsAt must be after startsAt' }]);
    expect(fieldErrors(error, { startsAt: 'Opens', endsAt: 'Ends' })).toEqual({
      endsAt: 'Ends must be after Opens',
    });
  });

  it('stay as they are where the form has no other name', () => {
    const error = refusal([{ field: 'toString', message: 'constructor is not allowed' }]);
    expect(fieldErrors(error, {})).toEqual({ toString: 'constructor is not allowed' });
  });

  it('are none without a refusal', () => {
    expect([fieldErrors(null), fieldErrors({ problem: undefined }), fieldErrors({ problem: {} })]).toEqual([
      ...[{}, {}, {}],
    ]);
  });
});
