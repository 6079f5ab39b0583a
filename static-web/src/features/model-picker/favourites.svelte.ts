import { readBrowserValue, writeBrowserValue } from '../../shared/storage/browser-storage';

const STORAGE_KEY = 'favourite-models';
const MOST = 200;

/**
 * The reader's favourite models, by id, the newest last. Kept in this browser like the chosen model and the theme, for
 * whoever sits at it, and not in the account: the ids alone say nothing, and one that the reader may not use (any more) is
 * never shown. Other tabs follow.
 */
class Favourites {
  ids = $state.raw<ReadonlySet<string>>(stored());

  constructor() {
    window.addEventListener('storage', ({ key }) => {
      if (key === STORAGE_KEY) this.ids = stored();
    });
  }

  toggle(id: string): void {
    const ids = new Set(this.ids);
    if (!ids.delete(id)) ids.add(id);
    this.ids = new Set([...ids].slice(-MOST));
    writeBrowserValue(STORAGE_KEY, this.ids.size === 0 ? null : [...this.ids]);
  }
}

function stored(): ReadonlySet<string> {
  const ids = readBrowserValue<unknown>(STORAGE_KEY);
  return new Set(Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : []);
}

export const favourites = new Favourites();
