// The official Ollama SDK with nothing but a host, and a key where one is needed: node ollama.mjs <host> [apiKey] [modelPrefix]
// The provider behind it is tests/StubProvider; modelPrefix is for a gateway that puts one before its models' names;
import { Ollama } from 'ollama';
import { expect, picture, run, thrownBy } from './check.mjs';

const [host, apiKey = '', prefix = ''] = process.argv.slice(2);
if (!host) {
  console.error('usage: node ollama.mjs <host> [apiKey] [modelPrefix]');
  process.exit(2);
}

const client = new Ollama({ host, headers: apiKey ? { Authorization: `Bearer ${apiKey}` } : {} });
const messages = [{ role: 'user', content: 'hello brave new world' }];
const model = prefix + 'echo';
const said = 'You said: hello brave new world';

const tools = [{
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } },
}];

async function expectError(name, status, message) {
  for (const stream of [false, true]) {
    const error = await thrownBy(client.chat({ model: prefix + name, messages, stream }));
    expect(error.name === 'ResponseError', `stream ${stream}: ${error.name} instead of ResponseError: ${error.message}`);
    expect(error.status_code === status, `stream ${stream}: status ${error.status_code}`);
    expect(error.message.includes(message), `stream ${stream}: the provider's message is missing in "${error.message}"`);
  }
}

async function join(stream, text) {
  const texts = [];
  let last;
  for await (const part of stream) {
    if (text(part)) texts.push(text(part));
    last = part;
  }
  expect(texts.length >= 3, `${texts.length} chunks`);
  expect(texts.join('') === said, texts.join('|'));
  expect(last.done && last.eval_count > 0, `the last line is ${JSON.stringify(last)}`);
}

await run({
  async 'list'() {
    const names = (await client.list()).models.map((m) => m.name);
    expect(names.includes(model), `${model} is not in ${names}`);
  },

  async 'version'() {
    expect((await client.version()).version.length > 0, 'no version');
  },

  async 'show'() {
    expect((await client.show({ model })).capabilities.includes('completion'), 'no capabilities');
  },

  async 'chat'() {
    const answer = await client.chat({ model, messages });
    expect(answer.message.content === said && answer.done, JSON.stringify(answer));
  },

  'chat stream': async () => join(await client.chat({ model, messages, stream: true }), (part) => part.message.content),
  'generate stream': async () => join(await client.generate({ model, prompt: messages[0].content, stream: true }), (part) => part.response),

  async 'tool call'() {
    const answer = await client.chat({ model, messages, tools });
    expect(answer.message.tool_calls?.[0].function.arguments.city === 'stub', JSON.stringify(answer));
    const again = await client.chat({ model, tools, messages: [...messages, answer.message, { role: 'tool', tool_name: 'get_weather', content: 'sunny' }] });
    expect(again.message.content === 'The tool said: sunny', JSON.stringify(again));
  },

  async 'picture'() {
    const answer = await client.chat({ model, messages: [{ role: 'user', content: 'what is it', images: [picture] }] });
    expect(answer.message.content === 'You said: what is it', JSON.stringify(answer));
  },

  async 'embed'() {
    const answer = await client.embed({ model: prefix + 'embed', input: ['one', 'two'] });
    expect(answer.embeddings.length === 2 && Math.abs(Math.hypot(...answer.embeddings[0]) - 1) < 1e-3, JSON.stringify(answer));
  },

  'error 401': () => expectError('status-401', 401, 'Incorrect API key provided to the stub'),
  'error 429': () => expectError('status-429', 429, 'Rate limit reached for the stub'),
  'error 500': () => expectError('status-500', 500, 'The stub had an error'),

  async 'abort mid-stream'() {
    const stream = await client.chat({ model: prefix + 'stall', messages, stream: true });
    const seen = [];
    const error = await thrownBy((async () => {
      for await (const part of stream) {
        seen.push(part);
        stream.abort();
      }
    })());
    expect(error.name === 'AbortError', error.stack);
    expect(seen.length === 1, `${seen.length} chunks before the abort`);
  },
});
