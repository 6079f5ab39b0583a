import type { PromptMessage } from '../../server-api/completions';
import type { Failure } from '../../server-api/failure';
import { announcer } from '../../shared/announcer/announcer.svelte';
import { t } from '../../shared/language/language.svelte';
import { runAnswer } from '../streaming-answer/run-answer';
import { Chat, Message } from './chat.svelte';
import { readChats, writeChats } from './chat-storage';
import type { Conversations, ModelRef, Surroundings } from './conversations';

const SAVE_EVERY_MS = 1000;

/** The chats of this tab, newest first, and the answers being written in them by pure relay calls. */
export class TabConversations implements Conversations {
  readonly stored = false;
  chats = $state.raw<Chat[]>(readChats());
  currentId = $state<string | null>(null);
  readonly current = $derived(this.chats.find((chat) => chat.id === this.currentId) ?? null);

  readonly #around: Surroundings;
  readonly #running = new Map<string, AbortController>();
  #saveTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(around: Surroundings) {
    this.#around = around;
    this.currentId = this.chats[0]?.id ?? null;
    window.addEventListener('pagehide', () => writeChats(this.chats));
  }

  get draftKey(): string | null {
    return this.currentId;
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

  forgetAll(): void {
    for (const abort of this.#running.values()) abort.abort();
    this.chats = [];
    this.currentId = null;
    writeChats(this.chats);
  }

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

  /** The old answer, and what came after it, is replaced. */
  retry(answer: Message, model: ModelRef): void {
    this.#again(answer, model);
  }

  edit(question: Message, text: string, model: ModelRef): void {
    this.#again(question, model, new Message({ role: 'user', text }));
  }

  stop(): void {
    if (this.currentId !== null) this.#running.get(this.currentId)?.abort();
  }

  // A relay call knows nothing of continuing, branches and pages.
  continueAnswer(): void {}
  switchTo = () => Promise.resolve(null);
  loadOlder = () => Promise.resolve(null);
  tryAgain(): void {}

  #again(from: Message, model: ModelRef, instead?: Message): void {
    const chat = this.current;
    if (chat === null || chat.streaming) return;
    const kept = chat.messages.slice(0, chat.messages.indexOf(from));
    chat.messages = instead ? [...kept, instead] : kept;
    void this.#answer(chat, model);
  }

  async #answer(chat: Chat, model: ModelRef): Promise<void> {
    const id = chat.key;
    const prompt = chat.messages.filter((message) => message.text !== '').map(toPrompt);
    const answer = new Message({ role: 'assistant', text: '', model: model.name, state: 'streaming' });
    chat.messages = [...chat.messages, answer];
    chat.jumps++;
    const abort = new AbortController();
    this.#running.set(id, abort);
    announcer.say(t.announce_start({ model: model.name }));
    const saving = setInterval(() => this.#save(), SAVE_EVERY_MS * 2);

    const end = await runAnswer(model.id, prompt, answer, abort.signal);

    clearInterval(saving);
    this.#running.delete(id);
    answer.state = end.state;
    if (end.state === 'done') answer.finish = end.reason;
    if (end.state === 'failed') answer.failure = end.failure;
    if (this.#around.accessLost && end.state === 'failed' && isAccessLost(end.failure)) {
      this.#giveBack(chat, this.#around.accessLost);
    } else {
      announcer.say(
        { done: t.announce_done(), stopped: t.announce_stopped(), failed: t.announce_failed() }[end.state],
      );
    }
    this.#save();
  }

  /** The gate is asked for: the unsent question goes back to the composer, so that nothing is lost. */
  #giveBack(chat: Chat, accessLost: (unsent: string, draftKey: string | null) => void): void {
    const question = chat.messages.at(-2);
    chat.messages = chat.messages.slice(0, -2);
    if (chat.messages.length === 0) this.delete(chat.key);
    accessLost(question?.text ?? '', this.currentId);
  }

  #save(): void {
    this.#saveTimer ??= setTimeout(() => {
      this.#saveTimer = null;
      writeChats(this.chats);
    }, SAVE_EVERY_MS);
  }
}

/** A 401 that no provider sent is our own gate's. */
export function isAccessLost(failure: Failure): boolean {
  return failure.status === 401 && failure.connection === null;
}

function toPrompt(message: Message): PromptMessage {
  return { role: message.role, content: message.text };
}
