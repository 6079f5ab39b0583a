import { rowsWithin, topsOf } from '../../shared/list/row-window';
import type { ListGroup } from './list-source';

/** Heights in px. */
export interface Heights {
  row: number;
  heading: number;
  /** Above a group with a heading, but the first. */
  gap: number;
}

/** A group of which some rows are drawn. */
export interface DrawnGroup {
  group: ListGroup;
  /** Where it begins, from the top of the list. */
  top: number;
  height: number;
  /** The chats from `first` to before `end` are drawn. */
  first: number;
  end: number;
}

/** Rows come and go by so many at once: most frames of a scroll change nothing. */
const STEP = 6;

const headOf = ({ label, folder }: ListGroup, { row, heading }: Heights) =>
  folder !== undefined ? row : label === '' ? 0 : heading;

/** Where the groups stand. @returns The top of each and, last, the height of all; what is above a group's rows is part of it. */
export function placesOf(groups: ListGroup[], heights: Heights): number[] {
  return topsOf(
    groups.map(
      (group, at) => gapOf(group, at, heights) + headOf(group, heights) + group.chats.length * heights.row,
    ),
  );
}

export function gapOf({ label, folder }: ListGroup, at: number, { gap }: Heights): number {
  return at > 0 && label !== '' && folder === undefined ? gap : 0;
}

/** What is drawn of a list of any length: the groups in the stretch, and of each the rows in it. */
export function drawnWithin(
  groups: ListGroup[],
  places: number[],
  heights: Heights,
  top: number,
  height: number,
): DrawnGroup[] {
  const seen = rowsWithin(places, top, height);
  return groups.slice(seen.first, seen.end).map((group, index) => {
    const at = seen.first + index;
    const [from, to] = [places[at] ?? 0, places[at + 1] ?? 0];
    const rows = from + gapOf(group, at, heights) + headOf(group, heights);
    const clamp = (place: number) => Math.min(Math.max(place, 0), group.chats.length);
    const first = clamp(Math.floor((top - rows) / heights.row));
    const end = clamp(Math.ceil((top + height - rows) / heights.row));
    return {
      group,
      top: from,
      height: to - from,
      first: first - (first % STEP),
      end: clamp(end + STEP - (end % STEP)),
    };
  });
}

/** A row that can have the focus: a chat's id, or a folder's with a mark before it. */
export interface Stop {
  key: string;
  top: number;
}

export const stopOfFolder = (id: string) => `/${id}`;

/** Every row that can have the focus, from the top. */
export function stopsOf(groups: ListGroup[], places: number[], heights: Heights): Stop[] {
  return groups.flatMap((group, at) => {
    const top = (places[at] ?? 0) + gapOf(group, at, heights);
    const rows = top + headOf(group, heights);
    const chats = group.chats.map(({ id }, index) => ({ key: id, top: rows + index * heights.row }));
    return group.folder === undefined ? chats : [{ key: stopOfFolder(group.folder), top }, ...chats];
  });
}
