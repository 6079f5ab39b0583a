import type { ChatList } from './chat-list.svelte';
import type { ToolsComponent } from './tools-props';

/** Fetches the tools with their texts, and gives the list its folders. Safe to repeat. */
export async function loadTools(stored: ChatList | null): Promise<ToolsComponent> {
  const [tools, { ready }] = await Promise.all([
    import('./tools/Tools.svelte'),
    import('./tools/tools-text'),
  ]);
  await ready();
  tools.furnish(stored);
  return tools.default as ToolsComponent;
}
