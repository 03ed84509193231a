import { SeededRandom } from '../../support/seeded-random.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { CoordinationService } from '../../support/cluster/coordination-service.js';
import { Link, type Passage } from '../../support/cluster/link.js';
import { SimulatedProcess } from '../../support/cluster/simulated-process.js';
import { describeOwnership } from '../../contract/ownership.js';
import { Members } from '../../contract/ownership/members.js';
import type { Subject } from '../../contract/ownership/subject.js';

/** Milliseconds of simulated time. */
const STEP = 50;
const PATIENCE = 120_000;

function simulatedSubject(): Subject {
  const clock = new SimulatedClock();
  const service = new CoordinationService(clock);
  const members = new Members(clock);
  const process = new SimulatedProcess(clock);
  const random = new SeededRandom(1);
  // Answers overtake each other.
  const passage = (): Passage => ({ there: random.between(1, 20), back: random.between(1, 40) });
  return {
    partitions: members.partitions,
    isExact: true,
    member: (name) => members.make(name, new Link(service, clock, process, passage)),
    eventually: async (look) => {
      for (let passed = 0; ; passed += STEP) {
        try {
          look();
          return;
        } catch (error) {
          if (passed >= PATIENCE) throw error;
        }
        await clock.advance(STEP);
      }
    },
    changeLeader: () => {
      service.changeLeader();
      return Promise.resolve();
    },
    stop: () => {
      service.stop();
      return Promise.resolve();
    },
    start: () => {
      service.start();
      return Promise.resolve();
    },
    endLease: (name) => {
      service.revoke(service.read().keys.get(`members/${name}`)?.lease ?? '');
      return Promise.resolve();
    },
    dispose: async () => {
      const disposing = members.dispose();
      await clock.advance(30_000);
      await disposing;
    },
  };
}

describeOwnership('a simulated service', simulatedSubject);
