import type { StoredState, Usage } from './chats';
import type { Failure } from './failure';
import { readAnswer, type AnswerEvent, type Begun, type Turn } from './turns';
import { Connection, pause } from './wake';

export interface Settled {
  state: Exclude<StoredState, 'running'>;
  /** Where the server's text ends. More than the follower has: its text must be read again. Less: the server lost some. */
  sequence: number;
  /** The provider's finish_reason; empty when it gave none. */
  finish: string;
  /** How long the model thought; null when the server does not know. */
  reasoningMs: number | null;
  usage: Usage | null;
  failure: Failure | null;
}

/** What a followed answer tells; every character once and in order, over however many connections. */
export interface Follower {
  /** UTF-16 units of reasoning and content that the page has. */
  readonly sequence: number;
  /** The server has the turn; told again with every new connection. */
  begun(begun: Begun): void;
  part(channel: 'content' | 'reasoning', text: string): void;
  settled(settled: Settled): void;
  /** May come after the end. */
  title(title: string): void;
  /** Whether the answer comes in at this moment. */
  link(state: 'live' | 'reconnecting'): void;
}

/** How the following ended. */
export type FollowEnd =
  | { kind: 'settled' }
  /** The turn was not taken, nothing is stored. */
  | { kind: 'refused'; failure: Failure }
  /** The chat or the answer is not there (any more). */
  | { kind: 'gone' }
  /** A part is missing: the stored text must be read before following goes on. */
  | { kind: 'gap' }
  /** Gave up reconnecting; the answer may well run on. */
  | { kind: 'lost' }
  /** The caller ended it. */
  | { kind: 'left' };

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** In a row without a new character: about a minute and a half. */
export const ATTEMPTS = 12;
/** A connection that held for so long was a good one, even if a thinking model said nothing. */
const GOOD_AGE_MS = 20_000;

/**
 * Sends a turn, or joins an answer that runs, and stays with it until it is settled. Never throws.
 *
 * 1. A turn is POSTed until its acknowledgment (the first event) is there; the same ids make repeating safe.
 * 2. From then on the answer is followed by GET .../stream?from=<sequence>. Each part says where it begins, so what the
 *    follower has is cut off and what is missing is noticed.
 * 3. A connection that breaks, falls silent, or slept with the tab says nothing about the answer: again after 0.5 s to
 *    10 s, at once when the network or the reader comes back. Without a network no attempt counts.
 * 4. After the end only a title may come; a break there is not worth another connection.
 */
export async function followAnswer(
  target: { turn: Turn } | (Begun & { title?: boolean }),
  follower: Follower,
  signal: AbortSignal,
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void> = pause,
): Promise<FollowEnd> {
  let finish = '';
  let attempt = 0;
  const title = 'turn' in target ? target.turn.background_tasks !== undefined : target.title === true;
  let begun: Begun | null = 'turn' in target ? null : target;
  while (!signal.aborted) {
    const connection = new Connection(signal);
    let settled = false;
    let refused: Failure | null = null;
    try {
      const source =
        begun === null ? (target as { turn: Turn }) : { ...begun, sequence: follower.sequence, title };
      for await (const event of readAnswer(source, connection.signal, connection.alive)) {
        if (event.kind === 'refused') refused = event.failure;
        else follower.link('live');
        if (event.kind === 'begun') follower.begun((begun = event.begun));
        else if (event.kind === 'finish') finish = event.reason;
        else if (event.kind === 'title') follower.title(event.title);
        else if (event.kind === 'settled' && !settled) {
          settled = true;
          const { state, failure, reasoningMs, usage } = event;
          follower.settled({
            state,
            failure,
            reasoningMs,
            usage,
            finish,
            sequence: event.sequence ?? follower.sequence,
          });
        } else if (event.kind === 'part') {
          attempt = 0;
          if (!take(event, follower)) return { kind: 'gap' };
        }
      }
    } catch {
      // Step 3.
    } finally {
      connection.close();
    }
    if (settled) return { kind: 'settled' };
    if (signal.aborted) break;
    if (refused !== null && !isPassing(refused)) {
      const gone = begun !== null && refused.status === 404;
      return gone ? { kind: 'gone' } : { kind: 'refused', failure: refused };
    }
    if (connection.age > GOOD_AGE_MS) attempt = 0;
    if (navigator.onLine) attempt++;
    if (attempt > ATTEMPTS) return { kind: 'lost' };
    follower.link('reconnecting');
    await wait(Math.max(waitBefore(attempt), refused?.retryAfter ?? 0), signal);
  }
  return { kind: 'left' };
}

/** How long to wait before trying again for the n-th time. */
export const waitBefore = (attempt: number): number =>
  Math.min(FIRST_WAIT_MS * 2 ** Math.max(0, attempt - 1), LONGEST_WAIT_MS);

/** Hands on what the follower does not have yet. False when something before it is missing. */
function take(part: Extract<AnswerEvent, { kind: 'part' }>, follower: Follower): boolean {
  const start = part.start ?? follower.sequence;
  if (start > follower.sequence) return false;
  const fresh = part.text.slice(follower.sequence - start);
  if (fresh !== '') follower.part(part.channel, fresh);
  return true;
}

/** A server that starts again, or is busy for a moment. */
export function isPassing(failure: Failure): boolean {
  return failure.connection === null && [408, 425, 502, 503, 504].includes(failure.status);
}
