import * as z from 'zod';
import { failure } from '../../views/error-answer.js';
import { override, overrideBody, overrides, rotas, turn } from '../../views/rota-view.js';
import { overrideId } from '../../views/values.js';
import { unavailable, type Operations } from '../contract/operation.js';
import type { GatewayLimits } from '../gateway-options.js';
import { overrideListingQuery } from '../input/state-listing.js';

const ROTA = z.string().meta({ description: 'The name of a rota.' });
const NOBODY = '00000000000000000000000000';

const unknown = { means: 'There is no such rota.', body: failure };
const stranger = {
  name: 'stranger',
  path: { name: 'nobody' },
  status: 404,
  answer: { error: 'no such rota', code: 'HEARTBEAT_NO_SUCH_ROTA' },
};

/** Rotas: who is on call. */
export function rotaOperations(limits: Pick<GatewayLimits, 'page'>): Operations {
  return {
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
      path: { name: ROTA },
      answers: {
        200: { means: 'Who is on call, until when, and who comes next.', body: turn },
        404: unknown,
        503: unavailable,
      },
      examples: [stranger],
    },
    'GET /rotas/{name}/overrides': {
      id: 'overrides',
      tag: 'alerts',
      summary: 'List the overrides of a rota',
      description: 'Newest first. At most 1,000 that are over are kept, of all rotas, each for a year.',
      scope: 'read',
      path: { name: ROTA },
      query: overrideListingQuery(limits.page),
      answers: {
        200: { means: 'A page of overrides.', body: overrides },
        400: { means: 'A parameter is invalid; the error names it.', body: failure },
        404: unknown,
        503: unavailable,
      },
      examples: [stranger],
    },
    'POST /rotas/{name}/overrides': {
      id: 'overrideRota',
      tag: 'alerts',
      summary: 'Put somebody on call in place of another',
      description:
        'One of the people of the rota is on call from `starts_at` to `ends_at`, whoever has the turn. Of several overrides at one time, the one that was made last counts. Messages that have begun go on to the same person. A key that covers some nodes only is answered with 403.',
      scope: 'admin',
      path: { name: ROTA },
      body: { 'application/json': overrideBody },
      answers: {
        201: { means: 'The override, which is on disk.', body: override },
        400: { means: 'The body is invalid.', body: failure },
        404: unknown,
        429: { means: 'There are 1,000 overrides that are not over, of all rotas.', body: failure },
        503: unavailable,
      },
      examples: [{ ...stranger, body: { person: 'ben', ends_at: '2100-01-31T12:00:00Z', by: 'ann' } }],
    },
    'DELETE /rotas/{name}/overrides/{id}': {
      id: 'endOverride',
      tag: 'alerts',
      summary: 'End an override of a rota',
      description: 'It is over from now on, and stays in the list. Nothing changes if it is over.',
      scope: 'admin',
      path: { name: ROTA, id: overrideId },
      answers: {
        200: { means: 'The override after the change, which is on disk.', body: override },
        400: { means: 'The request has a body.', body: failure },
        404: { means: 'There is no such rota, or it has no such override.', body: failure },
        503: unavailable,
      },
      examples: [{ ...stranger, path: { name: 'nobody', id: NOBODY } }],
    },
  };
}
