/** Tests of the types of the React hook and the Vue composable. This file is only compiled, as `library.ts` beside it. */
import { createElement, type FunctionComponent } from 'react';
import { computed, createApp, defineComponent, h, ref, type Ref } from 'vue';
import { connect, type Status, type User } from '../../src/client/browser/index.js';
import {
  HeartbeatProvider,
  usePresence as usePresenceInReact,
  useStatus,
} from '../../src/client/react/index.js';
import { heartbeatKey, usePresence } from '../../src/client/vue/index.js';

const heartbeat = connect({ url: '/presence', user: 'ann' });

const Friends: FunctionComponent<{ readonly ids: readonly string[] }> = ({ ids }) => {
  const { online, stale, isOnline, get } = usePresenceInReact(ids);
  const status: Status = useStatus();
  const all: readonly User[] = online;
  const one: User | undefined = get(7);
  const flags: boolean[] = [stale, isOnline('ann')];
  return createElement('p', {}, [status, String(all.length), one?.id, String(flags)]);
};
export const page = createElement(
  HeartbeatProvider,
  { client: heartbeat },
  createElement(Friends, { ids: ['ann'] }),
);
// @ts-expect-error: an id is no object
export const wrong = (): unknown => usePresenceInReact([{}]);

export const People = defineComponent({
  props: { ids: { type: Array<string>, required: true } },
  setup(props) {
    const { online, stale, isOnline, get } = usePresence(() => props.ids);
    const all: Readonly<Ref<readonly User[]>> = online;
    const isStale: Readonly<Ref<boolean>> = stale;
    const away = computed(() => get('bob')?.devices[0]?.meta?.away);
    return () => h('p', [all.value.length, isStale.value, isOnline(7n), away.value].join());
  },
});
createApp(People).provide(heartbeatKey, heartbeat);
export const alsoTakes = (): unknown[] => [usePresence(['ann', 7]), usePresence(ref([7n]))];
