import { parseAlertId, raisedAt } from '../../../src/domain/alert-id.js';
import type { AlertRecord } from '../../../src/domain/alert.js';
import type { Rota } from '../../../src/domain/rota.js';
import type { RotaOverride } from '../../../src/domain/rota-override.js';
import { BrokenPromise, type Ledger, type RequestedOverride } from '../world/ledger.js';
import type { Attempted, Receiver } from '../world/receivers.js';
import { handOverAfter, ROTA, turnOf } from '../world/rota.js';
import { clockOf } from './clock-text.js';
import { leadOf, SLACK } from './failures.js';

/** An override on the wall clock, as an outside observer knows it. */
interface Known {
  readonly person: string;
  /** It certainly holds from `from` on and before `to`; empty if it may never have been made. */
  readonly certain: { readonly from: number; readonly to: number };
  readonly possible: { readonly from: number; readonly to: number };
}

/** Checks whom a rota notifies, and that overrides are kept. */
export class RotasOracle {
  readonly #ledger: Ledger;
  readonly #receiver: Receiver | undefined;
  readonly #rota: Rota;

  /** @param receivers those of all channels; without the one of the rota there is nothing to check */
  constructor(ledger: Ledger, receivers: ReadonlyMap<string, Receiver>, rota: Rota) {
    this.#ledger = ledger;
    this.#receiver = receivers.get(ROTA);
    this.#rota = rota;
  }

  /** Every confirmed override is kept as it was confirmed. @param kept those that the daemon shows at the end */
  stored(kept: readonly RotaOverride[], now: number): void {
    const byId = new Map<string, RotaOverride>(kept.map((override) => [override.id, override]));
    for (const { id, at, person, endsAt, answer, expiry, lead } of this.#ledger.overrides) {
      if (answer !== 'done' || id === undefined) continue;
      const complain = (what: string): never => {
        throw new BrokenPromise(`The override of ${clockOf(at)} was confirmed, and ${what}.`, now);
      };
      const override = byId.get(id);
      if (override === undefined) return complain('it is lost');
      if (override.person !== person) complain('its person has changed');
      const isMeant = expiry?.answer === 'refused' && !expiry.mayBeOnDisk;
      if (override.endsAt !== endsAt && (expiry === undefined || isMeant)) complain('its end has changed');
      if (expiry?.answer !== 'done' || this.#ledger.jumps.length > 0) continue;
      const endedAt = (expiry.answeredAt ?? Infinity) + lead + 1;
      if (override.endsAt > Math.min(endsAt, endedAt)) complain('that it was ended is lost');
    }
  }

  /** All attempts of a message go to one person, who was on call when the first of them began. */
  judge(records: readonly AlertRecord[], now: number): void {
    // Turns follow the wall clock.
    if (this.#receiver === undefined || this.#ledger.jumps.length > 0) return;
    const lead = leadOf(this.#ledger);
    const overrides = this.#ledger.overrides.flatMap(knownOf);
    const people = new Map<string, string>();
    for (const [id, attempts] of this.#receiver.attempts) {
      const [first] = attempts;
      if (first === undefined) continue;
      const stranger = attempts.find(
        ({ person, at }) => person !== first.person && !this.#isLost(first.at, at),
      );
      if (stranger !== undefined)
        throw new BrokenPromise(
          `${ROTA} sent ${id} to ${first.person} at ${clockOf(first.at)} and to ${stranger.person} at ${clockOf(stranger.at)}.`,
          stranger.at,
        );
      this.#expectOnCall(id, first, lead, overrides);
      if (attempts.every(({ person }) => person === first.person)) people.set(id, first.person);
    }
    for (const { alert, deliveries } of records) {
      const delivery = deliveries.find(({ channel }) => channel === ROTA);
      const person = people.get(alert.id);
      if (delivery?.state !== 'delivered' || person === undefined || delivery.person === person) continue;
      throw new BrokenPromise(
        `${alert.id} is shown as sent to ${delivery.person ?? 'nobody'}: ${person} got it.`,
        now,
      );
    }
  }

  /** Whether the intent of the first attempt could not be stored, and the process died. */
  #isLost(first: number, later: number): boolean {
    return this.#ledger.wasTroubled(first - SLACK, first) && this.#ledger.hasRestarted(first, later);
  }

  #expectOnCall(id: string, { person, at }: Attempted, lead: number, overrides: readonly Known[]): void {
    const parsed = parseAlertId(id);
    if (parsed === undefined) throw new TypeError(`'${id}' is not the id of an alert`);
    const [from, to] = [raisedAt(parsed) - SLACK, at + lead + SLACK];
    // Who is on call changes at these instants alone.
    const changes = [
      from,
      handOverAfter(this.#rota, from),
      ...overrides.flatMap(({ certain, possible }) => [certain.from, certain.to, possible.from, possible.to]),
    ];
    const isRight = changes.some(
      (change) => change >= from && change <= to && this.#mayBeOnCall(person, change, overrides),
    );
    if (isRight) return;
    throw new BrokenPromise(
      `${ROTA} sent ${id} to ${person} at ${clockOf(at)}, who was not on call from ${clockOf(from - lead)} on.`,
      at,
    );
  }

  /** Of several overrides the last one counts. */
  #mayBeOnCall(person: string, at: number, overrides: readonly Known[]): boolean {
    const last = overrides.findLastIndex(({ certain }) => certain.from <= at && at < certain.to);
    const onCall = overrides[last]?.person ?? turnOf(this.#rota, at);
    if (onCall === person) return true;
    return overrides
      .slice(last + 1)
      .some(({ person: other, possible }) => other === person && possible.from <= at && at <= possible.to);
  }
}

function knownOf(override: RequestedOverride): readonly Known[] {
  const { person, startsAt, endsAt, answer, answeredAt = Infinity, mayBeOnDisk, expiry, at, lead } = override;
  if (answer === 'refused' && !mayBeOnDisk) return [];
  const isCertain = answer === 'done';
  const isEnded = expiry?.answer === 'done';
  return [
    {
      person,
      certain: isCertain
        ? {
            from: Math.max(startsAt, answeredAt + lead) + SLACK,
            to: Math.min(endsAt, (expiry?.at ?? Infinity) + lead) - SLACK,
          }
        : { from: Infinity, to: -Infinity },
      possible: {
        from: Math.max(startsAt, at + lead) - SLACK,
        to: (isEnded ? Math.min(endsAt, (expiry.answeredAt ?? Infinity) + lead) : endsAt) + SLACK,
      },
    },
  ];
}
