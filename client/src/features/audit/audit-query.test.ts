import { describe, expect, it } from '@jest/globals';
import { typeTime } from '../form/local-time.ts';
import { auditQuery } from './audit-query.ts';

describe('auditQuery', () => {
  it('asks for an actor by id or by e-mail, as it was typed', () => {
    const id = '0c5c6f0e-6a0b-5b5e-8a53-0f0d6a1f7a3c';
    expect(auditQuery({ actor: id })).toMatchObject({ actorId: id });
    expect(auditQuery({ actor: 'olga@test.invalid' })).toMatchObject({ actorEmail: 'olga@test.invalid' });
  });

  it('asks for times in UTC, and for nothing that was not typed', () => {
    const from = '2026-11-21T18:00:00.000Z';
    expect(auditQuery({ from: typeTime(from), subject: 'sale:1' })).toEqual({
      ...{ actorEmail: undefined, action: undefined, subject: 'sale:1', from, until: undefined },
    });
  });
});
