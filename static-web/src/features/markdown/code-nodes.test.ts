import hljs from 'highlight.js/lib/core';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import { expect, it } from 'vitest';
import { codeNodes, drawCode } from './code-nodes';

hljs.registerLanguage('typescript', typescript);
hljs.registerLanguage('xml', xml);

const SOURCES = {
  typescript:
    'const a = `x ${b < 1 && "é&lt;"} y`; // <b> & \'q\'\nclass A<T> extends B { f(x: number) {} }\n',
  xml: '<p class="a">&amp; <script>alert("<\\/p>")</script></p>\n<!-- </span><img src=x onerror=alert(1)> -->',
};

it.each(Object.entries(SOURCES))('draws what highlight.js wrote of %s', (language, source) => {
  const html = hljs.highlight(source, { language }).value;
  const host = document.createElement('div');
  host.append(drawCode(codeNodes(html)));
  const parsed = document.createElement('div');
  parsed.innerHTML = html;
  expect(host.textContent).toBe(source);
  expect(host.innerHTML).toBe(parsed.innerHTML);
});

it('draws no element but spans, whatever the HTML', () => {
  const host = document.createElement('div');
  host.append(
    drawCode(codeNodes('</span><img src=x onerror=alert(1)><span class="a" onclick="b">x</span></span>y')),
  );
  expect([...host.querySelectorAll('*')].map(({ localName }) => localName)).toEqual([]);
  expect(host.textContent).toContain('x');
});

it('keeps the text of code nested without end', () => {
  const deep = 20_000;
  const html = '<span class="a">('.repeat(deep) + 'x' + ')</span>'.repeat(deep);
  const host = document.createElement('div');
  host.append(drawCode(codeNodes(html)));
  expect(host.textContent).toBe('('.repeat(deep) + 'x' + ')'.repeat(deep));
  expect(host.querySelectorAll('span')).toHaveLength(50);
});
