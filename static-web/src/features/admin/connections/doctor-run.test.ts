import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { announcer } from '../../../shared/announcer/announcer.svelte';
import { showLanguage } from '../../../shared/language/language.svelte';
import { ready } from './connection-text';
import { DoctorRun } from './doctor-run.svelte';

const steps = ['url', 'dns', 'tcp'].map((name) => ({ name, status: 'ok', ms: 1, detail: '' }));
const result = {
  ok: true,
  steps,
  code: 'ok',
  sentence: 'All is well.',
  fix: null,
  models: ['m'],
  model_count: 1,
};
/** The streams of the visits, in their order. */
let streams: ReadableStreamDefaultController<Uint8Array>[];
let asked: RequestInit[];

beforeEach(async () => {
  await showLanguage('en');
  await ready();
  streams = [];
  asked = [];
  vi.stubGlobal('fetch', (_url: string, init: RequestInit) => {
    asked.push(init);
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void streams.push(controller) });
    return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
  });
});
afterEach(() => vi.unstubAllGlobals());

const send = (visit: number, event: object) =>
  streams[visit]?.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`));

describe('DoctorRun', () => {
  it('shows each step when it comes, then says what was found', async () => {
    const run = new DoctorRun();
    const done = run.start({ id: 'c-1' });
    await vi.waitFor(() => expect(streams).toHaveLength(1));
    send(0, { step: steps[0] });
    await vi.waitFor(() => expect(run.steps).toHaveLength(1));
    expect(run.status).toBe('running');
    send(0, { step: steps[1] });
    send(0, { result });
    await done;
    expect(run.status).toBe('done');
    expect(run.steps).toHaveLength(3);
    expect(run.diagnosis?.models).toEqual(['m']);
    expect(announcer.message.trim()).toBe('All is well.');
    expect(asked[0]?.body).toBe('{"id":"c-1"}');
  });

  it('drops what an earlier visit still says', async () => {
    const run = new DoctorRun();
    const first = run.start({ id: 'c-1' });
    await vi.waitFor(() => expect(streams).toHaveLength(1));
    const second = run.start({ id: 'c-2' });
    await vi.waitFor(() => expect(streams).toHaveLength(2));
    send(0, { result: { ...result, sentence: 'Old.' } });
    await first;
    expect(run.status).toBe('running');
    expect(asked[0]?.signal?.aborted).toBe(true);
    send(1, { result });
    await second;
    expect(run.diagnosis?.sentence).toBe('All is well.');
  });

  it('fails where the answer ends without a finding', async () => {
    const run = new DoctorRun();
    const done = run.start({ id: 'c-1' });
    await vi.waitFor(() => expect(streams).toHaveLength(1));
    send(0, { step: steps[0] });
    streams[0]?.close();
    await done;
    expect(run.status).toBe('failed');
  });

  it('says why the server would not ask', async () => {
    vi.stubGlobal('fetch', () =>
      Promise.resolve(new Response('{"detail":"No such connection."}', { status: 404 })),
    );
    const run = new DoctorRun();
    await run.start({ id: 'c-9' });
    expect(run.failure?.message).toBe('No such connection.');
  });
});
