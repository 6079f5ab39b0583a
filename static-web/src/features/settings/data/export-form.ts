/** A file that grows by parts of the export. */
export interface ExportForm {
  extension: string;
  /**
   * @param rows Of chats, as one JSON array.
   * @returns How many these are.
   * @throws Error where it is no such array, RangeError where the file can hold no more.
   */
  add: (rows: string) => number;
  blob: () => Blob;
}

/** Open WebUI's form: an array of rows, which its import and ours take. */
export function rowsForm(): ExportForm {
  const parts: Blob[] = [];
  return {
    extension: 'json',
    add: (rows) => {
      const { length } = JSON.parse(rows) as unknown[];
      if (length > 0) parts.push(new Blob([parts.length === 0 ? '[' : ',\n', rows.trim().slice(1, -1)]));
      return length;
    },
    blob: () => new Blob([...parts, ']'], { type: 'application/json' }),
  };
}
