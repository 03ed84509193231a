import type { UserDevice } from '../../../actors/user/user.protocol.js';
import type { UserId } from '../../domain/user-id.js';

/** A device that a connection keeps online. It is what the user's actor is asked with, too. */
export interface HeldDevice {
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

/** The devices of one connection. */
export class HeldDevices {
  readonly #users = new Map<UserId, readonly HeldDevice[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @returns undefined if there would be more than `most` */
  hold({ user, device, meta }: UserDevice, onBeat: boolean, most: number): HeldDevice | undefined {
    const devices = this.#users.get(user) ?? [];
    const known = devices.find((held) => held.device === device);
    if (known !== undefined) {
      known.onBeat = onBeat;
      if (meta !== undefined) known.metaIfNew = meta ?? undefined;
      return known;
    }
    if (this.#size >= most) return undefined;
    const held = { user, device, metaIfNew: meta ?? undefined, onBeat, isAccepted: false, pending: 0 };
    this.#users.set(user, [...devices, held]);
    this.#size++;
    return held;
  }

  /** Releases a device whose heal was refused, unless another one has said goodbye to it since. */
  release(held: HeldDevice): void {
    const devices = this.#users.get(held.user);
    if (devices?.includes(held) === true) this.#keep(held.user, devices, (each) => each !== held);
  }

  /** @param device undefined: all devices of the user */
  remove({ user, device }: UserDevice): void {
    const devices = this.#users.get(user);
    if (devices !== undefined)
      this.#keep(user, devices, (each) => device !== undefined && each.device !== device);
  }

  #keep(user: UserId, devices: readonly HeldDevice[], stays: (held: HeldDevice) => boolean): void {
    const left = devices.filter(stays);
    this.#size -= devices.length - left.length;
    if (left.length === 0) this.#users.delete(user);
    else this.#users.set(user, left);
  }

  /** @param byBeat whether those count that only `beat` frames heal */
  toHeal(byBeat: boolean): HeldDevice[] {
    const found: HeldDevice[] = [];
    for (const devices of this.#users.values())
      for (const held of devices) if (byBeat || !held.onBeat) found.push(held);
    return found;
  }

  /** Whether the caller may heal all of them. */
  every(isPermitted: (user: UserId) => boolean): boolean {
    for (const user of this.#users.keys()) if (!isPermitted(user)) return false;
    return true;
  }
}
