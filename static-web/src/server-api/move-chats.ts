import { ask, json, post } from './ask';

const ROOT = '/api/v1/chats';
const PART = 20;

/** A part of the export: the rows as one JSON array, not parsed, and where the next part begins; null at the end. */
export const exportPart = (after: string | null) =>
  ask(
    `${ROOT}/all?limit=${PART}${after === null ? '' : `&after=${encodeURIComponent(after)}`}`,
    { cache: 'no-store' },
    async (response) => ({ rows: await response.text(), next: response.headers.get('x-openwebui-next') }),
  );

export interface ImportReport {
  imported: { id: string; title: string }[];
  /** What is here already and was left out. Places in what was sent, from 0; here and below. */
  known: { index: number; id: string }[];
  failed: { index: number; detail: string }[];
}

/** Stores exported chats under ids of their own; what is broken is reported and the rest is stored. Safe to repeat. */
export const importPart = (chats: object[]) =>
  post(`${ROOT}/import?report=true&known=skip`, { chats }, json<ImportReport>);

/** Deletes as many chats as one request can. The value: none is left. */
export const deleteSome = () => ask(`${ROOT}/`, { method: 'DELETE' }, json<boolean>);
