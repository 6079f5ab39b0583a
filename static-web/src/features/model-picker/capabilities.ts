import type { Model } from '../../server-api/models';
import { t } from './picker-text';

/** What a model can, as Open WebUI names it, in the order in which it is shown; each has an icon and a word. */
const words = {
  vision: () => t.can_vision(),
  tools: () => t.can_tools(),
  reasoning: () => t.can_reasoning(),
  web_search: () => t.can_web_search(),
  image_generation: () => t.can_image_generation(),
  code_interpreter: () => t.can_code_interpreter(),
  file_upload: () => t.can_file_upload(),
  audio: () => t.can_audio(),
};
export type Capability = keyof typeof words;

/** Those that have an icon. */
export function capabilitiesOf(model: Model): Capability[] {
  const can = model.info?.meta?.capabilities ?? {};
  return (Object.keys(words) as Capability[]).filter((name) => can[name] === true);
}

/** All of them, in words; one that nobody here knows says its name. */
export function capabilityWords(model: Model): { name: string; word: string; icon: Capability | null }[] {
  const drawn = capabilitiesOf(model);
  const others = Object.entries(model.info?.meta?.capabilities ?? {})
    .filter(([name, can]) => can === true && !(name in words))
    .map(([name]) => ({ name, word: name.replaceAll('_', ' '), icon: null }));
  return [...drawn.map((name) => ({ name, word: words[name](), icon: name })), ...others];
}

export const wordOf = (capability: Capability): string => words[capability]();
