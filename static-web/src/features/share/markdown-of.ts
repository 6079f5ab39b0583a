import type { PlainMessage } from '../../server-api/shares';

/** Who says something in a file that is read outside this page. */
export interface Speakers {
  reader: string;
  answer: string;
}

export const speakerOf = ({ role, modelName, model }: PlainMessage, { reader, answer }: Speakers) =>
  role === 'user' ? reader : modelName || model || answer;

/** A chat as one Markdown text. Every message is below a heading that names who speaks. */
export function markdownOf(title: string, messages: readonly PlainMessage[], speakers: Speakers): string {
  const parts = messages.map((message) => {
    const files = (message.files ?? []).map(({ name }) => name).filter((name) => !!name);
    const attached = files.length > 0 ? `\n\n*${files.join(', ')}*` : '';
    return `## ${speakerOf(message, speakers)}\n\n${message.content.trim()}${attached}`;
  });
  return [`# ${title.replace(/\s+/g, ' ').trim()}`, ...parts].join('\n\n') + '\n';
}

const FORBIDDEN = new Set('\\/:*?"<>|');
const MOST = 60;

/** A title as the name of a file, wherever it is saved. */
export function fileNameOf(title: string, extension: string): string {
  const signs = [...title].map((sign) => (FORBIDDEN.has(sign) || sign < ' ' ? ' ' : sign));
  const name = signs.join('').replace(/\s+/g, ' ').trim().replace(/^\.+/, '').slice(0, MOST).trim();
  return `${name === '' ? 'chat' : name}.${extension}`;
}
