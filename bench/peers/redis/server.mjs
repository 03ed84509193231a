// The common solution: a user is online while the key `user:<id>` is in Redis, where it expires after TTL seconds.
// `TTL=7 node server.mjs express|bare REDIS_PORT`: with Express, or with Node's own HTTP server alone.
import http from 'node:http';

import express from 'express';
import { Redis } from 'ioredis';

const [kind, redisPort] = process.argv.slice(2);
const ttl = Number(process.env.TTL ?? 7);
const redis = new Redis(Number(redisPort), { enableAutoPipelining: true });

async function heal(id) {
  await redis.set(`user:${id}`, '1', 'EX', ttl);
  return { status: 'online' };
}

async function checkup(id) {
  const alive = await redis.exists(`user:${id}`);
  return { id: Number(id), status: alive ? 'online' : 'offline' };
}

function behindExpress() {
  const app = express();
  app.put('/heal/:id', async (request, response) => response.json(await heal(request.params.id)));
  app.get('/checkup/:id', async (request, response) => response.json(await checkup(request.params.id)));
  return app;
}

async function behindNothing(request, response) {
  const id = request.url.slice(request.url.lastIndexOf('/') + 1);
  const answer = await (request.method === 'PUT' ? heal(id) : checkup(id));
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

const server = http.createServer(kind === 'express' ? behindExpress() : behindNothing);
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
