import {
  computed,
  inject,
  shallowRef,
  toValue,
  watch,
  type ComputedRef,
  type InjectionKey,
  type MaybeRefOrGetter,
} from 'vue';
import type { Client } from '../browser/client.js';
import { NOBODY, observePresence } from '../browser/presence.js';
import type { User, UserId } from '../browser/types.js';

/** For `app.provide(heartbeatKey, connect(…))`. Undefined where the client does not run, as on a server. */
export const heartbeatKey: InjectionKey<Client | undefined> = Symbol('heartbeat');

/** Who of some users is online. */
export interface UsePresenceReturn {
  /** Those who are online. */
  readonly online: ComputedRef<readonly User[]>;
  /** Whether this may be out of date: there is no connection, or not all users are known yet. */
  readonly stale: ComputedRef<boolean>;
  /** @returns undefined as long as nothing is known of this user, and for one who is not watched */
  readonly get: (id: UserId) => User | undefined;
  readonly isOnline: (id: UserId) => boolean;
}

/**
 * Watches users as long as the component, or the scope, lives.
 *
 * @param ids may change
 * @throws Error if the app provides no client
 */
export function usePresence(ids: MaybeRefOrGetter<Iterable<UserId>>): UsePresenceReturn {
  const client = inject(heartbeatKey, null);
  if (client === null) throw new Error('nothing is provided for heartbeatKey');
  const presence = shallowRef(NOBODY);
  const key = computed(() => JSON.stringify(Array.from(toValue(ids), String)));
  watch(
    key,
    (now, _before, onCleanup) => {
      if (client === undefined) return;
      onCleanup(
        observePresence(client, JSON.parse(now) as string[], (next) => {
          presence.value = next;
        }),
      );
    },
    { immediate: true },
  );
  return {
    online: computed(() => presence.value.online),
    stale: computed(() => presence.value.stale),
    get: (id) => presence.value.get(id),
    isOnline: (id) => presence.value.isOnline(id),
  };
}
