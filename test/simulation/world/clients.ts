import type { Daemon } from '../machine/daemon.js';
import type { Loop } from '../machine/loop.js';
import type { Random } from '../machine/random.js';
import { DevicesOracle } from '../oracle/devices.js';
import { EventStreamOracle } from '../oracle/event-stream.js';
import type { PresenceOracle } from '../oracle/presence.js';
import { DeviceClient } from './devices.js';
import { HttpClient } from './http.js';
import { JobClient } from './jobs.js';
import type { Keys } from './keys.js';
import type { Ledger } from './ledger.js';
import type { Network } from './network.js';
import { NodeClient } from './nodes.js';
import { OnCallClient } from './on-call.js';
import { PhoneClient } from './phones.js';
import { ReaderClient } from './readers.js';
import type { Settings } from './settings.js';
import { Site } from './sites.js';
import { SocketClient } from './sockets.js';
import { SwapsClient } from './swaps.js';
import { UserClient } from './users.js';

interface ClientsDeps {
  readonly loop: Loop;
  readonly random: Random;
  readonly network: Network;
  readonly daemon: Daemon;
  readonly ledger: Ledger;
  readonly settings: Settings;
  /** Undefined if everybody may do everything. */
  readonly keys: Keys | undefined;
  readonly presence: PresenceOracle;
  readonly broken: (error: unknown) => void;
}

/** Everybody who uses the daemon. */
export interface Clients {
  readonly users: readonly UserClient[];
  readonly deviceUsers: readonly DeviceClient[];
  readonly nodes: readonly NodeClient[];
  readonly sockets: readonly SocketClient[];
  readonly readers: readonly ReaderClient[];
  readonly jobs: readonly JobClient[];
  readonly sites: readonly Site[];
  /** At most one. */
  readonly onCall: readonly OnCallClient[];
  /** At most one. */
  readonly swaps: readonly SwapsClient[];
  /** At most one. */
  readonly phones: readonly PhoneClient[];
}

export function createClients({ daemon, keys, presence, ...common }: ClientsDeps): Clients {
  const { ledger, loop, random, settings } = common;
  const headers = keys?.headers ?? [];
  const deps = {
    ...common,
    diskKeptRefused: (since: number) => daemon.disk.keptAt >= since,
    http: (client: string) => {
      const way = random.fork(`the way of ${client}`);
      return !settings.http || way.chance(0.5) ? undefined : new HttpClient(daemon, way, ledger, headers);
    },
  };
  const users = several(settings.users, (number) => new UserClient(number, { ...deps, oracle: presence }));
  const ofDevices = new DevicesOracle(ledger, presence);
  const deviceUsers = several(
    settings.deviceUsers,
    (number) => new DeviceClient(number, { ...deps, oracle: ofDevices }),
  );
  const nodes = several(settings.nodes, (number) => new NodeClient(number, deps));
  const named = [...users, ...deviceUsers].map(({ id }) => id);
  const oracle = (name: string): EventStreamOracle => new EventStreamOracle(name, ledger, () => loop.now);
  const ofDaemon = { ...deps, daemon, oracle };
  const sockets =
    keys === undefined
      ? []
      : several(
          settings.sockets,
          (number) => new SocketClient(number, { ...ofDaemon, keys, presence, watched: named }),
        );
  const watched = [...named, ...sockets.flatMap((socket) => socket.users)];
  const readers = several(
    settings.readers,
    (number) => new ReaderClient(number, { ...ofDaemon, users: watched, headers }),
  );
  const jobs = several(settings.jobs, (number) => new JobClient(number, deps));
  const sites = several(settings.sites, (number) => new Site(number, deps));
  const onCall = settings.silences ? [new OnCallClient(deps)] : [];
  const swaps = settings.rota ? [new SwapsClient(deps)] : [];
  const phones = settings.links
    ? [
        new PhoneClient({
          ...deps,
          http: new HttpClient(daemon, random.fork('the way of a phone'), ledger, []),
        }),
      ]
    : [];
  return { users, deviceUsers, nodes, sockets, readers, jobs, sites, onCall, swaps, phones };
}

/** By which the network knows them. */
export function namesOf({
  users,
  deviceUsers,
  nodes,
  sockets,
  readers,
  jobs,
  sites,
  onCall,
  swaps,
  phones,
}: Clients): readonly string[] {
  return [
    ...[...users, ...deviceUsers].map(({ id }) => id),
    ...[...nodes, ...jobs, ...sites].map(({ name }) => name),
    ...[...sockets, ...readers, ...onCall, ...swaps, ...phones].map(({ id }) => id),
  ];
}

/** They ask for nothing more, and fall silent. Readers go on. */
export function end({
  users,
  deviceUsers,
  nodes,
  sockets,
  jobs,
  sites,
  onCall,
  swaps,
  phones,
}: Clients): void {
  for (const client of [
    ...users,
    ...deviceUsers,
    ...sockets,
    ...nodes,
    ...jobs,
    ...sites,
    ...onCall,
    ...swaps,
    ...phones,
  ])
    client.end();
}

function several<Client>(count: number, make: (number: number) => Client): readonly Client[] {
  return Array.from({ length: count }, (_, index) => make(index + 1));
}
