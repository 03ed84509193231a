// The ceiling: Node's own HTTP server answering a constant, whatever it is asked. `node bare.mjs`
import http from 'node:http';

const body = '{"status":"online"}';
const head = { 'content-type': 'application/json', 'content-length': body.length };

const server = http.createServer((_request, response) => {
  response.writeHead(200, head).end(body);
});
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
