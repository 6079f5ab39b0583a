import { describe, expect, it } from 'vitest';
import { drawnWithin, placesOf, stopsOf } from './list-window';

const chats = (count: number, name = 'c') =>
  Array.from({ length: count }, (_, n) => ({ id: `${name}${n}`, title: '', pinned: false }));
const heights = { row: 40, heading: 28, gap: 12 };
const groups = [
  { key: 'f', label: 'Work', folder: 'w', chats: [] },
  { key: 'in', label: '', chats: chats(2, 'w') },
  { key: 'today', label: 'Today', chats: chats(5000) },
];

describe('drawnWithin', () => {
  it('draws of five thousand rows those in sight, wherever that is', () => {
    const places = placesOf(groups, heights);
    expect(places).toEqual([0, 40, 120, 120 + 12 + 28 + 5000 * 40]);
    for (let top = 0; top < 200_000; top += 777) {
      const drawn = drawnWithin(groups, places, heights, top, 600);
      const rows = drawn.flatMap(({ group, first, end }) => group.chats.slice(first, end));
      expect(rows.length).toBeLessThan(32);
      // The row in the middle of the stretch is among them.
      const middle = Math.floor((top + 300 - 160) / 40);
      expect(rows.map(({ id }) => id)).toContain(`c${Math.max(0, middle)}`);
    }
  });

  it('leaves groups out that are elsewhere', () => {
    const places = placesOf(groups, heights);
    expect(drawnWithin(groups, places, heights, 10_000, 600).map(({ group }) => group.key)).toEqual([
      'today',
    ]);
  });
});

describe('stopsOf', () => {
  it('names folders and chats in their order, and where they are', () => {
    const stops = stopsOf(groups, placesOf(groups, heights), heights);
    expect(stops.slice(0, 4)).toEqual([
      { key: '/w', top: 0 },
      { key: 'w0', top: 40 },
      { key: 'w1', top: 80 },
      { key: 'c0', top: 160 },
    ]);
    expect(stops.at(-1)).toEqual({ key: 'c4999', top: 160 + 4999 * 40 });
  });
});
