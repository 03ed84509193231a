import type { LiveDevice } from '../../../actors/user/user.protocol.js';
import type { Reading } from '../machine/daemon.js';
import { BrokenPromise, type DeviceChange, type Ledger } from '../world/ledger.js';
import { clockOf } from './clock-text.js';
import { isSettled, type PresenceOracle } from './presence.js';

/** The last requests of a user, which decide what is said of it. */
const RECENT = 60;

/** Judges what is answered about users with several devices: each is online while any device is. */
export class DevicesOracle {
  readonly #ledger: Ledger;
  /** Knows how long one heal holds. */
  readonly #presence: PresenceOracle;

  constructor(ledger: Ledger, presence: PresenceOracle) {
    this.#ledger = ledger;
    this.#presence = presence;
  }

  /** A user was said to be online, or not. */
  checkup(user: string, asked: Reading, isOnline: boolean, answeredAt: number): void {
    if (isOnline) this.#online(user, asked, answeredAt);
    else this.#offline(user, asked, 'was said to be offline');
  }

  /** A goodbye of one device was answered that the user is offline now. */
  ended(user: string, goodbye: DeviceChange): void {
    if (goodbye.device !== undefined)
      this.#offline(user, goodbye, `was ended by the goodbye of ${nameOf(goodbye)}`, goodbye);
  }

  /** The devices of a user who is online. */
  described(user: string, asked: Reading, devices: readonly LiveDevice[], answeredAt: number): void {
    const changes = this.#before(user, answeredAt);
    for (const { name, meta } of devices) {
      const own = changes.filter(({ device, kind }) => device === name || isOfAll({ device, kind }));
      const left = own.findLastIndex((one) => one.kind === 'goodbye' && isSettled(one, asked.at));
      const goodbye = own[left];
      // A heal may have been handled after a goodbye that was read later.
      const heals = own
        .filter(({ kind }) => kind === 'heal')
        .filter((heal) => goodbye === undefined || own.indexOf(heal) > left || !isSettled(heal, goodbye.at));
      const what = `device ${name ?? 'without a name'}`;
      if (heals.length === 0)
        this.#complain(user, asked, `has a ${what}, which did not heal since its last goodbye`);
      const isSaid = meta === undefined || heals.some((heal) => heal.meta === meta);
      if (!isSaid) this.#complain(user, asked, `has ${meta} for its ${what}, which did not say so`);
    }
    for (const heal of this.#holding(user, asked)) {
      if (this.#ledger.hasRestarted(heal.at, answeredAt)) continue;
      if (devices.some(({ name }) => name === heal.device)) continue;
      this.#complain(user, asked, `lacks ${nameOf(heal)}, which holds it since ${clockOf(heal.at)}`);
    }
  }

  #offline(user: string, asked: Reading, what: string, except?: DeviceChange): void {
    const heal = this.#holding(user, asked).find(({ device }) => device !== except?.device);
    if (heal !== undefined)
      this.#complain(user, asked, `${what}, but the heal of ${nameOf(heal)} of ${clockOf(heal.at)} holds it`);
  }

  /** Confirmed heals that hold the user for certain: their device has not left, and neither have all. */
  #holding(user: string, asked: Reading): readonly DeviceChange[] {
    const changes = this.#before(user, asked.at);
    return changes.filter((heal) => {
      if (heal.kind !== 'heal' || !isSettled(heal, asked.at)) return false;
      const hasLeft = changes.some(
        (one) => one.kind === 'goodbye' && one.at >= heal.at && (one.device ?? heal.device) === heal.device,
      );
      return !hasLeft && asked.at < this.#presence.deadline(heal, asked.at).lo;
    });
  }

  #online(user: string, asked: Reading, answeredAt: number): void {
    const changes = this.#before(user, answeredAt);
    const end = changes.findLastIndex(
      (one) => one.kind === 'goodbye' && one.ended && isSettled(one, asked.at),
    );
    const ended = changes[end];
    const heals = changes
      .filter((one) => one.kind === 'heal' && this.#presence.mayCount(one))
      .filter((heal) => ended === undefined || changes.indexOf(heal) > end || !isSettled(heal, ended.at));
    for (const heal of heals) {
      if (!isSettled(heal, asked.at)) return;
      // What left before a restart is among those that may still be there after it.
      const hasLeft =
        !this.#ledger.hasRestarted(heal.at, answeredAt) &&
        changes.some(
          (one) =>
            one.kind === 'goodbye' &&
            one.at > heal.at &&
            one.device === heal.device &&
            heal.device !== undefined &&
            isSettled(one, asked.at),
        );
      if (!hasLeft && asked.earliest <= this.#presence.deadline(heal, asked.at).hi) return;
    }
    this.#complain(user, asked, 'was said to be online, but no device holds it any more');
  }

  #before(user: string, at: number): readonly DeviceChange[] {
    return (this.#ledger.devices.get(user) ?? []).slice(-RECENT).filter((change) => change.at <= at);
  }

  #complain(user: string, { at }: Reading, what: string): never {
    throw new BrokenPromise(`User ${user} ${what}.`, at, user);
  }
}

function isOfAll({ device, kind }: Pick<DeviceChange, 'device' | 'kind'>): boolean {
  return kind === 'goodbye' && device === undefined;
}

function nameOf({ device }: DeviceChange): string {
  return device === undefined ? 'the device without a name' : `device ${device}`;
}
