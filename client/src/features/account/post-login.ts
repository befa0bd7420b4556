import type { SessionBody } from '../../../../src/contracts/http.ts';
import type { Answer, Http } from '../../lib/http.ts';

export interface Credentials {
  email: string;
  password: string;
}

export function postLogin(http: Http, { email, password }: Credentials): Promise<Answer<SessionBody>> {
  return http({ method: 'POST', path: '/api/auth/login', body: { email, password } });
}
