import { expect, it } from 'vitest';
import { showLanguage, textPart } from './language.svelte';

const part = () =>
  textPart<{ word: () => string }>({
    en: () => Promise.resolve({ word: () => 'word' }),
    'zh-CN': () => Promise.resolve({ word: () => '词' }),
  });

it('texts that are asked for while the language is on its way come in that language', async () => {
  const shown = showLanguage('zh-CN');
  const texts = part();
  await texts.ready();
  expect(texts.t.word()).toBe('词');
  await shown;
  expect(texts.t.word()).toBe('词');
});

it('a part is in the language that was chosen last, whichever came first', async () => {
  await showLanguage('en');
  let arrive = (_texts: { word: () => string }) => {};
  const late = new Promise<{ word: () => string }>((resolve) => (arrive = resolve));
  const texts = textPart<{ word: () => string }>({
    en: () => late,
    'zh-CN': () => Promise.resolve({ word: () => '词' }),
  });
  const ready = texts.ready();
  await showLanguage('zh-CN');
  arrive({ word: () => 'word' });
  await ready;
  expect(texts.t.word()).toBe('词');
});
