import type { LiveDevice, UserReply } from '../../../actors/user/user.protocol.js';
import type { App } from '../../../src/app.js';
import type { DeviceHeal } from '../../../src/domain/device.js';
import { instant } from '../../../src/domain/time.js';
import type { UserId } from '../../../src/domain/user-id.js';
import { user as userId } from '../../support/ids.js';
import type { Random } from '../machine/random.js';
import type { DevicesOracle } from '../oracle/devices.js';
import { refusalOf, type DeviceChange } from './ledger.js';
import { refusalIn, type HttpClient } from './http.js';
import type { Answer } from './network.js';
import type { UsersDeps } from './users.js';

const NAMES = ['phone', 'tab', undefined];
const SAID: readonly Pick<DeviceHeal, 'meta'>[] = [{}, {}, { meta: '{"away":true}' }, { meta: null }];
/** Ids of other users are smaller. */
const FIRST = 1000;

interface DevicesDeps extends Omit<UsersDeps, 'oracle'> {
  readonly oracle: DevicesOracle;
}

/** A user with several devices. Each comes and goes by itself. */
export class DeviceClient {
  readonly id: UserId;
  readonly #deps: DevicesDeps;
  readonly #random: Random;
  readonly #http: HttpClient | undefined;
  readonly #changes: DeviceChange[] = [];
  #isDone = false;

  constructor(number: number, deps: DevicesDeps) {
    this.id = userId(FIRST + number);
    this.#deps = deps;
    this.#random = deps.random.fork(`devices of user ${this.id}`);
    this.#http = deps.http(`user ${this.id}`);
    deps.ledger.devices.set(this.id, this.#changes);
    for (const name of NAMES) this.#away(name, deps.settings.timeout);
  }

  /** It asks for nothing more, and falls silent. */
  end(): void {
    this.#isDone = true;
  }

  #later(delay: number, work: () => void): void {
    this.#deps.loop.after(delay, () => {
      if (!this.#isDone) work();
    });
  }

  #away(device: string | undefined, mean: number): void {
    this.#later(this.#random.wait(mean), () => {
      const { loop, settings } = this.#deps;
      this.#beat(device, loop.now + this.#random.wait(4 * settings.timeout));
    });
  }

  #beat(device: string | undefined, leavesAt: number): void {
    const { loop, settings } = this.#deps;
    if (loop.now < leavesAt) {
      this.#change('heal', { device, ...this.#random.pick(SAID) });
      this.#later(this.#random.int(settings.timeout * 0.2, settings.timeout * 0.9), () => {
        this.#beat(device, leavesAt);
      });
      return;
    }
    // The device without a name says goodbye for all of them.
    if (this.#random.chance(device === undefined ? 0.3 : 0.7)) this.#change('goodbye', { device });
    this.#watch(this.#random.int(0, 100));
    this.#watch(this.#random.int(0, settings.timeout));
    this.#watch(settings.timeout * 2);
    this.#away(device, this.#random.chance(0.4) ? 50 : 2 * settings.timeout);
  }

  #change(kind: DeviceChange['kind'], { device, meta }: DeviceHeal, attempt = 0): void {
    const { network, ledger, loop, settings, oracle } = this.#deps;
    network.send(this.id, {
      ask: (app, read, answer) => {
        const change: DeviceChange = {
          kind,
          device,
          meta,
          ...read,
          answer: undefined,
          answeredAt: undefined,
          code: undefined,
          mayBeOnDisk: false,
          ended: false,
        };
        this.#changes.push(change);
        ledger.count(`${kind}s of devices`);
        ledger.tell(`Device ${device ?? '-'} of user ${this.id} sends a ${kind}.`, this.id);
        this.#ask(app, change, (reply) => {
          ledger.tell(
            `Device ${device ?? '-'} of user ${this.id} gets '${reply.kind}' to the ${kind}.`,
            this.id,
          );
          change.answeredAt = loop.now;
          change.answer = reply.kind === 'refused' ? refusalOf(reply.code ?? '') : 'done';
          change.ended = kind === 'goodbye' && reply.kind === 'offline';
          change.mayBeOnDisk = reply.kind === 'refused' && this.#deps.diskKeptRefused(read.at);
          answer(reply);
          if (change.ended) this.#judge(() => oracle.ended(this.id, change));
        });
      },
      heard: (reply) => {
        const isAnswered = reply !== 'lost' && reply.kind !== 'refused';
        if (isAnswered || this.#isDone || attempt >= 3) return;
        this.#later(this.#random.int(1, settings.timeout / 4), () => {
          this.#change(kind, { device, meta }, attempt + 1);
        });
      },
    });
  }

  #ask(app: App, { kind, device, meta }: DeviceChange, answered: (reply: Answer) => void): void {
    if (this.#http === undefined) {
      app.users.ask(kind, this.id, answered, { device, meta });
      return;
    }
    const path = `/heal/${this.id}${device === undefined ? '' : `?device=${device}`}`;
    const body =
      meta === undefined ? undefined : { meta: meta === null ? null : (JSON.parse(meta) as object) };
    const method = kind === 'heal' ? 'PUT' : 'DELETE';
    this.#http.ask({ method, path, ...(body !== undefined && { body }) }, (answer) => {
      const { status } = answer.body;
      answered(answer.status >= 300 ? refusalIn(answer) : { kind: String(status) });
    });
  }

  /** Somebody asks whether the user is online, or which devices there are. */
  #watch(delay: number): void {
    this.#later(delay, () => {
      if (this.#random.chance(0.5)) this.#checkup();
      else this.#describe();
    });
  }

  #checkup(): void {
    const { network, ledger, oracle, loop } = this.#deps;
    network.send(`watcher of ${this.id}`, {
      isDirect: true,
      ask: (app, read, answer) => {
        ledger.count('checkups of devices');
        app.users.ask('checkup', this.id, (reply) => {
          answer(reply);
          if (reply.kind !== 'online' && reply.kind !== 'offline') return;
          this.#judge(() => oracle.checkup(this.id, read, reply.kind === 'online', loop.now));
        });
      },
      heard: () => undefined,
    });
  }

  #describe(): void {
    const { network, oracle, loop } = this.#deps;
    network.send(`watcher of ${this.id}`, {
      isDirect: true,
      ask: (app, read, answer) => {
        this.#devices(app, (devices) => {
          answer({ kind: 'described' });
          if (devices !== undefined) this.#judge(() => oracle.described(this.id, read, devices, loop.now));
        });
      },
      heard: () => undefined,
    });
  }

  /** @param answered gets undefined unless the user is online */
  #devices(app: App, answered: (devices: readonly LiveDevice[] | undefined) => void): void {
    if (this.#http === undefined) {
      app.users.ask('describe', this.id, (reply: UserReply) => {
        answered(reply.kind === 'described' ? reply.session?.devices : undefined);
      });
      return;
    }
    this.#http.ask({ method: 'GET', path: `/users/${this.id}` }, ({ body }) => {
      answered(body['status'] === 'online' ? shownIn(body['devices']) : undefined);
    });
  }

  #judge(judge: () => void): void {
    try {
      judge();
    } catch (error) {
      this.#deps.broken(error);
    }
  }
}

/** The devices in an answer of HTTP, by name and meta. */
function shownIn(devices: unknown): readonly LiveDevice[] {
  const shown = devices as readonly { device: string | null; meta: object | null }[];
  const at = instant(0);
  return shown.map(({ device, meta }) => ({
    name: device ?? undefined,
    since: at,
    lastSeen: at,
    deadline: at,
    meta: meta === null ? undefined : JSON.stringify(meta),
  }));
}
