import {
  verifyConnection,
  type ConnectionChange,
  type Diagnosis,
  type Step,
} from '../../../server-api/connections';
import type { Failure } from '../../../server-api/failure';
import { announcer } from '../../../shared/announcer/announcer.svelte';
import { t } from './connection-text';

/** One visit to the doctor after the other, about one connection. */
export class DoctorRun {
  status = $state<'idle' | 'running' | 'done' | 'failed'>('idle');
  steps = $state.raw<Step[]>([]);
  diagnosis = $state.raw<Diagnosis | null>(null);
  /** Why the doctor could not be asked. */
  failure = $state.raw<Failure | null>(null);
  #leave: AbortController | null = null;

  /** A visit that is under way is given up. Never throws. */
  async start(asked: ConnectionChange & { id?: string }): Promise<void> {
    this.#leave?.abort();
    const leave = new AbortController();
    this.#leave = leave;
    this.status = 'running';
    this.steps = [];
    this.diagnosis = null;
    this.failure = null;
    announcer.say(t.doctor_running());
    const outcome = await verifyConnection(
      asked,
      (step) => {
        if (!leave.signal.aborted) this.steps = [...this.steps, step];
      },
      leave.signal,
    );
    if (leave.signal.aborted) return;
    if ('failure' in outcome) {
      this.failure = outcome.failure;
      this.status = 'failed';
      announcer.say(outcome.failure.message || t.answer_network());
      return;
    }
    this.steps = outcome.value.steps;
    this.diagnosis = outcome.value;
    this.status = 'done';
    announcer.say(outcome.value.sentence);
  }

  stop(): void {
    this.#leave?.abort();
    if (this.status === 'running') this.status = 'idle';
  }
}
