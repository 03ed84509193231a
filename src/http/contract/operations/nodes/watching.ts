import { node } from '../../answers.js';
import type { Operation, Operations } from '../../operation.js';
import { NODE, notJustNow, SHOWN, stranger, unknown, wrongName } from './shown.js';

/** Whether a node is watched, and what it says of itself but for heartbeats. */
export const watchingOperations: Operations = {
  'POST /nodes/{name}/fail': {
    ...onNode('fail', 'It is in trouble, says itself', { ...SHOWN, state: 'failed', deadline: null }),
    description:
      'It is `failed` at once, until its next heartbeat; of who has failed already it changes nothing.',
    scope: 'heal',
  },
  'POST /nodes/{name}/pause': {
    ...onNode('pause', 'Stop watching it', { ...SHOWN, paused: true, deadline: null }),
    description: 'A paused node records its heartbeats and never expires.',
  },
  'POST /nodes/{name}/resume': {
    ...onNode('resume', 'Go on watching it', SHOWN),
    description: 'Its timeout begins anew.',
  },
};

function onNode(id: string, summary: string, answer: object): Operation {
  return {
    id: `${id}Node`,
    tag: 'nodes',
    summary,
    scope: 'admin',
    answers: {
      200: { means: 'The node, as it is now. Said twice it changes nothing more.', body: node },
      400: wrongName,
      404: unknown,
      503: notJustNow,
    },
    examples: [{ name: id, path: { name: NODE }, status: 200, answer }, stranger],
  };
}
