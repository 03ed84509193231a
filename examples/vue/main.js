// Who is online, in Vue. A daemon that this page may reach, and the page:
//
//   heartbeat start --user-ids text --cors-origins http://localhost:8000
//   npx esbuild examples/vue/main.js --bundle --alias:vue=vue/dist/vue.esm-bundler.js --servedir=examples/vue --outdir=examples/vue
//
// Then open http://localhost:8000/?user=ann. A daemon that others reach has user tokens: see docs/client.md.
import { createApp, ref } from 'vue';
import '../people.css';
import { connect } from '@heartbeatd/heartbeat/client';
import { heartbeatKey, usePresence } from '@heartbeatd/heartbeat/client/vue';

const { url = 'http://127.0.0.1:3519', user = 'ann' } = Object.fromEntries(
  new URLSearchParams(globalThis.location.search),
);
const heartbeat = connect({ url, user });

const People = {
  setup() {
    const people = ref(['ann', 'bob']);
    const { online, stale, isOnline } = usePresence(people);
    return { people, online, stale, isOnline };
  },
  template: `
    <h1>Who is online</h1>
    <p>{{ online.length }} of {{ people.length }} people are online.</p>
    <ul class="people" :class="{ stale }">
      <li v-for="id in people" :key="id" :class="{ online: isOnline(id) }">{{ id }}</li>
    </ul>
    <button @click="people = ['ann', 'bob', 'cid']">Show Cid, too</button>
  `,
};

createApp(People).provide(heartbeatKey, heartbeat).mount('#app');
