import type { ToolsModule } from './suggestions';
import { ready } from '../../shared/language/attachment-texts';

/** The part of the composer that the start does without, with its texts. */
export async function load(): Promise<ToolsModule> {
  const [tools, buttons] = await Promise.all([
    import('./ComposerTools.svelte'),
    import('./AttachButtons.svelte'),
    ready(),
  ]);
  return { ComposerTools: tools.default, AttachButtons: buttons.default };
}
