import { expect } from 'chai';
import { Disk } from '../support/model/disk.js';
import { partitionHolding } from '../support/partitions.js';
import { node, user } from '../support/ids.js';
import { withDaemon } from '../support/with-daemon.js';

const QUEUE = 5;
/** Users of one history, which writes one batch at a time, so that waiting entries can be counted. */
const [FIRST = 1, ...OTHERS] = Array.from({ length: 400 }, (_, index) => index + 1)
  .filter((id) => partitionHolding(user(id)) === partitionHolding(user(1)))
  .slice(0, 20);

describe('what waits for the disk', () => {
  let disk: Disk;
  let answers: string[];
  const daemon = withDaemon({
    options: () => {
      disk = Disk.inMemory();
      return { store: disk.attach(), flags: { '--limits-history-queue': String(QUEUE) } };
    },
    mend: () => {
      disk.release();
    },
  });

  beforeEach(async () => {
    answers = [];
    await daemon.clock.advance(100);
  });

  function heal(id: number): void {
    daemon.app.users.ask('heal', user(id), (reply) => {
      answers.push(reply.kind === 'refused' ? reply.code : reply.kind);
    });
  }

  it('is no more than limits.history_queue: openings past it are refused, and the others come on disk', async () => {
    disk.hold('kept');
    heal(FIRST);
    await daemon.clock.settle();
    for (const id of OTHERS) {
      heal(id);
      await daemon.clock.settle();
    }
    expect(answers).to.deep.equal(new Array(OTHERS.length - QUEUE).fill('HEARTBEAT_OVERLOADED'));
    disk.release();
    for (let pass = 0; pass < 4; pass++) await daemon.clock.settle();
    expect(answers.filter((answer) => answer === 'online')).to.have.length(1 + QUEUE);
    heal(401);
    await daemon.clock.settle();
    expect(answers.at(-1)).to.equal('online');
  });

  it('is bounded on its way there, too: all that come in one pass count', async () => {
    for (let id = 1; id <= 50; id++) heal(id);
    await daemon.clock.settle();
    const refused = answers.filter((answer) => answer === 'HEARTBEAT_OVERLOADED');
    expect(refused).to.have.length(50 - QUEUE);
    expect(answers.filter((answer) => answer === 'online')).to.have.length(QUEUE);
  });

  it('is bounded whoever sends it: openings on their way leave the less room for registrations', async () => {
    for (let id = 1; id < QUEUE; id++) heal(id);
    const registered: string[] = [];
    for (let id = 1; id < QUEUE; id++)
      daemon.app.nodes.ask(node(`node-${String(id)}`), { kind: 'put', change: {} }, (reply) =>
        registered.push(reply.kind === 'refused' ? reply.code : reply.kind),
      );
    await daemon.clock.settle();
    const refused = [...answers, ...registered].filter((answer) => answer === 'HEARTBEAT_OVERLOADED');
    expect(refused).to.have.length(2 * (QUEUE - 1) - QUEUE);
    expect([...answers, ...registered]).to.have.length(2 * (QUEUE - 1));
  });

  it('delays no read of a history with nothing left to write', async () => {
    heal(1);
    await daemon.clock.settle();
    disk.hold('kept');
    for (let id = 2; id < 5; id++) heal(id);
    await daemon.clock.settle();
    expect(await daemon.history(user(1))).to.have.length(1);
    expect(answers, 'the disk is still busy').to.deep.equal(['online']);
  });
});
