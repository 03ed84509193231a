import { failure } from '../../../views/error-answer.js';
import { probeResults } from '../../../views/probe.js';
import type { Operations } from '../../contract/operation.js';
import { NODE, stranger, unknown } from './node-examples.js';

/** What the probes of a node have found. */
export const probingOperations: Operations = {
  'GET /nodes/{name}/probes': {
    id: 'probes',
    tag: 'nodes',
    summary: "List the last results of a node's probe",
    description:
      'Newest first: the last 20 since the probe was set, or the node was resumed after a pause. Bodies of answers are not kept.',
    scope: 'read',
    answers: {
      200: { means: 'The results.', body: probeResults },
      400: { means: 'The name is invalid.', body: failure },
      404: unknown,
    },
    examples: [
      {
        name: 'none',
        path: { name: NODE },
        status: 200,
        answer: { name: NODE, probe: null, results: [] },
      },
      stranger,
    ],
  },
};
