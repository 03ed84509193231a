/** Tests of the types of the client for servers. This file is only compiled, as `library.ts` beside it. */
import { createClient, type Api, type HeartbeatClient } from '../../src/client/index.js';

const heartbeat: HeartbeatClient = createClient({ url: 'http://127.0.0.1:3519', key: () => 'key' });
const exact: HeartbeatClient<bigint> = createClient({ url: new URL('http://127.0.0.1'), ids: 'bigint' });
// @ts-expect-error: the url is missing
createClient({ key: 'key' });
// @ts-expect-error: ids are strings or bigints
createClient({ url: '', ids: 'number' });
// @ts-expect-error: there is no such option
createClient({ url: '', timeoutMs: 5 });

export async function calls(): Promise<unknown[]> {
  const one: 'online' = await heartbeat.heal(7, { device: 'web', meta: null });
  const many: number = (await heartbeat.heal([7n, '8', { id: 9, device: 'web' }])).accepted;
  // @ts-expect-error: devices of many are told one by one
  await heartbeat.heal([7], { device: 'web' });
  const text: string = (await heartbeat.checkup(7)).id;
  const id: bigint = (await exact.checkup(7)).id;
  const seen: Date | null | undefined = (await exact.checkup([7], { fields: ['lastSeen'] })).results[0]
    ?.lastSeen;
  const node: Api.Node = await heartbeat.nodes.register('db-1', { maxRetries: null, timeout: 5 });
  // @ts-expect-error: the API's own name
  await heartbeat.nodes.register('db-1', { max_retries: 1 });
  const word: 'OK' | 'Created' | 'OK (rate limited)' = await heartbeat.ping('uuid', { exitStatus: 0 });
  // @ts-expect-error: a key goes with a slug
  await heartbeat.ping({ key: 'key' }, { kind: 'start', rid: word });
  const nothing: Promise<void> = heartbeat.nodes.heartbeat('db-1');
  await nothing;
  for await (const { at, channels } of heartbeat.alerts.list({ state: ['dead', 'held'] }))
    void [at.getTime(), channels.ops?.lastError];
  for await (const event of exact.events({ types: ['user.online', 'node.flip'] })) {
    const place: string = event.id;
    if (event.type === 'user.online') return [place, event.user.id + 1n];
    if (event.type === 'node.flip') return [event.flip.at, event.node.dependsOn];
  }
  // @ts-expect-error: there is no such type of event
  heartbeat.events({ types: ['user.gone'] });
  return [one, many, text, id, seen, node];
}
