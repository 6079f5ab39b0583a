/*
 * Variables of a prompt, in Open WebUI's grammar: {{name}}, {{name | type:property="value":flag}}, and names that the page
 * fills in by itself. What only looks like one (another template's braces) is left as it is.
 */
export type VariableType =
  | 'text'
  | 'textarea'
  | 'number'
  | 'range'
  | 'select'
  | 'checkbox'
  | 'date'
  | 'datetime-local'
  | 'time'
  | 'month'
  | 'email'
  | 'url'
  | 'tel'
  | 'color';

export interface Variable {
  name: string;
  type: VariableType;
  placeholder: string;
  /** What stands in the field before anybody writes. */
  initial: string;
  required: boolean;
  /** Of a choice. */
  options: string[];
  min?: string;
  max?: string;
  step?: string;
}

/** What the page knows without asking. */
export interface Known {
  userName: string;
  language: string;
  now: Date;
  /** Asked only where it is used; empty where the browser does not tell. */
  clipboard: () => Promise<string>;
}

const TYPES = new Set<string>([
  'text', 'textarea', 'number', 'range', 'select', 'checkbox', 'date', 'datetime-local', 'time', 'month', 'email', 'url', 'tel', 'color',
]); // prettier-ignore
const BRACES = /\{\{([^{}]+)\}\}/g;
const NAME = /^[\p{L}_][\p{L}\p{N}_ .-]*$/u;

/** Names that are filled in, by what fills them. */
const BUILT_IN: Record<string, (known: Known) => string | Promise<string>> = {
  CURRENT_DATE: ({ now }) => dateOf(now),
  CURRENT_TIME: ({ now }) => timeOf(now),
  CURRENT_DATETIME: ({ now }) => `${dateOf(now)} ${timeOf(now)}`,
  CURRENT_WEEKDAY: ({ now, language }) => now.toLocaleDateString(language, { weekday: 'long' }),
  CURRENT_TIMEZONE: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
  USER_NAME: ({ userName }) => userName,
  USER_LANGUAGE: ({ language }) => language,
  CLIPBOARD: ({ clipboard }) => clipboard(),
};

/** What has to be asked, each name once, in the order of the text. The first place that says how, counts. */
export function variablesOf(content: string): Variable[] {
  const found = new Map<string, Variable>();
  for (const { name, definition } of placesOf(content)) {
    if (name in BUILT_IN) continue;
    const there = found.get(name);
    if (!there || (definition !== '' && isPlain(there))) found.set(name, variableOf(name, definition));
  }
  return [...found.values()];
}

/** The text with every variable filled in; a value that is missing leaves nothing. */
export async function fill(content: string, values: Record<string, string>, known: Known): Promise<string> {
  const all: Record<string, string> = { ...values };
  for (const { name } of placesOf(content)) {
    const builtIn = BUILT_IN[name];
    if (builtIn && !(name in all)) all[name] = await builtIn(known);
  }
  return content.replace(BRACES, (whole, inside: string) => {
    const place = readPlace(inside);
    return place === null ? whole : (all[place.name] ?? '');
  });
}

function placesOf(content: string): { name: string; definition: string }[] {
  return [...content.matchAll(BRACES)]
    .map((match) => readPlace(match[1] ?? ''))
    .filter((place) => place !== null);
}

function readPlace(inside: string): { name: string; definition: string } | null {
  const bar = inside.indexOf('|');
  const name = (bar < 0 ? inside : inside.slice(0, bar)).trim();
  return NAME.test(name) ? { name, definition: bar < 0 ? '' : inside.slice(bar + 1).trim() } : null;
}

function variableOf(name: string, definition: string): Variable {
  const [type = '', ...properties] = split(definition);
  const said = new Map(
    properties.map((property) => {
      const equals = property.indexOf('=');
      return equals < 0
        ? [property.trim(), 'true']
        : [property.slice(0, equals).trim(), unquoted(property.slice(equals + 1).trim())];
    }),
  );
  const known = TYPES.has(type.trim()) ? (type.trim() as VariableType) : 'text';
  const variable: Variable = {
    name,
    type: known,
    placeholder: said.get('placeholder') ?? '',
    initial: said.get('default') ?? '',
    required: said.get('required') === 'true',
    options: listOf(said.get('options') ?? ''),
  };
  for (const bound of ['min', 'max', 'step'] as const) {
    const value = said.get(bound);
    if (value !== undefined) variable[bound] = value;
  }
  return variable;
}

/** At colons that stand in no quotes and no brackets. */
function split(definition: string): string[] {
  const parts: string[] = [''];
  let quoted = false;
  let depth = 0;
  for (const [place, char] of [...definition].entries()) {
    if (char === '"' && [...definition][place - 1] !== '\\') quoted = !quoted;
    else if (!quoted && char === '[') depth++;
    else if (!quoted && char === ']') depth--;
    if (char === ':' && !quoted && depth === 0) parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts;
}

function unquoted(value: string): string {
  if (!/^".*"$/s.test(value)) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return value.slice(1, -1);
  }
}

/** A JSON list, else what stands between commas. */
function listOf(text: string): string[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list.map(String);
  } catch {
    // no JSON
  }
  return text
    .split(',')
    .map((option) => option.trim())
    .filter((option) => option !== '');
}

const isPlain = ({ type, placeholder, initial, required }: Variable) =>
  type === 'text' && placeholder === '' && initial === '' && !required;

const two = (number: number) => String(number).padStart(2, '0');
const dateOf = (day: Date) => `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
const timeOf = (day: Date) => `${two(day.getHours())}:${two(day.getMinutes())}`;
