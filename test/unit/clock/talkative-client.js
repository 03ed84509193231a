// A worker: whenever it is asked, it writes on a connection that is open and on a new one, and says so in shared
// memory, since whoever asked stands still and reads no message. No TypeScript: workers do not inherit tsx.
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const { port, written } = workerData;
const open = connect(port, '127.0.0.1', () => parentPort.postMessage('open'));

parentPort.on('message', (text) => {
  write(open, `open ${text}\n`);
  const fresh = connect(port, '127.0.0.1', () => {
    write(fresh, `new ${text}\n`);
  });
  fresh.on('error', () => undefined);
});

/** The callback comes once the kernel has it all: on the loopback that is the other side's socket. */
function write(socket, text) {
  socket.write(text, () => {
    Atomics.add(written, 0, 1);
    Atomics.notify(written, 0);
  });
}
