import { createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { postgresOpenError } from '../../../src/adapters/postgres/postgres-errors.js';
import { Primary } from '../../../src/adapters/postgres/primary.js';

/** Authentication is complete, and the server waits for a query. */
const WELCOME = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

describe('a connection to PostgreSQL', () => {
  const sockets: Socket[] = [];
  let server: Server | undefined;
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server?.close();
  });

  /** @returns its port */
  function serve(connected: (socket: Socket) => void): Promise<number> {
    return new Promise((resolve, reject) => {
      const made = createServer((socket) => {
        sockets.push(socket);
        socket.on('error', () => undefined);
        connected(socket);
      });
      server = made;
      made.listen(0, '127.0.0.1', () => {
        const address = made.address();
        if (address === null || typeof address === 'string') reject(new Error('it does not listen'));
        else resolve(address.port);
      });
    });
  }

  it('is given up when the server falls silent as soon as it has let the client in', async () => {
    const port = await serve((socket) => {
      socket.once('data', () => socket.write(WELCOME));
    });
    const address = { hosts: [{ host: '127.0.0.1', port }], database: 'postgres', user: 'postgres' };
    const refused = await Primary.connect(address).catch((error: unknown) => error);
    expect(postgresOpenError('here', refused).message).to.equal(
      'cannot use the database here: timeout expired (start it, or correct store)',
    );
  });
});
