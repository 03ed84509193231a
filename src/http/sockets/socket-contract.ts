import { failure } from '../../views/error-answer.js';
import type { Operations } from '../contract/operation.js';
import { SUBPROTOCOL } from './handshake.js';

/** The request that opens a socket. Its frames are in docs/socket.md. */
export const socketOperations: Operations = {
  'GET /socket': {
    id: 'socket',
    tag: 'presence',
    summary: 'Open a WebSocket',
    description: `Keeps devices online as long as the client answers pings. It needs the subprotocol \`${SUBPROTOCOL}\`. docs/socket.md describes the frames. Where keys are configured, the first frame is \`auth\`; a header is not looked at.`,
    scope: undefined,
    answers: {
      101: { means: 'The connection is a WebSocket from here on.' },
      403: { means: 'The page that asks is not of an origin in `cors.origins`.', body: failure },
      426: { means: 'The request does not ask for this WebSocket.', body: failure },
      503: { means: 'Temporarily impossible. Try again later.', body: failure },
    },
    examples: [{ name: 'no_socket', status: 426 }],
  },
};
