// LangChain with nothing but a base URL and a key: node langchain.mjs <baseURL> <apiKey> [modelPrefix]
// The provider behind it is tests/StubProvider; modelPrefix is for a gateway that puts one before its models' names.
import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { expect, picture, run, thrownBy } from './check.mjs';

const [baseURL, apiKey, prefix = ''] = process.argv.slice(2);
if (!baseURL || !apiKey) {
  console.error('usage: node langchain.mjs <baseURL> <apiKey> [modelPrefix]');
  process.exit(2);
}

const messages = [new HumanMessage('hello brave new world')];
const said = 'You said: hello brave new world';
const chat = (name) => new ChatOpenAI({ model: prefix + name, apiKey, configuration: { baseURL }, maxRetries: 0 });

const tools = [{
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } },
}];

async function drain(stream) {
  for await (const _ of stream);
}

async function expectError(name, status, message) {
  for (const error of [await thrownBy(chat(name).invoke(messages)), await thrownBy((async () => drain(await chat(name).stream(messages)))())]) {
    expect(error.status === status, `status ${error.status}: ${error.stack}`);
    expect(error.message.includes(message), `the provider's message is missing in "${error.message}"`);
  }
}

await run({
  async 'invoke'() {
    const answer = await chat('echo').invoke(messages);
    expect(answer.content === said, JSON.stringify(answer));
    expect(answer.usage_metadata.total_tokens > 0, 'no usage');
  },

  async 'stream'() {
    const texts = [];
    let whole;
    for await (const chunk of await chat('echo').stream(messages)) {
      if (chunk.content) texts.push(chunk.content);
      whole = whole ? whole.concat(chunk) : chunk;
    }
    expect(texts.length >= 3 && texts.join('') === said, texts.join('|'));
    expect(whole.usage_metadata?.output_tokens > 0, 'no usage although asked for');
  },

  async 'tool'() {
    const model = chat('echo').bindTools(tools);
    const answer = await model.invoke(messages);
    const call = answer.tool_calls?.[0];
    expect(answer instanceof AIMessage && call?.name === 'get_weather' && call.args.city === 'stub', JSON.stringify(answer));
    const again = await model.invoke([...messages, answer, new ToolMessage({ tool_call_id: call.id, content: 'sunny' })]);
    expect(again.content === 'The tool said: sunny', JSON.stringify(again));
  },

  async 'picture'() {
    const content = [{ type: 'text', text: 'what is it' }, { type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } }];
    const answer = await chat('echo').invoke([new HumanMessage({ content })]);
    expect(answer.content === 'You said: what is it', JSON.stringify(answer));
  },

  async 'embeddings'() {
    const vectors = await new OpenAIEmbeddings({ model: prefix + 'embed', apiKey, configuration: { baseURL }, maxRetries: 0 }).embedDocuments(['one', 'two']);
    expect(vectors.length === 2 && Math.abs(Math.hypot(...vectors[0]) - 1) < 1e-3, JSON.stringify(vectors));
  },

  'error 401': () => expectError('status-401', 401, 'Incorrect API key provided to the stub'),
  'error 429': () => expectError('status-429', 429, 'Rate limit reached for the stub'),
  'error 500': () => expectError('status-500', 500, 'The stub had an error'),

  async 'abort mid-stream'() {
    const controller = new AbortController();
    const seen = [];
    const error = await thrownBy((async () => {
      for await (const chunk of await chat('stall').stream(messages, { signal: controller.signal })) {
        seen.push(chunk);
        controller.abort();
      }
    })());
    expect(error.name === 'AbortError' || /abort/i.test(error.message), error.stack);
    expect(seen.length >= 1, 'no chunk before the abort');
  },
});
