/** The properties of an object, without its methods. */
export type Fields<Whole> = {
  [Key in keyof Whole as Whole[Key] extends (...args: never[]) => unknown ? never : Key]: Whole[Key];
};

/**
 * Stands for an object whose code is still being fetched: its properties read as `now`, calls wait and are made in their
 * order when it arrives. Whoever draws `it` draws anew then.
 */
export class StandIn<Whole extends object> {
  readonly it: Whole;
  #real = $state.raw<Whole | null>(null);
  readonly #waiting: ((real: Whole) => void)[] = [];

  /** @param asked Told of every call that waits: the code is wanted now. */
  constructor(now: Fields<Whole>, asked: () => void) {
    const get = (_: object, key: string | symbol): unknown => {
      if (this.#real !== null) {
        const found: unknown = Reflect.get(this.#real, key);
        return typeof found === 'function' ? found.bind(this.#real) : found;
      }
      if (key in now) return now[key as keyof typeof now];
      return (...args: unknown[]) => {
        this.#waiting.push((real) =>
          (Reflect.get(real, key) as (...all: unknown[]) => void).apply(real, args),
        );
        asked();
      };
    };
    this.it = new Proxy({}, { get }) as Whole;
  }

  arrive(real: Whole): void {
    this.#real = real;
    for (const call of this.#waiting.splice(0)) call(real);
  }
}
