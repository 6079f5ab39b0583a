import { fieldsOf, isFields, keepOther, listOf, numberOf, textOf, without, type Fields } from './moved-items';

/** What one node of a ChatGPT conversation says. */
export interface Part {
  role: 'user' | 'assistant' | 'system';
  text: string;
  reasoning: string;
  model: string;
  /** Unix seconds. */
  time: number | null;
  /** What there is no word for here. */
  other: Fields;
}

const MOST_OTHER = 20_000;

/** Null for what nobody sees: hidden messages, empty ones, a tool's word of what the next node shows. */
export function readPart(message: Fields): Part | null {
  const author = textOf(fieldsOf(message.author).role);
  const metadata = fieldsOf(message.metadata);
  const content = fieldsOf(message.content);
  const said = sayingOf(content, textOf(message.recipient), author);
  const role = author === 'tool' ? 'assistant' : author;
  if (role !== 'user' && role !== 'assistant' && role !== 'system') return null;
  if (textOf(content.content_type).endsWith('_editable_context')) {
    return said.text === '' ? null : part(message, 'system', said);
  }
  if (metadata.is_visually_hidden_from_conversation === true && said.reasoning === '') return null;
  const files = listOf(metadata.attachments)
    .map((file) => textOf(fieldsOf(file).name))
    .filter(Boolean);
  if (files.length > 0) said.text = [said.text, `*${files.join(', ')}*`].filter(Boolean).join('\n\n');
  return said.text === '' && said.reasoning === '' ? null : part(message, role, said);
}

interface Saying {
  text: string;
  reasoning: string;
  /** All of it is in the text. */
  whole: boolean;
}

function part(message: Fields, role: Part['role'], { text, reasoning, whole }: Saying): Part {
  const author = Object.entries(without(fieldsOf(message.author), 'role')).filter(
    ([, value]) => !isBare(value),
  );
  const other = {
    ...without(message, 'author', 'create_time', ...(whole ? ['content'] : [])),
    author: author.length > 0 ? Object.fromEntries(author) : undefined,
  };
  return {
    role,
    text,
    reasoning,
    model: role === 'assistant' ? textOf(fieldsOf(message.metadata).model_slug) : '',
    time: numberOf(message.create_time),
    other: keepOther(other, MOST_OTHER),
  };
}

/** The kinds of content that its exports are known to have; of others, what text they hold. */
function sayingOf(content: Fields, recipient: string, author: string): Saying {
  const text = textOf(content.text);
  const parts = listOf(content.parts);
  switch (content.content_type) {
    case 'text':
      return { text: parts.map(textOf).join('\n').trim(), reasoning: '', whole: parts.every(isText) };
    case 'code': {
      const language =
        textOf(content.language).replace('unknown', '') || (recipient === 'python' ? recipient : '');
      return { text: fenced(text, language), reasoning: '', whole: false };
    }
    case 'execution_output':
      return { text: fenced(text, ''), reasoning: '', whole: false };
    case 'thoughts':
      return {
        text: '',
        reasoning: listOf(content.thoughts).map(thoughtOf).filter(Boolean).join('\n\n'),
        whole: false,
      };
    case 'reasoning_recap':
      return { text: '', reasoning: '', whole: false };
    case 'user_editable_context': {
      const said = [textOf(content.user_profile), textOf(content.user_instructions)];
      return { text: said.filter(Boolean).join('\n\n'), reasoning: '', whole: false };
    }
    case 'model_editable_context':
      return { text: '', reasoning: '', whole: false };
    case 'tether_browsing_display':
    case 'tether_quote': {
      const quote = [textOf(content.title), textOf(content.url), text || textOf(content.result)];
      return {
        text: author === 'tool' ? quoted(quote.filter(Boolean).join('\n')) : text,
        reasoning: '',
        whole: false,
      };
    }
    default:
      return {
        text: [text, ...parts.map(partText)].filter(Boolean).join('\n').trim(),
        reasoning: '',
        whole: false,
      };
  }
}

/** Pictures and sounds are other files of the export: their names stand in their place. */
function partText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!isFields(value)) return '';
  const kind = textOf(value.content_type);
  if (kind === 'audio_transcription') return textOf(value.text);
  const pointer = textOf(value.asset_pointer) || textOf(value.audio_asset_pointer);
  return pointer === '' ? textOf(value.text) : `*${pointer.replace(/^[\w-]+:\/\//, '')}*`;
}

function thoughtOf(thought: unknown): string {
  const { summary, content } = fieldsOf(thought);
  const head = textOf(summary) === '' ? '' : `**${textOf(summary)}**`;
  return [head, textOf(content)].filter(Boolean).join('\n\n');
}

/** A fence longer than any in it. */
function fenced(text: string, language: string): string {
  if (text.trim() === '') return '';
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n$/, '')}\n${fence}`;
}

const quoted = (text: string): string => (text === '' ? '' : text.replace(/^/gm, '> '));
const isBare = (value: unknown): boolean => value === null || JSON.stringify(value) === '{}';
const isText = (value: unknown): boolean => typeof value === 'string';
