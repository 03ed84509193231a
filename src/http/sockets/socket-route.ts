import type { Resources } from '../resources.js';
import { SOCKET_PATH, UPGRADE_REQUIRED } from './handshake.js';

/** Answers requests for a socket that ask for no upgrade. The gateway takes the others. */
export function addSocket(resources: Resources): void {
  resources.add(SOCKET_PATH, {
    get: {
      needs: 'nothing',
      body: 'ignored',
      handle: (exchange) => exchange.refuse(UPGRADE_REQUIRED.code, UPGRADE_REQUIRED),
    },
  });
}
