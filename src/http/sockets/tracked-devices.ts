import type { UserDevice } from '../../../actors/user/user.protocol.js';
import type { UserId } from '../../domain/user-id.js';
import type { SocketLimits } from './socket-limits.js';

/** A device that a connection keeps online. It is what the user's actor is asked with, too. */
export interface TrackedDevice {
  readonly user: UserId;
  readonly device: string | undefined;
  /** Its last meta, for when it has gone offline before the client answers again. */
  metaIfNew: string | undefined;
  /** Whether only `beat` frames are its heals. */
  onBeat: boolean;
  /** Whether a heal has been accepted, so that it stays. */
  isAccepted: boolean;
  /** Heals that wait for their answer. */
  pending: number;
}

/** How many devices a connection may have, and how many of one user. */
export type MostDevices = Pick<SocketLimits, 'batch' | 'devices'>;

/** The devices of one connection. */
export class TrackedDevices {
  readonly #users = new Map<UserId, readonly TrackedDevice[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @returns why not, if there would be too many */
  track(
    { user, device, meta }: UserDevice,
    onBeat: boolean,
    most: MostDevices,
  ): TrackedDevice | 'full' | 'full of this user' {
    const devices = this.#users.get(user) ?? [];
    const known = devices.find((each) => each.device === device);
    if (known !== undefined) {
      known.onBeat = onBeat;
      if (meta !== undefined) known.metaIfNew = meta ?? undefined;
      return known;
    }
    if (this.#size >= most.batch) return 'full';
    if (devices.length >= most.devices) return 'full of this user';
    const tracked = { user, device, metaIfNew: meta ?? undefined, onBeat, isAccepted: false, pending: 0 };
    this.#users.set(user, [...devices, tracked]);
    this.#size++;
    return tracked;
  }

  /** Forgets a device whose heal was refused, unless another one has said goodbye to it since. */
  untrack(tracked: TrackedDevice): void {
    const devices = this.#users.get(tracked.user);
    if (devices?.includes(tracked) === true) this.#keep(tracked.user, devices, (each) => each !== tracked);
  }

  /** @param device undefined: all devices of the user */
  remove({ user, device }: UserDevice): void {
    const devices = this.#users.get(user);
    if (devices !== undefined)
      this.#keep(user, devices, (each) => device !== undefined && each.device !== device);
  }

  #keep(user: UserId, devices: readonly TrackedDevice[], stays: (device: TrackedDevice) => boolean): void {
    const left = devices.filter(stays);
    this.#size -= devices.length - left.length;
    if (left.length === 0) this.#users.delete(user);
    else this.#users.set(user, left);
  }

  /** @param byBeat whether those count that only `beat` frames heal */
  toHeal(byBeat: boolean): TrackedDevice[] {
    const found: TrackedDevice[] = [];
    for (const devices of this.#users.values())
      for (const each of devices) if (byBeat || !each.onBeat) found.push(each);
    return found;
  }

  /** Whether the caller may heal all of them. */
  every(isPermitted: (user: UserId) => boolean): boolean {
    for (const user of this.#users.keys()) if (!isPermitted(user)) return false;
    return true;
  }
}
