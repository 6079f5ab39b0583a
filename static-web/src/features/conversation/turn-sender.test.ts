import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { showLanguage } from '../../shared/language/language.svelte';
import { ready } from './turn-text';
import { Chat } from './chat.svelte';
import { FollowedAnswers } from './followed-answers';
import { unsentTurns } from './kept-answers';
import { TurnSender } from './turn-sender';

const MODELS = [
  { id: 'a', name: 'A' },
  { id: 'b', name: 'B' },
];

function senderOf(takenBack = vi.fn<(chat: Chat) => void>()) {
  const nothing = () => {};
  const answers = new FollowedAnswers({ begun: nothing, titled: nothing, settled: nothing, gone: nothing });
  const sender = new TurnSender({ answers, isLost: () => false, takenBack, complain: nothing });
  return { answers, sender, takenBack };
}

beforeEach(async () => {
  sessionStorage.clear();
  await showLanguage('en');
  await ready();
});
afterEach(() => vi.unstubAllGlobals());

describe('a question to several models without a network', () => {
  const offline = () => vi.stubGlobal('fetch', () => Promise.reject(new TypeError('offline')));

  it('waits, and is not taken for one that the server knows', async () => {
    offline();
    const { answers, sender } = senderOf();
    const chat = new Chat('c1');
    sender.ask(chat, [], null, { text: 'both of you', files: [] }, MODELS);
    await vi.waitFor(() => expect(chat.compared?.map(({ link }) => link)).toEqual(['queued', 'queued']));
    expect(answers.chatIds).toEqual(new Set(['c1']));
    // A look at the server: the turn that is being sent is no other one, and stays.
    sender.adoptUnsent(chat);
    expect(unsentTurns.all()).toHaveLength(1);
    expect(chat.messages).toHaveLength(2);
    answers.forgetAll();
  });

  it('goes back whole, from any of its answers, and is not sent later', async () => {
    offline();
    const { answers, sender, takenBack } = senderOf();
    const chat = new Chat(null);
    sender.ask(chat, [], null, { text: 'both of you', files: [] }, MODELS);
    const second = chat.compared?.[1];
    if (!second) throw new Error('no second answer');
    await vi.waitFor(() => expect(second.link).toBe('queued'));
    const later = vi.fn(() => Promise.reject(new TypeError('offline')));
    vi.stubGlobal('fetch', later);

    expect(sender.takeBack(chat, second)).toEqual({ text: 'both of you', files: [] });
    expect(chat.messages).toEqual([]);
    expect(chat.compared).toBeNull();
    expect(unsentTurns.all()).toEqual([]);
    expect(answers.has(second.id)).toBe(false);
    expect(takenBack).toHaveBeenCalledWith(chat);
    window.dispatchEvent(new Event('online'));
    await Promise.resolve();
    expect(later).not.toHaveBeenCalled();
  });
});

describe('another answer that waits for the network', () => {
  it('goes back without its question, which the server has', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('offline')));
    const { sender } = senderOf();
    const chat = new Chat('c1');
    const question = sender.ask(chat, [], null, { text: 'first', files: [] }, MODELS.slice(0, 1));
    const answer = chat.messages.at(-1);
    if (!answer) throw new Error('no answer');
    await vi.waitFor(() => expect(answer.link).toBe('queued'));
    unsentTurns.remove(answer.id);
    answer.state = 'done';
    sender.again(chat, answer, { id: 'b', name: 'B' }, '');
    const again = chat.messages.at(-1);
    if (!again) throw new Error('no other answer');
    await vi.waitFor(() => expect(again.link).toBe('queued'));
    expect(sender.takeBack(chat, again)).toBeNull();
    expect(chat.messages).toEqual([question]);
  });
});
