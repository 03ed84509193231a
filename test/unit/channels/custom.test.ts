import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { CustomNotifier } from '../../../src/adapters/channels/custom/custom.js';
import { eventually } from '../../support/eventually.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { temporaryDirectory, type TemporaryDirectory } from '../../support/temporary-directory.js';
import { attempt, FAILED, refusal, tools } from './support.js';

const SCRIPT = new URL('../../support/ts-worker.js', import.meta.url);

describe('a module of one’s own', () => {
  let directory: TemporaryDirectory;
  let logger: RecordingLogger;
  /** Only tests move it, so no thread takes too long to load or to answer on a slow machine. */
  let clock: SimulatedClock;
  let notifier: CustomNotifier;

  beforeEach(async () => {
    directory = await temporaryDirectory();
    logger = new RecordingLogger();
    clock = new SimulatedClock();
  });

  afterEach(async () => {
    await notifier.close();
    await directory.remove();
  });

  function make(body: string, settings: object = {}): CustomNotifier {
    const file = path.join(directory.path, 'mine.mjs');
    writeFileSync(
      file,
      `import { BaseNotifier, NotifyError } from '@heartbeatd/heartbeat';
       export class Mine extends BaseNotifier { async notify(alert, { signal, attempt }) { ${body} } }`,
    );
    notifier = new CustomNotifier(
      pathToFileURL(file).href,
      { ...settings },
      { ...tools({ logger }), clock },
      SCRIPT,
    );
    return notifier;
  }

  const says = () =>
    logger.lines.filter(({ event }) => event === 'channel says').map(({ fields }) => fields['text']);

  it('is handed the alert, its settings and the number of the attempt', async () => {
    make('console.log(JSON.stringify([alert, this.settings, attempt]));', { anything: 'it wants' });
    await notifier.prepare();
    await notifier.notify(FAILED, attempt());
    await eventually(() =>
      expect(says()).to.deep.equal([JSON.stringify([FAILED, { anything: 'it wants' }, 1])]),
    );
  });

  it('is refused as it says: for now, for a while, or for good', async () => {
    make('throw new Error("not now");');
    expect(await refusal(notifier)).to.include({ message: 'not now', permanent: false });
    await notifier.close();
    make('throw new NotifyError("never", { permanent: true, retryAfter: 7 });');
    expect(await refusal(notifier)).to.include({ message: 'never', permanent: true, retryAfter: 7 });
  });

  it('is told when its time is over', async () => {
    make(
      'console.log("begun"); await new Promise((_, no) => signal.addEventListener("abort", () => no(new Error("told"))));',
    );
    const controller = new AbortController();
    const refused = refusal(notifier, FAILED, controller.signal);
    await eventually(() => expect(says()).to.deep.equal(['begun']));
    controller.abort();
    expect((await refused).message).to.equal('told');
  });

  it('that never comes to an end takes its thread with it, and begins anew', async () => {
    make('console.log("begun"); await 0; if (attempt === 1) for (;;);');
    const controller = new AbortController();
    const refused = refusal(notifier, FAILED, controller.signal);
    await eventually(() => expect(says()).to.deep.equal(['begun']));
    controller.abort();
    await clock.advance(2_000);
    expect((await refused).message).to.equal('it hung');
    expect(logger.events()).to.include('channel hung: its worker was terminated');
    await notifier.notify(FAILED, { ...attempt(), attempt: 2 });
  });

  for (const [what, body, error] of [
    [
      'throws where nobody catches it',
      'setTimeout(() => { throw new Error("astray"); }); await new Promise(() => {});',
      /astray/,
    ],
    ['ends its process', 'process.exit(3);', /its thread has ended \(3\)/],
    ['takes all memory', 'const all = []; for (;;) all.push(new Array(1e6).fill(0));', /memory/],
  ] as const) {
    it(`that ${what} ends its own thread only, and begins anew`, async () => {
      make(`if (attempt === 1) { ${body} }`);
      expect((await refusal(notifier)).message).to.match(error);
      await notifier.notify(FAILED, { ...attempt(), attempt: 2 });
    });
  }

  for (const [what, text, problem] of [
    ['exports no such class', 'export const nothing = 1;', /it exports no class that extends BaseNotifier/],
    ['cannot be read', 'export {', /Unexpected|Missing/i],
    ['throws when it is loaded', 'throw new Error("at once");', /at once/],
    [
      'throws when it is made',
      'import { BaseNotifier } from "@heartbeatd/heartbeat"; export default class extends BaseNotifier { constructor() { super(); throw new Error("unmade"); } }',
      /unmade/,
    ],
  ] as const) {
    it(`that ${what} is a mistake in the configuration`, async () => {
      make('');
      writeFileSync(path.join(directory.path, 'mine.mjs'), text);
      const error: unknown = await notifier.prepare().catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(Error).with.property('message').that.matches(problem);
    });
  }
});
