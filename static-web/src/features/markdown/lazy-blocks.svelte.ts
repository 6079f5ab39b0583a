import type { Component } from 'svelte';
import type { Drawing } from './diagram-frame';

/** What is shown of a code block. */
export type Face = 'source' | 'preview' | 'diagram';
export interface CodeToolsProps {
  text: string;
  lang: string;
  closed: boolean;
  wrapped: boolean;
  face: Face;
  diagram: DiagramView;
}

/** What a code block's diagram and its buttons in the head know of each other. */
export class DiagramView {
  drawing = $state.raw<Drawing | null>(null);
  /** Wider than the block: it is drawn smaller, unless the reader wants it in its own size. */
  isWide = $state(false);
  actualSize = $state(false);
}

let codeTools = $state.raw<Component<CodeToolsProps, object, 'wrapped' | 'face'> | null>(null);
let diagram = $state.raw<Component<{ text: string; face: Face; view: DiagramView }, object, 'face'> | null>(
  null,
);
let preview = $state.raw<Component<{ text: string }> | null>(null);

/** Parts of blocks that most answers do without; null until they are there. Without a network the block is as it was. */
export const lazyBlocks = {
  get codeTools() {
    return codeTools;
  },
  get diagram() {
    return diagram;
  },
  get preview() {
    return preview;
  },
};

const texts = () => import('./block-text').then(({ ready }) => ready());

/** Fetches a part with its texts and shows it. Safe to repeat, also after it failed. */
function once<Module>(fetchPart: () => Promise<Module>, show: (module: Module) => void): () => void {
  let loading = false;
  return () => {
    if (loading) return;
    loading = true;
    Promise.all([fetchPart(), texts()]).then(
      ([module]) => show(module),
      () => (loading = false),
    );
  };
}

export const loadCodeTools = once(
  () => import('./CodeTools.svelte'),
  (module) => (codeTools = module.default),
);
export const loadDiagram = once(
  () => import('./Diagram.svelte'),
  (module) => (diagram = module.default),
);
export const loadPreview = once(
  () => import('./HtmlPreview.svelte'),
  (module) => (preview = module.default),
);

/** Buttons for the tables and images of a closed block; null without a network. */
export async function loadDressing(): Promise<typeof import('./dress-block') | null> {
  return Promise.all([import('./dress-block'), texts()]).then(
    ([module]) => module,
    () => null,
  );
}
