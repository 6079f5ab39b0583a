import { chatNews } from '../../server-api/chat-news';
import type { Failure } from '../../server-api/failure';
import { ATTEMPTS, isPassing, waitBefore, type FollowEnd } from '../../server-api/follow-answer';
import { beginSeveral, type Begun, type Turn } from '../../server-api/turns';
import { pause } from '../../server-api/wake';
import { announcer } from '../../shared/announcer/announcer.svelte';
import { t } from './turn-text';
import type { Chat, Message } from './chat.svelte';
import { keptAnswers, unsentTurns } from './kept-answers';
import { RunningAnswer } from './running-answer';

export interface Watch {
  /** The server has the turn. */
  begun(chat: Chat, answer: Message, begun: Begun): void;
  titled(chat: Chat, title: string): void;
  settled(chat: Chat): void;
  /** The chat or the answer is not there (any more). */
  gone(chat: Chat, answer: Message): void;
}

/** Answers that one request begins, until the server has it. */
interface Beginning {
  chat: Chat;
  abort: AbortController;
}

/** The answers that this page follows, or waits to begin, by message. */
export class FollowedAnswers {
  readonly #running = new Map<string, RunningAnswer>();
  readonly #beginning = new Map<string, Beginning>();
  readonly #watch: Watch;

  constructor(watch: Watch) {
    this.#watch = watch;
  }

  has(messageId: string): boolean {
    return this.#running.has(messageId) || this.#beginning.has(messageId);
  }

  get chatIds(): Set<string> {
    const all = [...this.#running.values(), ...this.#beginning.values()];
    return new Set(all.flatMap(({ chat }) => chat.id ?? []));
  }

  /** Sends a turn, or joins an answer, and stays until it is settled. */
  async run(
    chat: Chat,
    answer: Message,
    target: { turn: Turn } | (Begun & { title?: boolean }),
  ): Promise<FollowEnd> {
    answer.state = 'streaming';
    answer.link = 'live';
    answer.failure = null;
    const running = new RunningAnswer(chat, answer, {
      begun: (begun) => this.#watch.begun(chat, answer, begun),
      title: (title) => this.#watch.titled(chat, title),
      settled: () => this.#settled(chat, answer),
    });
    this.#running.set(answer.id, running);
    if (chat.id !== null) chatNews.tell({ kind: 'running', id: chat.id, running: true });
    const end = await running.run(target);
    if (this.#running.get(answer.id) === running) this.#running.delete(answer.id);
    if (end.kind === 'lost' || end.kind === 'gap') answer.link = 'lost';
    if (end.kind === 'gone') this.#watch.gone(chat, answer);
    return end;
  }

  /**
   * Several answers are begun by one request, which may be repeated, and followed one by one. Without a network no attempt
   * counts. Returns why the server did not take them; null when it did, or the reader takes them back.
   */
  async runSeveral(chat: Chat, answers: Message[], turn: Turn): Promise<Failure | null> {
    const abort = new AbortController();
    const { signal } = abort;
    for (const answer of answers) {
      answer.state = 'streaming';
      answer.link = 'live';
      answer.failure = null;
      this.#beginning.set(answer.id, { chat, abort });
    }
    let attempt = 0;
    let outcome = await beginSeveral(turn, signal);
    while (!signal.aborted && 'failure' in outcome) {
      const { failure } = outcome;
      if (navigator.onLine) attempt++;
      if (attempt > ATTEMPTS || (failure.status !== 0 && !isPassing(failure))) break;
      for (const answer of answers) answer.link = 'queued';
      await pause(Math.max(waitBefore(attempt), failure.retryAfter ?? 0), signal);
      if (!signal.aborted) outcome = await beginSeveral(turn, signal);
    }
    for (const { id } of answers) this.#beginning.delete(id);
    if (signal.aborted) return null;
    if ('failure' in outcome) return outcome.failure;
    const chatId = outcome.value.chat_id;
    unsentTurns.remove(turn.id);
    for (const answer of answers) {
      const title = answer.id === turn.id && turn.background_tasks !== undefined;
      void this.run(chat, answer, { chatId, messageId: answer.id, title });
    }
    return null;
  }

  /** What the server has not got is not sent any more. Returns whether there was such a thing. */
  takeBack(messageId: string): boolean {
    const beginning = this.#beginning.get(messageId);
    const running = this.#running.get(messageId);
    if (beginning) this.#drop(beginning);
    running?.leave();
    this.#running.delete(messageId);
    return beginning !== undefined || running !== undefined;
  }

  /** Returns whether that worked, or there was nothing to stop. */
  stop(messageId: string): Promise<boolean> {
    return this.#running.get(messageId)?.stop() ?? Promise.resolve(true);
  }

  /** The page goes: what has come is kept over a reload. */
  keep(): void {
    for (const answer of this.#running.values()) answer.keep();
  }

  /** The chat is deleted. */
  forget(chatId: string): void {
    for (const beginning of this.#beginning.values()) if (beginning.chat.id === chatId) this.#drop(beginning);
    for (const answer of this.#running.values()) {
      if (answer.chat.id !== chatId) continue;
      answer.leave();
      keptAnswers.remove(answer.message.id);
    }
  }

  forgetAll(): void {
    for (const beginning of this.#beginning.values()) this.#drop(beginning);
    for (const answer of this.#running.values()) answer.leave();
    this.#running.clear();
  }

  #drop({ abort }: Beginning): void {
    abort.abort();
    for (const [id, other] of this.#beginning) if (other.abort === abort) this.#beginning.delete(id);
  }

  /** One word at the end of an answer; of several side by side, when the last is over. */
  #settled(chat: Chat, answer: Message): void {
    this.#running.delete(answer.id);
    const said = {
      done: t.announce_done(),
      stopped: t.announce_stopped(),
      failed: t.announce_failed(),
      interrupted: t.announce_interrupted(),
      streaming: '',
    }[answer.state];
    const others =
      chat.compared?.includes(answer) && chat.compared.some(({ state }) => state === 'streaming');
    if (said !== '' && !others) announcer.say(said);
    if (chat.id !== null && !this.chatIds.has(chat.id)) {
      chatNews.tell({ kind: 'running', id: chat.id, running: false });
    }
    this.#watch.settled(chat);
  }
}
