/** What the page and the documents of its sandboxed frames tell each other. */

/** To diagram.html. */
export interface DiagramJob {
  id: number;
  source: string;
  look: DiagramLook;
}

/** Colours as the browser resolves them, and the page's font. */
export interface DiagramLook {
  dark: boolean;
  font: string;
  paper: string;
  ink: string;
  line: string;
  soft: string;
  edge: string;
  note: string;
  noteEdge: string;
}

/** From diagram.html. `ready` comes once, before all else. */
export type DiagramNews =
  | { kind: 'ready' }
  | { kind: 'drawn'; id: number; svg: string; width: number; height: number }
  | { kind: 'failed'; id: number; reason: string };

/** From image.html: the image's size in pixels; null: it did not come. */
export type ImageNews = { width: number; height: number } | null;
