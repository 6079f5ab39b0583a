import type { ChatSettings } from '../../server-api/chats';
import { readTabValue, writeTabValue } from '../../shared/storage/tab-storage';

const KEY = 'settings:new';
const none: ChatSettings = { system: '', params: {} };

let settings = $state.raw<ChatSettings>(readTabValue<ChatSettings>(KEY) ?? none);

/** What was set for the chat that has no message yet: kept over a reload, given to the chat that begins. */
export const newSettings = {
  get value(): ChatSettings {
    return settings;
  },
  set(next: ChatSettings): void {
    settings = next;
    writeTabValue(KEY, isEmpty(next) ? null : next);
  },
  /** Null: nothing was set. */
  take(): ChatSettings | null {
    const taken = settings;
    newSettings.set(none);
    return isEmpty(taken) ? null : taken;
  },
};

const isEmpty = ({ system, params }: ChatSettings) => system === '' && Object.keys(params).length === 0;
