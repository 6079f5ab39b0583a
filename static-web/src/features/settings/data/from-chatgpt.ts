import { readPart, type Part } from './chatgpt-parts';
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

/** What a model did for one answer: it thinks, asks its tools, hears from them, speaks. Several nodes there are one message here. */
interface Run {
  parent: string | null;
  parts: Part[];
  /** The nodes' own ids. */
  nodes: string[];
  /** The message that it became. */
  id: string | null;
}

/**
 * A conversation of ChatGPT's `conversations.json`: a tree of nodes (`mapping`), shown to the end at `current_node`. Each way from a question to
 * where the model's turn ends becomes an answer, so that branches stay branches.
 */
export function fromChatGpt(row: Fields): Moved {
  const title = textOf(row.title);
  if (!isFields(row.mapping)) return broken(title, 'no_chat');
  const tree = new Tree(row.mapping, textOf(row.default_model_slug));
  const messages = tree.read();
  if (messages.length === 0) return { kind: 'empty', title };
  const created = numberOf(row.create_time) ?? numberOf(messages[0]?.timestamp) ?? undefined;
  const updated = numberOf(row.update_time) ?? created;
  const models = new Set(messages.map(({ model }) => textOf(model)).filter(Boolean));
  const other = keepOther(without(row, 'mapping', 'title', 'create_time', 'update_time', 'current_node'));
  const chat = {
    title: title.slice(0, 200),
    models: [...models].slice(-1),
    system: tree.system === '' ? undefined : tree.system,
    timestamp: created === undefined ? undefined : Math.round(created * 1000),
    history: { currentId: tree.placeOf(textOf(row.current_node)), messages: treeOf(messages) },
    chatgpt: other,
  };
  return {
    kind: 'chat',
    origin: 'chatgpt',
    title,
    item: {
      id: textOf(row.conversation_id) || textOf(row.id) || undefined,
      chat,
      pinned: row.is_starred === true,
      archived: row.is_archived === true,
      created_at: created,
      updated_at: updated,
    },
  };
}

class Tree {
  system = '';
  readonly #nodes: Fields;
  readonly #model: string;
  readonly #ids = new Ids();
  readonly #messages = new Map<string, TreeMessage>();
  /** What a node became. */
  readonly #places = new Map<string, string>();

  constructor(mapping: Fields, model: string) {
    this.#nodes = mapping;
    this.#model = model;
  }

  read(): TreeMessage[] {
    const isRoot = (node: Fields) => !isFields(this.#nodes[textOf(node.parent)]);
    const roots = Object.entries(this.#nodes).filter(([, node]) => isRoot(fieldsOf(node)));
    const ways = roots.map(([id]): Way => ({ id, parent: null, run: null })).reverse();
    const seen = new Set<string>();
    // No recursion: a conversation may be thousands of nodes deep.
    for (let way = ways.pop(); way; way = ways.pop()) {
      if (seen.has(way.id)) continue;
      seen.add(way.id);
      ways.push(...this.#walk(way).reverse());
    }
    return [...this.#messages.values()];
  }

  /** The message at which the chat is opened. */
  placeOf(node: string): string | null {
    const passed = new Set<string>();
    for (let at = node; isFields(this.#nodes[at]) && !passed.has(at);) {
      const place = this.#places.get(at);
      if (place !== undefined) return place;
      passed.add(at);
      at = textOf(fieldsOf(this.#nodes[at]).parent);
    }
    return [...this.#messages.keys()].at(-1) ?? null;
  }

  /** Takes a node in; returns the ways on from it. */
  #walk({ id, parent, run }: Way): Way[] {
    const node = fieldsOf(this.#nodes[id]);
    const children = listOf(node.children)
      .map(textOf)
      .filter((child) => isFields(this.#nodes[child]));
    const part = isFields(node.message) ? readPart(node.message) : null;
    if (part?.role === 'user') {
      const question = this.#put(id, run === null ? parent : this.#close(run), 'user', [part], [id]);
      return children.map((child) => ({ id: child, parent: question, run: null }));
    }
    if (part?.role === 'system' && this.system === '') this.system = part.text;
    const on = part?.role === 'assistant' ? this.#longer(run, parent, id, part) : run;
    if (children.length === 0 && on !== null) this.#close(on);
    return children.map((child) => ({ id: child, parent, run: on }));
  }

  #longer(run: Run | null, parent: string | null, node: string, part: Part): Run {
    const { parts, nodes } = run ?? { parts: [], nodes: [] };
    return { parent: run?.parent ?? parent, parts: [...parts, part], nodes: [...nodes, node], id: null };
  }

  /** The model's turn ends here. Safe to repeat. */
  #close(run: Run): string {
    run.id ??= this.#put(run.nodes.at(-1) ?? '', run.parent, 'assistant', run.parts, run.nodes);
    return run.id;
  }

  #put(node: string, parentId: string | null, role: string, parts: Part[], nodes: string[]): string {
    const id = this.#ids.of(node);
    const time = parts.map(({ time }) => time).find((time) => time !== null);
    const above = parentId === null ? null : numberOf(this.#messages.get(parentId)?.timestamp);
    const reasoning = parts.map((part) => part.reasoning).filter(Boolean);
    const model = parts.map((part) => part.model).findLast(Boolean) ?? this.#model;
    const others = parts.map(({ other }) => other).filter((other) => Object.keys(other).length > 0);
    this.#messages.set(id, {
      id,
      parentId,
      role,
      content: parts
        .map(({ text }) => text)
        .filter(Boolean)
        .join('\n\n'),
      timestamp: Math.round(time ?? above ?? 0) || undefined,
      ...(role === 'assistant'
        ? { model: model || undefined, modelName: model || undefined, done: true }
        : {}),
      ...(reasoning.length > 0 ? { reasoning: reasoning.join('\n\n') } : {}),
      ...(others.length > 0 ? { chatgpt: others } : {}),
    });
    for (const each of nodes) if (each === node || !this.#places.has(each)) this.#places.set(each, id);
    return id;
  }
}

/** From a node on: below which message, and in which answer that is not over. */
interface Way {
  id: string;
  parent: string | null;
  run: Run | null;
}
