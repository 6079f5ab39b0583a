/** A folder, by what the page shows of it. */
export interface Place {
  id: string;
  name: string;
}

let place = $state.raw<Place | null>(null);

/** The folder in which the chat that has no message yet begins; null: in none. */
export const newPlace = {
  get value(): Place | null {
    return place;
  },
  set(next: Place | null): void {
    place = next;
  },
  take(): Place | null {
    const taken = place;
    place = null;
    return taken;
  },
};
