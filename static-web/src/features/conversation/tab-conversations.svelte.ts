import type { ChatSettings, FileRef } from '../../server-api/chats';
import type { PromptMessage } from '../../server-api/completions';
import { isAccessLost } from '../../server-api/failure';
import { announcer } from '../../shared/announcer/announcer.svelte';
import { t } from './turn-text';
import { runAnswer } from '../streaming-answer/run-answer';
import { Chat, Message } from './chat.svelte';
import { readChats, writeChats } from './chat-storage';
import type { Conversations, ModelRef, Removed, Surroundings } from './conversations';
import { newSettings } from './new-settings.svelte';

const SAVE_EVERY_MS = 1000;

/** The chats of this tab, newest first, and the answers being written in them by pure relay calls. */
export class TabConversations implements Conversations {
  readonly stored = false;
  chats = $state.raw<Chat[]>([]);
  currentId = $state<string | null>(null);
  readonly current = $derived(this.chats.find((chat) => chat.id === this.currentId) ?? null);

  readonly #around: Surroundings;
  readonly #key: string;
  readonly #running = new Map<string, AbortController>();
  #saveTimer: ReturnType<typeof setTimeout> | null = null;

  /** @param key Under which the tab keeps them over a reload. */
  constructor(around: Surroundings, key = 'chats') {
    this.#around = around;
    this.#key = key;
    this.chats = readChats(key);
    this.currentId = this.chats[0]?.id ?? null;
    window.addEventListener('pagehide', () => writeChats(key, this.chats));
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
    writeChats(this.#key, this.chats);
  }

  send(text: string, [model]: ModelRef[], files: FileRef[] = []): void {
    if (model === undefined) return;
    const question = new Message({ role: 'user', text });
    question.files = files;
    let chat = this.current;
    if (chat === null) {
      chat = new Chat(question.id);
      const settings = newSettings.take();
      if (settings !== null) ({ system: chat.system, params: chat.params } = settings);
      this.chats = [chat, ...this.chats];
      this.currentId = chat.id;
    }
    chat.messages = [...chat.messages, question];
    void this.#answer(chat, model);
  }

  /** The old answer, and what came after it, is replaced. */
  retry(answer: Message, model: ModelRef, instruction = ''): void {
    this.#again(answer, model, instruction);
  }

  edit(question: Message, text: string, model: ModelRef): void {
    const instead = new Message({ role: 'user', text });
    instead.files = question.files;
    this.#again(question, model, '', instead);
  }

  editAnswer(answer: Message, text: string): Promise<boolean> {
    answer.text = text;
    this.#save();
    return Promise.resolve(true);
  }

  /** What comes after it goes too: there are no branches here. */
  remove(message: Message): Promise<Removed | null> {
    const chat = this.current;
    if (chat === null || chat.streaming) return Promise.resolve(null);
    const before = chat.messages;
    chat.messages = before.slice(0, before.indexOf(message));
    this.#save();
    const undo = () => {
      chat.messages = before;
      this.#save();
      return Promise.resolve(true);
    };
    return Promise.resolve({ count: before.length - chat.messages.length, undo });
  }

  get settings(): ChatSettings {
    const chat = this.current;
    return chat === null ? newSettings.value : { system: chat.system, params: chat.params };
  }

  saveSettings(settings: ChatSettings): Promise<boolean> {
    const chat = this.current;
    if (chat === null) newSettings.set(settings);
    else ({ system: chat.system, params: chat.params } = settings);
    this.#save();
    return Promise.resolve(true);
  }

  stop(): void {
    if (this.currentId !== null) this.#running.get(this.currentId)?.abort();
  }

  // A relay call knows nothing of continuing, branches and pages.
  continueAnswer(): void {}
  pick(): void {}
  takeBack = () => null;
  switchTo = () => Promise.resolve(null);
  loadOlder = () => Promise.resolve(null);
  tryAgain(): void {}

  #again(from: Message, model: ModelRef, instruction: string, instead?: Message): void {
    const chat = this.current;
    if (chat === null || chat.streaming) return;
    const kept = chat.messages.slice(0, chat.messages.indexOf(from));
    chat.messages = instead ? [...kept, instead] : kept;
    void this.#answer(chat, model, instruction);
  }

  async #answer(chat: Chat, model: ModelRef, instruction = ''): Promise<void> {
    const id = chat.key;
    const prompt = chat.messages
      .filter((message) => message.text !== '' || message.files.length > 0)
      .map((message, index, all) => toPrompt(message, index === all.length - 1 ? instruction : ''));
    if (chat.system !== '') prompt.unshift({ role: 'system', content: chat.system });
    const answer = new Message({ role: 'assistant', text: '', model: model.name, state: 'streaming' });
    answer.modelId = model.id;
    chat.messages = [...chat.messages, answer];
    chat.jumps++;
    const abort = new AbortController();
    this.#running.set(id, abort);
    announcer.say(t.announce_start({ model: model.name }));
    const saving = setInterval(() => this.#save(), SAVE_EVERY_MS * 2);

    const end = await runAnswer(model.id, prompt, chat.params, answer, abort.signal);

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
  #giveBack(chat: Chat, accessLost: NonNullable<Surroundings['accessLost']>): void {
    const question = chat.messages.at(-2);
    chat.messages = chat.messages.slice(0, -2);
    if (chat.messages.length === 0) this.delete(chat.key);
    accessLost(question?.text ?? '', this.currentId, question?.files);
  }

  #save(): void {
    this.#saveTimer ??= setTimeout(() => {
      this.#saveTimer = null;
      writeChats(this.#key, this.chats);
    }, SAVE_EVERY_MS);
  }
}

/** Nothing is uploaded for a chat that no server keeps: its files go along as they are. */
function toPrompt({ role, text, files }: Message, instruction: string): PromptMessage {
  const texts = files
    .filter(({ type }) => type === 'file')
    .map(({ url }) => decodeURIComponent(url.slice(url.indexOf(',') + 1)));
  const content = [...texts, text, instruction].filter((part) => part !== '').join('\n\n');
  const images = files.filter(({ type }) => type === 'image');
  if (images.length === 0) return { role, content };
  return {
    role,
    content: [
      { type: 'text', text: content },
      ...images.map(({ url }) => ({ type: 'image_url' as const, image_url: { url } })),
    ],
  };
}
