import { describe, expect, it } from 'vitest';
import { StandIn } from './stand-in.svelte';

class Counter {
  readonly kind = 'real';
  #count = 0;
  get count(): number {
    return this.#count;
  }
  add(by: number): void {
    this.#count += by;
  }
  double(): void {
    this.#count *= 2;
  }
}

describe('StandIn', () => {
  it('reads as what is known now and asks for the code with the first call', () => {
    let asked = 0;
    const counter = new StandIn<Counter>({ kind: 'real', count: 0 }, () => asked++);
    expect(counter.it.count).toBe(0);
    expect(asked).toBe(0);
    counter.it.add(1);
    expect(asked).toBe(1);
  });

  it('makes the calls that waited in their order, once', () => {
    const counter = new StandIn<Counter>({ kind: 'real', count: 0 }, () => {});
    counter.it.add(3);
    counter.it.double();
    counter.arrive(new Counter());
    expect(counter.it.count).toBe(6);
    counter.it.add(1);
    expect(counter.it.count).toBe(7);
  });
});
