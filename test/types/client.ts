/** Tests of the types of the client for web pages. This file is only compiled, as `library.ts` beside it. */
import { definePresenceDot } from '../../src/client/browser/elements/presence-dot.js';
import { connect, type Change, type Status, type User } from '../../src/client/browser/index.js';

const heartbeat = connect({
  url: '/presence',
  token: () => Promise.resolve('token'),
  user: 7n,
  device: 'web',
  meta: { away: false },
  share: false,
});
const status: Status = heartbeat.status;
heartbeat.on('error', ({ code, status: http }) => `${code} ${http.toFixed()}`);
// @ts-expect-error: there is no such event
heartbeat.on('offline', () => undefined);
// @ts-expect-error: meta is an object
heartbeat.update('away');

const friends = heartbeat.watch(['ann', 7]);
const stop: () => void = friends.on('join', ({ devices }) => devices.map(({ meta }) => meta?.away));
const list: User[] = friends.list();
const one: User | undefined = friends.get('ann');
export async function loop(): Promise<void> {
  for await (const change of friends) {
    const all: Change = change;
    if (change.type === 'sync') list.push(...change.users);
    else list.push(change.user);
    void [all, status, stop, one];
  }
}
definePresenceDot(heartbeat);
// @ts-expect-error: there is no such option
connect({ url: '/presence', devise: 'web' });
// @ts-expect-error: the url is missing
connect({ user: 7 });
