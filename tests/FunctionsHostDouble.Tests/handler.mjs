#!/usr/bin/env node
// The smallest custom handler that shows what the host double does to it; the tests copy it into a publish folder.
import http from 'node:http';

if (process.env.EXIT_AT_START) process.exit(Number(process.env.EXIT_AT_START));

const releases = [];
const answers = {
  ok: ['application/json; charset=utf-8', '{"Outputs":{},"Logs":["done"],"ReturnValue":null}'],
  bare: ['application/json', '{}'],
  empty: ['application/json', ''],
  text: ['text/plain', 'fine'],
  problem: ['application/problem+json', '{"title":"x"}'],
  array: ['application/json', '[]'],
  broken: ['application/json', '{'],
  logs: ['application/json', '{"Logs":"not a list"}'],
};

const server = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const path = request.url.split('?')[0];
  if (path === '/') {
    console.log(`GET / HTTP/${request.httpVersion} ${request.headers['x-ms-invocation-id'] ? 'with' : 'without'} x-ms-invocation-id`);
    response.writeHead(Number(process.env.ROOT_STATUS ?? 200));
    response.end('up');
  } else if (path.startsWith('/fn-')) {
    console.log('trigger ' + JSON.stringify({ url: request.url, headers: request.headers, body: body.toString() }));
    const item = JSON.parse(body).Data.item;
    const name = item === undefined ? 'ok' : JSON.parse(item);
    if (name === 'never') return;
    const [type, text] = answers[name] ?? answers.ok;
    response.writeHead(name === 'fails' ? 500 : 200, { 'Content-Type': type });
    response.end(text);
  } else if (path.endsWith('/stream')) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: one\n\n');
    releases.push((last) => (last ? response.end('data: two\n\n') : response.write('data: more\n\n')));
  } else if (path.endsWith('/release')) {
    releases.shift()(true);
    response.end();
  } else if (path.endsWith('/more')) {
    releases[0](false);
    response.end();
  } else if (path.endsWith('/hang')) {
    response.on('close', () => console.log('the caller left'));
    response.writeHead(200);
    response.write('x');
    console.log('hanging');
  } else if (path.endsWith('/silent')) {
    response.on('close', () => console.log('the caller left'));
    console.log('silent');
  } else if (path.endsWith('/exit')) {
    response.on('close', () => process.exit(Number(request.url.split('=')[1])));
    response.setHeader('Connection', 'close');
    response.end();
  } else if (path.endsWith('/redirect')) {
    response.writeHead(302, { Location: 'http://example.org/' });
    response.end();
  } else {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({
      method: request.method, url: request.url, headers: request.headers, bytes: body.length, env: process.env, cwd: process.cwd(), pid: process.pid,
    }));
  }
});
if (!process.env.NEVER_LISTEN) server.listen(Number(process.env.FUNCTIONS_CUSTOMHANDLER_PORT), '127.0.0.1');
else setInterval(() => {}, 1e6);
console.error('warn: handler started');
