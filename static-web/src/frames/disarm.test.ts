import { describe, expect, it } from 'vitest';
import { disarm } from './disarm';

describe('pain 13: the source of a diagram', () => {
  it.each([
    'graph TD\n  A[one<br/>two] --> B{x < y}\n  B <--> C\n  C --o D\n  D x--x E',
    'classDiagram\n  class A~T~ {\n    <<interface>>\n    +get(int i) T\n  }\n  A <|-- B\n  A "1" *-- "n" C',
    'sequenceDiagram\n  A->>+B: go\n  B-->>-A: <b>done</b>\n  Note over A,B: text',
    'erDiagram\n  A ||--o{ B : has',
    'graph TD\n  A@{ shape: circle, label: "x" }\n  B@{ img: "data:image/png;base64,AA", label: "y" }',
    '%%{init: {"gitGraph": {"rotateCommitLabel": true}}}%%\ngitGraph\n  commit',
  ])('%j stays as it is', (source) => expect(disarm(source)).toBe(source));

  it.each([
    'A["<img src=x onerror=y>"]',
    'A["<img src=https://evil.example"]',
    'style A fill:url(https://evil.example)',
    'style A fill:URL (x)',
    'style A fill:u\\72l(x)',
    'classDef x background:image-set("https://evil.example/x" 1x)',
    '"themeCSS": "@import \'x\'"',
    'A@{ img: "https://evil.example/i.png" }',
    'sequenceDiagram\n  link A: img src @ url(x)\n  A->>B: x',
    "A@{ 'img' : https://evil.example/i.png }",
  ])('%j loads nothing', (source) =>
    expect(disarm(source)).not.toMatch(/<img|url\s*\(|image-set\(|@import|[{,]\s*["']?img["']?\s*:/i),
  );
});
