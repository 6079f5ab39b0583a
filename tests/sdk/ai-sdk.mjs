// Vercel's AI SDK with nothing but a base URL and a key: node ai-sdk.mjs <baseURL> <apiKey> [modelPrefix]
// The provider behind it is tests/StubProvider; modelPrefix is for a gateway that puts one before its models' names.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, embedMany, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { expect, picture, run, thrownBy } from './check.mjs';

const [baseURL, apiKey, prefix = ''] = process.argv.slice(2);
if (!baseURL || !apiKey) {
  console.error('usage: node ai-sdk.mjs <baseURL> <apiKey> [modelPrefix]');
  process.exit(2);
}

const provider = createOpenAICompatible({ name: 'site', baseURL, apiKey, includeUsage: true });
const messages = [{ role: 'user', content: 'hello brave new world' }];
const said = 'You said: hello brave new world';
const call = (name, more = {}) => ({ model: provider.chatModel(prefix + name), messages, maxRetries: 0, onError() {}, ...more });

const tools = {
  get_weather: tool({
    description: 'The weather',
    inputSchema: jsonSchema({ type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }),
    execute: async ({ city }) => (city === 'stub' ? 'sunny' : 'unknown'),
  }),
};

/** What a stream throws or says. */
async function errorOf(stream) {
  for await (const part of stream.fullStream) {
    if (part.type === 'error') return part.error;
  }
  throw new Error('the stream had no error');
}

async function expectError(name, status, message) {
  for (const error of [await thrownBy(generateText(call(name))), await errorOf(streamText(call(name)))]) {
    expect(APICallError.isInstance(error), `${error.name} instead of APICallError: ${error.message}`);
    expect(error.statusCode === status, `status ${error.statusCode}`);
    expect(error.message.includes(message), `the provider's message is missing in "${error.message}"`);
  }
}

await run({
  async 'generate'() {
    const answer = await generateText(call('echo'));
    expect(answer.text === said && answer.finishReason === 'stop', answer.text);
    expect(answer.usage.totalTokens > 0, 'no usage');
  },

  async 'stream'() {
    const answer = streamText(call('echo'));
    const texts = [];
    for await (const text of answer.textStream) texts.push(text);
    expect(texts.length >= 3 && texts.join('') === said, texts.join('|'));
    expect((await answer.finishReason) === 'stop', await answer.finishReason);
    expect((await answer.usage).outputTokens > 0, 'no usage although asked for');
  },

  async 'tool'() {
    const answer = await generateText(call('echo', { tools, stopWhen: stepCountIs(2) }));
    expect(answer.steps.length === 2 && answer.text === 'The tool said: sunny', JSON.stringify(answer.steps));
  },

  async 'picture'() {
    const content = [{ type: 'text', text: 'what is it' }, { type: 'image', image: picture, mediaType: 'image/png' }];
    const answer = await generateText(call('echo', { messages: [{ role: 'user', content }] }));
    expect(answer.text === 'You said: what is it', answer.text);
  },

  async 'embeddings'() {
    const answer = await embedMany({ model: provider.textEmbeddingModel(prefix + 'embed'), values: ['one', 'two'], maxRetries: 0 });
    expect(answer.embeddings.length === 2 && Math.abs(Math.hypot(...answer.embeddings[0]) - 1) < 1e-3, JSON.stringify(answer.embeddings));
  },

  'error 401': () => expectError('status-401', 401, 'Incorrect API key provided to the stub'),
  'error 429': () => expectError('status-429', 429, 'Rate limit reached for the stub'),
  'error 500': () => expectError('status-500', 500, 'The stub had an error'),

  async 'abort mid-stream'() {
    const controller = new AbortController();
    const seen = [];
    try {
      for await (const part of streamText(call('stall', { abortSignal: controller.signal })).fullStream) {
        seen.push(part.type);
        if (part.type === 'text-delta') controller.abort();
      }
    } catch (error) {
      expect(error.name === 'AbortError', error.stack);
    }
    expect(seen.includes('text-delta') && !seen.includes('finish'), seen.join(' '));
  },
});
