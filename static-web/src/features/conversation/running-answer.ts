import { giveBackAnswer, readBranch, stopAnswer } from '../../server-api/chats';
import { followAnswer, type Follower, type FollowEnd, type Settled } from '../../server-api/follow-answer';
import type { Begun, Turn } from '../../server-api/turns';
import { AnswerText } from '../streaming-answer/answer-text';
import type { Chat, Message } from './chat.svelte';
import { beyond, keptAnswers, type KeptAnswer } from './kept-answers';
import { showStored } from './stored-message';

const KEEP_EVERY_MS = 1000;
const REREADS = 3;

export interface AnswerWatch {
  begun(begun: Begun): void;
  title(title: string): void;
  /** The message has its final state. */
  settled(): void;
}

/** One answer that runs on the server, written into its message as it comes. */
export class RunningAnswer implements Follower {
  readonly #leave = new AbortController();
  readonly #watch: AnswerWatch;
  #text: AnswerText;
  #begun: Begun | null = null;
  #stopWanted = false;
  /** Sends a turn, that nobody has acknowledged yet. */
  #sending = false;
  #keepTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    readonly chat: Chat,
    readonly message: Message,
    watch: AnswerWatch,
  ) {
    this.#watch = watch;
    this.#text = this.#begin();
  }

  get sequence(): number {
    return this.#text.sequence;
  }

  /** Sends the turn, or joins the answer; stays until it is settled. Never throws. */
  async run(target: { turn: Turn } | (Begun & { title?: boolean })): Promise<FollowEnd> {
    this.#sending = 'turn' in target;
    let end = await followAnswer(target, this, this.#leave.signal);
    for (let reread = 0; end.kind === 'gap' && reread < REREADS && (await this.#reread()); reread++) {
      this.#text = this.#begin();
      end = await followAnswer(this.#begun ?? (target as Begun), this, this.#leave.signal);
    }
    if (this.#keepTimer !== null) clearTimeout(this.#keepTimer);
    return end;
  }

  begun(begun: Begun): void {
    if (this.#begun !== null) return;
    this.#begun = begun;
    this.#watch.begun(begun);
    if (this.#stopWanted) void this.stop();
  }

  part(channel: 'content' | 'reasoning', text: string): void {
    this.#text.take(channel, text);
    this.#keepTimer ??= setTimeout(() => this.keep(), KEEP_EVERY_MS);
  }

  title(title: string): void {
    this.#watch.title(title);
  }

  link(state: 'live' | 'reconnecting'): void {
    this.message.link = state === 'reconnecting' && this.#sending && this.#begun === null ? 'queued' : state;
  }

  settled(settled: Settled): void {
    this.#text.end();
    void this.#settle(settled);
  }

  /** Keeps the text so far over a reload. */
  keep(): void {
    this.#keepTimer = null;
    if (this.#begun === null || this.message.state !== 'streaming') return;
    keptAnswers.write(this.message.id, { chatId: this.#begun.chatId, ...this.#text.raw });
  }

  /** Asks the server to stop it; before the turn has arrived, as soon as it has. Returns whether that worked. */
  async stop(): Promise<boolean> {
    this.#stopWanted = true;
    const chatId = this.#begun?.chatId ?? this.chat.id;
    if (chatId === null) return true;
    const outcome = await stopAnswer(chatId, this.message.id);
    // A turn that is still on its way is not known there yet.
    if ('failure' in outcome) return this.#begun === null;
    if (outcome.value.state !== 'running' && this.message.state === 'streaming') {
      const { siblings } = this.message;
      showStored(this.message, { siblings, ...outcome.value });
      this.#done();
      this.leave();
    }
    return true;
  }

  /** Stays with it no longer; on the server it runs on. */
  leave(): void {
    this.#leave.abort();
  }

  #begin(): AnswerText {
    const text = new AnswerText(this.message, this.message.raw);
    this.message.raw = text.raw;
    return text;
  }

  /** The text is the server's, or the server gets back what it lost. */
  async #settle({ state, sequence, finish, reasoningMs, usage, failure }: Settled): Promise<void> {
    if (sequence > this.sequence) await this.#reread();
    else if (sequence < this.sequence && state !== 'interrupted') await this.#reread();
    if (this.message.state !== 'streaming') return this.#done();
    this.message.state = state;
    this.message.finish = finish;
    this.message.reasoningMs = reasoningMs ?? this.message.reasoningMs;
    this.message.usage = usage ?? this.message.usage;
    this.message.failure = state === 'failed' ? failure : null;
    const lost = sequence < this.sequence && state === 'interrupted' && this.#begun !== null;
    if (lost) await giveBack(this.message, { chatId: this.#begun?.chatId ?? '', ...this.#text.raw });
    this.#done();
  }

  #done(): void {
    if (this.#keepTimer !== null) clearTimeout(this.#keepTimer);
    keptAnswers.remove(this.message.id);
    this.#watch.settled();
  }

  /** Takes over what the server has; false when it could not be read. */
  async #reread(): Promise<boolean> {
    const chatId = this.#begun?.chatId ?? this.chat.id;
    if (chatId === null) return false;
    const outcome = await readBranch(chatId, { leaf: this.message.id, limit: 2 });
    if ('failure' in outcome) return false;
    const stored = outcome.value?.branch.messages.find(({ id }) => id === this.message.id);
    if (stored) showStored(this.message, stored);
    return stored !== undefined;
  }
}

/**
 * Gives back what this page has of an interrupted answer beyond the stored text, and shows it. Until the server has it, it
 * stays kept. Returns whether there was nothing to give or the server has taken it.
 */
export async function giveBack(message: Message, held: KeptAnswer | null): Promise<boolean> {
  if (held === null) return true;
  keptAnswers.write(message.id, held);
  const { content, reasoning } = held;
  const outcome = await giveBackAnswer(held.chatId, message.id, { content, reasoning });
  if ('failure' in outcome) {
    if (outcome.failure.status === 404) keptAnswers.remove(message.id);
    return false;
  }
  keptAnswers.remove(message.id);
  const { siblings } = message;
  showStored(message, { siblings, ...outcome.value });
  return true;
}

/** What was kept of an answer beyond its stored text is shown, and given back when the answer was interrupted. */
export function restoreKept(message: Message): void {
  const held = keptAnswers.read(message.id);
  if (held === null) return;
  const more = beyond(held, message.raw);
  if (more === null || (message.state !== 'interrupted' && message.state !== 'streaming')) {
    keptAnswers.remove(message.id);
    return;
  }
  message.raw = more;
  new AnswerText(message, more).end();
  if (message.state === 'interrupted') void giveBack(message, held);
}
