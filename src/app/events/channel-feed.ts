import { listen, type ChangeFeed } from '../../../actors/shards/change-feed.js';
import type { UserEventChannels } from '../../../actors/notifier/user-events/user-event-channels.js';
import type { UserEvent } from '../../../actors/notifier/user-events/user-events.protocol.js';
import type { UserChange } from '../../../actors/user/user.protocol.js';
import type { UserId, UserIds } from '../../domain/user-id.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import { userEventText } from '../../views/event-view.js';
import { idJson } from '../../views/id-json.js';
import { factsOfOffline, factsOfOnline, type UserFacts } from '../../views/user-view.js';

interface ChannelFeedDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ids: Pick<UserIds, 'kind'>;
}

/**
 * Passes changes of users on to the channels that ask for them. It listens to the actors itself: channels need no
 * state, nothing that is remembered, and no more of a change than its text. See decision 165.
 */
export class ChannelFeed {
  readonly #changes: ChangeFeed<UserChange>;
  readonly #channels: UserEventChannels;
  readonly #deps: ChannelFeedDeps;
  /** Stops listening to the actors; undefined while it does not. */
  #stopListening: (() => void) | undefined;

  constructor(changes: ChangeFeed<UserChange>, channels: UserEventChannels, deps: ChannelFeedDeps) {
    this.#changes = changes;
    this.#channels = channels;
    this.#deps = deps;
  }

  /** Listens while a channel asks for events: otherwise nothing costs anything. Call it when channels have changed. */
  configure(): void {
    if (!this.#channels.hasAny) {
      this.#stopListening?.();
      this.#stopListening = undefined;
    } else this.#stopListening ??= listen(this.#changes, (change) => this.#guarded(change));
  }

  /** What changes from now on cannot be followed. */
  interrupt(): void {
    this.#channels.reset();
  }

  /** The actor whose change it is must not suffer. */
  #guarded(change: UserChange): void {
    try {
      this.#pass(change);
    } catch (error) {
      this.#deps.logger.error('an event could not be passed on', { error });
      this.#channels.reset();
    }
  }

  #pass(change: UserChange): void {
    const { user } = change;
    if (change.kind === 'online')
      this.#channels.changed(this.#event('user.online', user, factsOfOnline(change.session)));
    else if (change.kind === 'offline')
      this.#channels.changed(this.#event('user.offline', user, factsOfOffline(change.ended)));
    else if (change.kind === 'erased') {
      const event = this.#event('user.offline', user, factsOfOffline(undefined), change.at);
      this.#channels.erased(user, event, change.wasOnline);
    }
  }

  #event(type: UserEvent['type'], user: UserId, facts: UserFacts, at = facts.since): UserEvent {
    const { clock, ids } = this.#deps;
    const happened = at ?? clock.wall();
    let made: string | undefined;
    return {
      type,
      user,
      /** Made once, if a channel asks for it. */
      get text() {
        made ??= userEventText(type, happened, idJson(ids, user), facts);
        return made;
      },
    };
  }
}
