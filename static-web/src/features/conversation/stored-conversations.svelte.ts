import { chatNews, type ChatNews } from '../../server-api/chat-news';
import { readBranch, type ChatSettings, type FileRef } from '../../server-api/chats';
import { isAccessLost, type Failure } from '../../server-api/failure';
import type { Begun } from '../../server-api/turns';
import { onWake } from '../../server-api/wake';
import { t } from './turn-text';
import { changeAnswer, changeBranch, changeSettings, removeMessage, tellChanged } from './chat-changes';
import { Chat, type FoundPlace, type Message } from './chat.svelte';
import type { Conversations, ModelRef, Removed, Surroundings, TakenBack } from './conversations';
import { FollowedAnswers } from './followed-answers';
import { keptAnswers, unsentTurns } from './kept-answers';
import { showFound } from './show-found';
import { forgetChat, keepShown } from './kept-chats';
import { newSettings } from './new-settings.svelte';
import { OpenChats } from './open-chats';
import { addSibling, TurnSender } from './turn-sender';

const REFRESH_EVERY_MS = 10_000;
const CHATS_RESUMED = 8;

/*
 * Past 300 lines, because every act of a reader meets the same chats and answers: what each of them does stands in the
 * files that are imported, here only which comes when.
 */

/** The chats that the server keeps: what a reader does with them, and what other tabs and the network tell of them. */
export class StoredConversations implements Conversations {
  readonly stored = true;
  current = $state.raw<Chat | null>(null);
  readonly #around: Surroundings;
  readonly #answers: FollowedAnswers;
  readonly #chats: OpenChats;
  readonly #sender: TurnSender;
  /** A chat that was open when it was removed: its restoring opens it again. */
  #removed: string | null = null;
  #refreshed = 0;

  constructor(around: Surroundings) {
    this.#around = around;
    const answers = (this.#answers = new FollowedAnswers({
      begun: (chat, answer, begun) => this.#begun(chat, answer, begun),
      titled: (chat, title) => this.#titled(chat, title),
      settled: (chat) => {
        if (chat.stale) void this.#chats.refresh(chat);
        void keepShown(chat);
      },
      gone: (chat, answer) => {
        unsentTurns.remove(answer.id);
        void this.#chats.refresh(chat);
      },
    }));
    this.#sender = new TurnSender({
      answers,
      isLost: (failure, unsent) => this.#isLost(failure, unsent),
      takenBack: (chat) => {
        if (chat.id !== null) void this.#chats.refresh(chat);
        else if (this.current === chat) this.current = null;
      },
      complain: (text) => around.complain(text),
    });
    this.#chats = new OpenChats({
      answers,
      isShown: (chat) => chat === this.current,
      rejoin: (chat, answer) => this.#rejoin(chat, answer),
      adoptUnsent: (chat) => this.#sender.adoptUnsent(chat),
      isLost: (failure) => this.#isLost(failure),
      missing: (id) => around.renamed(id, 'new'),
    });
    chatNews.listen((news, own) => this.#hear(news, own));
    chatNews.tell({ kind: 'hello' });
    onWake(() => this.#wake());
    window.addEventListener('pagehide', () => {
      answers.keep();
      for (const id of answers.chatIds) chatNews.tell({ kind: 'running', id, running: false });
    });
  }

  get draftKey(): string | null {
    return this.current === null ? null : (this.current.id ?? this.current.key);
  }

  /** After a reload: joins the answers that this tab was following and sends what was not acknowledged. */
  resume(): void {
    const unsent = unsentTurns.all();
    const ids = new Set([...keptAnswers.chatIds(), ...unsent.flatMap(({ turn }) => turn.chat_id ?? [])]);
    for (const id of [...ids].slice(0, CHATS_RESUMED)) {
      if (id !== this.current?.id) void this.#chats.refresh(this.#chats.take(id));
    }
    for (const turn of unsent.filter(({ turn }) => turn.chat_id === undefined)) {
      const chat = new Chat(null);
      if (this.current === null) this.current = chat;
      this.#sender.sendKept(chat, turn);
    }
  }

  open(id: string | null, at: FoundPlace | null = null): void {
    this.#removed = null;
    this.current = id === null ? null : this.#chats.take(id);
    this.#around.moved(id, false);
    if (this.current === null) return;
    this.current.jumps++;
    this.current.found = null;
    const read = this.#chats.refresh(this.current);
    if (at !== null) void showFound(this.#chats, this.current, at, read);
  }

  send(text: string, models: ModelRef[], files: FileRef[] = []): void {
    const chat = this.current ?? new Chat(null);
    this.current = chat;
    const last = chat.messages.at(-1);
    // A question whose answers were deleted gives way to this one, as if it had been edited.
    if (last?.role === 'user')
      addSibling(
        chat,
        last,
        this.#sender.ask(chat, chat.messages.slice(0, -1), last.parentId, { text, files }, models),
      );
    else this.#sender.ask(chat, chat.messages, last?.id ?? null, { text, files }, models);
  }

  edit(question: Message, text: string, model: ModelRef): void {
    const chat = this.current;
    if (chat === null || chat.streaming) return;
    const above = chat.messages.slice(0, chat.messages.indexOf(question));
    const { files, parentId } = question;
    addSibling(chat, question, this.#sender.ask(chat, above, parentId, { text, files }, [model]));
  }

  retry(answer: Message, model: ModelRef, instruction = ''): void {
    const chat = this.current;
    const beside = chat?.compared?.includes(answer) && answer.state !== 'streaming';
    if (chat && (beside || !chat.streaming)) this.#sender.again(chat, answer, model, instruction);
  }

  continueAnswer(answer: Message, model: ModelRef): void {
    const chat = this.current;
    const beside = chat?.compared?.includes(answer) && answer.state !== 'streaming';
    if (chat?.id != null && (beside || !chat.streaming)) void this.#sender.goOn(chat, answer, model);
  }

  stop(only?: Message): void {
    const shown = [...(this.current?.messages ?? []), ...(this.current?.compared ?? [])];
    for (const message of only ? [only] : new Set(shown)) {
      if (message.state !== 'streaming') continue;
      void this.#answers.stop(message.id).then((stopped) => {
        if (!stopped) this.#around.complain(t.answer_stop_failed());
      });
    }
  }

  takeBack(answer: Message): TakenBack | null {
    return this.current === null ? null : this.#sender.takeBack(this.current, answer);
  }

  pick(answer: Message): void {
    const chat = this.current;
    if (!chat?.compared?.includes(answer)) return;
    chat.compared = null;
    chat.messages = [...chat.messages.slice(0, -1), answer];
    void this.#moveTo(chat, answer.modelId);
  }

  async editAnswer(answer: Message, text: string): Promise<boolean> {
    const chat = this.current;
    if (chat === null || !(await changeAnswer(chat, answer, text))) return false;
    this.#changed(chat);
    return true;
  }

  async remove(message: Message): Promise<Removed | null> {
    const chat = this.current;
    return chat && removeMessage(chat, message, () => this.#reread(chat));
  }

  get settings(): ChatSettings {
    const chat = this.current;
    return chat === null ? newSettings.value : { system: chat.system, params: chat.params };
  }

  async saveSettings(settings: ChatSettings): Promise<boolean> {
    const chat = this.current;
    if (chat === null) newSettings.set(settings);
    else if (await changeSettings(chat, settings)) this.#changed(chat);
    else return false;
    return true;
  }

  async switchTo(siblingId: string): Promise<(() => void) | null> {
    const chat = this.current;
    if (chat?.id == null) return null;
    const outcome = await readBranch(chat.id, { leaf: siblingId });
    if ('failure' in outcome) {
      if (!this.#isLost(outcome.failure)) this.#around.complain(t.branch_failed());
      return null;
    }
    const branch = outcome.value?.branch;
    if (!branch) return null;
    return () => {
      this.#chats.show(chat, branch);
      void this.#moveTo(chat);
    };
  }

  loadOlder(): Promise<(() => void) | null> {
    return this.current === null ? Promise.resolve(null) : this.#chats.older(this.current);
  }

  tryAgain(): void {
    const chat = this.current;
    if (chat === null) return;
    if (chat.state !== 'ready') void this.#chats.refresh(chat);
    for (const message of new Set([...chat.messages, ...(chat.compared ?? [])]))
      if (message.link === 'lost') this.#rejoin(chat, message);
  }

  forgetAll(): void {
    this.#answers.forgetAll();
    this.#chats.clear();
    this.current = null;
  }

  /** @param models Those that the chat goes on with. */
  async #moveTo(chat: Chat, ...models: string[]): Promise<void> {
    if (await changeBranch(chat, models)) this.#changed(chat);
  }

  #changed(chat: Chat): void {
    tellChanged(chat);
    void keepShown(chat);
  }

  async #reread(chat: Chat): Promise<void> {
    tellChanged(chat);
    await this.#chats.refresh(chat);
  }

  #rejoin(chat: Chat, answer: Message): void {
    if (chat.id === null || this.#answers.has(answer.id)) return;
    const unsent = unsentTurns.all().find(({ turn }) => turn.id === answer.id);
    if (unsent) this.#sender.follow(chat, [answer], unsent.turn);
    else void this.#answers.run(chat, answer, { chatId: chat.id, messageId: answer.id });
  }

  #begun(chat: Chat, answer: Message, { chatId }: Begun): void {
    unsentTurns.remove(answer.id);
    const now = Math.floor(Date.now() / 1000);
    if (chat.id === null) {
      this.#around.renamed(chat.key, chatId);
      chat.id = chatId;
      this.#chats.add(chatId, chat);
      const folder_id = chat.place?.id ?? null;
      const entry = { id: chatId, title: chat.title, updated_at: now, created_at: now, folder_id };
      chatNews.tell({ kind: 'entry', entry: { ...entry, pinned: false, archived: false } });
      if (this.current === chat) this.#around.moved(chatId, true);
    } else chatNews.tell({ kind: 'entry', entry: { id: chatId, updated_at: now } });
    chatNews.tell({ kind: 'running', id: chatId, running: true });
    chatNews.tell({ kind: 'changed', id: chatId });
  }

  #titled(chat: Chat, title: string): void {
    chat.givenTitle = title;
    if (chat.id !== null) chatNews.tell({ kind: 'entry', entry: { id: chat.id, title } });
  }

  /** Asks for the access code when that is what the failure means. */
  #isLost(failure: Failure, unsent?: () => TakenBack | null): boolean {
    if (!this.#around.accessLost || !isAccessLost(failure)) return false;
    const back = unsent?.();
    this.#around.accessLost(back?.text ?? '', this.draftKey, back?.files);
    return true;
  }

  /** The reader, or the network, is back. */
  #wake(): void {
    const chat = this.current;
    if (chat === null) return;
    this.tryAgain();
    if (Date.now() - this.#refreshed < REFRESH_EVERY_MS) return;
    this.#refreshed = Date.now();
    void this.#chats.refresh(chat);
  }

  #hear(news: ChatNews, own: boolean): void {
    if (news.kind === 'entry') {
      const chat = this.#chats.find(news.entry.id);
      if (!chat) return;
      if (news.entry.title !== undefined) chat.givenTitle = news.entry.title;
      if (news.entry.archived !== undefined) chat.archived = news.entry.archived;
    } else if (news.kind === 'removed') this.#forget(news.id);
    else if (news.kind === 'restored') {
      if (own && this.#removed === news.entry.id && this.current === null) this.open(news.entry.id);
    } else if (own) return;
    else if (news.kind === 'changed') {
      const chat = this.#chats.find(news.id);
      if (chat) void this.#chats.refresh(chat);
    } else if (news.kind === 'missed') {
      if (this.current) void this.#chats.refresh(this.current);
    } else if (news.kind === 'hello' || (news.kind === 'running' && !news.running)) {
      for (const id of this.#answers.chatIds) {
        if (news.kind === 'hello' || news.id === id) chatNews.tell({ kind: 'running', id, running: true });
      }
    }
  }

  #forget(id: string): void {
    void forgetChat(id);
    this.#answers.forget(id);
    this.#chats.remove(id);
    if (this.current?.id !== id) return;
    this.current = null;
    this.#around.moved(null, true);
    this.#removed = id;
  }
}
