import type { SessionBody } from '../../../../src/contracts/http.ts';
import type { Answer, Http } from '../../lib/http.ts';

export interface Registration {
  email: string;
  password: string;
  name: string;
}

export function postRegister(
  http: Http,
  { email, password, name }: Registration,
): Promise<Answer<SessionBody>> {
  return http({
    method: 'POST',
    path: '/api/auth/register',
    body: { email, password, ...(name && { name }) },
  });
}
