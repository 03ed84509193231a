import { ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Writable } from 'node:stream';
import { expect } from 'chai';
import { runJob, type Job } from '../../../src/cli/run/job.js';
import { eventually } from '../../support/eventually.js';
import { TestResources } from '../../support/test-resources.js';

interface Started {
  readonly job: Job;
  readonly output: () => string;
  readonly notes: readonly string[];
}

describe('the job of heartbeat run', () => {
  const resources = new TestResources();

  afterEach(() => resources.clear());

  function start(command: readonly string[], stdout: Writable = reader()): Started {
    const [file = '', ...args] = command;
    const [parts, notes]: [string[], string[]] = [[], []];
    const job = runJob({
      command: file,
      args,
      onOutput: (part) => parts.push(String(part)),
      stdout,
      stderr: reader(),
      hasTerminal: false,
      note: (problem) => notes.push(problem),
    });
    return { job, output: () => parts.join(''), notes };
  }
  const reader = (): Writable => new Writable({ write: (_part, _encoding, next) => next() });
  const script = (text: string, ...args: readonly string[]): readonly string[] => ['sh', '-c', text, ...args];
  /** As one that somebody sends to this process. */
  const signal = (name: NodeJS.Signals): boolean => process.emit(name, name);

  it('has an end for every command that cannot be started', async () => {
    const long = 'x'.repeat(3_000_000);
    for (const [command, code] of [
      [['/etc/passwd/x'], 126],
      [['true', long], 126],
      [[''], 127],
    ] as const) {
      const { job } = start(command);
      const ended = await job.ended;
      expect(ended.code).to.equal(code);
      expect(ended.problem).to.match(/: (?:cannot be run: .*E|there is no such command)/);
      await job.finish();
    }
  });

  it('goes on where a signal may not be sent to it', async () => {
    const go = path.join(resources.directory(), 'go');
    const { job, output, notes } = start(
      script('echo runs; while [ ! -e "$0" ]; do sleep 0.05; done; exit 5', go),
    );
    await eventually(() => expect(output()).to.equal('runs\n'));
    const kill: unknown = Reflect.get(ChildProcess.prototype, 'kill');
    // What Node does for a process of another user.
    ChildProcess.prototype.kill = function refused(this: ChildProcess): boolean {
      return this.emit('error', Object.assign(new Error('kill EPERM'), { code: 'EPERM' }));
    };
    try {
      signal('SIGUSR2');
      signal('SIGUSR2');
    } finally {
      Reflect.set(ChildProcess.prototype, 'kill', kill);
    }
    writeFileSync(go, '');
    expect((await job.ended).code).to.equal(5);
    expect(notes).to.deep.equal(Array(2).fill('a signal could not be passed on to the command: kill EPERM'));
    await job.finish();
  });

  it('can be ended by a signal when a process that it left behind holds its output', async () => {
    const { job, output } = start(script('sleep 1000 & echo $!; exit 3'));
    const pid = await eventually(() => {
      // Of an empty text it would be 0: this process, and all that it has started.
      expect(output()).to.match(/^\d+\n$/);
      return Number(output());
    });
    resources.onClear(() => {
      process.kill(pid, 'SIGKILL');
    });
    expect((await job.ended).code).to.equal(3);
    const before = process.listenerCount('SIGTERM');
    const finished = job.finish();
    signal('SIGUSR2');
    signal('SIGTERM');
    await finished;
    expect(process.listenerCount('SIGTERM')).to.equal(before - 1);
  });

  it('has its output to the end though nobody has read it yet', async () => {
    const go = path.join(resources.directory(), 'go');
    let next: (() => void) | undefined;
    let read = '';
    const slow = new Writable({
      highWaterMark: 1,
      write: (part, _encoding, done) => {
        read += String(part);
        next = done;
      },
    });
    const { job, output } = start(
      script('echo one; while [ ! -e "$0" ]; do sleep 0.05; done; echo the error; exit 1', go),
      slow,
    );
    await eventually(() => expect(read).to.equal('one\n'));
    writeFileSync(go, '');
    expect((await job.ended).code).to.equal(1);
    expect([output(), read]).to.deep.equal(['one\nthe error\n', 'one\n']);
    const finished = job.finish();
    while (!read.endsWith('the error\n')) next?.();
    next?.();
    next?.();
    await finished;
    expect(existsSync(go)).to.equal(true);
  });
});
