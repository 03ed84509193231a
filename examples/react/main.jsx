// Who is online, in React. A daemon that this page may reach, and the page:
//
//   heartbeat start --user-ids text --cors-origins http://localhost:8000
//   npx esbuild examples/react/main.jsx --bundle --jsx=automatic --servedir=examples/react --outdir=examples/react
//
// Then open http://localhost:8000/?user=ann. A daemon that others reach has user tokens: see docs/client.md.
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import '../people.css';
import { connect } from '@heartbeatd/heartbeat/client';
import { HeartbeatProvider, usePresence, useStatus } from '@heartbeatd/heartbeat/client/react';

const { url = 'http://127.0.0.1:3519', user = 'ann' } = Object.fromEntries(
  new URLSearchParams(location.search),
);
const heartbeat = connect({ url, user });

function People() {
  const [people, setPeople] = useState(['ann', 'bob']);
  const { online, stale, isOnline } = usePresence(people);
  const status = useStatus();
  return (
    <>
      <p>
        You are {status}. {online.length} of {people.length} people are online.
      </p>
      <ul className={stale ? 'people stale' : 'people'}>
        {people.map((id) => (
          <li key={id} className={isOnline(id) ? 'online' : ''}>
            {id}
          </li>
        ))}
      </ul>
      <button onClick={() => setPeople(['ann', 'bob', 'cid'])}>Show Cid, too</button>
    </>
  );
}

createRoot(document.querySelector('#app')).render(
  <StrictMode>
    <HeartbeatProvider client={heartbeat}>
      <h1>Who is online</h1>
      <People />
    </HeartbeatProvider>
  </StrictMode>,
);
