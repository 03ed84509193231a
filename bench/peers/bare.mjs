// The upper limit: Node's own HTTP server, which answers every request with a constant. `node bare.mjs`
import http from 'node:http';

const body = '{"status":"online"}';
const head = { 'content-type': 'application/json', 'content-length': body.length };

const server = http.createServer((_request, response) => {
  response.writeHead(200, head).end(body);
});
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
