import { caller } from '../../views/caller-answers.js';
import type { Operations } from '../contract/operation.js';

/** Who the caller is. */
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
        answer: { key: null, scopes: ['heal', 'read', 'admin'], nodes: null, expires: null },
      },
    ],
  },
};
