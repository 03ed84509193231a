import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { WITH_TYPESCRIPT } from '../../support/typescript.js';

/** Prints each channel that is made, and each heavy library when it is first imported. */
const SCRIPT = `
import { register } from 'node:module';
import { writeSync } from 'node:fs';
const hook = \`import { writeSync } from 'node:fs';
const seen = new Set();
export const resolve = (name, context, next) => {
  if (['undici', '@redis/client', 'nodemailer', 'mqtt'].includes(name) && !seen.has(name)) writeSync(1, 'loads ' + name + '\\\\n');
  seen.add(name);
  return next(name, context);
};\`;
register('data:text/javascript,' + encodeURIComponent(hook));
const { makeChannels } = await import('./src/adapters/channels/make.ts');
const { channelKinds } = await import('./src/adapters/channels/registry.ts');
const { Secret } = await import('./src/adapters/channels/secret.ts');
const { SystemClock } = await import('./src/adapters/clock/system-clock.ts');
const quiet = () => undefined;
const tools = { clock: new SystemClock(), logger: { error: quiet, warn: quiet, info: quiet, debug: quiet } };
const policy = { name: 'c', concurrency: 4, attemptTimeout: 1000 };
for (const [kind, own, url] of [
  ['log', {}, undefined],
  ['email', { from: 'a@b', to: ['a@b'] }, 'smtp://127.0.0.1'],
  ['redis', { channel: 'c' }, 'redis://127.0.0.1'],
  ['mqtt', { topic: 't' }, 'mqtt://127.0.0.1'],
  ['slack', {}, 'http://127.0.0.1'],
]) {
  const make = (given) => channelKinds[kind].create(own, { url: url && new Secret(url) }, given);
  await makeChannels([{ policy, allowAddresses: [], secrets: [], make }], tools);
  writeSync(1, 'made ' + kind + '\\n');
}
process.exit(0);
`;

describe('what a channel needs', () => {
  it('is loaded when the channel is made, before its first alert, and by no other', () => {
    const options = [...WITH_TYPESCRIPT, '--input-type=module', '--eval', SCRIPT];
    const said = execFileSync(process.execPath, options, { encoding: 'utf8' }).trim().split('\n');
    expect(said).to.deep.equal([
      'made log',
      ...['loads nodemailer', 'made email'],
      ...['loads @redis/client', 'made redis'],
      ...['loads mqtt', 'made mqtt'],
      ...['loads undici', 'made slack'],
    ]);
  });
});
