// Run as a process of its own: actors in every state, and then nothing to do.
import { poison, task, Workshop } from './workshop.js';

const workshop = new Workshop();
workshop.hire('idle');
workshop.hire('crashed').cell.tell(poison('bad'));
const { cell } = workshop.hire('busy');
for (let n = 0; n < 10; n++) cell.tell(task('a'));
workshop.hire('stopped').cell.stop(() => undefined);
await workshop.settle();
process.stdout.write(`${workshop.system.running} alive`);
