// The official OpenAI SDK on a stored chat: node turns.mjs <baseURL> <apiKey>. The fields of a chat are fields of the body.
import OpenAI from 'openai';
import { expect, run } from './check.mjs';

const [baseURL, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 20_000 });
const turn = (more) => client.chat.completions.create({ model: 'echo', messages: [], background_tasks: { title_generation: true }, ...more });

async function read(stream) {
  let text = '', finish, ours = {};
  for await (const chunk of stream) {
    ours = { ...ours, ...chunk.openwebui };
    text += chunk.choices[0]?.delta.content ?? '';
    finish = chunk.choices[0]?.finish_reason ?? finish;
  }
  return { text, finish, ours };
}

await run({
  async 'a new chat, and the next turn'() {
    const first = await read(await turn({ stream: true, parent_id: null, user_message: { id: 'n1', content: 'hi' } }));
    expect(first.text === 'Hello there!' && first.finish === 'stop', JSON.stringify(first));
    expect(first.ours.state === 'done' && first.ours.title === 'A title', JSON.stringify(first.ours));
    const next = await read(await turn({ stream: true, chat_id: first.ours.chat_id, parent_id: first.ours.message_id, user_message: { id: 'n2', content: 'more' } }));
    expect(next.text === 'Hello there!' && next.ours.chat_id === first.ours.chat_id, JSON.stringify(next));
  },

  async 'an answer in one piece'() {
    const answer = await turn({ parent_id: null, user_message: { id: 'n3', content: 'hi' } });
    expect(answer.choices[0].message.content === 'Hello there!', JSON.stringify(answer));
  },
});
