// A site to measure: <folder>/OpenWebUi in open mode, with a provider of our own that streams 5,000 tokens at 500 a second.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const TOKENS = 5000;
const TICK_MS = 20;
const TOKENS_A_TICK = 10;

const section = (n) => `## Part ${n}: the tide and the moon

The tide follows the moon, *mostly*, and where it does not, **the shape of the coast** is why. See [the table](#t${n}) and \`height(t)\`.
潮汐主要由月球引力引起，海岸线的形状决定了它的高度和时间。

${'```ts'}
${Array.from({ length: 30 }, (_, line) => `const h${line} = amplitude * Math.cos(omega * (t - ${line}) + phase); // ${n}`).join('\n')}
${'```'}

| port | height | delay |
| --- | ---: | --- |
| Brest | 6.1 m | 0:00 |
| Le Havre | 7.9 m | 5:35 |

- high water, when $\\cos(\\omega t) = 1$
- low water, half a period later
  1. spring tides
  2. neap tides

$$h(t) = \\sum_{k=1}^{n} A_k \\cos(\\omega_k t + \\varphi_k)$$

`;

/** Text of some length, with all that Markdown has. */
export function prose(chars) {
  let text = '';
  for (let n = 1; text.length < chars; n++) text += section(n);
  return text.slice(0, chars);
}

const answer = prose(14_718);
const tokens = Array.from({ length: TOKENS }, (_, at) =>
  answer.slice(Math.round((at * answer.length) / TOKENS), Math.round(((at + 1) * answer.length) / TOKENS)));
const chunk = (delta, finish = null) => `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

export async function startSite(folder) {
  /** When the last byte of the last answer left the provider, in milliseconds since 1970. */
  const state = { lastByte: 0 };
  const provider = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.method === 'GET') {
        response.setHeader('content-type', 'application/json');
        response.end('{"object":"list","data":[{"id":"fast","object":"model"}]}');
        return;
      }
      response.setHeader('content-type', 'text/event-stream');
      const began = performance.now();
      let sent = 0;
      const timer = setInterval(() => {
        // By the clock: a late timer catches up, so that the rate is what it says.
        const due = Math.min(TOKENS, Math.floor((performance.now() - began) / TICK_MS) * TOKENS_A_TICK);
        for (; sent < due; sent++) response.write(chunk({ content: tokens[sent] }));
        if (sent < TOKENS) return;
        clearInterval(timer);
        response.end(chunk({}, 'stop') + 'data: [DONE]\n\n');
        state.lastByte = Date.now();
      }, TICK_MS);
      response.on('close', () => clearInterval(timer));
    });
  });
  const listen = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));
  const providerPort = await listen(provider);
  const placeholder = createServer();
  const port = await listen(placeholder);
  await new Promise((done) => placeholder.close(done));
  const data = mkdtempSync(join(tmpdir(), 'openwebui-page-'));
  const app = spawn(join(folder, 'OpenWebUi'), {
    cwd: folder,
    env: {
      PATH: process.env.PATH, HOST: '127.0.0.1', PORT: `${port}`, DATA_DIR: data, WEBUI_AUTH: 'false', ENABLE_TITLE_GENERATION: 'false',
      CHAT_CONTEXT_TOKENS: '1000', OPENAI_API_BASE_URL: `http://127.0.0.1:${providerPort}/v1`, OPENAI_API_KEY: 'x', ENABLE_OLLAMA_API: 'false',
      ...(process.env.FRONTEND_BUILD_DIR && { FRONTEND_BUILD_DIR: process.env.FRONTEND_BUILD_DIR }),
    },
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}`;
  for (let i = 0; i < 200 && !(await fetch(`${url}/health`).catch(() => null))?.ok; i++) await delay(50);

  return {
    url,
    state,
    app,
    /** A chat of so many messages, 1,275 characters each as in the spike; its id. */
    async chat(length) {
      const messages = {};
      for (let i = 0; i < length; i++) {
        messages[`m${i}`] = {
          id: `m${i}`, parentId: i ? `m${i - 1}` : null, childrenIds: i < length - 1 ? [`m${i + 1}`] : [],
          role: i % 2 ? 'assistant' : 'user', content: prose(i % 2 ? 2450 : 100), timestamp: 1, done: true, model: 'fast',
        };
      }
      const made = await fetch(`${url}/api/v1/chats/new`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ chat: { title: `${length} messages`, history: { currentId: `m${length - 1}`, messages } } }),
      });
      if (!made.ok) throw new Error(await made.text());
      return (await made.json()).id;
    },
    stop() {
      app.kill('SIGKILL');
      provider.closeAllConnections();
      provider.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
