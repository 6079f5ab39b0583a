import {
  broken,
  fieldsOf,
  Ids,
  isFields,
  keepOther,
  listOf,
  numberOf,
  textOf,
  treeOf,
  without,
  type Fields,
  type Moved,
  type TreeMessage,
} from './moved-items';

const PARAMS = ['temperature', 'top_p', 'max_tokens', 'presence_penalty', 'frequency_penalty'];

/**
 * A session of NextChat's backup. Its mask speaks first: system messages are the chat's system prompt, the others, which every request takes
 * along, its first messages.
 */
export function fromNextChat(session: unknown): Moved {
  if (!isFields(session)) return broken('', 'no_chat');
  const title = textOf(session.topic);
  if (!Array.isArray(session.messages)) return broken(title, 'no_messages');
  const mask = fieldsOf(session.mask);
  const config = fieldsOf(mask.modelConfig);
  const context = listOf(mask.context).filter(isFields);
  const isSystem = ({ role }: Fields) => role === 'system';
  const system = context.filter(isSystem).map((message) => read(message.content).text);
  const said = [...context.filter((message) => !isSystem(message)), ...session.messages.filter(isFields)];
  // An answer that never came, in a session that was only opened.
  const spoken = said.filter(
    (message) => read(message.content).text !== '' || read(message.content).files.length > 0,
  );
  if (spoken.length === 0) return { kind: 'empty', title };
  const updated = numberOf(session.lastUpdate);
  const messages = lineOf(spoken, textOf(config.model), updated);
  const created = numberOf(messages[0]?.timestamp) ?? undefined;
  // Such a mask follows whatever its program is set to.
  const own = mask.syncGlobalConfig === true ? {} : config;
  const chat = {
    title: title.slice(0, 200),
    models: textOf(config.model) === '' ? [] : [textOf(config.model)],
    system: system.filter(Boolean).join('\n\n') || undefined,
    params: Object.fromEntries(
      PARAMS.filter((name) => typeof own[name] === 'number').map((name) => [name, own[name]]),
    ),
    timestamp: created === undefined ? undefined : created * 1000,
    history: { currentId: messages.at(-1)?.id ?? null, messages: treeOf(messages) },
    nextchat: keepOther(without(session, 'topic', 'messages')),
  };
  return {
    kind: 'chat',
    origin: 'nextchat',
    title,
    item: {
      id: textOf(session.id) || undefined,
      chat,
      created_at: created,
      updated_at: updated === null ? created : Math.floor(updated / 1000),
    },
  };
}

/** One after the other: NextChat has no branches. */
function lineOf(said: Fields[], model: string, updated: number | null): TreeMessage[] {
  const ids = new Ids();
  const taken = new Set<string>();
  const messages: TreeMessage[] = [];
  for (const message of said) {
    let id = ids.of(textOf(message.id));
    if (taken.has(id)) id = crypto.randomUUID();
    taken.add(id);
    const { text, files } = read(message.content);
    const isUser = message.role === 'user';
    const above = messages.at(-1);
    const asked = textOf(message.model) || model;
    const other = without(message, 'id', 'role', 'content', 'date', 'model', 'streaming');
    messages.push({
      ...keepOther(other, 50_000),
      id,
      parentId: above?.id ?? null,
      role: textOf(message.role) || 'assistant',
      content: text,
      timestamp:
        timeOf(message.date) ??
        numberOf(above?.timestamp) ??
        (updated === null ? undefined : Math.floor(updated / 1000)),
      ...(files.length > 0 ? { files } : {}),
      ...(isUser ? {} : { model: asked || undefined, modelName: asked || undefined, done: true }),
    });
  }
  return messages;
}

/** NextChat writes dates as the reader's language has them, which is not to be read everywhere. Unix seconds, or null. */
function timeOf(date: unknown): number | null {
  const time = Date.parse(textOf(date));
  return Number.isNaN(time) ? null : Math.floor(time / 1000);
}

/** The text of a content, and its pictures. */
function read(content: unknown): { text: string; files: Fields[] } {
  if (!Array.isArray(content)) return { text: textOf(content), files: [] };
  const parts = content.filter(isFields);
  const urls = parts.map((part) => textOf(fieldsOf(part.image_url).url)).filter(Boolean);
  return {
    text: parts.map((part) => textOf(part.text)).join(''),
    files: [...new Set(urls)].map((url, index) => ({ type: 'image', url, name: `${index + 1}` })),
  };
}
