import { LIMITED, type Operation } from './openapi-operation.ts';
import { refTo } from './openapi-schemas.ts';

const COOKIE = {
  'Set-Cookie': { description: 'The refresh token, for /api/auth only.', schema: { type: 'string' } },
};
const session = (description: string) => ({ description, schema: refTo('Session'), headers: COOKIE });

/** Accounts and sessions: their part of the table in openapi-paths.ts. */
export const ACCOUNT_OPERATIONS: Record<string, Record<string, Operation>> = {
  '/api/auth/register': {
    post: {
      id: 'register',
      tag: 'account',
      summary: 'Make a shopper account and sign in',
      description: 'Beyond 60 accounts of one network each makes the next wait longer.',
      body: 'RegisterRequest',
      answers: { 201: session('Signed in.') },
      refusals: ['email_taken', 'overloaded', ...LIMITED],
    },
  },
  '/api/auth/login': {
    post: {
      id: 'login',
      tag: 'account',
      summary: 'Sign in',
      body: 'LoginRequest',
      answers: { 200: session('Signed in.') },
      refusals: ['invalid_credentials', 'forbidden', 'overloaded', ...LIMITED],
    },
  },
  '/api/auth/guest': {
    post: {
      id: 'signInGuest',
      tag: 'account',
      summary: 'Sign in as a fresh shopper, in a demo',
      description: 'Counts as an account that is made, see `register`.',
      body: 'GuestRequest',
      answers: { 201: session('Signed in.') },
      refusals: ['forbidden', ...LIMITED],
    },
  },
  '/api/auth/refresh': {
    post: {
      id: 'refresh',
      tag: 'account',
      summary: 'New tokens for the refresh cookie',
      description:
        'The cookie is good for one use within 7 days and replaced by it. One that was used before ends its session.',
      answers: { 200: session('Signed in still.') },
      refusals: ['invalid_request', 'unauthenticated', 'forbidden', ...LIMITED],
    },
  },
  '/api/auth/logout': {
    post: {
      id: 'logout',
      tag: 'account',
      summary: 'End the session of the access token or the refresh cookie at once, everywhere',
      answers: { 204: { description: 'Signed out, or nobody was signed in.' } },
      refusals: ['invalid_request', 'forbidden', ...LIMITED],
    },
  },
  '/api/auth/password': {
    post: {
      id: 'changePassword',
      tag: 'account',
      summary: 'Change your password; ends every other session of yours',
      body: 'ChangePasswordRequest',
      answers: { 200: session('Signed in anew.') },
      refusals: ['unauthenticated', 'invalid_credentials', 'forbidden', 'overloaded', ...LIMITED],
    },
  },
  '/api/auth/me': {
    delete: {
      id: 'deleteAccount',
      tag: 'account',
      summary: 'Delete your account: what names you is taken away, your orders stay',
      body: 'DeleteAccountRequest',
      answers: { 204: { description: 'Deleted, and signed out everywhere.' } },
      refusals: ['unauthenticated', 'invalid_credentials', 'forbidden', 'overloaded', ...LIMITED],
    },
    get: {
      id: 'me',
      tag: 'account',
      summary: 'Who the access token speaks for',
      answers: { 200: { description: 'The user.', schema: refTo('User') } },
      refusals: ['unauthenticated', 'forbidden', ...LIMITED],
    },
  },
};
