import Denque from 'denque';
import type { RequestSettlement, StatusPagesEntry } from '../history/history.protocol.js';
import { PendingEntries } from '../shards/pending-entries.js';
import { AlertIds } from '../../src/domain/alert-id.js';
import { settingsTag } from '../../src/domain/settings-tag.js';
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
import { changedPage, MOST_STATUS_PAGES, type StatusPage } from '../../src/domain/status-page.js';
import type { ErrorCode } from '../../src/errors.js';
import type {
  IncidentReply,
  IncidentRequest,
  StatusPageReply,
  StatusPageRequest,
} from './status-pages.protocol.js';
import type { Clock } from '../../src/ports/clock.js';

/** The most changes that wait for one another. */
const MOST_WAITING = 100;
const NONE: readonly StatusIncident[] = [];

type Refusal = Extract<IncidentReply, { kind: 'refused' }>;

/** A change that was decided on, and what is answered once it is on disk. */
interface Change {
  readonly entry: StatusPagesEntry;
  readonly stored: () => void;
}

interface Waiting {
  /** @returns the change, or why there is none */
  readonly decide: () => Change | ErrorCode;
  readonly refused: (refusal: Refusal) => void;
}

interface StatusPagesDeps {
  readonly clock: Pick<Clock, 'wall'>;
  /** Returns a number in [0, 1). */
  readonly random: () => number;
  /** Has history store the entry. The result comes back as `settled`. */
  submit(entry: StatusPagesEntry): void;
}

/**
 * Status pages that were made through the API, and what people wrote on them and on those of the configuration. A change
 * counts, and is answered, once it is on disk. Changes are made one after the other, so that of two updates of one
 * incident none is lost, and nothing is written on a page that goes.
 */
export class StatusPages {
  readonly #deps: StatusPagesDeps;
  readonly #ids: AlertIds;
  readonly #pages = new Map<string, StatusPage>();
  /** Undefined after a change. */
  #list: readonly StatusPage[] | undefined;
  readonly #incidents = new Map<StatusIncidentId, StatusIncident>();
  /** By page, newest first. Another array after each change of the page. */
  readonly #byPage = new Map<string, readonly StatusIncident[]>();
  readonly #waiting = new Denque<Waiting>();
  /** One at most. */
  readonly #underWay: PendingEntries<StatusPagesEntry>;

  constructor(deps: StatusPagesDeps) {
    this.#deps = deps;
    this.#ids = new AlertIds(deps.random);
    this.#underWay = new PendingEntries((entry) => deps.submit(entry));
  }

  /** Those of the last run, in any order. */
  recoverIncidents(incidents: readonly StatusIncident[]): void {
    for (const incident of incidents) this.#incidents.set(incident.id, incident);
    this.#byPage.clear();
  }

  recoverPages(pages: readonly StatusPage[]): void {
    for (const page of pages) this.#pages.set(page.slug, page);
    this.#list = undefined;
  }

  /** By name. The array stays the same until one of them changes. */
  get pages(): readonly StatusPage[] {
    this.#list ??= [...this.#pages.values()].sort((one, other) => (one.slug < other.slug ? -1 : 1));
    return this.#list;
  }

  /** Newest first. The array stays the same until one of them changes. */
  incidentsOf(page: string): readonly StatusIncident[] {
    const known = this.#byPage.get(page);
    if (known !== undefined) return known;
    const own = [...this.#incidents.values()].filter((incident) => incident.page === page);
    const sorted = own.length === 0 ? NONE : own.sort((one, other) => (one.id < other.id ? 1 : -1));
    this.#byPage.set(page, sorted);
    return sorted;
  }

  /** @param answered is called once; a refusal is a reply too */
  requestIncident(request: IncidentRequest, answered: (reply: IncidentReply) => void): void {
    this.#inTurn({ decide: () => this.#incidentChange(request, answered), refused: answered });
  }

  /** @param answered is called once; a refusal is a reply too */
  requestPage(request: StatusPageRequest, answered: (reply: StatusPageReply) => void): void {
    this.#inTurn({ decide: () => this.#pageChange(request, answered), refused: answered });
  }

  /** Changes are on disk, or were refused. */
  settled(settlements: readonly RequestSettlement[]): void {
    this.#underWay.settled(settlements, (stored) => {
      for (const entry of stored) this.#take(entry);
    });
    this.#next();
  }

  #take({ page, incidents }: StatusPagesEntry): void {
    if (page !== undefined) {
      if (page.after === undefined) this.#pages.delete(page.slug);
      else this.#pages.set(page.slug, page.after);
      this.#list = undefined;
    }
    for (const { id } of incidents.before) this.#incidents.delete(id);
    for (const incident of incidents.after) this.#incidents.set(incident.id, incident);
    for (const each of [...incidents.before, ...incidents.after]) this.#byPage.delete(each.page);
  }

  #inTurn(waiting: Waiting): void {
    if (this.#waiting.length >= MOST_WAITING) {
      waiting.refused({ kind: 'refused', code: 'HEARTBEAT_OVERLOADED' });
      return;
    }
    this.#waiting.push(waiting);
    this.#next();
  }

  #next(): void {
    while (this.#underWay.size === 0) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      const change = next.decide();
      if (typeof change === 'string') {
        next.refused({ kind: 'refused', code: change });
        continue;
      }
      this.#underWay.submit(change.entry, (code) => {
        if (code === undefined) change.stored();
        else next.refused({ kind: 'refused', code });
      });
    }
  }

  #pageChange(request: StatusPageRequest, answered: (reply: StatusPageReply) => void): Change | ErrorCode {
    const { page: slug, precondition } = request;
    const before = this.#pages.get(slug);
    if (request.kind === 'delete' && before === undefined) return 'HEARTBEAT_NO_SUCH_STATUS_PAGE';
    if (request.kind === 'put' && before === undefined && this.#pages.size >= MOST_STATUS_PAGES)
      return 'HEARTBEAT_TOO_MANY_STATUS_PAGES';
    const fails =
      precondition === 'never' ||
      (precondition === 'exists' && before === undefined) ||
      (precondition === 'absent' && before !== undefined) ||
      (typeof precondition === 'object' &&
        (before === undefined || !precondition.settings.includes(settingsTag(before))));
    if (fails) return 'HEARTBEAT_PRECONDITION_FAILED';
    const after = request.kind === 'put' ? changedPage(slug, request.change, before) : undefined;
    const gone = after === undefined ? this.incidentsOf(slug) : [];
    const page = after ?? before;
    if (page === undefined) return 'HEARTBEAT_NO_SUCH_STATUS_PAGE';
    return {
      entry: {
        kind: 'status_pages',
        page: { slug, before, after },
        incidents: { before: gone, after: [] },
      },
      stored: () => answered({ kind: 'page', page, isNew: before === undefined }),
    };
  }

  #incidentChange(request: IncidentRequest, answered: (reply: IncidentReply) => void): Change | ErrorCode {
    const at = this.#deps.clock.wall();
    const change = (
      before: readonly StatusIncident[],
      after: readonly StatusIncident[],
      incident: StatusIncident,
    ): Change => ({
      entry: { kind: 'status_pages', page: undefined, incidents: { before, after } },
      stored: () => answered({ kind: 'incident', incident }),
    });
    const { page } = request;
    if (request.kind === 'begin') {
      const { title, text, state, isConfigured } = request;
      if (!isConfigured && !this.#pages.has(page)) return 'HEARTBEAT_NO_SUCH_STATUS_PAGE';
      const room = this.#roomFor(page);
      if (room === undefined) return 'HEARTBEAT_TOO_MANY_INCIDENTS';
      const id = nextIncidentId(this.#ids, at);
      const incident = { id, page, title, updates: [{ at, state, text }] };
      return change(room, [incident], incident);
    }
    const before = this.#incidents.get(request.id);
    if (before === undefined || before.page !== page) return 'HEARTBEAT_NO_SUCH_INCIDENT';
    if (request.kind === 'remove') return change([before], [], before);
    if (before.updates.length >= MOST_UPDATES) return 'HEARTBEAT_TOO_MANY_INCIDENTS';
    const { text, state } = request;
    const incident = { ...before, updates: [...before.updates, { at, state, text }] };
    return change([before], [incident], incident);
  }

  /** What goes for a new incident of a page; undefined if nothing may. Incidents that go on stay. */
  #roomFor(page: string): readonly StatusIncident[] | undefined {
    const own = this.incidentsOf(page);
    const from = own.length >= MOST_OF_A_PAGE ? own : [...this.#incidents.values()];
    if (own.length < MOST_OF_A_PAGE && from.length < MOST_INCIDENTS) return [];
    const over = from.filter((incident) => stateOf(incident) === 'resolved');
    const [first] = over.sort((one, other) => updatedAt(one) - updatedAt(other));
    return first === undefined ? undefined : [first];
  }
}
