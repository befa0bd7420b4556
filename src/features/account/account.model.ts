import type { Role, UserBody } from '../../contracts/http.ts';

/** Who a request speaks for. */
export interface Identity {
  readonly userId: string;
  readonly role: Role;
  /** Of the access token: what a logout ends. */
  readonly sessionId: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

export interface User {
  id: string;
  email: string;
  name: string;
  role: Role;
  blocked: boolean;
  /** Absent for guests: nobody can sign in as one. */
  passwordHash: string | null;
}

export function presentUser({ id, email, name, role }: User): UserBody {
  return { id, email, name, role };
}
