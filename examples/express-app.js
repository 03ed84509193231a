// The library inside an Express app: requests of the app's users are heals, and its workers' jobs are heartbeats. Run it
// with `node examples/express-app.js`, and PORT and DATA_DIR in the environment.
import express from 'express';
import { createHeartbeat } from '@heartbeatd/heartbeat';

const heartbeat = await createHeartbeat({
  // Without a directory, all data is lost when the process ends.
  ...(process.env.DATA_DIR !== undefined && { dataDir: process.env.DATA_DIR }),
  timeout: 5,
  logger: { level: 'warn' },
  settings: { session_timeout: 10 },
});
heartbeat.onFailure((node) => {
  console.error(`${node.name} does no more work`);
});

const app = express();

// Any request of a user is a heal.
app.use('/users/:id', async (request, _response, next) => {
  await heartbeat.users.heal(request.params.id);
  next();
});
app.get('/users/:id/messages', (_request, response) => {
  response.json([]);
});
app.get('/online/:id', async (request, response) => {
  response.json({ status: await heartbeat.users.checkup(request.params.id) });
});
app.post('/workers/:name/done', async (request, response) => {
  await heartbeat.nodes.heartbeat(request.params.name);
  response.sendStatus(204);
});
app.get('/workers', async (_request, response) => {
  const workers = [];
  for await (const { name, state, lastHeartbeat } of heartbeat.nodes.list())
    workers.push({ name, state, lastHeartbeat });
  response.json(workers);
});
app.get('/healthz', (_request, response) => {
  response.sendStatus(heartbeat.ready ? 200 : 503);
});
// An invalid id is a HeartbeatError with its HTTP status.
app.use((error, _request, response, _next) => {
  response.status(error.status ?? 500).json({ error: error.message });
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});

const stop = async () => {
  server.close();
  server.closeIdleConnections();
  await heartbeat.close();
};
process.once('SIGTERM', stop).once('SIGINT', stop);
