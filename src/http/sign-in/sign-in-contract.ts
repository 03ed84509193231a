import * as z from 'zod';
import { caller, waysIn } from '../../views/caller-answers.js';
import { failure } from '../../views/error-answer.js';
import { signInProblem } from '../../views/messages.js';
import { unavailable, type Answer, type Operations } from '../contract/operation.js';

const elsewhere =
  'There is no place to sign in, or the page that asks is not at `public_url`: the sentence says which.';

/** Who the caller is, and how a browser signs in. */
export const signInOperations: Operations = {
  'GET /session': {
    id: 'whoami',
    tag: 'daemon',
    summary: 'Who the caller is, and what it may do',
    description: 'A page offers what the key may do, and nothing else.',
    scope: 'read',
    answers: { 200: { means: 'The key and its scopes.', body: caller } },
    examples: [
      {
        name: 'anybody',
        status: 200,
        answer: {
          key: null,
          user: null,
          scopes: ['heal', 'read', 'admin'],
          nodes: null,
          expires: null,
          signed_in: false,
        },
      },
    ],
  },
  'POST /session': {
    id: 'signIn',
    tag: 'daemon',
    summary: 'Sign a browser in with a key',
    description:
      'Answers with a cookie, which stands for the key in requests of pages at `public_url`. It ends after `sign_in.lifetime`, with the key, and with `DELETE /session`. docs/sign-in.md says more. A program sends its key with each request instead.',
    scope: undefined,
    body: {
      'application/json': z.strictObject({
        key: z.string().meta({ description: 'A key with the scope `read`.' }),
      }),
    },
    answers: {
      204: { means: 'Signed in. `Set-Cookie` has the cookie.' },
      401: { means: 'The key is unknown or has expired.', body: failure },
      403: { means: `${elsewhere} Or the key lacks the scope \`read\`.`, body: failure },
      429: { means: 'Too many requests of this key.', body: failure },
      503: unavailable,
    },
    examples: [
      {
        name: 'without_keys',
        body: { key: 'hbk_example' },
        status: 403,
        answer: { error: signInProblem.noKeys, code: 'HEARTBEAT_FORBIDDEN' },
      },
    ],
  },
  'DELETE /session': {
    id: 'signOut',
    tag: 'daemon',
    summary: 'Sign the browser out',
    description: 'Ends the sign-in of its cookie, with all streams of events, and removes the cookie.',
    scope: undefined,
    answers: {
      204: { means: 'The browser is not signed in, whether it was before or not.' },
      403: { means: 'The page that asks is not at `public_url`.', body: failure },
      503: { means: 'The sign-in has ended, and is stored as such later.', body: failure },
    },
    examples: [{ name: 'signed_out', status: 204 }],
  },
  'GET /sign-in': {
    id: 'waysToSignIn',
    tag: 'daemon',
    summary: 'How a browser may sign in',
    description: 'Answered without a key.',
    scope: undefined,
    answers: { 200: { means: 'Where it signs in, or why it cannot.', body: waysIn } },
    examples: [
      {
        name: 'without_keys',
        status: 200,
        answer: { url: null, problem: signInProblem.noKeys, openid: null },
      },
    ],
  },
  'GET /sign-in/openid': {
    id: 'openIdBegin',
    tag: 'daemon',
    summary: 'Sign in at the provider of OpenID Connect',
    description: 'Sends the browser to the provider of `auth.openid`, which sends it back.',
    scope: undefined,
    answers: {
      303: {
        means:
          'To the provider; to the dashboard from a page of another site, or for a browser that has signed in.',
      },
      403: sentencePage('There is no place to sign in.'),
      404: { means: 'No provider is configured.', body: failure },
      503: sentencePage('The provider does not answer.'),
    },
    examples: [{ name: 'no_provider', status: 404 }],
  },
  'GET /sign-in/openid/callback': {
    id: 'openIdCallback',
    tag: 'daemon',
    summary: 'Where the provider sends the browser back to',
    scope: undefined,
    answers: {
      303: { means: 'Signed in. To the dashboard.' },
      400: sentencePage('This browser has not begun to sign in, or too long ago.'),
      401: sentencePage('The provider has refused, or its answer is wrong or was used before.'),
      403: sentencePage('No group of the person has the scope `read`.'),
      404: { means: 'No provider is configured.', body: failure },
      503: sentencePage('The provider does not answer, or the store refuses writes.'),
    },
    examples: [{ name: 'no_provider', status: 404 }],
  },
};

function sentencePage(means: string): Answer {
  return { means, body: z.string(), type: 'text/html; charset=utf-8' };
}
