import { chatNews, type ChatNews } from '../../server-api/chat-news';
import { moveToBranch, readBranch, type Branch, type StoredMessage } from '../../server-api/chats';
import type { Failure } from '../../server-api/failure';
import type { FollowEnd } from '../../server-api/follow-answer';
import type { Begun, Turn } from '../../server-api/turns';
import { onWake } from '../../server-api/wake';
import { announcer } from '../../shared/announcer/announcer.svelte';
import { t } from '../../shared/language/language.svelte';
import { Chat, Message } from './chat.svelte';
import type { Conversations, ModelRef, Surroundings } from './conversations';
import { keptAnswers, unsentTurns, type UnsentTurn } from './kept-answers';
import { giveBack, restoreKept, RunningAnswer } from './running-answer';
import { showStored } from './stored-message';
import { isAccessLost } from './tab-conversations.svelte';

const REFRESH_EVERY_MS = 10_000;
const CHATS_IN_MEMORY = 12;
const CHATS_RESUMED = 8;

/**
 * The chats that the server keeps: what is open of them, and the answers that are followed. Long, because every act of a
 * reader meets the same two maps; what stands by itself (a running answer, what is kept over a reload, how a stored message
 * is shown) has files of its own.
 */
export class StoredConversations implements Conversations {
  readonly stored = true;
  current = $state.raw<Chat | null>(null);
  readonly #around: Surroundings;
  /** By id, the one that was shown last at the end. */
  readonly #open = new Map<string, Chat>();
  readonly #running = new Map<string, RunningAnswer>();
  /** A chat that was open when it was removed: its restoring opens it again. */
  #removed: string | null = null;
  #refreshed = 0;

  constructor(around: Surroundings) {
    this.#around = around;
    chatNews.listen((news, own) => this.#hear(news, own));
    chatNews.tell({ kind: 'hello' });
    onWake(() => this.#wake());
    window.addEventListener('pagehide', () => {
      for (const answer of this.#running.values()) answer.keep();
      for (const id of this.#runningChats()) chatNews.tell({ kind: 'running', id, running: false });
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
      if (id !== this.current?.id) void this.#refresh(this.#chat(id));
    }
    for (const turn of unsent.filter(({ turn }) => turn.chat_id === undefined)) {
      const chat = new Chat(null);
      if (this.current === null) this.current = chat;
      this.#sendKept(chat, turn);
    }
  }

  open(id: string | null): void {
    this.#removed = null;
    this.current = id === null ? null : this.#chat(id);
    this.#around.moved(id, false);
    if (this.current === null) return;
    this.current.jumps++;
    void this.#refresh(this.current);
  }

  send(text: string, model: ModelRef): void {
    const chat = this.current ?? new Chat(null);
    this.current = chat;
    const parent = chat.messages.at(-1) ?? null;
    this.#ask(chat, chat.messages, parent?.id ?? null, text, model);
  }

  edit(question: Message, text: string, model: ModelRef): void {
    const chat = this.current;
    if (chat === null || chat.streaming) return;
    const above = chat.messages.slice(0, chat.messages.indexOf(question));
    const instead = this.#ask(chat, above, question.parentId, text, model);
    addSibling(chat, question, instead);
  }

  retry(answer: Message, model: ModelRef): void {
    const chat = this.current;
    if (chat === null || chat.streaming) return;
    const unsent = unsentTurns.all().find(({ turn }) => turn.id === answer.id);
    if (unsent) {
      answer.model = model.name;
      this.#follow(chat, answer, { ...unsent.turn, model: model.id });
      return;
    }
    if (chat.id === null || answer.parentId === null) return;
    const above = chat.messages.slice(0, chat.messages.indexOf(answer));
    const again = this.#newAnswer(chat, answer.parentId, model);
    addSibling(chat, answer, again);
    chat.messages = [...above, again];
    chat.jumps++;
    this.#follow(chat, again, {
      model: model.id,
      chat_id: chat.id,
      parent_id: answer.parentId,
      id: again.id,
    });
  }

  continueAnswer(answer: Message, model: ModelRef): void {
    void this.#continue(answer, model);
  }

  stop(): void {
    for (const message of this.current?.messages ?? []) {
      if (message.state !== 'streaming') continue;
      void this.#running
        .get(message.id)
        ?.stop()
        .then((stopped) => {
          if (!stopped) this.#around.complain(t.answer_stop_failed());
        });
    }
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
      this.#show(chat, branch);
      void this.#moveTo(chat);
    };
  }

  async #moveTo(chat: Chat): Promise<void> {
    const leaf = chat.messages.at(-1);
    if (chat.id === null || leaf === undefined) return;
    chat.version = null;
    const moved = await moveToBranch(chat.id, leaf.id);
    if (!('failure' in moved)) chatNews.tell({ kind: 'changed', id: chat.id });
  }

  async loadOlder(): Promise<(() => void) | null> {
    const chat = this.current;
    if (chat?.id == null || chat.before === null || chat.loadingOlder === 'yes') return null;
    chat.loadingOlder = 'yes';
    const outcome = await readBranch(chat.id, { before: chat.before });
    const branch = 'value' in outcome ? outcome.value?.branch : undefined;
    chat.loadingOlder = branch ? 'no' : 'failed';
    // Another branch may be shown by now.
    if (!branch || chat.messages[0]?.parentId !== branch.messages.at(-1)?.id) return null;
    return () => {
      chat.messages = [...branch.messages.map((stored) => this.#message(chat, stored)), ...chat.messages];
      chat.before = branch.before;
    };
  }

  tryAgain(): void {
    const chat = this.current;
    if (chat === null) return;
    if (chat.state !== 'ready') void this.#refresh(chat);
    for (const message of chat.messages) if (message.link === 'lost') this.#rejoin(chat, message);
  }

  forgetAll(): void {
    for (const answer of this.#running.values()) answer.leave();
    this.#running.clear();
    this.#open.clear();
    this.current = null;
  }

  #chat(id: string): Chat {
    let chat = this.#open.get(id);
    if (chat === undefined) {
      chat = new Chat(id);
      chat.state = 'loading';
    }
    this.#open.delete(id);
    this.#open.set(id, chat);
    for (const [old, { streaming }] of this.#open) {
      if (this.#open.size <= CHATS_IN_MEMORY) break;
      if (!streaming && old !== id && old !== this.current?.id) this.#open.delete(old);
    }
    return chat;
  }

  /** Adds the reader's message and its answer below `above`, and sends them. */
  #ask(chat: Chat, above: Message[], parentId: string | null, text: string, model: ModelRef): Message {
    const question = new Message({ role: 'user', text });
    question.parentId = parentId;
    question.raw.content = text;
    chat.byId.set(question.id, question);
    const answer = this.#newAnswer(chat, question.id, model);
    chat.messages = [...above, question, answer];
    chat.jumps++;
    const turn: Turn = {
      model: model.id,
      parent_id: parentId,
      user_message: { id: question.id, content: text },
      id: answer.id,
    };
    if (chat.id !== null) turn.chat_id = chat.id;
    else turn.background_tasks = { title_generation: true };
    this.#follow(chat, answer, turn);
    return question;
  }

  #newAnswer(chat: Chat, parentId: string, model: ModelRef): Message {
    const answer = new Message({ role: 'assistant', text: '', model: model.name, state: 'streaming' });
    answer.modelId = model.id;
    answer.parentId = parentId;
    chat.byId.set(answer.id, answer);
    return answer;
  }

  async #continue(answer: Message, model: ModelRef): Promise<void> {
    const chat = this.current;
    if (chat?.id == null || chat.streaming) return;
    // The server goes on after its own text: it must have all of ours before.
    const held = keptAnswers.read(answer.id);
    answer.state = 'streaming';
    if (!(await giveBack(answer, held))) {
      answer.state = 'interrupted';
      this.#around.complain(t.answer_network());
      return;
    }
    answer.failure = null;
    this.#follow(chat, answer, {
      model: answer.modelId || model.id,
      chat_id: chat.id,
      parent_id: answer.parentId,
      id: answer.id,
      continue: true,
      sequence: answer.raw.content.length + answer.raw.reasoning.length,
    });
  }

  /** Sends a turn and stays with its answer. */
  #follow(chat: Chat, answer: Message, turn: Turn): void {
    const unsent = { turn, modelName: answer.model, refused: null };
    unsentTurns.write(unsent);
    announcer.say(t.announce_start({ model: answer.model }));
    void this.#run(chat, answer, { turn }).then((end) => {
      if (end.kind === 'refused') this.#refused(chat, answer, unsent, end.failure);
    });
  }

  async #run(chat: Chat, answer: Message, target: { turn: Turn } | Begun): Promise<FollowEnd> {
    answer.state = 'streaming';
    answer.link = 'live';
    answer.failure = null;
    const running = new RunningAnswer(chat, answer, {
      begun: (begun) => this.#begun(chat, answer, begun),
      title: (title) => this.#titled(chat, title),
      settled: () => this.#settled(chat, answer),
    });
    this.#running.set(answer.id, running);
    if (chat.id !== null) chatNews.tell({ kind: 'running', id: chat.id, running: true });
    const end = await running.run(target);
    if (this.#running.get(answer.id) === running) this.#running.delete(answer.id);
    if (end.kind === 'lost' || end.kind === 'gap') answer.link = 'lost';
    if (end.kind === 'gone') {
      unsentTurns.remove(answer.id);
      void this.#refresh(chat);
    }
    return end;
  }

  #begun(chat: Chat, answer: Message, { chatId }: Begun): void {
    unsentTurns.remove(answer.id);
    const now = Math.floor(Date.now() / 1000);
    if (chat.id === null) {
      this.#around.renamed(chat.key, chatId);
      chat.id = chatId;
      this.#open.set(chatId, chat);
      const entry = { id: chatId, title: chat.title, updated_at: now, created_at: now };
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

  #settled(chat: Chat, answer: Message): void {
    this.#running.delete(answer.id);
    const said = {
      done: t.announce_done(),
      stopped: t.announce_stopped(),
      failed: t.announce_failed(),
      interrupted: t.announce_interrupted(),
      streaming: '',
    }[answer.state];
    if (said !== '') announcer.say(said);
    if (chat.id !== null && !this.#runningChats().has(chat.id)) {
      chatNews.tell({ kind: 'running', id: chat.id, running: false });
    }
    if (chat.stale) void this.#refresh(chat);
  }

  #refused(chat: Chat, answer: Message, unsent: UnsentTurn, failure: Failure): void {
    answer.state = unsent.turn.continue ? 'interrupted' : 'failed';
    answer.failure = failure;
    if (unsent.turn.continue) unsentTurns.remove(answer.id);
    else unsentTurns.write({ ...unsent, refused: failure });
    if (chat.id !== null) chatNews.tell({ kind: 'running', id: chat.id, running: false });
    if (!this.#isLost(failure, () => this.#takeBack(chat, answer))) announcer.say(t.announce_failed());
  }

  /** The gate is asked for: the question leaves the chat and goes back to the composer, so that nothing is lost. */
  #takeBack(chat: Chat, answer: Message): string {
    unsentTurns.remove(answer.id);
    const question = chat.messages.at(-2);
    const sent = question?.role === 'user' && question.id === answer.parentId;
    chat.messages = chat.messages.slice(0, sent ? -2 : -1);
    if (chat.id === null && this.current === chat) this.current = null;
    return sent ? question.text : '';
  }

  /** Asks for the access code when that is what the failure means. */
  #isLost(failure: Failure, unsent?: () => string): boolean {
    if (!this.#around.accessLost || !isAccessLost(failure)) return false;
    const text = unsent?.() ?? '';
    this.#around.accessLost(text, this.draftKey);
    return true;
  }

  /** Brings a chat up to what the server has; what is being answered here is left alone until its end. */
  async #refresh(chat: Chat): Promise<void> {
    if (chat.id === null) return;
    chat.stale = this.#runningChats().has(chat.id);
    if (chat.stale) return;
    if (chat.state !== 'ready') chat.state = 'loading';
    const outcome = await readBranch(chat.id, { version: chat.version });
    if (chat.messages.length > 0 && this.#runningChats().has(chat.id)) return;
    if ('failure' in outcome) {
      if (this.#isLost(outcome.failure)) return;
      if ([403, 404, 422].includes(outcome.failure.status)) {
        chat.state = 'missing';
        chat.messages = [];
        // What was written for it is not lost: the new chat's composer has it.
        this.#around.renamed(chat.id, 'new');
      } else if (chat.state === 'loading') chat.state = 'failed';
      return;
    }
    if (outcome.value !== null) {
      const first = chat.state === 'loading';
      chat.version = outcome.value.version;
      this.#show(chat, outcome.value.branch);
      if (first) chat.jumps++;
    }
    chat.state = 'ready';
    this.#adoptUnsent(chat);
  }

  #show(chat: Chat, { chat: entry, messages, before }: Branch): void {
    chat.givenTitle = entry.title;
    chat.archived = entry.archived;
    const rows = messages.map((stored) => this.#message(chat, stored));
    // Older pages that were read stay, when these messages go on below them.
    const parent = chat.messages.findIndex(({ id }) => id === rows[0]?.parentId);
    const above = parent < 0 ? [] : chat.messages.slice(0, parent + 1);
    chat.messages = [...above, ...rows];
    if (above.length === 0) chat.before = before;
    for (const message of rows) {
      if (message.role === 'user' || this.#running.has(message.id)) continue;
      restoreKept(message);
      if (message.state === 'streaming') this.#rejoin(chat, message);
    }
  }

  /** The message as an object that stays the same; one that is followed here is further than what was read. */
  #message(chat: Chat, stored: StoredMessage): Message {
    const message = chat.byId.get(stored.id) ?? new Message({ id: stored.id, role: stored.role, text: '' });
    chat.byId.set(stored.id, message);
    if (this.#running.has(stored.id)) message.siblings = stored.siblings ?? [];
    else showStored(message, stored);
    return message;
  }

  #rejoin(chat: Chat, answer: Message): void {
    if (chat.id === null || this.#running.has(answer.id)) return;
    const unsent = unsentTurns.all().find(({ turn }) => turn.id === answer.id);
    if (unsent) this.#follow(chat, answer, unsent.turn);
    else void this.#run(chat, answer, { chatId: chat.id, messageId: answer.id });
  }

  /** Turns of this chat that the server never acknowledged to this tab. */
  #adoptUnsent(chat: Chat): void {
    for (const unsent of unsentTurns.all()) {
      const { turn } = unsent;
      if (turn.chat_id !== chat.id || this.#running.has(turn.id)) continue;
      const stored = chat.messages.some(({ id }) => id === turn.id);
      const fits = chat.messages.at(-1)?.id === turn.parent_id;
      if (!stored && fits && !turn.continue) this.#sendKept(chat, unsent);
      else if (stored || turn.continue) unsentTurns.remove(turn.id);
    }
  }

  #sendKept(chat: Chat, { turn, modelName, refused }: UnsentTurn): void {
    const model = { id: turn.model, name: modelName };
    const added: Message[] = [];
    if (turn.user_message) {
      const { id, content } = turn.user_message;
      const question = new Message({ id, role: 'user', text: content });
      question.parentId = turn.parent_id ?? null;
      added.push(question);
    }
    const answer = new Message({
      id: turn.id,
      role: 'assistant',
      text: '',
      model: model.name,
      state: 'failed',
    });
    answer.parentId = added[0]?.id ?? turn.parent_id ?? null;
    answer.failure = refused;
    added.push(answer);
    for (const message of added) chat.byId.set(message.id, message);
    chat.messages = [...chat.messages, ...added];
    if (refused === null) this.#follow(chat, answer, turn);
  }

  #runningChats(): Set<string> {
    return new Set([...this.#running.values()].flatMap(({ chat }) => chat.id ?? []));
  }

  /** The reader, or the network, is back. */
  #wake(): void {
    const chat = this.current;
    if (chat === null) return;
    this.tryAgain();
    if (Date.now() - this.#refreshed < REFRESH_EVERY_MS) return;
    this.#refreshed = Date.now();
    void this.#refresh(chat);
  }

  #hear(news: ChatNews, own: boolean): void {
    if (news.kind === 'entry') {
      const chat = this.#open.get(news.entry.id);
      if (!chat) return;
      if (news.entry.title !== undefined) chat.givenTitle = news.entry.title;
      if (news.entry.archived !== undefined) chat.archived = news.entry.archived;
    } else if (news.kind === 'removed') this.#forget(news.id);
    else if (news.kind === 'restored') {
      if (own && this.#removed === news.entry.id && this.current === null) this.open(news.entry.id);
    } else if (own) return;
    else if (news.kind === 'changed') {
      const chat = this.#open.get(news.id);
      if (chat) void this.#refresh(chat);
    } else if (news.kind === 'hello' || (news.kind === 'running' && !news.running)) {
      for (const id of this.#runningChats()) {
        if (news.kind === 'hello' || news.id === id) chatNews.tell({ kind: 'running', id, running: true });
      }
    }
  }

  #forget(id: string): void {
    for (const answer of this.#running.values()) {
      if (answer.chat.id !== id) continue;
      answer.leave();
      keptAnswers.remove(answer.message.id);
    }
    this.#open.delete(id);
    if (this.current?.id !== id) return;
    this.current = null;
    this.#around.moved(null, true);
    this.#removed = id;
  }
}

function addSibling(chat: Chat, old: Message, fresh: Message): void {
  const ids = [...(old.siblings.length > 0 ? old.siblings : [old.id]), fresh.id];
  for (const id of ids) {
    const message = chat.byId.get(id);
    if (message) message.siblings = ids;
  }
}
