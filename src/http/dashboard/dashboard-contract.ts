import * as z from 'zod';
import { failure } from '../../views/error-answer.js';
import type { Operations } from '../contract/operation.js';

const unknown = { means: 'There is no such file.', body: failure };

/** The dashboard, for browsers. */
export const dashboardOperations: Operations = {
  'GET /': {
    id: 'dashboard',
    tag: 'daemon',
    summary: 'The dashboard',
    description:
      'A page without data, answered without a key. It calls the API with a key that its reader types in.',
    scope: undefined,
    answers: { 200: { means: 'HTML.', body: z.string(), type: 'text/html; charset=utf-8' }, 404: unknown },
    examples: [],
  },
  'GET /assets/{file}': {
    id: 'dashboardFile',
    tag: 'daemon',
    summary: 'A script, style or image of the dashboard',
    description:
      'Its name has a hash of what is in it, so it may be cached for ever. Answered without a key.',
    scope: undefined,
    path: { file: z.string() },
    answers: { 200: { means: 'The file.', body: z.string(), type: '*/*' }, 404: unknown },
    examples: [],
  },
};
