import { deadlineAfter, type Blindness } from '../../src/domain/blindness.js';
import type { DeviceHeal } from '../../src/domain/device.js';
import { moment, type Millis, type Moment } from '../../src/domain/time.js';
import type { UserId } from '../../src/domain/user-id.js';
import { Timer, TimerWheel } from '../../src/runtime/timer-wheel.js';

const NEVER = moment(-Infinity);

/** A device that keeps its user online. It is its own expiry timer. */
export class Device extends Timer {
  readonly user: UserId;
  /** Undefined for the device without a name. */
  readonly name: string | undefined;
  readonly since: Moment;
  lastSeen: Moment;
  /** A JSON object as text. */
  meta: string | undefined;

  constructor(user: UserId, name: string | undefined, since: Moment) {
    super();
    this.user = user;
    this.name = name;
    this.since = since;
    this.lastSeen = since;
  }
}

/** Who held a user of whom no devices were kept. */
export type Holder =
  | { readonly kind: 'nobody' }
  /** The device without a name, as every heal without a device is its. */
  | { readonly kind: 'unnamed'; readonly since: Moment; readonly lastSeen: Moment; readonly deadline: Moment }
  /** Devices of before a restart, of which nothing is known. */
  | { readonly kind: 'found'; readonly deadline: Moment };

/** The devices of one user. */
interface UserDevices {
  readonly devices: Device[];
  /** Until when devices from before a restart may keep the user online. */
  foundUntil: Moment;
}

/** A heal, and what it does to its device. */
interface Heal extends DeviceHeal {
  readonly arrivedAt: Moment;
  readonly readAt: Moment;
  readonly deadline: Moment;
}

/**
 * The devices of the users of one shard. They are kept only of users of whom some device has a name or meta: of all
 * others the user's own deadline says the same, and they cost nothing. They are lost with the process.
 */
export class Devices {
  readonly #byUser = new Map<UserId, UserDevices>();
  readonly #wheel: TimerWheel<Device>;
  readonly #most: () => number;

  /** @param most devices of a user */
  constructor(start: Moment, resolution: Millis, most: () => number) {
    this.#wheel = new TimerWheel<Device>(start, resolution);
    this.#most = most;
  }

  /** The devices of which something is kept. */
  get size(): number {
    return this.#wheel.size;
  }

  /** The users of whom devices are kept. */
  get users(): number {
    return this.#byUser.size;
  }

  /** Whether a heal changes anything here. */
  concerns(user: UserId, { device, meta, metaIfNew }: DeviceHeal): boolean {
    if (device !== undefined || typeof meta === 'string' || metaIfNew !== undefined) return true;
    return this.#byUser.size > 0 && this.#byUser.has(user);
  }

  /**
   * @param before who held the user until now, if no devices are kept; asked for only then
   * @returns whether the devices or their meta are others now
   */
  heal(user: UserId, heal: Heal, before: () => Holder): boolean {
    const kept = this.#byUser.get(user) ?? this.#keep(user, before());
    const { devices } = kept;
    const known = devices.find(({ name }) => name === heal.device);
    const goesOn = known !== undefined && heal.arrivedAt <= known.deadline;
    if (known !== undefined && !goesOn) this.#drop(kept, known);
    const device = goesOn ? known : this.#add(kept, new Device(user, heal.device, heal.readAt));
    device.lastSeen = heal.readAt;
    const { meta } = device;
    if (heal.meta !== undefined) device.meta = heal.meta ?? undefined;
    else if (!goesOn) device.meta = heal.metaIfNew;
    this.#wheel.arm(device, heal.deadline);
    return !goesOn || device.meta !== meta;
  }

  #keep(user: UserId, before: Holder): UserDevices {
    const kept: UserDevices = { devices: [], foundUntil: before.kind === 'found' ? before.deadline : NEVER };
    this.#byUser.set(user, kept);
    if (before.kind !== 'unnamed') return kept;
    const device = this.#add(kept, new Device(user, undefined, before.since));
    device.lastSeen = before.lastSeen;
    this.#wheel.arm(device, before.deadline);
    return kept;
  }

  /** One with the nearest deadline gives way, if there are too many. */
  #add(kept: UserDevices, device: Device): Device {
    const { devices } = kept;
    if (devices.length >= this.#most())
      this.#drop(
        kept,
        devices.reduce((least, other) => (other.deadline < least.deadline ? other : least)),
      );
    devices.push(device);
    return device;
  }

  #drop({ devices }: UserDevices, device: Device): void {
    this.#wheel.disarm(device);
    devices.splice(devices.indexOf(device), 1);
  }

  /** Until when devices other than this one keep the user online; undefined if no devices are kept. */
  othersUntil(user: UserId, name: string): Moment | undefined {
    const kept = this.#byUser.get(user);
    return kept && latest(kept, name);
  }

  has(user: UserId, name: string): boolean {
    return this.#byUser.get(user)?.devices.some((each) => each.name === name) ?? false;
  }

  /** Ends a device. @returns until when the others keep the user online; undefined if no devices are kept */
  leave(user: UserId, name: string): Moment | undefined {
    const kept = this.#byUser.get(user);
    const device = kept?.devices.find((each) => each.name === name);
    if (kept !== undefined && device !== undefined) this.#drop(kept, device);
    return kept && latest(kept);
  }

  /** The devices that keep the user online at a moment; undefined if none are kept. */
  of(user: UserId, at: Moment): readonly Device[] | undefined {
    return this.#byUser.get(user)?.devices.filter(({ deadline }) => at < deadline);
  }

  /** The user is offline: nothing of their devices is kept. */
  forget(user: UserId): void {
    if (this.#byUser.size === 0) return;
    const kept = this.#byUser.get(user);
    if (kept === undefined) return;
    for (const device of kept.devices) this.#wheel.disarm(device);
    this.#byUser.delete(user);
  }

  /** Gives devices the time back in which they could not be heard, as their users get it. */
  blind(blindness: Blindness, timeout: Millis, grace: Millis): void {
    const after = (live: { readonly deadline: Moment; readonly lastSeen: Moment }): Moment =>
      live.deadline < blindness.from ? live.deadline : deadlineAfter(blindness, live, timeout, grace);
    for (const kept of this.#byUser.values()) {
      kept.foundUntil = after({ deadline: kept.foundUntil, lastSeen: NEVER });
      for (const device of kept.devices) this.#wheel.arm(device, after(device));
    }
  }

  /** Until when the user is held; undefined if no devices are kept. */
  until(user: UserId): Moment | undefined {
    const kept = this.#byUser.size === 0 ? undefined : this.#byUser.get(user);
    return kept && latest(kept);
  }

  /**
   * Drops the devices whose deadline lies before the horizon.
   *
   * @param isBusy whether a heal of the user may wait to be handled: then the device is looked at again later
   * @param dropped called for a user whom something else still holds
   */
  advance(horizon: Moment, isBusy: (user: UserId) => boolean, dropped: (user: UserId) => void): void {
    if (this.#byUser.size === 0) return;
    this.#wheel.advance(horizon, (device) => {
      const kept = this.#byUser.get(device.user);
      if (kept === undefined) return;
      if (isBusy(device.user)) {
        this.#wheel.arm(device, device.deadline);
        return;
      }
      kept.devices.splice(kept.devices.indexOf(device), 1);
      if (latest(kept) >= horizon) dropped(device.user);
    });
  }
}

function latest({ devices, foundUntil }: UserDevices, except?: string): Moment {
  let until = foundUntil;
  for (const { name, deadline } of devices) {
    if ((except === undefined || name !== except) && deadline > until) until = deadline;
  }
  return until;
}
