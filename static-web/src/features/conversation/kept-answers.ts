import type { Failure } from '../../server-api/failure';
import type { Turn } from '../../server-api/turns';
import { readTabValue, tabKeys, writeTabValue } from '../../shared/storage/tab-storage';
import type { RawAnswer } from '../streaming-answer/answer-text';

/**
 * What this tab keeps of its running answers over a reload: the text that came (a server that crashed may have less of
 * it), and turns that the server has not acknowledged.
 */
export interface KeptAnswer extends RawAnswer {
  chatId: string;
}

/** A turn that the server has not acknowledged; sent again with the same ids. */
export interface UnsentTurn {
  turn: Turn;
  modelName: string;
  /** The server said no: only the reader sends it again. */
  refused: Failure | null;
}

const ANSWER = 'answer:';
const TURN = 'turn:';

export const keptAnswers = {
  read: (messageId: string) => readTabValue<KeptAnswer>(ANSWER + messageId),
  write: (messageId: string, answer: KeptAnswer) => writeTabValue(ANSWER + messageId, answer),
  remove: (messageId: string) => writeTabValue(ANSWER + messageId, null),
  /** Chats with an answer that this tab had not seen the end of. */
  chatIds: () => new Set(tabKeys(ANSWER).flatMap((key) => readTabValue<KeptAnswer>(key)?.chatId ?? [])),
};

export const unsentTurns = {
  write: (unsent: UnsentTurn) => writeTabValue(TURN + unsent.turn.id, unsent),
  remove: (answerId: string) => writeTabValue(TURN + answerId, null),
  all: () => tabKeys(TURN).flatMap((key) => readTabValue<UnsentTurn>(key) ?? []),
};

/** What goes beyond the stored text of an answer, when the held one really continues it; null when nothing does. */
export function beyond(held: RawAnswer | null, stored: RawAnswer): RawAnswer | null {
  if (held === null) return null;
  if (!held.content.startsWith(stored.content) || !held.reasoning.startsWith(stored.reasoning)) return null;
  const longer =
    held.content.length > stored.content.length || held.reasoning.length > stored.reasoning.length;
  return longer ? { content: held.content, reasoning: held.reasoning } : null;
}
