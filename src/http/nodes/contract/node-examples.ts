import { failure } from '../../../views/error-answer.js';
import type { Answer, Example } from '../../contract/operation.js';

/** The node of most examples. */
export const NODE = 'backup';

export const wrongName: Answer = { means: 'The name is invalid.', body: failure };
export const unknown: Answer = { means: 'There is no node of this name.', body: failure };
/** The UUID of the examples; real ones are random. */
const SOME_UUID = '5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278';

/** Its view. */
export const SHOWN = {
  name: NODE,
  state: 'active',
  retries: 0,
  last_heartbeat: null,
  deadline: 1795408425,
  timeout: 90000,
  max_retries: 0,
  started: null,
  last_duration: null,
  slug: NODE,
  ping_uuid: SOME_UUID,
  labels: { team: 'infra' },
  channels: null,
  depends_on: [],
  paused: false,
  since: 1795318425,
  acknowledged: null,
};

export const stranger: Example = {
  name: 'stranger',
  path: { name: 'nobody' },
  status: 404,
  answer: { error: 'unknown node', code: 'HEARTBEAT_UNKNOWN_NODE' },
};
