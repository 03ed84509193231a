import * as z from 'zod';
import type { Operation, Operations } from '../contract/operation.js';

const HTML = 'text/html; charset=utf-8';

const token = z
  .string()
  .meta({ description: 'As it is in the link: what the link does, and its signature.' });

const page = (means: string) => ({ means, body: z.string(), type: HTML });

const common: Pick<Operation, 'tag' | 'scope' | 'path' | 'examples'> = {
  tag: 'links',
  scope: undefined,
  path: { token },
  examples: [{ name: 'forged', path: { token: 'hbl1_AAAA' }, status: 404 }],
};

const refusals = {
  404: page('Nobody with the secret has signed this link.'),
  410: page('The link has expired or was used, or its failure is over.'),
  429: page('More than 10 requests a second for valid links from one address.'),
  503: page('Temporarily impossible. The link still works.'),
};

/** Signed links in messages. */
export const linkOperations: Operations = {
  'GET /links/{token}': {
    id: 'showLink',
    summary: 'Ask before a signed link acts',
    description:
      'A page with a form that sends `POST` to the same path. It changes nothing, so previews of links are harmless.',
    answers: { 200: page('The page that asks.'), ...refusals },
    ...common,
  },
  'POST /links/{token}': {
    id: 'useLink',
    summary: 'Use a signed link',
    description:
      'Acknowledges the failure, or silences the node for an hour, on behalf of the channel whose message has the link. It works once.',
    answers: { 200: page('It was done, and is on disk.'), ...refusals },
    ...common,
  },
};
