import Denque from 'denque';
import type { IncidentsEntry, RequestSettlement } from '../history/history.protocol.js';
import { PendingEntries } from '../shards/pending-entries.js';
import { AlertIds } from '../../src/domain/alert-id.js';
import {
  MOST_INCIDENTS,
  MOST_OF_A_PAGE,
  MOST_UPDATES,
  nextIncidentId,
  stateOf,
  updatedAt,
  type StatusIncident,
  type StatusIncidentId,
} from '../../src/domain/status-incident.js';
import type { ErrorCode } from '../../src/errors.js';
import type { IncidentReply, IncidentRequest } from './status-incidents.protocol.js';
import type { Clock } from '../../src/ports/clock.js';

/** The most changes that wait for one another. */
const MOST_WAITING = 100;
const NONE: readonly StatusIncident[] = [];

interface Waiting {
  readonly request: IncidentRequest;
  answered(reply: IncidentReply): void;
}

interface StatusIncidentsDeps {
  readonly clock: Pick<Clock, 'wall'>;
  /** Returns a number in [0, 1). */
  readonly random: () => number;
  /** Has history store the entry. The result comes back as `settled`. */
  submit(entry: IncidentsEntry): void;
}

/**
 * What people wrote for status pages. A change counts, and is answered, once it is on disk. Changes are made one after
 * the other, so that of two updates of one incident none is lost.
 */
export class StatusIncidents {
  readonly #deps: StatusIncidentsDeps;
  readonly #ids: AlertIds;
  readonly #all = new Map<StatusIncidentId, StatusIncident>();
  /** By page, newest first. Another array after each change of the page. */
  readonly #byPage = new Map<string, readonly StatusIncident[]>();
  readonly #waiting = new Denque<Waiting>();
  /** One at most. */
  readonly #underWay: PendingEntries<IncidentsEntry>;

  constructor(deps: StatusIncidentsDeps) {
    this.#deps = deps;
    this.#ids = new AlertIds(deps.random);
    this.#underWay = new PendingEntries((entry) => deps.submit(entry));
  }

  /** Those of the last run, in any order. */
  recover(incidents: readonly StatusIncident[]): void {
    for (const incident of incidents) this.#all.set(incident.id, incident);
    this.#byPage.clear();
  }

  /** Newest first. The array stays the same until one of them changes. */
  of(page: string): readonly StatusIncident[] {
    const known = this.#byPage.get(page);
    if (known !== undefined) return known;
    const own = [...this.#all.values()].filter((incident) => incident.page === page);
    const sorted = own.length === 0 ? NONE : own.sort((one, other) => (one.id < other.id ? 1 : -1));
    this.#byPage.set(page, sorted);
    return sorted;
  }

  /** @param answered is called once; a refusal is a reply too */
  request(request: IncidentRequest, answered: (reply: IncidentReply) => void): void {
    if (this.#waiting.length >= MOST_WAITING) {
      answered({ kind: 'refused', code: 'HEARTBEAT_OVERLOADED' });
      return;
    }
    this.#waiting.push({ request, answered });
    this.#next();
  }

  /** Changes are on disk, or were refused. */
  settled(settlements: readonly RequestSettlement[]): void {
    this.#underWay.settled(settlements, (stored) => {
      for (const entry of stored) this.#take(entry);
    });
    this.#next();
  }

  #take({ before, after }: IncidentsEntry): void {
    for (const { id } of before) this.#all.delete(id);
    for (const incident of after) this.#all.set(incident.id, incident);
    for (const { page } of [...before, ...after]) this.#byPage.delete(page);
  }

  #next(): void {
    while (this.#underWay.size === 0) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      const change = this.#changeFor(next.request);
      if (typeof change === 'string') {
        next.answered({ kind: 'refused', code: change });
        continue;
      }
      const { entry, incident } = change;
      this.#underWay.submit(entry, (refused) =>
        next.answered(
          refused === undefined ? { kind: 'incident', incident } : { kind: 'refused', code: refused },
        ),
      );
    }
  }

  /** @returns the change and the incident to answer with, or why there is none */
  #changeFor(
    request: IncidentRequest,
  ): { readonly entry: IncidentsEntry; readonly incident: StatusIncident } | ErrorCode {
    const at = this.#deps.clock.wall();
    const { page } = request;
    if (request.kind === 'begin') {
      const { title, text, state } = request;
      const room = this.#roomFor(page);
      if (room === undefined) return 'HEARTBEAT_TOO_MANY_INCIDENTS';
      const id = nextIncidentId(this.#ids, at);
      const incident = { id, page, title, updates: [{ at, state, text }] };
      return { entry: { kind: 'incidents', before: room, after: [incident] }, incident };
    }
    const before = this.#all.get(request.id);
    if (before === undefined || before.page !== page) return 'HEARTBEAT_NO_SUCH_INCIDENT';
    if (request.kind === 'remove')
      return { entry: { kind: 'incidents', before: [before], after: [] }, incident: before };
    if (before.updates.length >= MOST_UPDATES) return 'HEARTBEAT_TOO_MANY_INCIDENTS';
    const { text, state } = request;
    const incident = { ...before, updates: [...before.updates, { at, state, text }] };
    return { entry: { kind: 'incidents', before: [before], after: [incident] }, incident };
  }

  /** What goes for a new incident of a page; undefined if nothing may. Incidents that go on stay. */
  #roomFor(page: string): readonly StatusIncident[] | undefined {
    const own = this.of(page);
    const from = own.length >= MOST_OF_A_PAGE ? own : [...this.#all.values()];
    if (own.length < MOST_OF_A_PAGE && from.length < MOST_INCIDENTS) return [];
    const over = from.filter((incident) => stateOf(incident) === 'resolved');
    const [first] = over.sort((one, other) => updatedAt(one) - updatedAt(other));
    return first === undefined ? undefined : [first];
  }
}
