import { models } from './features/model-picker/models.svelte';

const MOST_COMPARED = 4;

let ids = $state.raw<string[]>([]);
const list = $derived(models.list.filter(({ id }) => ids.includes(id) && id !== models.chosen?.id));

/** Models that are asked beside the chosen one, each for an answer of its own. */
export const besideModels = {
  get list() {
    return list;
  },
  get mayAdd(): boolean {
    return list.length < Math.min(MOST_COMPARED, models.list.length) - 1;
  },
  add(id: string): void {
    if (!ids.includes(id)) ids = [...list.map((model) => model.id), id];
  },
  remove(id: string): void {
    ids = ids.filter((one) => one !== id);
  },
  clear(): void {
    ids = [];
  },
};
