// A chat with dots that show who is here. The daemon knows who is online; this server signs the tokens and passes the
// messages on. Run both:
//
//   export TOKEN_SECRET=$(openssl rand -hex 32)
//   heartbeat start --config examples/chat/heartbeat.yaml --data-dir /tmp/chat
//   node examples/chat/server.js
//
// Then open http://localhost:3000 in two tabs, as Ann and as Bob. PORT and HEARTBEAT_URL in the environment change
// where this server listens, and where the daemon is.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import express from 'express';
import { SignJWT } from 'jose';

const { PORT = '3000', HEARTBEAT_URL = 'http://127.0.0.1:3519', TOKEN_SECRET } = process.env;
if (TOKEN_SECRET === undefined) throw new Error('TOKEN_SECRET is missing');

const PEOPLE = { ann: 'Ann', bob: 'Bob' };
const secret = new TextEncoder().encode(TOKEN_SECRET);
const page = await readFile(new URL('page.html', import.meta.url), 'utf8');
const readers = new Set();
const messages = [];

const app = express();
app.use(express.urlencoded());

const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));
app.use('/people.css', express.static(pathOf('../people.css')));
app.use('/chat.css', express.static(pathOf('chat.css')));

// A bundler would put the client into the page's own code.
app.use(
  '/heartbeat',
  express.static(fileURLToPath(new URL('.', import.meta.resolve('@heartbeatd/heartbeat/client')))),
);

app.get('/settings', (_request, response) => {
  response.json({ url: HEARTBEAT_URL, people: PEOPLE });
});

app.get('/', (_request, response) => {
  response.type('html').send(page);
});

// Your server asks for a password here. In this one everybody is whom they say they are. Everybody has a path, and the
// cookie is for that path only: so two people can use one browser, each in a tab.
app.post('/login', (request, response) => {
  const { user } = request.body;
  if (!Object.hasOwn(PEOPLE, user)) response.sendStatus(400);
  else
    response
      .cookie('user', user, { httpOnly: true, sameSite: 'strict', path: `/${user}/` })
      .redirect(303, `/${user}/`);
});

const chat = express.Router();
app.use('/:user/', chat);

// Sign your cookies.
chat.use((request, response, next) => {
  const user = /(?:^|; )user=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
  if (!Object.hasOwn(PEOPLE, user) || request.baseUrl !== `/${user}`) response.redirect('/');
  else {
    response.locals.user = user;
    next();
  }
});

chat.get('/', (_request, response) => {
  response.type('html').send(page);
});

// It says whose presence the page keeps, and whom it may watch. The client gets another one before it ends.
chat.get('/token', async (_request, response) => {
  const token = await new SignJWT({ watch: Object.keys(PEOPLE), meta: true })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(response.locals.user)
    .setExpirationTime('15m')
    .sign(secret);
  response.type('text').send(token);
});

chat.post('/messages', (request, response) => {
  const message = { from: PEOPLE[response.locals.user], text: String(request.body.text).slice(0, 1000) };
  messages.push(message);
  if (messages.length > 100) messages.shift();
  for (const reader of readers) reader.write(`data: ${JSON.stringify(message)}\n\n`);
  response.sendStatus(204);
});

chat.get('/messages', (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('retry: 1000\n\n');
  for (const message of messages) response.write(`data: ${JSON.stringify(message)}\n\n`);
  readers.add(response);
  response.on('close', () => readers.delete(response));
});

const server = app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
