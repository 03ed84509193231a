import { z } from 'zod';
import { failure } from '../../views/error-answer.js';
import { rotas, turn } from '../../views/rota-view.js';
import type { Operations } from '../contract/operation.js';

/** Rotas: who is on call. */
export const rotaOperations: Operations = {
  'GET /rotas': {
    id: 'rotas',
    tag: 'alerts',
    summary: 'List the rotas',
    description: 'As the configuration has them, whose changes a reload applies.',
    scope: 'read',
    answers: { 200: { means: 'All rotas.', body: rotas } },
    examples: [{ name: 'rotas', status: 200 }],
  },
  'GET /rotas/{name}/now': {
    id: 'onCall',
    tag: 'alerts',
    summary: 'Get who is on call',
    scope: 'read',
    path: { name: z.string().meta({ description: 'The name of a rota.' }) },
    answers: {
      200: { means: 'Who is on call, until when, and who comes next.', body: turn },
      404: { means: 'There is no such rota.', body: failure },
    },
    examples: [
      {
        name: 'stranger',
        path: { name: 'nobody' },
        status: 404,
        answer: { error: 'no such rota', code: 'HEARTBEAT_NO_SUCH_ROTA' },
      },
    ],
  },
};
