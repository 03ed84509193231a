// A worker: whenever it is asked, it writes on a connection that is open and on many new ones, and says so in shared
// memory, since whoever asked stands still and reads no message. No TypeScript: workers do not inherit tsx.
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

/** The callback comes once the kernel has it all: on the loopback that is the other side's socket. */
function write(socket, text) {
  socket.write(text, () => {
    Atomics.add(written, 0, 1);
    Atomics.notify(written, 0);
  });
}
