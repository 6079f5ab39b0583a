import { afterEach, describe, expect, it, vi } from 'vitest';
import { Chat, Message } from './chat.svelte';
import { newestOfEach, restoreCompared } from './compared-answers';
import { showStored } from './stored-message';

function answer(id: string, model: string, siblings: string[] = []): Message {
  const message = new Message({ id, role: 'assistant', text: id });
  message.modelId = model;
  message.parentId = 'u';
  message.siblings = siblings;
  return message;
}

afterEach(() => vi.unstubAllGlobals());

describe('newestOfEach', () => {
  it('takes the last answer of each model, in the models’ order', () => {
    const answers = [answer('1', 'a'), answer('2', 'b'), answer('3', 'a')];
    expect(newestOfEach(['a', 'b'], answers)?.map(({ id }) => id)).toEqual(['3', '2']);
  });
  it('is nothing for a single one', () => expect(newestOfEach(['a', 'b'], [answer('1', 'a')])).toBeNull());
});

describe('restoreCompared', () => {
  it('reads the others, and leaves out what was gone on from', async () => {
    const chat = new Chat('c');
    chat.messages = [new Message({ id: 'u', role: 'user', text: '?' }), answer('1', 'a', ['1', '2', '3'])];
    vi.stubGlobal('fetch', (url: string) => {
      const id = /leaf=(\d)/.exec(url)?.[1] ?? '';
      // Of the third, its newest end is read: another message.
      const stored = { id, parentId: id === '3' ? 'u2' : 'u', role: 'assistant', content: id, model: 'b' };
      return Promise.resolve(new Response(JSON.stringify({ chat: {}, messages: [stored], before: null })));
    });
    const shown = await restoreCompared(chat, ['a', 'b'], (stored) => {
      const message = new Message({ id: stored.id, role: 'assistant', text: '' });
      showStored(message, stored);
      return message;
    });
    expect(shown?.map(({ id }) => id)).toEqual(['1', '2']);
  });
});
