/**
 * Where rows of known heights stand, so that only those in sight are drawn: a thousand open as fast as ten.
 * @param heights In px.
 * @returns The top of each row and, last, the height of all.
 */
export function topsOf(heights: number[]): number[] {
  const tops = [0];
  for (const height of heights) tops.push((tops.at(-1) ?? 0) + height);
  return tops;
}

/** The rows, from `first` to before `end`, that touch the stretch from `top` on. */
export function rowsWithin(tops: number[], top: number, height: number): { first: number; end: number } {
  const count = tops.length - 1;
  const first = Math.max(0, firstAbove(tops, top) - 1);
  return { first, end: Math.min(count, firstAbove(tops, top + height)) };
}

/** The first row whose top lies below the place; as many as there are tops when none does. */
function firstAbove(tops: number[], place: number): number {
  let [low, high] = [0, tops.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tops[middle] ?? 0) > place) high = middle;
    else low = middle + 1;
  }
  return low;
}
