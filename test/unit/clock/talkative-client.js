// A worker: on request it writes to an open connection and to many new ones, and reports that in shared
// memory, since the requesting thread is blocked and reads no message. No TypeScript: workers do not inherit the hooks.
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const { port, written } = workerData;
const open = connect(port, '127.0.0.1', () => parentPort.postMessage('open'));

parentPort.on('message', ({ text, fresh }) => {
  write(open, `open ${text}\n`);
  for (let n = 0; n < fresh; n++) {
    const socket = connect(port, '127.0.0.1', () => {
      write(socket, `new ${text}.${n}\n`);
    });
    socket.on('error', () => undefined);
  }
});

/** The callback comes once the kernel has everything: on the loopback, in the socket of the other side. */
function write(socket, text) {
  socket.write(text, () => {
    Atomics.add(written, 0, 1);
    Atomics.notify(written, 0);
  });
}
