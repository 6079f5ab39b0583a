// The official OpenAI SDK with nothing but a base URL and a key: node openai.mjs <baseURL> <apiKey> [modelPrefix]
// The provider behind it is tests/StubProvider; modelPrefix is for a gateway that puts one before its models' names.
import OpenAI, { APIUserAbortError, AuthenticationError, InternalServerError, RateLimitError } from 'openai';
import { expect, picture, run, thrownBy } from './check.mjs';

const [baseURL, apiKey, prefix = ''] = process.argv.slice(2);
if (!baseURL || !apiKey) {
  console.error('usage: node openai.mjs <baseURL> <apiKey> [modelPrefix]');
  process.exit(2);
}

const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 20_000 });
const messages = [{ role: 'user', content: 'hello brave new world' }];
const model = prefix + 'echo';
const chat = (name, more = {}) => client.chat.completions.create({ model: prefix + name, messages, ...more });

const tools = [{
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } },
}];

async function expectError(name, type, status, message) {
  for (const stream of [false, true]) {
    const error = await thrownBy(chat(name, { stream }));
    expect(error instanceof type, `stream ${stream}: ${error.constructor.name} instead of ${type.name}: ${error.message}`);
    expect(error.status === status, `stream ${stream}: status ${error.status}`);
    expect(error.message.includes(message), `stream ${stream}: the provider's message is missing in "${error.message}"`);
  }
}

await run({
  async 'models.list'() {
    const ids = [];
    for await (const entry of client.models.list()) ids.push(entry.id);
    expect(ids.includes(model), `${model} is not in ${ids}`);
  },

  async 'chat'() {
    const answer = await chat('echo');
    expect(answer.choices[0].message.content === 'You said: hello brave new world', JSON.stringify(answer));
    expect(answer.usage.total_tokens > 0, 'no usage');
  },

  async 'chat stream'() {
    const stream = await chat('echo', { stream: true, stream_options: { include_usage: true } });
    const texts = [];
    let usage, finish;
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) texts.push(chunk.choices[0].delta.content);
      finish = chunk.choices[0]?.finish_reason ?? finish;
      usage = chunk.usage ?? usage;
    }
    expect(texts.length >= 3, `${texts.length} chunks`);
    expect(texts.join('') === 'You said: hello brave new world', texts.join('|'));
    expect(finish === 'stop', `finish_reason ${finish}`);
    expect(usage?.completion_tokens > 0, 'no usage although asked for');
  },

  async 'tool call'() {
    const answer = await chat('echo', { tools });
    const call = answer.choices[0].message.tool_calls?.[0];
    expect(answer.choices[0].finish_reason === 'tool_calls' && call?.function.name === 'get_weather', JSON.stringify(answer));
    const again = await client.chat.completions.create({
      model, tools, messages: [...messages, answer.choices[0].message, { role: 'tool', tool_call_id: call.id, content: 'sunny' }],
    });
    expect(again.choices[0].message.content === 'The tool said: sunny', JSON.stringify(again));
  },

  async 'tool call stream'() {
    const stream = client.chat.completions.stream({ model, messages, tools });
    const message = await stream.finalMessage();
    expect(JSON.parse(message.tool_calls?.[0].function.arguments).city === 'stub', JSON.stringify(message));
  },

  async 'picture'() {
    const content = [{ type: 'text', text: 'what is it' }, { type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } }];
    const answer = await client.chat.completions.create({ model, messages: [{ role: 'user', content }] });
    expect(answer.choices[0].message.content === 'You said: what is it', JSON.stringify(answer));
  },

  async 'embeddings'() {
    const answer = await client.embeddings.create({ model: prefix + 'embed', input: ['one', 'two'] });
    expect(answer.data.length === 2 && answer.data[0].embedding.length > 1, JSON.stringify(answer));
    const length = Math.hypot(...answer.data[0].embedding);
    expect(Math.abs(length - 1) < 1e-3, `the vector's length is ${length}: the floats did not survive`);
  },

  'error 401': () => expectError('status-401', AuthenticationError, 401, 'Incorrect API key provided to the stub'),
  async 'error 429'() {
    await expectError('status-429', RateLimitError, 429, 'Rate limit reached for the stub');
    const error = await thrownBy(chat('status-429'));
    expect(error.headers.get('retry-after'), 'no Retry-After');
  },
  'error 500': () => expectError('status-500', InternalServerError, 500, 'The stub had an error'),

  async 'abort mid-stream'() {
    const controller = new AbortController();
    const stream = await client.chat.completions.create({ model: prefix + 'stall', messages, stream: true }, { signal: controller.signal });
    const seen = [];
    try {
      for await (const chunk of stream) {
        seen.push(chunk);
        controller.abort();
      }
    } catch (error) {
      expect(error instanceof APIUserAbortError || error.name === 'AbortError', error.stack);
    }
    expect(seen.length === 1, `${seen.length} chunks before the abort`);
  },
});
