import { describe, expect, it } from 'vitest';
import { fromChatGpt } from './from-chatgpt';
import { fromNextChat } from './from-nextchat';
import { fromOpenWebUi } from './from-open-webui';
import type { Fields, ImportItem, Moved } from './moved-items';

interface Blob extends Fields {
  history: { currentId: string | null; messages: Record<string, Fields & { childrenIds: string[] }> };
}

function itemOf(moved: Moved): ImportItem & { chat: Blob } {
  if (moved.kind !== 'chat') throw new Error(moved.kind);
  return moved.item as ImportItem & { chat: Blob };
}

const said = (role: string, text: string, more: Fields = {}) => ({
  author: { role, name: null, metadata: {} },
  create_time: 1_700_000_000.5,
  content: { content_type: 'text', parts: [text] },
  recipient: 'all',
  metadata: {},
  ...more,
});

/** Nodes in the form of ChatGPT's export: `[id, parent, message]`. */
function mapping(...nodes: [string, string | null, Fields | null][]): Fields {
  return Object.fromEntries(
    nodes.map(([id, parent, message]) => {
      const children = nodes.filter(([, of]) => of === id).map(([child]) => child);
      return [id, { id, parent, children, message: message && { id, ...message } }];
    }),
  );
}

const conversation = (map: Fields, more: Fields = {}) => ({
  title: 'Tea',
  create_time: 1_700_000_000.25,
  update_time: 1_700_000_100.75,
  conversation_id: 'c-1',
  default_model_slug: 'gpt-4o',
  gizmo_id: 'g-1',
  mapping: map,
  current_node: 'a2',
  ...more,
});

describe('fromChatGpt', () => {
  it('keeps branches, times, models and what it does not know', () => {
    const map = mapping(
      ['root', null, null],
      ['sys', 'root', said('system', '', { metadata: { is_visually_hidden_from_conversation: true } })],
      ['u1', 'sys', said('user', 'Which tea?')],
      ['a1', 'u1', said('assistant', 'Green.', { metadata: { model_slug: 'gpt-4', citations: [1] } })],
      ['a2', 'u1', said('assistant', 'Black.', { metadata: { model_slug: 'o3' } })],
      ['u2', 'a1', said('user', 'Why?')],
      ['a3', 'u2', said('assistant', 'So.')],
      ['u3', 'a1', said('user', 'Why not?')],
    );
    const item = itemOf(fromChatGpt(conversation(map, { is_archived: true })));
    const { messages, currentId } = item.chat.history;
    expect([item.id, item.archived, item.created_at, item.updated_at]).toEqual([
      'c-1',
      true,
      1_700_000_000.25,
      1_700_000_100.75,
    ]);
    expect(currentId).toBe('a2');
    expect(
      Object.entries(messages).map(([id, m]) => [id, m.parentId, m.role, m.content, m.childrenIds]),
    ).toEqual([
      ['u1', null, 'user', 'Which tea?', ['a1', 'a2']],
      ['a1', 'u1', 'assistant', 'Green.', ['u2', 'u3']],
      ['u2', 'a1', 'user', 'Why?', ['a3']],
      ['a3', 'u2', 'assistant', 'So.', []],
      ['u3', 'a1', 'user', 'Why not?', []],
      ['a2', 'u1', 'assistant', 'Black.', []],
    ]);
    expect([messages.a1?.model, messages.a2?.model, messages.a3?.model]).toEqual(['gpt-4', 'o3', 'gpt-4o']);
    expect(messages.u1?.timestamp).toBe(1_700_000_001);
    expect(JSON.stringify(messages.a1?.chatgpt)).toContain('citations');
    expect(item.chat.chatgpt).toMatchObject({ gizmo_id: 'g-1' });
  });

  it("makes one answer of a turn's thoughts, tools and words", () => {
    const map = mapping(
      ['u1', null, said('user', 'Draw')],
      [
        't',
        'u1',
        said('assistant', '', {
          content: { content_type: 'thoughts', thoughts: [{ summary: 'Plan', content: 'First' }] },
        }),
      ],
      [
        'code',
        't',
        said('assistant', '', {
          recipient: 'python',
          content: { content_type: 'code', language: 'unknown', text: 'print(1)' },
        }),
      ],
      ['out', 'code', said('tool', '', { content: { content_type: 'execution_output', text: '1\n' } })],
      ['a2', 'out', said('assistant', 'Done.')],
    );
    const { history } = itemOf(fromChatGpt(conversation(map))).chat;
    expect(Object.keys(history.messages)).toEqual(['u1', 'a2']);
    expect(history.messages.a2).toMatchObject({
      parentId: 'u1',
      content: '```python\nprint(1)\n```\n\n```\n1\n```\n\nDone.',
      reasoning: '**Plan**\n\nFirst',
    });
  });

  it('names pictures and attachments, and takes instructions for the system prompt', () => {
    const map = mapping(
      [
        's',
        null,
        said('user', '', {
          content: {
            content_type: 'user_editable_context',
            user_profile: 'I am Ann.',
            user_instructions: 'Be short.',
          },
          metadata: { is_visually_hidden_from_conversation: true },
        }),
      ],
      [
        'u1',
        's',
        said('user', '', {
          content: {
            content_type: 'multimodal_text',
            parts: [
              { content_type: 'image_asset_pointer', asset_pointer: 'file-service://file-1' },
              'What is it?',
            ],
          },
          metadata: { attachments: [{ id: 'x', name: 'cat.png' }] },
        }),
      ],
    );
    const { chat } = itemOf(fromChatGpt(conversation(map, { current_node: 'u1' })));
    expect(chat.system).toBe('I am Ann.\n\nBe short.');
    expect(chat.history.messages.u1?.content).toBe('*file-1*\nWhat is it?\n\n*cat.png*');
  });

  it('goes through thousands of nodes and round no circle', () => {
    const nodes = Array.from({ length: 20_000 }, (_, at): [string, string | null, Fields] => [
      `n${at}`,
      at === 0 ? null : `n${at - 1}`,
      said(at % 2 ? 'assistant' : 'user', `${at}`),
    ]);
    const map = Object.fromEntries(
      nodes.map(([id, parent, message], at) => [id, { id, parent, message, children: [`n${at + 1}`] }]),
    );
    const long = itemOf(fromChatGpt(conversation(map, { current_node: 'n19999' })));
    expect(Object.keys(long.chat.history.messages)).toHaveLength(20_000);
    expect(long.chat.history.currentId).toBe('n19999');
    const circle = { a: { parent: 'b', children: ['b'] }, b: { parent: 'a', children: ['a'] } };
    expect(fromChatGpt(conversation(circle)).kind).toBe('empty');
  });

  it.each([[{ mapping: 3 }], [{ mapping: null }]])('refuses %j', (row) =>
    expect(fromChatGpt({ title: 'T', ...row })).toEqual({ kind: 'broken', title: 'T', why: 'no_chat' }),
  );
});

describe('fromNextChat', () => {
  const session = {
    id: 'V1StGXR8_Z5jdHi6B-myT',
    topic: 'Tea',
    memoryPrompt: 'They like tea.',
    lastUpdate: 1_700_000_500_000,
    stat: { tokenCount: 3 },
    messages: [
      { id: 'm1', date: '11/14/2023, 10:13:20 PM', role: 'user', content: 'Which?' },
      {
        id: 'm2',
        date: 'no date',
        role: 'assistant',
        content: 'Green.',
        model: 'gpt-4o',
        streaming: false,
        isError: true,
      },
      {
        id: 'm2',
        date: '',
        role: 'user',
        content: [
          { type: 'text', text: 'This?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
        ],
      },
    ],
    mask: {
      name: 'Cook',
      context: [
        { id: 'x1', role: 'system', content: 'You cook.', date: '' },
        { id: 'x2', role: 'user', content: 'Example', date: '' },
      ],
      modelConfig: { model: 'gpt-4', temperature: 0.2, max_tokens: 400, sendMemory: true },
    },
  };

  it('keeps what a session has', () => {
    const item = itemOf(fromNextChat(session));
    const { chat } = item;
    const messages = Object.values(chat.history.messages);
    expect([item.id, item.updated_at]).toEqual([session.id, 1_700_000_500]);
    expect([chat.title, chat.system, chat.models, chat.params]).toEqual([
      'Tea',
      'You cook.',
      ['gpt-4'],
      { temperature: 0.2, max_tokens: 400 },
    ]);
    expect(messages.map(({ role, content }) => [role, content])).toEqual([
      ['user', 'Example'],
      ['user', 'Which?'],
      ['assistant', 'Green.'],
      ['user', 'This?'],
    ]);
    expect(messages[2]).toMatchObject({ id: 'm2', model: 'gpt-4o', isError: true, parentId: 'm1' });
    expect(messages[3]?.id).not.toBe('m2');
    expect(messages[3]?.files).toEqual([{ type: 'image', url: 'data:image/png;base64,AA', name: '1' }]);
    expect(messages[2]?.timestamp).toBe(messages[1]?.timestamp);
    expect(chat.nextchat).toMatchObject({ memoryPrompt: 'They like tea.', stat: { tokenCount: 3 } });
  });

  it('knows an empty session from a broken one', () => {
    expect(fromNextChat({ topic: 'New Conversation', messages: [] }).kind).toBe('empty');
    expect(fromNextChat({ topic: 'T' })).toEqual({ kind: 'broken', title: 'T', why: 'no_messages' });
    expect(fromNextChat('x').kind).toBe('broken');
  });
});

describe('fromOpenWebUi', () => {
  it('keeps a row and what stands in its chat', () => {
    const chat = { title: 'T', history: { messages: {} }, later: [1] };
    const row = {
      id: 'r',
      user_id: 'u',
      title: 'T',
      chat,
      meta: { tags: ['a'] },
      pinned: true,
      folder_id: 'f',
      updated_at: 3,
    };
    expect(itemOf(fromOpenWebUi(row))).toMatchObject({
      id: 'r',
      chat,
      meta: { tags: ['a'] },
      pinned: true,
      folder_id: 'f',
      updated_at: 3,
    });
  });
  it('takes old chats whole', () => {
    const row = { title: 'Old', messages: [{ role: 'user', content: 'x' }] };
    expect(itemOf(fromOpenWebUi(row))).toEqual({ chat: row });
  });
  it('refuses what is none', () => expect(fromOpenWebUi({ title: 'x' }).kind).toBe('broken'));
});
