import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AnswerText } from './answer-text';

let frames: FrameRequestCallback[] = [];
beforeEach(() => {
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => frames.push(frame));
  vi.stubGlobal('cancelAnimationFrame', (id: number) => (frames[id - 1] = () => {}));
});
afterEach(() => vi.unstubAllGlobals());

/** Pain 2 of front-end.md: rendering per event starves the page. */
describe('AnswerText', () => {
  it('shows a thousand parts of one frame at once', () => {
    let shown = 0;
    const sink = {
      reasoning: '',
      reasoningMs: null,
      set text(_: string) {
        shown++;
      },
    };
    const answer = new AnswerText(sink as unknown as ConstructorParameters<typeof AnswerText>[0]);
    for (let part = 0; part < 1000; part++) answer.take('content', 'x');
    expect(frames).toHaveLength(1);
    expect(shown).toBe(0);
    frames[0]?.(0);
    expect(shown).toBe(1);
    answer.take('content', 'y');
    expect(frames).toHaveLength(2);
    answer.end();
    expect(shown).toBe(2);
  });
});
