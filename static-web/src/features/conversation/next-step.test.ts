import { describe, expect, it } from 'vitest';
import { unreachable, type Failure } from '../../server-api/failure';
import { nextStepOf } from './next-step';

const of = (failure: Partial<Failure>) =>
  nextStepOf({ ...unreachable, type: 'upstream_error', connection: 'Lab', ...failure });

describe('nextStepOf', () => {
  it.each([
    [401, 'key'],
    [403, 'key'],
    [402, 'credit'],
    [404, 'model'],
    [408, 'slow'],
    [400, 'request'],
    [413, 'long'],
    [422, 'request'],
    [429, 'wait'],
    [500, 'later'],
    [503, 'later'],
    [504, 'slow'],
  ])('reads a provider’s status %i as %s', (status, step) => expect(of({ status })).toBe(step));

  it('believes a known code more than the status', () => {
    expect(of({ status: 429, code: 'insufficient_quota' })).toBe('credit');
    expect(of({ status: 400, code: 'context_length_exceeded' })).toBe('long');
    expect(of({ status: 502, code: 'upstream_connect' })).toBe('unreachable');
    expect(of({ status: 502, code: 'upstream_cut' })).toBe('later');
  });

  it('finds a chat that is too long by the provider’s words', () => {
    expect(of({ status: 400, message: 'This model’s maximum context length is 8192 tokens.' })).toBe('long');
  });

  it('adds nothing where the site itself refused, or nothing is known', () => {
    expect(of({ status: 403, connection: null })).toBe('none');
    expect(of({ status: 0, connection: null, type: 'network' })).toBe('none');
    expect(nextStepOf(null)).toBe('none');
  });
});
