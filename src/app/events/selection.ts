import type { DescribedNode } from '../../../actors/node/node.protocol.js';
import type { Access } from '../../domain/access.js';
import { isAlertVisible, visibleAlert } from '../../domain/alert-scope.js';
import type { AlertRecord } from '../../domain/alert.js';
import { hasLabels } from '../../domain/label.js';
import type { NodeName } from '../../domain/node-name.js';
import type { UserId, UserIds } from '../../domain/user-id.js';
import { alertEventText, blindEventText, flipEventText, userEventText } from '../../views/event-view.js';
import { idJson } from '../../views/id-json.js';
import { withoutMeta, type UserFacts } from '../../views/user-view.js';
import type { AlertEvent, ChangeEvent } from './change.js';
import type { EventFilter } from './events-api.js';

/** What a reader may and wants to hear of, and the form in which it gets it. */
export class Selection {
  /** The users it names; undefined if it hears of all or none. */
  readonly users: readonly UserId[] | undefined;
  readonly hearsAllUsers: boolean;
  /** Nodes and alerts. */
  readonly hearsNodes: boolean;
  readonly #filter: EventFilter;
  readonly #access: Access;
  readonly #ids: Pick<UserIds, 'kind'>;
  /** Whether ids are written as for most readers. */
  readonly #hasUsualIds: boolean;

  /** @param ids what they are, and how they are written unless the filter says otherwise */
  constructor(filter: EventFilter, access: Access, ids: Pick<UserIds, 'kind'>) {
    const { users, nodes, hasTextIds = false } = filter;
    this.users = users ?? (nodes === undefined ? access.watched : undefined);
    this.hearsAllUsers = this.users === undefined && nodes === undefined;
    this.hearsNodes = access.may('read') && (nodes !== undefined || users === undefined);
    this.#filter = filter;
    this.#access = access;
    this.#ids = hasTextIds ? { kind: 'text' } : ids;
    this.#hasUsualIds = this.#ids.kind === ids.kind;
  }

  /** Whether it gets events as everybody with all rights does. */
  get seesAll(): boolean {
    return this.#access.seesMeta && this.#access.nodePrefixes === undefined && this.#hasUsualIds;
  }

  /** Whether its state has counts. */
  get counts(): boolean {
    return this.hearsNodes && this.users === undefined;
  }

  mayWatch(user: UserId): boolean {
    return this.#access.mayWatchUser(user);
  }

  /** Whether a node is in its state: those that it chose, else the failed ones. */
  shows(node: DescribedNode): boolean {
    return this.#hears(node) && (this.#filter.nodes !== undefined || node.state === 'failed');
  }

  /** Of a user whom it names that was checked before. */
  wants(event: ChangeEvent): boolean {
    const { types } = this.#filter;
    if (types !== undefined && !types.has(event.type)) return false;
    switch (event.about) {
      case 'user':
        if (event.isErased === true) return false;
        return this.users !== undefined || (this.hearsAllUsers && this.mayWatch(event.user));
      case 'node':
        return this.hearsNodes && this.#hears(event.node);
      case 'alert':
        return this.hearsNodes && this.#hearsOf(event);
      case 'daemon':
        return true;
    }
  }

  text(event: ChangeEvent): string {
    switch (event.about) {
      case 'user':
        return userEventText(event.type, event.at, idJson(this.#ids, event.user), this.#seen(event.facts));
      case 'node':
        return flipEventText(event, this.cause(event.causes));
      case 'alert':
        return alertEventText(event.type, event.at, visibleAlert(this.#access, event.record), event.channel);
      case 'daemon':
        return blindEventText(event.interval);
    }
  }

  /** The first cause that it may see. */
  cause(causes: readonly NodeName[]): NodeName | undefined {
    return causes.find((name) => this.#access.mayTouchNode(name));
  }

  /** Without meta, if it may not see that. */
  #seen(facts: UserFacts): UserFacts {
    return this.#access.seesMeta ? facts : withoutMeta(facts);
  }

  userText(user: UserId, facts: UserFacts, show: (id: string, facts: UserFacts) => string): string {
    return show(idJson(this.#ids, user), this.#seen(facts));
  }

  #hears({ name, labels }: Pick<DescribedNode, 'name' | 'labels'>): boolean {
    const { nodes } = this.#filter;
    if (!this.#access.mayTouchNode(name)) return false;
    if (nodes === undefined) return true;
    return name.startsWith(nodes.prefix) && hasLabels(labels, nodes.labels);
  }

  /** With chosen nodes, an alert about several is wanted if one of them is. */
  #hearsOf({ record }: AlertEvent): boolean {
    if (!isAlertVisible(this.#access, record)) return false;
    const { nodes } = this.#filter;
    return nodes === undefined || this.#isAboutChosen(record, nodes.prefix, nodes.labels.length > 0);
  }

  #isAboutChosen({ alert: { node, group, mass } }: AlertRecord, prefix: string, byLabel: boolean): boolean {
    if (node !== undefined && this.#hears(node)) return true;
    if (group?.nodes.some((each) => this.#hears(each)) === true) return true;
    // The sample of a mass failure has names only.
    return !byLabel && (mass?.sample.some((name) => name.startsWith(prefix)) ?? false);
  }
}
