import pg from 'pg';

/** Class 22 (data exception) and 23 (integrity violation): the rows are at fault; the same rows fail again. */
export function isDataError(error: unknown): error is pg.DatabaseError {
  return (
    error instanceof pg.DatabaseError &&
    (error.code?.startsWith('22') === true || error.code?.startsWith('23') === true)
  );
}

/** 23505: a unique constraint was violated; `constraint` names it. */
export function isUniqueViolation(error: unknown, constraint?: string): error is pg.DatabaseError {
  return (
    error instanceof pg.DatabaseError &&
    error.code === '23505' &&
    (constraint === undefined || error.constraint === constraint)
  );
}
