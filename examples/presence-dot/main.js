// Who is online, with <presence-dot> in a page without a framework. A daemon that this page may reach, and the page:
//
//   heartbeat start --user-ids text --cors-origins http://localhost:8000
//   npx esbuild examples/presence-dot/main.js --bundle --servedir=examples/presence-dot --outdir=examples/presence-dot
//
// Then open http://localhost:8000/?user=ann. A daemon that others reach has user tokens: see docs/client.md.
import '../people.css';
import { connect } from '@heartbeatd/heartbeat/client';
import { definePresenceDot } from '@heartbeatd/heartbeat/client/presence-dot';

const { url = 'http://127.0.0.1:3519', user = 'ann' } = Object.fromEntries(
  new URLSearchParams(globalThis.location.search),
);
definePresenceDot(connect({ url, user }));
