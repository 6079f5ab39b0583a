// The official Anthropic SDK with nothing but a base URL and a key: node anthropic.mjs <baseURL> <apiKey> [modelPrefix]
// The provider behind it is tests/StubProvider; modelPrefix is for a gateway that puts one before its models' names.
import Anthropic, { APIUserAbortError, AuthenticationError, InternalServerError, RateLimitError } from '@anthropic-ai/sdk';
import { expect, picture, run, thrownBy } from './check.mjs';

const [baseURL, apiKey, prefix = ''] = process.argv.slice(2);
if (!baseURL || !apiKey) {
  console.error('usage: node anthropic.mjs <baseURL> <apiKey> [modelPrefix]');
  process.exit(2);
}

const client = new Anthropic({ baseURL, apiKey, maxRetries: 0, timeout: 20_000 });
const messages = [{ role: 'user', content: 'hello brave new world' }];
const model = prefix + 'echo';
const said = 'You said: hello brave new world';
const ask = (more = {}) => client.messages.create({ model, max_tokens: 100, messages, ...more });

const tools = [{
  name: 'get_weather',
  description: 'The weather',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}];

async function expectError(name, type, status, kind, message) {
  for (const stream of [false, true]) {
    const error = await thrownBy(ask({ model: prefix + name, stream }));
    expect(error instanceof type, `stream ${stream}: ${error.constructor.name} instead of ${type.name}: ${error.message}`);
    expect(error.status === status, `stream ${stream}: status ${error.status}`);
    expect(error.error?.error?.type === kind, `stream ${stream}: ${JSON.stringify(error.error)}`);
    expect(error.message.includes(message), `stream ${stream}: the provider's message is missing in "${error.message}"`);
  }
}

await run({
  async 'models.list'() {
    const models = [];
    for await (const entry of client.models.list()) models.push(entry);
    const found = models.find((entry) => entry.id === model);
    expect(found?.type === 'model' && found.display_name && !Number.isNaN(Date.parse(found.created_at)), JSON.stringify(models));
  },

  async 'models.retrieve'() {
    const found = await client.models.retrieve(model);
    expect(found.type === 'model' && found.id === model, JSON.stringify(found));
  },

  async 'message'() {
    const answer = await ask({ system: 'Be brief.' });
    expect(answer.content[0].text === said && answer.stop_reason === 'end_turn', JSON.stringify(answer));
    expect(answer.usage.input_tokens > 0 && answer.usage.output_tokens > 0, 'no usage');
  },

  async 'message stream'() {
    const texts = [];
    const stream = client.messages.stream({ model, max_tokens: 100, messages }).on('text', (text) => texts.push(text));
    const answer = await stream.finalMessage();
    expect(texts.length >= 3 && texts.join('') === said, texts.join('|'));
    expect(answer.content[0].text === said && answer.stop_reason === 'end_turn', JSON.stringify(answer));
  },

  async 'tool use'() {
    const answer = await ask({ tools });
    const use = answer.content.find((block) => block.type === 'tool_use');
    expect(answer.stop_reason === 'tool_use' && use?.name === 'get_weather' && use.input.city === 'stub', JSON.stringify(answer));
    const again = await ask({
      tools,
      messages: [...messages, { role: 'assistant', content: answer.content }, { role: 'user', content: [{ type: 'tool_result', tool_use_id: use.id, content: 'sunny' }] }],
    });
    expect(again.content[0].text === 'The tool said: sunny', JSON.stringify(again));
  },

  async 'tool use stream'() {
    const answer = await client.messages.stream({ model, max_tokens: 100, messages, tools }).finalMessage();
    const use = answer.content.find((block) => block.type === 'tool_use');
    expect(answer.stop_reason === 'tool_use' && use?.input.city === 'stub', JSON.stringify(answer));
  },

  async 'picture'() {
    const content = [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture } }, { type: 'text', text: 'what is it' }];
    const answer = await ask({ messages: [{ role: 'user', content }] });
    expect(answer.content[0].text === 'You said: what is it', JSON.stringify(answer));
  },

  async 'count tokens'() {
    expect((await client.messages.countTokens({ model, messages })).input_tokens > 0, 'no tokens');
  },

  'error 401': () => expectError('status-401', AuthenticationError, 401, 'authentication_error', 'Incorrect API key provided to the stub'),
  async 'error 429'() {
    await expectError('status-429', RateLimitError, 429, 'rate_limit_error', 'Rate limit reached for the stub');
    const error = await thrownBy(ask({ model: prefix + 'status-429' }));
    expect(error.headers.get('retry-after'), 'no Retry-After');
  },
  'error 500': () => expectError('status-500', InternalServerError, 500, 'api_error', 'The stub had an error'),

  async 'abort mid-stream'() {
    const controller = new AbortController();
    const stream = await client.messages.create({ model: prefix + 'stall', max_tokens: 100, messages, stream: true }, { signal: controller.signal });
    const seen = [];
    try {
      for await (const event of stream) {
        seen.push(event);
        controller.abort();
      }
    } catch (error) {
      expect(error instanceof APIUserAbortError || error.name === 'AbortError', error.stack);
    }
    expect(seen.length >= 1 && seen.at(-1).type !== 'message_stop', JSON.stringify(seen));
  },
});
