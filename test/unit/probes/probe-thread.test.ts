import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { probeThread } from '../../../src/adapters/probes/probe-thread.js';
import type { NodeProbe } from '../../../src/domain/probe.js';
import type { ProbedNode, Prober } from '../../../src/ports/prober.js';
import { eventually } from '../../support/eventually.js';
import { behave, HookServer } from '../../support/hook-server.js';
import { node } from '../../support/ids.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { TestResources } from '../../support/test-resources.js';

const SCRIPT = new URL('../../support/ts-probes-worker.js', import.meta.url);

describe('the thread of probes', () => {
  const resources = new TestResources();
  let results: ProbedNode[];
  let ended: Error[];
  let answers: number;

  beforeEach(() => {
    [results, ended, answers] = [[], [], 0];
  });
  afterEach(() => resources.clear());

  function start(script: URL = SCRIPT): Prober {
    const prober = probeThread(
      new RecordingLogger(),
      script,
    )({
      heard: ({ results: more }) => results.push(...more),
      answered: () => answers++,
      ended: (error) => ended.push(error),
    });
    resources.onClear(() => prober.stop());
    return prober;
  }

  function scriptOf(text: string): URL {
    const file = path.join(resources.directory(), 'thread.mjs');
    writeFileSync(file, text);
    return pathToFileURL(file);
  }

  const change = (name: string, probe: NodeProbe, generation = 1) => ({
    node: node(name),
    generation,
    probe,
    isNew: true,
  });

  it('probes within the limits that are in force, and answers', async () => {
    const server = await HookServer.start();
    resources.onClear(() => server.stop());
    server.behaviour = behave.status(200, {}, 'ok');
    const prober = start();
    prober.limit({ allow: ['127.0.0.0/8'], concurrency: 4 });
    const probe = { http: server.url, every: 3600, expect: { body: 'ok' } };
    prober.change([change('web', probe), change('other', { ...probe, expect: { status: 204 } })]);
    prober.ask();
    await eventually(() => expect(results).to.have.length(2));
    const of = (name: string) => results.findLast((each) => each.node === name)?.result;
    expect(of('web')).to.include({ status: 200 }).and.to.not.have.property('reason');
    expect(of('other')).to.include({ status: 200, reason: 'it answered 200' });
    expect(answers).to.equal(1);

    prober.limit({ allow: ['public'], concurrency: 4 });
    prober.change([change('web', probe, 2)]);
    await eventually(() => expect(results).to.have.length(3));
    expect(results.at(-1)).to.deep.include({ node: 'web', generation: 2 });
    expect(of('web')?.reason).to.equal('the address 127.0.0.1 is not in probes.allow');
    expect(server.requests).to.have.length(2);
    expect(ended).to.deep.equal([]);
  });

  it('says when it has ended, once, and not when it was stopped', async () => {
    start(scriptOf('process.exit(3);'));
    await eventually(() =>
      expect(ended.map(({ message }) => message)).to.deep.equal(['the thread of probes has ended (3)']),
    );
    start(scriptOf('throw new TypeError("broken");'));
    await eventually(() => expect(ended.map(({ message }) => message)).to.include('broken'));
    await start().stop();
    expect(ended).to.have.length(2);
  });

  it('can be stopped while it hangs', async () => {
    const prober = start(scriptOf('for (;;);'));
    prober.ask();
    await prober.stop();
    expect(answers).to.equal(0);
  });
});
