import mermaid from 'mermaid';
import { disarm } from './disarm';
import type { DiagramJob, DiagramLook, DiagramNews } from './frame-messages';

/*
 * Draws diagrams for the page, one after another, in a document whose origin is its own and whose policy loads nothing
 * but these scripts. The page shows the SVG as an image, in which no script runs, no link leads anywhere and nothing is loaded.
 */
const tell = (news: DiagramNews) => parent.postMessage(news, '*');

/** What a diagram's own directives may not change: who draws it, what it may do, and colours that fit the page. */
const LOCKED = [
  ...['secure', 'securityLevel', 'startOnLoad', 'maxTextSize', 'maxEdges', 'suppressErrorRendering'],
  ...[
    'theme',
    'themeVariables',
    'themeCSS',
    'darkMode',
    'fontFamily',
    'altFontFamily',
    'htmlLabels',
    'layout',
  ],
  ...['dompurifyConfig', 'logLevel', 'deterministicIds', 'deterministicIDSeed', 'look'],
];

function dress(look: DiagramLook): void {
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'strict',
    secure: LOCKED,
    suppressErrorRendering: true,
    logLevel: 'fatal',
    maxTextSize: 50_000,
    // Text, not HTML in the SVG: every browser draws it in an image.
    htmlLabels: false,
    layout: 'dagre',
    look: 'classic',
    theme: 'base',
    fontFamily: look.font,
    themeVariables: {
      darkMode: look.dark,
      background: look.paper,
      fontFamily: look.font,
      primaryColor: look.soft,
      primaryTextColor: look.ink,
      primaryBorderColor: look.edge,
      lineColor: look.line,
      textColor: look.ink,
      secondaryColor: look.note,
      secondaryTextColor: look.ink,
      secondaryBorderColor: look.noteEdge,
      tertiaryColor: look.paper,
      tertiaryTextColor: look.ink,
      tertiaryBorderColor: look.edge,
      noteBkgColor: look.note,
      noteTextColor: look.ink,
      noteBorderColor: look.noteEdge,
      edgeLabelBackground: look.paper,
      pieStrokeColor: look.line,
      pieOuterStrokeColor: look.line,
    },
  });
}

async function draw({ id, source, look }: DiagramJob): Promise<void> {
  try {
    dress(look);
    const { svg } = await mermaid.render(`diagram-${id}`, disarm(source));
    tell({ kind: 'drawn', id, ...asImage(svg) });
  } catch (fault) {
    // What a failed drawing left behind would be measured with the next one.
    document.body.replaceChildren();
    tell({ kind: 'failed', id, reason: fault instanceof Error ? fault.message : String(fault) });
  }
}

/** As XML with a size of its own: an image has no page around it that would give it one. */
function asImage(markup: string): { svg: string; width: number; height: number } {
  const host = document.createElement('div');
  host.innerHTML = markup;
  const svg = host.querySelector('svg');
  const [, , width = 0, height = 0] = (svg?.getAttribute('viewBox') ?? '').split(/[\s,]+/).map(Number);
  if (svg === null || !(width > 0 && height > 0)) throw new Error('The drawing is empty.');
  svg.setAttribute('width', String(width));
  svg.setAttribute('height', String(height));
  svg.style.removeProperty('max-width');
  return { svg: new XMLSerializer().serializeToString(svg), width, height };
}

addEventListener('message', ({ source, data }: MessageEvent<DiagramJob>) => {
  if (source === parent) void draw(data);
});
tell({ kind: 'ready' });
