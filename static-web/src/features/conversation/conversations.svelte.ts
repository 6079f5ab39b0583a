import type { PromptMessage } from '../../server-api/completions';
import type { Failure } from '../../server-api/failure';
import { announcer } from '../../shared/announcer/announcer.svelte';
import { t } from '../../shared/language/language.svelte';
import { runAnswer } from '../streaming-answer/run-answer';
import { Chat, Message } from './chat.svelte';
import { readChats, writeChats } from './chat-storage';

export interface ModelRef {
  id: string;
  name: string;
}

const SAVE_EVERY_MS = 1000;

/** The chats of this tab, newest first, and the answers being written in them. */
class Conversations {
  chats = $state.raw<Chat[]>(readChats());
  /** Null: a new chat that has no message yet. */
  currentId = $state<string | null>(null);
  readonly current = $derived(this.chats.find((chat) => chat.id === this.currentId) ?? null);
  /** Called when the server wants an access code first; takes the text that was not sent. Null: there is no gate. */
  onAccessLost: ((text: string) => void) | null = null;

  readonly #running = new Map<string, AbortController>();
  #saveTimer: ReturnType<typeof setTimeout> | null = null;

  constructor() {
    this.currentId = this.chats[0]?.id ?? null;
    window.addEventListener('pagehide', () => writeChats(this.chats));
  }

  open(id: string | null): void {
    this.currentId = id;
  }

  delete(id: string): void {
    this.#running.get(id)?.abort();
    this.chats = this.chats.filter((chat) => chat.id !== id);
    if (this.currentId === id) this.currentId = null;
    this.#save();
  }

  /** Ends every answer and forgets every chat: whoever sits down here next reads none of them. */
  forgetAll(): void {
    for (const abort of this.#running.values()) abort.abort();
    this.chats = [];
    this.currentId = null;
    writeChats(this.chats);
  }

  /** Sends the reader's message in the current chat, or begins a chat with it. */
  send(text: string, model: ModelRef): void {
    const question = new Message({ role: 'user', text });
    let chat = this.current;
    if (chat === null) {
      chat = new Chat(question.id);
      this.chats = [chat, ...this.chats];
      this.currentId = chat.id;
    }
    chat.messages = [...chat.messages, question];
    void this.#answer(chat, model);
  }

  /** Asks again for the answer that ends the current chat; the old one is replaced. */
  retry(model: ModelRef): void {
    const chat = this.current;
    if (chat === null || chat.streaming) return;
    if (chat.messages.at(-1)?.role === 'assistant') chat.messages = chat.messages.slice(0, -1);
    void this.#answer(chat, model);
  }

  /** Stops the current chat's answer; what has arrived is kept. */
  stop(): void {
    if (this.currentId !== null) this.#running.get(this.currentId)?.abort();
  }

  async #answer(chat: Chat, model: ModelRef): Promise<void> {
    const prompt = chat.messages.filter((message) => message.text !== '').map(toPrompt);
    const answer = new Message({ role: 'assistant', text: '', model: model.name, state: 'streaming' });
    chat.messages = [...chat.messages, answer];
    const abort = new AbortController();
    this.#running.set(chat.id, abort);
    announcer.say(t.announce_start({ model: model.name }));
    const saving = setInterval(() => this.#save(), SAVE_EVERY_MS * 2);

    const end = await runAnswer(model.id, prompt, answer, abort.signal);

    clearInterval(saving);
    this.#running.delete(chat.id);
    answer.state = end.state;
    if (end.state === 'done') answer.finish = end.reason;
    if (end.state === 'failed') answer.failure = end.failure;
    if (this.onAccessLost && end.state === 'failed' && isAccessLost(end.failure)) {
      this.#giveBack(chat, this.onAccessLost);
    } else {
      announcer.say(
        { done: t.announce_done(), stopped: t.announce_stopped(), failed: t.announce_failed() }[end.state],
      );
    }
    this.#save();
  }

  /** The gate is asked for: the unsent question goes back to the composer, so that nothing is lost. */
  #giveBack(chat: Chat, onAccessLost: (text: string) => void): void {
    const question = chat.messages.at(-2);
    chat.messages = chat.messages.slice(0, -2);
    if (chat.messages.length === 0) this.delete(chat.id);
    onAccessLost(question?.text ?? '');
  }

  #save(): void {
    this.#saveTimer ??= setTimeout(() => {
      this.#saveTimer = null;
      writeChats(this.chats);
    }, SAVE_EVERY_MS);
  }
}

/** A 401 that no provider sent is our own gate's. */
function isAccessLost(failure: Failure): boolean {
  return failure.status === 401 && failure.connection === null;
}

function toPrompt(message: Message): PromptMessage {
  return { role: message.role, content: message.text };
}

export const conversations = new Conversations();
