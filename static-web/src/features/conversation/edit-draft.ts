import { readTabValue } from '../../shared/storage/tab-storage';

/** Under which a change to a message is kept while it is neither sent nor given up: over a reload and an ended session. */
export const editKey = (messageId: string) => `edit:${messageId}`;

export const isBeingEdited = (messageId: string) => readTabValue<string>(editKey(messageId)) !== null;
